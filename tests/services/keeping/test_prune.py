"""Old entries, yesterday's tests and ended sign-ins go; what is younger stays."""

import pytest

from mailboxadmin.domain.activity import Code, Entry, Level
from mailboxadmin.domain.mailbox import Encryption, Server
from mailboxadmin.services.keeping import prune as module
from mailboxadmin.services.keeping.prune import prune
from mailboxadmin.services.machine.log_file import LARGEST_BYTES, log_file
from mailboxadmin.services.office.settings import change_settings
from mailboxadmin.services.overview.activity import Filter, iter_entries
from mailboxadmin.services.staff.sessions import session_person, sign_in
from mailboxadmin.store.activity import add_entry
from mailboxadmin.store.checks import new_check
from mailboxadmin.store.runs import recent_runs
from mailboxadmin.store.tables import CheckRow
from tests.support.office import DESK, PASSWORD
from tests.support.outcomes import succeeds

SOMEWHERE = Server(host="mail.example.org", port=993, encryption=Encryption.SSL)


def log(office, level, count=1):
    entry = Entry(code=Code.SYNC_FINISHED, message="Synced.", actor="test", level=level)
    with office.deps.store.write() as db:
        for _ in range(count):
            add_entry(db, entry, office.clock.now())


def levels(office):
    return [entry.level for entry in iter_entries(office.deps, Filter(code="sync"))]


def test_routine_entries_are_kept_for_a_week(office):
    log(office, Level.ROUTINE)
    log(office, Level.INFO)
    office.clock.advance(days=6)
    log(office, Level.ROUTINE)
    office.clock.advance(days=1, seconds=1)

    deleted = prune(office.deps)

    assert deleted == 1
    assert levels(office) == [Level.ROUTINE, Level.INFO]


def test_all_others_as_long_as_the_setting_says(office):
    change_settings(office.deps, {"activity_retention_days": "30"}, actor="test")
    log(office, Level.ERROR)
    office.clock.advance(days=31)
    log(office, Level.ERROR)

    prune(office.deps)

    assert levels(office) == [Level.ERROR]


def test_a_shorter_setting_holds_for_routine_entries_too(office):
    change_settings(office.deps, {"activity_retention_days": "2"}, actor="test")
    log(office, Level.ROUTINE)
    office.clock.advance(days=3)

    prune(office.deps)

    assert levels(office) == []


def test_many_entries_go_in_bites(office, monkeypatch):
    monkeypatch.setattr(module, "BITE", 10)
    log(office, Level.INFO, count=25)
    office.clock.advance(days=91)
    log(office, Level.INFO)

    deleted = prune(office.deps)

    assert deleted == 25
    assert len(levels(office)) == 1


def test_connection_tests_are_kept_for_a_day(office):
    anna = office.person("anna@example.org")
    with office.deps.store.write() as db:
        new_check(db, anna.mailbox_id, office.clock.now())
    office.clock.advance(hours=20)
    with office.deps.store.write() as db:
        kept = new_check(db, anna.mailbox_id, office.clock.now())
    office.clock.advance(hours=5)

    prune(office.deps)

    with office.deps.store.read() as db:
        assert [row.id for row in db.query(CheckRow)] == [kept]


@pytest.mark.parametrize(("days", "stays"), [(6, True), (8, False)])
def test_a_sign_in_that_is_not_used_ends(office, days, stays):
    anna = office.person("anna@example.org")
    token = sign_in(office.deps, anna.email, PASSWORD, browser=DESK)
    office.clock.advance(days=days)

    prune(office.deps)

    assert (session_person(office.deps, token) is not None) is stays


def test_a_large_log_file_is_moved_away(office):
    file = log_file(office.deps.instance)
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(b"x" * (LARGEST_BYTES + 1))
    file.with_suffix(".log.1").write_text("older")

    prune(office.deps)

    assert not file.exists()
    assert file.with_suffix(".log.1").stat().st_size == LARGEST_BYTES + 1
    assert file.with_suffix(".log.2").read_text() == "older"


def test_runs_are_kept_for_a_month_and_the_last_of_a_mailbox_for_ever(office, monkeypatch):
    monkeypatch.setattr(module, "BITE", 2)
    box = office.mailbox_at(SOMEWHERE)
    for _ in range(5):
        succeeds(office, box.id)
    office.clock.advance(days=20)
    succeeds(office, box.id)
    office.clock.advance(days=12)

    prune(office.deps)
    one_is_left = runs_of(office, box)
    office.clock.advance(days=300)
    prune(office.deps)

    assert len(one_is_left) == 1
    assert runs_of(office, box) == one_is_left


def runs_of(office, box):
    with office.deps.store.read() as db:
        return [run.run_id for run in recent_runs(db, box.id, 100)]
