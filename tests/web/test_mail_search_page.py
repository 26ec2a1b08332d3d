"""Searching one's own mail in a browser: found, marked, and nobody else's."""

import re
from html import unescape

import pytest

from mailboxadmin.services.reading.index_mail import index_mail
from mailboxadmin.store.backup import database_file
from tests.support import inbox
from tests.support.damage import spoil_index
from tests.support.office import Office


@pytest.fixture
def anna(office: Office, at_desk):
    person = inbox.reader(office)
    inbox.fill(
        office,
        person,
        [
            inbox.letter("The <b>oak</b> arrives on Monday.", subject="Timber & more", number="a"),
            inbox.letter("Nothing of interest.", subject="Lunch", number="b"),
        ],
    )
    index_mail(office.deps)
    return at_desk(person.email)


def test_what_fits_is_found_and_marked_and_escaped(anna):
    page = anna.get("/mail/search?q=oak").text

    assert "<mark>oak</mark>" in page
    assert "Timber &amp; more" in page and "Lunch" not in page
    assert "<b>oak" not in page


def test_the_fields_find_the_same_as_the_words(anna):
    found = anna.get("/mail/search?subject=lunch").text

    assert "<mark>Lunch</mark>" in found and "Timber" not in found
    assert 'value="subject:lunch"' in found


@pytest.mark.parametrize(
    "typed", ['"', "*", "a OR (", "from:", "before:x", "-", "\x00", "“”", "%_"]
)
def test_whatever_is_typed_is_answered(anna, typed):
    assert anna.client.get("/mail/search", query_string={"q": typed}).status_code == 200


def test_nothing_is_said_where_nothing_is_found(anna):
    assert "Nothing was found." in anna.get("/mail/search?q=walnut").text


def test_while_a_damaged_index_is_built_anew_the_page_says_so(office: Office, anna):
    spoil_index(database_file(office.deps.store.engine), "mail_search")
    office.deps.store.engine.dispose()

    meanwhile = anna.get("/mail/search?q=oak").text
    index_mail(office.deps)
    afterwards = anna.get("/mail/search?q=oak").text

    assert "The index for searching is being built" in meanwhile
    assert "Nothing was found yet." in meanwhile
    assert "is being built" not in afterwards and "<mark>oak</mark>" in afterwards


def test_older_mail_that_was_found_is_on_the_next_page(office: Office, at_desk):
    anna = inbox.reader(office)
    inbox.fill(office, anna, [inbox.letter("oak", subject=f"no {n:02}") for n in range(60)])
    index_mail(office.deps)
    visitor = at_desk(anna.email)

    first = visitor.get("/mail/search?q=oak").text
    [older] = re.findall(r'href="([^"]+)">Older<', first)
    second = visitor.get(unescape(older)).text

    pages = [re.findall(r"no \d\d", each) for each in (first, second)]
    assert pages == [[f"no {n:02}" for n in range(50)], [f"no {n}" for n in range(50, 60)]]


def test_from_a_message_that_was_found_one_goes_back_to_what_was_found(anna):
    found = anna.get("/mail/search?subject=timber&page=9000000000000000000").text
    [opened] = re.findall(r'class="mail-open" href="([^"]+)"', found)

    letter = anna.get(unescape(opened)).text
    [back] = re.findall(r'href="([^"]+)">Back to what was found<', letter)

    assert unescape(back) == "/mail/search?q=subject:timber&page=9000000000000000000"
    assert "Timber" in anna.get(unescape(back)).text


def test_a_message_of_the_list_leads_back_to_the_list(anna):
    [opened, _] = re.findall(r'class="mail-open" [^>]*href="([^"]+)"', anna.get("/mail").text)

    letter = anna.get(unescape(opened)).text

    assert ">Back to the list<" in letter and "Back to what was found" not in letter


def test_nobody_elses_mail_is_found(office, anna, at_desk):
    ben = inbox.reader(office, "Ben Okoye")

    assert "Nothing was found." in at_desk(ben.email).get("/mail/search?q=oak").text


def test_the_list_has_the_line_to_search_with(anna):
    assert 'action="/mail/search"' in anna.get("/mail").text
