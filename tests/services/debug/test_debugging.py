"""Debug mode is switched on for a time, and ends by itself."""

from datetime import timedelta

import pytest

from mailboxadmin.domain.activity import COMMAND_LINE, SCHEDULER, Level
from mailboxadmin.domain.errors import InvalidInput, NotFound
from mailboxadmin.jobs.scheduler import Scheduler
from mailboxadmin.services.debug.debugging import (
    end_due,
    recorded_until,
    switch_off,
    switch_on,
    switches_on,
)
from mailboxadmin.services.debug.recordings import list_recordings
from mailboxadmin.services.keeping.restore import settle_in
from tests.support import mails
from tests.support.log import logged

GRACE = "grace@example.org"


def test_it_is_on_for_one_mailbox_until_its_time(office):
    anna, ben = office.person("anna@example.org"), office.person("ben@example.org")

    switch = switch_on(office.deps, mailbox_id=anna.mailbox_id, minutes=60, actor=GRACE)

    assert (switch.address, switch.owner_name, switch.by) == ("anna@example.org", "Anna", GRACE)
    assert recorded_until(office.deps, anna.mailbox_id) == office.clock.now() + timedelta(hours=1)
    assert recorded_until(office.deps, ben.mailbox_id) is None
    office.clock.advance(minutes=59, seconds=59)
    assert switches_on(office.deps) == (switch,)
    office.clock.advance(seconds=1)
    assert switches_on(office.deps) == ()
    assert recorded_until(office.deps, anna.mailbox_id) is None


def test_it_is_on_for_all_also_for_who_comes_later(office):
    switch_on(office.deps, mailbox_id=None, minutes=5, actor=GRACE)

    late = office.person("late@example.org")

    assert recorded_until(office.deps, late.mailbox_id) == office.clock.now() + timedelta(minutes=5)


def test_that_it_is_on_for_all_stands_in_the_log_of_each_too(office):
    anna, ben = office.person("anna@example.org"), office.person("ben@example.org")

    switch_on(office.deps, mailbox_id=None, minutes=5, actor=GRACE)
    switch_off(office.deps, actor=GRACE)

    for code, loudest in (("debug.enabled", Level.WARNING), ("debug.disabled", Level.INFO)):
        entries = logged(office, code)
        assert [(entry.mailbox_id, entry.level) for entry in entries] == [
            (anna.mailbox_id, Level.ROUTINE),
            (ben.mailbox_id, Level.ROUTINE),
            (None, loudest),
        ]
        assert {entry.actor for entry in entries} == {GRACE}


def test_switched_on_again_it_goes_on_for_longer(office):
    anna = office.person("anna@example.org")
    switch_on(office.deps, mailbox_id=anna.mailbox_id, minutes=60, actor=GRACE)
    office.clock.advance(minutes=50)

    switch_on(office.deps, mailbox_id=anna.mailbox_id, minutes=60, actor=GRACE)

    office.clock.advance(minutes=20)
    assert len(switches_on(office.deps)) == 1
    assert logged(office, "debug.disabled") == []


@pytest.mark.parametrize("minutes", [0, -1, 1441])
def test_it_is_never_on_for_longer_than_a_day(office, minutes):
    with pytest.raises(InvalidInput):
        switch_on(office.deps, mailbox_id=None, minutes=minutes, actor=GRACE)

    assert switches_on(office.deps) == ()


def test_there_must_be_such_a_mailbox(office):
    with pytest.raises(NotFound):
        switch_on(office.deps, mailbox_id=4711, minutes=5, actor=GRACE)


def test_the_log_says_who_switched_it_on_and_off(office):
    anna = office.person("anna@example.org")
    switch_on(office.deps, mailbox_id=anna.mailbox_id, minutes=60, actor=GRACE)
    switch_on(office.deps, mailbox_id=None, minutes=60, actor=GRACE)

    ended = switch_off(office.deps, actor=COMMAND_LINE)

    assert [each.address for each in ended] == ["", "anna@example.org"]
    assert switches_on(office.deps) == ()
    on, off = logged(office, "debug.enabled"), logged(office, "debug.disabled")
    theirs = (GRACE, anna.mailbox_id)
    assert [(row.actor, row.mailbox_id) for row in on] == [theirs, theirs, (GRACE, None)]
    assert {row.actor for row in off} == {COMMAND_LINE}
    assert on[0].detail["until"] == "2026-03-02T10:00:00Z"
    assert switch_off(office.deps, actor=COMMAND_LINE) == ()


