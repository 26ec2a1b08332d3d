"""A damaged index for searching: found by the backup of the day or a search, and built anew."""

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import delete

from mailboxadmin.domain.activity import Level, Logged
from mailboxadmin.domain.errors import StoreUnavailable
from mailboxadmin.domain.mail_query import parse
from mailboxadmin.domain.people import Person
from mailboxadmin.services.keeping.daily_backup import back_up_if_due, read_backups
from mailboxadmin.services.keeping.damage import note_damage
from mailboxadmin.services.overview.activity import Filter, iter_entries
from mailboxadmin.services.reading.index_mail import index_mail
from mailboxadmin.services.reading.mail_search import Page, search_mail
from mailboxadmin.store import mail_search
from mailboxadmin.store.backup import database_file
from mailboxadmin.store.fts import damaged_in
from mailboxadmin.store.store import IndexDamaged
from mailboxadmin.store.tables_mail import MessageRow
from tests.support.damage import spoil_index
from tests.support.inbox import fill, letter, reader
from tests.support.office import Office

INDEXES = ("mail_search", "activity_search")


@pytest.fixture
def anna(office: Office) -> Person:
    """Somebody with three letters that the search knows."""
    anna = reader(office)
    fill(office, anna, [letter(f"oak number{n}", subject=f"no {n}") for n in range(3)])
    index_mail(office.deps)
    return anna


@pytest.fixture
def spoil(office: Office) -> Callable[..., None]:
    def spoil_(index: str = "mail_search", *, beyond_opening: bool = False) -> None:
        file = database_file(office.deps.store.engine)
        spoil_index(file, index, beyond_opening=beyond_opening)
        office.deps.store.engine.dispose()

    return spoil_


def search(office: Office, anna: Person, typed: str = "oak") -> Page:
    return search_mail(office.deps, anna.mailbox_id or 0, parse(typed))


def rebuilt(office: Office) -> list[Logged]:
    return list(iter_entries(office.deps, Filter(code="search")))


def back_up(office: Office) -> None:
    assert back_up_if_due(office.deps, threading.Event())


def still_damaged(office: Office) -> set[str]:
    """As a copy shows that is made now."""
    office.clock.advance(days=1)
    back_up(office)
    newest = max(each.name for each in read_backups(office.deps.instance))
    return set(damaged_in(office.deps.instance / "backups" / newest))


@pytest.mark.parametrize("beyond_opening", [False, True])
def test_a_search_that_comes_upon_it_says_so_and_finds_all_again_soon(
    office: Office, anna: Person, spoil: Callable[..., None], beyond_opening: bool
):
    spoil(beyond_opening=beyond_opening)

    meanwhile = search(office, anna)
    index_mail(office.deps)
    afterwards = search(office, anna)

    assert (meanwhile.hits, meanwhile.whole) == ((), False)
    assert (len(afterwards.hits), afterwards.whole) == (3, True)
    [entry] = rebuilt(office)
    assert (entry.level, entry.detail["index"]) == (Level.WARNING, "mail_search")
    assert still_damaged(office) == set()


@pytest.mark.parametrize("index", INDEXES)
def test_what_nobody_searched_is_found_by_the_backup_of_the_day(
    office: Office, anna: Person, spoil: Callable[..., None], index: str
):
    spoil(index)

    back_up(office)
    found = set(office.deps.store.damaged_indexes)
    index_mail(office.deps)

    assert found == {index}
    assert [each.detail["index"] for each in rebuilt(office)] == [index]
    assert len(search(office, anna).hits) == 3
    assert still_damaged(office) == set()
    assert len(rebuilt(office)) == 1


def test_a_search_in_the_log_builds_its_index_anew_and_goes_on(
    office: Office, anna: Person, spoil: Callable[..., None]
):
    before = [each.id for each in iter_entries(office.deps, Filter(text="anna"))]
    spoil("activity_search", beyond_opening=True)

    found = [each.id for each in iter_entries(office.deps, Filter(text="anna"))]

    assert before and found == before
    assert [each.detail["index"] for each in rebuilt(office)] == ["activity_search"]


def test_whoever_comes_upon_it_nobody_is_told_to_put_a_backup_back(
    office: Office, anna: Person, spoil: Callable[..., None]
):
    spoil(beyond_opening=True)
    gone = delete(MessageRow).where(MessageRow.subject == "no 1")
    with pytest.raises(IndexDamaged), office.deps.store.write() as db:
        db.execute(gone)

    note_damage(office.deps)
    index_mail(office.deps)
    with office.deps.store.write() as db:
        db.execute(gone)

    assert list(iter_entries(office.deps, Filter(code="database"))) == []
    assert len(search(office, anna).hits) == 2
    assert still_damaged(office) == set()


def test_what_cannot_be_built_anew_yet_waits(
    office: Office, anna: Person, spoil: Callable[..., None], monkeypatch: pytest.MonkeyPatch
):
    spoil()
    back_up(office)

    with monkeypatch.context() as full:
        full.setattr(mail_search, "CREATE", ("no statement",))
        with pytest.raises(StoreUnavailable):
            index_mail(office.deps)
    index_mail(office.deps)

    assert len(rebuilt(office)) == 1
    assert len(search(office, anna).hits) == 3


def test_an_index_that_is_whole_is_left_as_it_is(office: Office, anna: Person):
    back_up(office)
    index_mail(office.deps)

    assert rebuilt(office) == []
    assert search(office, anna).whole
