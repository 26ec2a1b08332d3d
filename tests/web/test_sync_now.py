"""Sync now: its progress, its end, and stopping it."""

import time
from datetime import timedelta

import pytest

from mailboxadmin.domain.activity import Code, Entry
from mailboxadmin.domain.mailbox import Encryption, Server, State
from mailboxadmin.domain.run import Counts, Outcome
from mailboxadmin.services.syncing.outcome import Result, record_outcome
from mailboxadmin.services.work.runs import begin_run, held, read_progress
from mailboxadmin.store import runs
from mailboxadmin.store.activity import add_entry
from tests.support import states
from tests.support.office import Office
from tests.support.visitor import Visitor


@pytest.fixture
def box(office: Office) -> int:
    """Anna's mailbox; no server is named for it."""
    office.admin("grace@example.org")
    return states.put(office, states.somebody(office, "Anna Keller"), State.OK)


@pytest.fixture
def anna(box: int, at_desk) -> Visitor:
    return at_desk("anna@example.org")


def a_run(office: Office, box: int, **end: object) -> int:
    """A run that got somewhere; with an outcome, one that ended."""
    run = begin_run(office.deps, box, actor="grace@example.org")
    with held(office.deps, run), office.deps.store.write() as db:
        counts = Counts(new=41)
        runs.note_progress(db, run.id, folder="INBOX", done=41, total=120, counts=counts)
        if end:
            now = office.clock.now() + timedelta(seconds=2)
            runs.end_run(db, run.id, **{"counts": counts, "finding": None, "now": now} | end)
    return run.id


def test_the_button_starts_a_run_and_shows_it(office: Office, box: int, anna: Visitor):
    answer = anna.post(f"/mailboxes/{box}/sync", form_at=f"/mailboxes/{box}")

    assert answer.status_code == 302
    assert answer.location.startswith(f"/mailboxes/{box}/runs/")
    run_id = int(answer.location.rpartition("/")[2])
    deadline = time.monotonic() + 30
    while read_progress(office.deps, run_id, box).live and time.monotonic() < deadline:
        time.sleep(0.05)
    page = anna.get(answer.location).text
    assert "The mailbox could not be read." in page
    assert "Nothing was lost" in page


def test_a_run_that_goes_on_is_joined(office: Office, box: int, anna: Visitor):
    run_id = a_run(office, box)

    answer = anna.post(f"/mailboxes/{box}/sync", form_at=f"/mailboxes/{box}")

    assert answer.location == f"/mailboxes/{box}/runs/{run_id}"


def test_its_progress_is_shown_and_asked_for_again(office: Office, box: int, anna: Visitor):
    run_id = a_run(office, box)

    page = anna.get(f"/mailboxes/{box}/runs/{run_id}").text
    fragment = anna.get(f"/mailboxes/{box}/runs/{run_id}", headers={"HX-Request": "1"}).text

    assert "INBOX" in page and "41 of 120 messages" in page
    assert '<progress max="120" value="41"' in page
    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in page
    assert 'hx-trigger="every 1s"' in fragment and "<html" not in fragment


@pytest.mark.parametrize(
    ("end", "said"),
    [
        ({"outcome": Outcome.OK}, "The mailbox is up to date.|41 new messages."),
        (
            {"outcome": Outcome.OK, "counts": Counts()},
            "The mailbox is up to date.|There was nothing new.",
        ),
        (
            {"outcome": Outcome.PARTIAL, "counts": Counts(new=1, remaining=9)},
            "The sync brought as many messages as one may.|with the next sync: 9 messages.",
        ),
        (
            {"outcome": Outcome.PARTIAL, "finding": states.finding()},
            "A part could not be read.|41 new messages.|Make an app password.",
        ),
        ({"outcome": Outcome.CANCELLED}, "The sync was stopped.|What was stored is kept"),
        ({"outcome": Outcome.FAILED}, "The sync was cut off.|the next sync goes on"),
    ],
)
def test_its_end_is_said_in_words_and_not_asked_for_again(
    office: Office, box: int, anna: Visitor, end: dict, said: str
):
    run_id = a_run(office, box, **end)

    page = anna.get(f"/mailboxes/{box}/runs/{run_id}").text

    assert all(words in page for words in said.split("|"))
    assert 'id="run" hx-get' not in page and "http-equiv" not in page


def test_a_run_that_its_time_limit_ended_says_that(office: Office, box: int, anna: Visitor):
    left = Counts(new=1, remaining=9)
    run_id = a_run(office, box, outcome=Outcome.PARTIAL, counts=left)
    ended = Entry(
        code=Code.SYNC_TIMED_OUT, message="…", actor="grace", mailbox_id=box, run_id=run_id
    )
    with office.deps.store.write() as db:
        add_entry(db, ended, office.clock.now())

    page = anna.get(f"/mailboxes/{box}/runs/{run_id}").text

    assert "The sync reached its time limit." in page
    assert "Still to come with the next sync: 9 messages." in page


def test_a_first_sync_that_was_stopped_is_not_waited_for(office: Office, anna: Visitor, at_desk):
    where = Server(host="mail.example.org", port=993, encryption=Encryption.SSL)
    new = office.mailbox_at(where)
    ann, grace = at_desk("ann@example.org"), at_desk("grace@example.org")
    run = begin_run(office.deps, new.id, actor="ann@example.org")
    pages = [(ann, f"/mailboxes/{new.id}"), (grace, "/"), (grace, "/staff")]
    assert all(">First sync<" in who.get(path).text for who, path in pages)

    with held(office.deps, run):
        run.control.stop(by="ann@example.org")
        stopped = Result(outcome=Outcome.CANCELLED, counts=Counts())
        record_outcome(office.deps, run, stopped)

    for who, path in pages:
        page = who.get(path).text
        assert "First sync not finished" in page and "Waiting for its first sync" not in page


def test_it_can_be_stopped(office: Office, box: int, anna: Visitor):
    run_id = a_run(office, box)
    path = f"/mailboxes/{box}/runs/{run_id}"

    answer = anna.post(f"{path}/cancel", form_at=path)

    assert answer.location == path
    assert read_progress(office.deps, run_id, box).cancel_requested
    assert "Stopping the sync" in anna.get(path).text


def test_nothing_happens_without_a_token_by_get_or_for_others(
    office: Office, box: int, anna: Visitor, at_desk
):
    states.somebody(office, "Ben")
    ben = at_desk("ben@example.org")
    run_id = a_run(office, box)

    for path in (f"/mailboxes/{box}/sync", f"/mailboxes/{box}/runs/{run_id}/cancel"):
        assert anna.get(path).status_code == 405
        assert anna.post_without_token(path).status_code == 400
        assert ben.post(path, form_at="/password").status_code == 404
    assert not read_progress(office.deps, run_id, box).cancel_requested


def test_the_run_of_another_mailbox_is_not_found(office: Office, box: int, anna: Visitor):
    ben = states.put(office, states.somebody(office, "Ben"), State.OK)
    run_id = a_run(office, ben)

    assert anna.get(f"/mailboxes/{box}/runs/{run_id}").status_code == 404
    assert (
        anna.post(f"/mailboxes/{box}/runs/{run_id}/cancel", form_at="/password").status_code == 404
    )
