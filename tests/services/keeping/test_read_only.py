"""A disk that the system makes read-only while it runs: true words, and nothing half done."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import event

from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.finding import Fixer
from mailboxadmin.domain.mailbox import State
from mailboxadmin.domain.run import Outcome
from mailboxadmin.jobs.scheduler import Scheduler
from mailboxadmin.services.office.settings import change_settings, read_settings
from mailboxadmin.services.overview.board import list_mailboxes
from mailboxadmin.services.syncing.rounds import sync_many
from mailboxadmin.services.work.beat import healthy, read_beat
from mailboxadmin.store.store import ReadOnly
from tests.support import mails
from tests.support.dovecot import Dovecot
from tests.support.office import Box, Office


@pytest.fixture
def read_only(office: Office) -> Iterator[Callable[[bool], None]]:
    """Switch it on and off: SQLite then answers as on a disk that is mounted so."""
    engine, now = office.deps.store.engine, [False]

    def begin(connection: Any, _record: Any, _proxy: Any) -> None:
        connection.execute(f"PRAGMA query_only = {int(now[0])}")

    event.listen(engine, "checkout", begin)

    def switch(on: bool) -> None:
        office.let_runs_end()
        now[0] = on

    yield switch
    now[0] = False


def contact(office: Office) -> object:
    return {view.setting.key: view.in_force for view in read_settings(office.deps)}["help_contact"]


def test_a_sync_says_so_for_the_admin_and_goes_on_by_itself(
    office: Office, dovecot: Dovecot, box: Box, read_only: Callable[[bool], None]
):
    dovecot.deliver(box.account, mails.message(3))
    read_only(True)

    (report,) = sync_many(office.deps, None, due=False, actor=COMMAND_LINE)

    assert report.outcome is Outcome.FAILED
    assert report.finding is not None
    assert (report.finding.code, report.finding.temporary) == ("local.database_read_only", True)
    assert report.finding.fix_by is Fixer.ADMIN
    read_only(False)
    assert office.sync(box).counts.new == 1
    assert office.state(box) is State.OK


def test_a_setting_that_could_not_be_saved_is_not_said_to_be(
    office: Office, read_only: Callable[[bool], None]
):
    change_settings(office.deps, {"help_contact": "Grace"}, actor=COMMAND_LINE)
    read_only(True)

    with pytest.raises(ReadOnly, match="may not be written"):
        change_settings(office.deps, {"help_contact": "Ben"}, actor=COMMAND_LINE)

    assert contact(office) == "Grace"


def test_what_is_stored_can_still_be_read(
    office: Office, box: Box, read_only: Callable[[bool], None]
):
    read_only(True)

    assert [each.messages for each in list_mailboxes(office.deps)] == [3]


def test_ticks_that_cannot_be_noted_turn_it_red_and_it_is_green_again_by_itself(
    office: Office, read_only: Callable[[bool], None]
):
    scheduler = Scheduler(office.deps)
    scheduler.tick()
    read_only(True)
    office.clock.advance(minutes=2)
    scheduler.tick()
    red = healthy(office.deps)
    read_only(False)

    scheduler.tick()

    assert not red
    assert healthy(office.deps)
    assert read_beat(office.deps).last_tick_at == office.clock.now()
    scheduler.stop()
