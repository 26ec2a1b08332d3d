"""Runs that are ended before they are done: by their deadline, by a person, by the server."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from mailboxadmin.demo.deeds import Action, Close, Drip, Stall
from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.mailbox import Encryption, Server, State
from mailboxadmin.domain.run import Counts, Outcome, SyncReport
from mailboxadmin.services.new_mail.fetch import BATCH_BYTES
from mailboxadmin.services.syncing.sync import sync_mailbox
from mailboxadmin.services.work.runs import cancel_run, current_run, read_progress
from tests.support import mails
from tests.support.office import Box, Office
from tests.support.scripted import ScriptedImap
from tests.support.scripted_steps import (
    Step,
    capability,
    expect,
    list_folders,
    literal,
    login,
    message_id,
    select,
)
from tests.support.stored import codes, entries, here
from tests.support.waiting import wait_for

#: A run of some seconds that ends later than this was held by the server.
GENEROUS_S = 60.0
#: Enough for a first batch on a busy machine; the second never comes.
UNTIL_STORED_S = 6


def up_to_the_list() -> list[Step]:
    return [
        capability(),
        login(),
        capability(),
        select(exists=100, uid_next=101),
        expect("UID SEARCH", f"* SEARCH {' '.join(map(str, range(1, 101)))}", "{tag} OK done"),
        expect(
            "UID FETCH .*RFC822.SIZE",
            # As announced, 75 of them are as much as is asked for at once.
            *(
                f"* {uid} FETCH (UID {uid} RFC822.SIZE {BATCH_BYTES // 75})"
                for uid in range(1, 101)
            ),
            "{tag} OK done",
        ),
    ]


def batch(uids: range) -> Step:
    """A FETCH that is answered, with one message for each UID."""
    return expect(
        "UID FETCH .*BODY.PEEK",
        *(
            literal(f"* {uid} FETCH (UID {uid} FLAGS () BODY[]", mails.message(uid), ")")
            for uid in uids
        ),
        "{tag} OK done",
    )


def never_done(*actions: Action) -> list[Step]:
    """A first batch that comes, and a second one that does not."""
    return [*up_to_the_list(), batch(range(26, 101)), expect("UID FETCH", *actions)]


@pytest.fixture
def scripted_box(office: Office, scripted_imap) -> Callable[..., Box]:
    def start(*scripts: list[Step], **options: object) -> Box:
        server: ScriptedImap = scripted_imap(*scripts, may_stop_early=True, **options)
        return office.mailbox_at(
            Server(host=server.host, port=server.port, encryption=Encryption.NONE)
        )

    return start


def test_a_deadline_keeps_what_was_stored_and_is_no_failure(
    office: Office, scripted_box, short_run: Callable[[int], None]
):
    short_run(UNTIL_STORED_S)
    box = scripted_box(never_done(Stall()))

    report = office.sync(box)

    assert (report.outcome, report.finding) == (Outcome.PARTIAL, None)
    assert report.counts == Counts(new=75, remaining=25)
    assert office.state(box) is State.OK
    assert len(here(office, box)) == 75
    (entry,) = entries(office, box, "sync")
    assert (entry.code, entry.level.word) == ("sync.timed_out", "info")
    assert entry.message.endswith("still to come with the next one: 25.")


def test_the_next_run_fetches_only_what_is_left(
    office: Office, scripted_box, short_run: Callable[[int], None]
):
    short_run(UNTIL_STORED_S)
    before, searched = up_to_the_list()[:4], up_to_the_list()[4]
    rest = [
        *before,
        message_id(100, mails.message(100)),
        searched,
        expect("UID FETCH 1:25 .*RFC822.SIZE", "{tag} OK done"),
        batch(range(1, 26)),
        expect(
            "UID FETCH 1:100 .*FLAGS",
            *(f"* {uid} FETCH (UID {uid} FLAGS ())" for uid in range(1, 101)),
            "{tag} OK done",
        ),
        list_folders(),
    ]
    box = scripted_box(never_done(Stall()), rest)
    office.sync(box)

    report = office.sync(box)

    assert (report.outcome, report.counts) == (Outcome.OK, Counts(new=25))
    assert here(office, box) == {("INBOX", uid): mails.message(uid) for uid in range(1, 101)}


def test_a_deadline_without_progress_is_a_failure(
    office: Office, scripted_box, short_run: Callable[[int], None]
):
    short_run(2)
    box = scripted_box([*up_to_the_list(), expect("UID FETCH", Stall())])

    report = office.sync(box)

    assert report.outcome is Outcome.FAILED
    assert report.finding is not None
    assert report.finding.code == "local.deadline_exceeded"
    assert office.state(box) is State.RETRYING
    assert codes(office, box, "sync") == ["sync.timed_out"]


@pytest.mark.parametrize(
    ("script", "greeting"),
    [
        pytest.param([], Drip("* OK " + "ready " * 50), id="greeting"),
        pytest.param(
            [*up_to_the_list()[:3], expect("EXAMINE", Drip("* FLAGS ()" * 99))],
            "* OK ready",
            id="folder",
        ),
        pytest.param(
            never_done(Drip(literal("* 1 FETCH (UID 1 BODY[]", b"x" * 999))),
            "* OK ready",
            id="message",
        ),
    ],
)
def test_a_server_that_drips_does_not_hold_a_run(
    office: Office,
    scripted_box,
    short_run: Callable[[int], None],
    script: list[Step],
    greeting: Action,
):
    short_run(2)
    box = scripted_box(script, greeting=greeting)

    began = time.monotonic()
    report = office.sync(box)

    assert report.outcome in (Outcome.FAILED, Outcome.PARTIAL)
    assert time.monotonic() - began < GENEROUS_S


@pytest.fixture
def going_on(office: Office, scripted_box) -> Iterator[tuple[Box, list[SyncReport], int]]:
    """A run in a thread that has stored its first batch and waits for the second."""
    box = scripted_box(never_done(Stall()))
    reports: list[SyncReport] = []

    def run() -> None:
        reports.append(sync_mailbox(office.deps, box.id, actor=COMMAND_LINE))

    thread = threading.Thread(target=run)
    thread.start()
    wait_for(lambda: current_run(office.deps, box.id) is not None)
    run_id = current_run(office.deps, box.id)
    assert run_id is not None
    wait_for(lambda: read_progress(office.deps, run_id, box.id).done > 0)
    yield box, reports, run_id
    cancel_run(office.deps, run_id, actor=COMMAND_LINE)
    thread.join()


def test_progress_tells_what_is_safe(office: Office, going_on):
    box, _, run_id = going_on

    progress = read_progress(office.deps, run_id, box.id)

    assert (progress.folder, progress.done, progress.total) == ("INBOX", 75, 100)
    assert progress.live
    assert len(here(office, box)) == 75


def test_a_cancelled_run_ends_at_once_and_keeps_what_it_stored(office: Office, going_on):
    box, reports, run_id = going_on

    began = time.monotonic()
    assert cancel_run(office.deps, run_id, actor="grace@example.org")
    wait_for(lambda: bool(reports))

    assert time.monotonic() - began < GENEROUS_S
    assert reports[0].outcome is Outcome.CANCELLED
    assert reports[0].as_json()["outcome"] == "partial"
    assert len(here(office, box)) == 75
    assert current_run(office.deps, box.id) is None
    (entry,) = entries(office, box, "sync")
    assert (entry.code, entry.run_id) == ("sync.cancelled", run_id)


def test_a_connection_that_breaks_keeps_what_was_stored_and_is_retried(
    office: Office, scripted_box
):
    gone = [capability(), expect("LOGIN", Close(reset=True))]
    box = scripted_box(never_done(Close(reset=True)), gone)

    report = office.sync(box)

    assert report.finding is not None
    assert (report.finding.code, report.finding.temporary) == ("server.closed", True)
    assert office.state(box) is State.RETRYING
    assert len(here(office, box)) == 75
