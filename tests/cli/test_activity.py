"""`mailboxadmin activity`."""

import pytest

from mailboxadmin.domain.activity import Code, Entry, Level
from mailboxadmin.store.activity import add_entry, repeat_entry

KEYS = ["id", "at", "level", "code", "mailbox", "actor", "run", "message", "detail"]


@pytest.fixture
def log(office):
    def write(code, *, level=Level.INFO, mailbox_id=None, message="Something."):
        entry = Entry(code=code, message=message, actor="test", level=level, mailbox_id=mailbox_id)
        with office.deps.store.write() as db:
            return add_entry(db, entry, office.clock.now())

    return write


def test_entries_are_newest_first_with_the_promised_keys(run, log):
    first, second = log(Code.SYNC_FAILED), log(Code.LOGIN_FAILED, level=Level.ERROR)

    lines = run("activity", "--json").objects

    assert [line["id"] for line in lines] == [second, first]
    assert list(lines[0]) == KEYS
    assert lines[0] == {
        "id": second,
        "at": "2026-03-02T09:00:00Z",
        "level": "error",
        "code": "login.failed",
        "mailbox": None,
        "actor": "test",
        "run": None,
        "message": "Something.",
        "detail": {},
    }


def test_code_is_a_prefix_level_a_minimum_limit_the_most(run, log):
    for level in Level:
        log(Code.SYNC_FAILED, level=level)
        log(Code.LOGIN_FAILED, level=level)

    def count(*options):
        return len(run("activity", *options, "--json").objects)

    assert count() == 8
    assert count("--code", "sync") == 4
    assert count("--code", "sync.failed", "--level", "warning") == 2
    assert count("--limit", "3") == 3
    assert count("--code", "nonsense") == 0


def test_since_takes_times_with_a_zone(run, log, clock):
    log(Code.SYNC_FAILED)
    clock.advance(hours=1)
    late = log(Code.SYNC_FAILED)

    with_z = run("activity", "--since", "2026-03-02T10:00:00Z", "--json")
    with_offset = run("activity", "--since", "2026-03-02T11:00:00+01:00", "--json")

    assert [line["id"] for line in with_z.objects] == [late]
    assert with_offset.out == with_z.out


def test_one_mailbox_can_be_chosen(run, log, office):
    anna = office.person("anna@example.org")
    log(Code.SYNC_FAILED)
    about = log(Code.SYNC_FAILED, mailbox_id=anna.mailbox_id)

    lines = run("activity", "--mailbox", "ANNA@example.org", "--code", "sync", "--json").objects

    assert [line["id"] for line in lines] == [about]
    assert lines[0]["mailbox"] == "anna@example.org"


def test_a_repeated_failure_says_how_often_and_since_when(run, log, office, clock):
    first = log(Code.SYNC_FAILED)
    clock.advance(minutes=5)
    with office.deps.store.write() as db:
        entry = Entry(code=Code.SYNC_FAILED, message="Something.", actor="test")
        repeat_entry(db, first, entry, clock.now())

    [line] = run("activity", "--json").objects

    assert line["detail"] == {"times": 2, "first_at": "2026-03-02T09:00:00Z"}
    assert "2 times since" in run("activity").out


def test_what_a_terminal_would_obey_is_taken_out(run, log):
    log(Code.SYNC_FAILED, message="red \x1b[31m alarm\nsecond line")

    done = run("activity")

    assert "\x1b" not in done.out
    assert len(done.out.splitlines()) == 1
