"""Times, names and links as pages say them."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from mailboxadmin.domain.counted import counted
from mailboxadmin.web import words

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def berlin(monkeypatch: pytest.MonkeyPatch):
    """A machine in Berlin: half past ten."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (NOW, "10:30"),
        (NOW - timedelta(hours=10), "00:30"),
        (NOW - timedelta(hours=11), "yesterday 23:30"),
        (NOW + timedelta(days=1), "tomorrow 10:30"),
        (NOW - timedelta(days=20), "10 Feb"),
        (NOW - timedelta(days=400), "26 Jan 2025"),
    ],
)
def test_an_instant_is_as_exact_as_it_is_near(at: datetime, said: str):
    assert words.when(at, NOW) == said


def test_the_exact_instant_is_there_for_who_asks():
    assert words.exact(NOW) == "2026-03-02 10:30:00 +0100"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "now"), (12, "12 s ago"), (61, "1 min ago"), (7300, "2 h ago"), (90_000, "1 day ago")],
)
def test_a_while_ago(seconds: int, said: str):
    assert words.ago(NOW - timedelta(seconds=seconds), NOW) == said


@pytest.mark.parametrize(("seconds", "said"), [(-5, "now"), (3, "in 3 s"), (200_000, "in 2 days")])
def test_what_comes(seconds: int, said: str):
    assert words.soon(NOW + timedelta(seconds=seconds), NOW) == said


@pytest.mark.parametrize(
    ("days", "said"), [(0, "Today"), (1, "Yesterday"), (6, "Tuesday, 24 February")]
)
def test_days_head_the_log(days: int, said: str):
    assert words.day(NOW - timedelta(days=days), NOW) == said


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Anna Keller", "AK"), ("Anna Maria Keller", "AK"), ("info@example.org", "IN"), ("Ö", "Ö")],
)
def test_initials(name: str, letters: str):
    assert words.initials(name) == letters


def test_links_are_links_and_everything_else_is_text():
    text = "See [the <b>page</b>](https://example.org/a?b=1&c) or https://example.org/x. <script>"

    page = words.linked(text)

    assert '<a href="https://example.org/a?b=1&amp;c"' in page
    assert "the &lt;b&gt;page&lt;/b&gt;</a>" in page
    assert 'href="https://example.org/x"' in page
    assert page.endswith("</a>. &lt;script&gt;")


def test_only_https_becomes_a_link():
    text = "[click](javascript:alert(1)) http://example.org ftp://example.org"

    assert "<a" not in words.linked(text)


def test_numbers_and_their_nouns():
    assert counted(1, "message") == "1 message"
    assert counted(8412, "message") == "8,412 messages"
    assert [words.number_word(n) for n in (2, 12, 13)] == ["Two", "Twelve", "13"]


@pytest.mark.parametrize(
    ("name", "said", "read"),
    [
        ("Anna Berg", "Anna’s mailbox was stopped.", "Your mailbox was stopped."),
        ("Anna Berg", "No password for Anna’s mailbox.", "No password for your mailbox."),
        ("", "No password for a@b.example’s mailbox.", "No password for your mailbox."),
        ("Anna Berg", "Ben’s mailbox was stopped.", "Ben’s mailbox was stopped."),
    ],
)
def test_an_owner_reads_of_their_own_mailbox(name: str, said: str, read: str):
    assert words.yours(said, name, "a@b.example") == read
