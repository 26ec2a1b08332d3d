"""The log in a browser."""

import re

import pytest

from mailboxadmin.domain.activity import Code, Entry, Level
from mailboxadmin.domain.people import Person
from mailboxadmin.store.activity import repeat_entry
from tests.support import states
from tests.support.office import Office
from tests.support.visitor import Visitor

DAY = 24 * 60


@pytest.fixture
def anna(office: Office) -> Person:
    return states.somebody(office, "Anna Keller")


@pytest.fixture
def grace(office: Office, anna: Person, at_desk) -> Visitor:
    office.admin("grace@example.org")
    return at_desk("grace@example.org")


@pytest.fixture
def some_log(office: Office, anna: Person) -> None:
    """A little of everything."""
    own = anna.mailbox_id
    states.log(office, Code.SYNC_FINISHED, "old sync", mailbox_id=own, minutes_ago=20 * DAY)
    states.log(office, Code.SYNC_FINISHED, "dull sync", mailbox_id=own, level=Level.ROUTINE)
    states.log(office, Code.SYNC_FAILED, "failed sync", mailbox_id=own, level=Level.ERROR)
    states.log(office, Code.SETTINGS_CHANGED, "other settings", actor="grace@example.org")
    states.log(office, Code.SYNC_FINISHED, "bens sync", mailbox_id=99)


ALL = {"old sync", "dull sync", "failed sync", "other settings", "bens sync"}


def shown(visitor: Visitor, query: str = "") -> set[str]:
    page = visitor.get(f"/activity?{query}").text
    return {words for words in ALL if words in page}


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", {"failed sync", "other settings", "bens sync"}),
        ("period=all", ALL - {"dull sync"}),
        ("period=month&level=routine", ALL),
        ("level=error", {"failed sync"}),
        ("code=sync.", {"failed sync", "bens sync"}),
        ("code=sync.failed&period=all", {"failed sync"}),
        ("mailbox=1", {"failed sync"}),
        ("mailbox=1&level=routine&period=all", {"old sync", "dull sync", "failed sync"}),
        ("text=settings", {"other settings"}),
        ("text=SYNC&mailbox=1", {"failed sync"}),
        (
            "mailbox=x&code=nonsense&level=9&period=1",
            {"failed sync", "other settings", "bens sync"},
        ),
    ],
)
def test_the_filter_stands_in_the_address(grace: Visitor, some_log, query: str, words: set[str]):
    assert shown(grace, query) == words


def test_staff_see_their_own_whatever_the_address_says(some_log, office, grace, at_desk):
    states.somebody(office, "Ben")
    anna = at_desk("anna@example.org")

    for query in ("period=all", "period=all&mailbox=99", "period=all&text=sync", "mailbox="):
        assert shown(anna, query) <= {"old sync", "failed sync"}
    assert shown(at_desk("ben@example.org"), "period=all&text=sync") == set()


def test_an_admin_made_staff_without_a_mailbox_sees_nothing(some_log, office: Office, grace):
    from mailboxadmin.services.overview.activity import read_page
    from mailboxadmin.web.activity.filters import chosen

    person = Person(
        id=5,
        email="x@example.org",
        name="",
        role="staff",  # type: ignore[arg-type]
        standing="active",  # type: ignore[arg-type]
        mailbox_id=None,
        created_at=office.clock.now(),
        last_login_at=None,
    )
    for args in ({"period": "all"}, {"period": "all", "text": "settings"}):
        wanted = chosen(args).wanted(person, office.clock.now())
        assert read_page(office.deps, wanted).entries == ()


def test_pages_follow_each_other_without_a_gap(office: Office, grace: Visitor):
    for number in range(120):
        states.log(office, Code.SYNC_FINISHED, f"sync {number:03}")

    read, path = [], "/activity?code=sync."
    while path:
        page = grace.get(path).text
        read += re.findall(r"sync (\d{3})", page)
        older = re.search(r'href="([^"]+)">Older<', page)
        path = older[1].replace("&amp;", "&") if older else ""

    assert read == [f"{number:03}" for number in reversed(range(120))]
    assert ">Newest<" in page


def test_new_entries_come_by_themselves_and_only_when_there_are_any(office: Office, grace: Visitor):
    last = states.log(office, Code.SYNC_FINISHED, "first")
    page = grace.get("/activity").text
    asked = {"headers": {"HX-Request": "true"}}

    nothing = grace.get(f"/activity?after={last}", **asked)
    states.log(office, Code.SYNC_FINISHED, "second")
    new = grace.get(f"/activity?after={last}", **asked)

    assert f"after={last}" in page and 'aria-live="polite"' in page
    assert (nothing.status_code, nothing.data) == (204, b"")
    assert new.text.count('class="fresh"') == 1
    assert new.text.index("second") < new.text.index("first")
    assert "<html" not in new.text


def test_a_repeated_failure_is_one_line_with_a_count(office: Office, grace: Visitor):
    entry = Entry(code=Code.SYNC_FAILED, level=Level.ERROR, message="refused", actor="scheduler")
    first = states.log(office, Code.SYNC_FAILED, "refused", level=Level.ERROR, minutes_ago=30)
    with office.deps.store.write() as db:
        repeat_entry(db, first, entry, office.clock.now())

    page = grace.get("/activity?code=sync.failed").text

    assert "2 times since" in page
    assert page.count("refused") == 1


def test_entries_are_grouped_by_day(office: Office, grace: Visitor, some_log):
    states.log(office, Code.SYNC_FINISHED, "sync of yesterday", minutes_ago=DAY)

    page = grace.get("/activity").text

    assert page.index(">Today<") < page.index("bens sync")


def test_an_empty_page_says_why_and_what_to_do(grace: Visitor):
    assert "Nothing in the log is like that." in grace.get("/activity?text=zebra").text


def test_what_is_logged_is_text_not_markup(office: Office, grace: Visitor):
    states.log(office, Code.SYNC_FAILED, "<script>x</script>", level=Level.ERROR, fact="<i>y</i>")

    page = grace.get("/activity?text=<b>").text + grace.get("/activity").text

    assert "<script>x" not in page and "&lt;script&gt;x" in page
    assert "<i>y" not in page and "<b>" not in page.split("<form")[1].split("</form>")[0]
