"""A damaged page, come upon while it runs: said truly, told once, with the way back."""

import re
import shlex
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from mailboxadmin.domain.activity import Code, Level, Logged
from mailboxadmin.domain.finding import Fixer
from mailboxadmin.domain.run import Outcome
from mailboxadmin.services.keeping.daily_backup import back_up_if_due, read_backups
from mailboxadmin.services.keeping.damage import note_damage, restore_command, what_to_do
from mailboxadmin.services.overview.activity import Filter, iter_entries
from mailboxadmin.services.trouble.doctor import examine
from mailboxadmin.store.backup import database_file
from mailboxadmin.store.store import Damaged
from tests.support import mails
from tests.support.damage import spoil_page
from tests.support.dovecot import Dovecot
from tests.support.hook_server import HookServer
from tests.support.office import Box, Office
from tests.support.telling import pass_time, tell_by_hook


@pytest.fixture
def spoil(office: Office) -> Callable[..., None]:
    """Damage a table's page; what the process had in memory of it is forgotten."""

    def spoil_(table: str, *, index: bool = False) -> None:
        office.let_runs_end()
        office.deps.store.engine.dispose()
        spoil_page(database_file(office.deps.store.engine), table, index=index)

    return spoil_


def damage(office: Office) -> list[Logged]:
    return list(iter_entries(office.deps, Filter(code="database")))


def answers(office: Office, *, at_a_glance: bool) -> dict[str, bool]:
    return {each.code: each.ok for each in examine(office.deps, at_a_glance=at_a_glance)}


def back_up(office: Office) -> Path | None:
    return back_up_if_due(office.deps, threading.Event())


def test_a_sync_that_comes_upon_it_says_so_and_other_things_go_on(
    office: Office, dovecot: Dovecot, box: Box, spoil: Callable[..., None]
):
    spoil("message_bytes")
    dovecot.deliver(box.account, mails.message(4))

    report = office.sync(box)

    assert report.outcome is Outcome.FAILED
    assert report.finding is not None
    assert (report.finding.code, report.finding.fix_by) == ("local.database_damaged", Fixer.ADMIN)
    finding = office.row(box).finding
    assert finding is not None and finding["code"] == "local.database_damaged"
    assert office.admin().email == "grace@example.org"


def test_it_is_told_once_with_the_very_command(
    office: Office, dovecot: Dovecot, box: Box, spoil: Callable[..., None]
):
    good = back_up(office)
    spoil("message_bytes")
    dovecot.deliver(box.account, mails.message(4))
    office.sync(box)

    note_damage(office.deps)
    note_damage(office.deps)

    [entry] = damage(office)
    assert (entry.code, entry.level) == (Code.DATABASE_DAMAGED, Level.ERROR)
    [command] = re.findall("`([^`]+)`", entry.message)
    assert shlex.split(command) == [
        f"MAILBOXADMIN_INSTANCE={office.deps.instance}",
        "mailboxadmin",
        "restore",
        str(good),
    ]


def test_people_are_told(office: Office, box: Box):
    office.deps.store.damage = Damaged("database disk image is malformed")
    with HookServer() as hook:
        tell_by_hook(office, hook)
        note_damage(office.deps)
        pass_time(office, minutes=1)

        subjects = [each["subject"] for each in hook.bodies]

    assert subjects == ["The database of Mailbox Admin is damaged: put back the last good backup"]


def test_troubleshooting_sees_it_also_in_another_process(
    office: Office, box: Box, open_office: Callable[..., Office]
):
    well = answers(office, at_a_glance=True)["database"]
    office.deps.store.damage = Damaged("database disk image is malformed")
    here = answers(office, at_a_glance=True)["database"]
    note_damage(office.deps)

    elsewhere = answers(open_office(office.clock), at_a_glance=True)["database"]

    assert (well, here, elsewhere) == (True, False, False)


def test_a_page_that_nobody_needed_is_found_by_the_backup_of_the_day_and_older_ones_stay(
    office: Office, box: Box, spoil: Callable[..., None]
):
    good = back_up(office)
    office.clock.advance(days=1)
    spoil("message_bytes")

    made = back_up(office)
    note_damage(office.deps)

    assert good is not None and made is None
    assert [each.name for each in read_backups(office.deps.instance)] == [good.name]
    [entry] = damage(office)
    assert str(good) in entry.message
    [failed, _] = iter_entries(office.deps, Filter(code="backup"))
    assert "damaged" in failed.message


def test_the_doctor_reads_all_and_names_the_last_good_backup(
    office: Office, box: Box, spoil: Callable[..., None]
):
    good = back_up(office)
    spoil("messages", index=True)

    [found] = [each for each in examine(office.deps) if each.code == "database"]

    assert not found.ok
    assert str(good) in found.fix


def test_a_backup_that_is_whole_again_ends_it(office: Office, box: Box):
    office.deps.store.damage = Damaged("database disk image is malformed")
    note_damage(office.deps)

    back_up(office)

    assert answers(office, at_a_glance=True)["database"]
    note_damage(office.deps)
    assert len(damage(office)) == 1


def test_without_a_backup_it_says_where_one_would_be(office: Office):
    what = what_to_do(Path("/x/office.db"), Path("/x y"), office.clock.now())

    assert "No backup is in /x y/backups" in what
    assert (
        "`MAILBOXADMIN_INSTANCE='/x y' MAILBOXADMIN_DATABASE_URL=sqlite:////x/office.db "
        "mailboxadmin restore FILE`" in what
    )


def test_a_command_can_be_typed_whatever_the_folder_is_called():
    folder = Path("/srv/Anna's office")

    words = shlex.split(restore_command(folder / "mailboxadmin.db", folder, f"{folder}/b.db"))

    assert words[0] == f"MAILBOXADMIN_INSTANCE={folder}"
    assert words[-1] == f"{folder}/b.db"
