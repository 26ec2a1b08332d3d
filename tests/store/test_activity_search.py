"""Searching the log: whole words, in any case, and whatever anybody types."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, text

from mailboxadmin.domain.activity import Code
from mailboxadmin.store.activity_pages import entries
from mailboxadmin.store.activity_search import CREATE
from mailboxadmin.store.tables import ActivityRow
from tests.support import states
from tests.support.office import Office


@pytest.fixture
def said(office: Office) -> Office:
    """An office whose log holds one telling entry."""
    anna = states.somebody(office, "Anna Keller")
    text = "Google wants an app password for Anna’s Entwürfe (“x-9”)"
    states.log(office, Code.SYNC_FAILED, text, mailbox_id=anna.mailbox_id)
    return office


def found(office: Office, words: str) -> int:
    with office.deps.store.read() as db:
        return len([e for e in entries(db, words=words) if e.code == Code.SYNC_FAILED])


@pytest.mark.parametrize(
    "words",
    ["google", "PASSWORD app", "entwurfe", "x-9", "anna@example.org", "sync.failed", "scheduler"],
)
def test_words_are_found_wherever_they_stand(said: Office, words: str):
    assert found(said, words) == 1


@pytest.mark.parametrize("words", ["passw", "google AND", "m1", "l20", "yahoo", "- *", '"'])
def test_parts_of_words_operators_and_facets_are_not(said: Office, words: str):
    assert found(said, words) == 0


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(words=st.text(max_size=60))
def test_nothing_that_is_typed_breaks_the_search(said: Office, words: str):
    assert found(said, words) in (0, 1)


def test_the_migration_makes_what_the_code_says(office: Office):
    with office.deps.store.read() as db:
        made = db.execute(text("SELECT sql FROM sqlite_master WHERE name LIKE 'activity_search%'"))
        statements = {row.sql for row in made}

    assert set(CREATE[:3]) <= statements


def test_what_is_deleted_is_not_found_again(said: Office):
    with said.deps.store.write() as db:
        db.execute(delete(ActivityRow))

    assert found(said, "google") == 0