def test_one_of_two_is_switched_off(office):
    anna = office.person("anna@example.org")
    one = switch_on(office.deps, mailbox_id=anna.mailbox_id, minutes=60, actor=GRACE)
    both = switch_on(office.deps, mailbox_id=None, minutes=60, actor=GRACE)

    switch_off(office.deps, actor=GRACE, switch_id=both.id)

    assert switches_on(office.deps) == (one,)


def test_the_scheduler_notes_once_that_it_ended_at_its_time(office):
    switch_on(office.deps, mailbox_id=None, minutes=1, actor=GRACE)
    end_due(office.deps)
    assert logged(office, "debug.disabled") == []
    office.clock.advance(minutes=10)

    end_due(office.deps)
    end_due(office.deps)

    [entry] = logged(office, "debug.disabled")
    assert entry.actor == SCHEDULER
    assert entry.detail["until"] == "2026-03-02T09:01:00Z"


def test_a_tick_notes_it(office):
    switch_on(office.deps, mailbox_id=None, minutes=1, actor=GRACE)
    office.clock.advance(minutes=1)
    scheduler = Scheduler(office.deps)

    scheduler.tick()
    scheduler.stop()

    assert len(logged(office, "debug.disabled")) == 1


def test_it_ends_by_itself_while_no_process_runs(open_office, dovecot):
    before = open_office()
    ann = before.mailbox(server=dovecot)
    switch_on(before.deps, mailbox_id=ann.id, minutes=60, actor=GRACE)
    before.sync(ann)
    before.deps.store.engine.dispose()
    before.clock.advance(hours=3)

    after = open_office(before.clock)
    after.sync(ann)

    assert switches_on(after.deps) == ()
    assert len(list_recordings(after.deps)) == 1


def test_it_goes_on_after_a_restart_until_its_time(open_office, dovecot):
    before = open_office()
    ann = before.mailbox(server=dovecot)
    switch_on(before.deps, mailbox_id=ann.id, minutes=60, actor=GRACE)
    before.deps.store.engine.dispose()

    after = open_office(before.clock)
    after.sync(ann)
    after.clock.advance(minutes=60)
    after.sync(ann)

    assert len(list_recordings(after.deps)) == 1


def test_it_ends_during_a_run_too(office, dovecot, monkeypatch):
    ann = office.mailbox(server=dovecot)
    dovecot.deliver(ann.account, mails.message(1))
    switch_on(office.deps, mailbox_id=ann.id, minutes=60, actor=GRACE)
    came = office.deps.clock.now
    # An hour later from the fetch on.
    folder = office.deps.instance / "debug"

    def now():
        file = next(folder.glob("*.txt"), None)
        late = file is not None and "EXAMINE" in file.read_text()
        return came() + timedelta(hours=late)

    monkeypatch.setattr(office.clock, "now", now)
    office.sync(ann)

    [file] = folder.glob("*.txt")
    assert file.read_text().endswith("Debug mode has ended here; what followed is not recorded.\n")
    assert "LOGOUT" not in file.read_text()


def test_a_run_that_goes_on_stops_recording_when_it_is_switched_off(office, dovecot, monkeypatch):
    ann = office.mailbox(server=dovecot)
    monkeypatch.setattr("mailboxadmin.services.debug.recording._LOOK_EVERY_S", 0)
    switch_on(office.deps, mailbox_id=ann.id, minutes=60, actor=GRACE)
    from mailboxadmin.services.syncing import attempt

    before = attempt._do_all

    def switched_off(*arguments):
        switch_off(office.deps, actor=GRACE)
        return before(*arguments)

    monkeypatch.setattr(attempt, "_do_all", switched_off)
    report = office.sync(ann)

    [file] = (office.deps.instance / "debug").glob("*.txt")
    assert report.finding is None
    assert "LOGIN" in file.read_text() and "EXAMINE" not in file.read_text()


def test_a_clock_that_is_set_back_does_not_make_it_longer(office):
    switch_on(office.deps, mailbox_id=None, minutes=60, actor=GRACE)

    office.clock.advance(minutes=-2)
    assert len(switches_on(office.deps)) == 1
    office.clock.advance(hours=-1)
    assert switches_on(office.deps) == ()


def test_a_backup_that_is_put_back_does_not_bring_it_back(office, tmp_path):
    switch_on(office.deps, mailbox_id=None, minutes=60, actor=GRACE)

    settle_in(office.deps, tmp_path / "backup.db", actor=COMMAND_LINE)

    assert switches_on(office.deps) == ()
