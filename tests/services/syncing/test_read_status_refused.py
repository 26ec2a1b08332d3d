r"""Servers that cannot be told, or that changed meanwhile, to the byte; only the push talks."""

from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import delete, select, update

from mailboxadmin.demo.deeds import Action, Close
from mailboxadmin.domain.activity import Level
from mailboxadmin.domain.errors import Cancelled, Happening, MailFailure
from mailboxadmin.domain.folder import Cursor
from mailboxadmin.domain.mailbox import Encryption, Server
from mailboxadmin.imap.session import Session
from mailboxadmin.services.syncing.push import push_read_changes
from mailboxadmin.store.folders import folder_id, set_cursor
from mailboxadmin.store.tables import LeaseRow
from mailboxadmin.store.tables_mail import MessageBytesRow, MessageRow
from tests.services.clicking import SEEN, mark, shown, switch, waiting
from tests.services.pushing import push_with
from tests.support.office import Box, Office
from tests.support.scripted import ScriptedImap
from tests.support.scripted_steps import Step, capability, expect, literal, login
from tests.support.stored import codes, entries

push = partial(push_with, push_read_changes)
#: UID 1 and 2 were read when the server was last asked, the other three were not.
READ = (1, 2)
UNREAD = (3, 4, 5)


def opened(*lines: str, code: str = "READ-WRITE", uid_validity: int = 7) -> Step:
    return expect(
        'SELECT "?INBOX"?$',
        "* 5 EXISTS",
        f"* OK [UIDVALIDITY {uid_validity}] valid",
        *lines,
        "{tag} OK [" + code + "] selected",
    )


def with_modseq(**more: str) -> Step:
    return opened("* OK [HIGHESTMODSEQ 70] highest", **more)


def asked(uids: str, **flags: str) -> Step:
    r"""FETCH FLAGS of these; the answer by UID: asked("3:4", u3="", u4=r"\Seen")."""
    lines = [f"* {uid[1:]} FETCH (UID {uid[1:]} FLAGS ({said}))" for uid, said in flags.items()]
    return expect(rf"UID FETCH {uids} \(FLAGS( MODSEQ)?\)$", *lines, "{tag} OK done")


def told(what: str, *actions: Action) -> Step:
    return expect(rf"UID STORE {what}$", *(actions or ("{tag} OK done",)))


@pytest.fixture
def start(office: Office, scripted_imap: Callable[..., ScriptedImap]) -> Callable[..., Box]:
    """A mailbox of five messages, on a server with this dialogue after the sign-in."""

    def start_(*steps: Step) -> Box:
        server = scripted_imap([capability(), login(), capability(), *steps])
        where = Server(host=server.host, port=server.port, encryption=Encryption.NONE)
        box = office.mailbox_at(where)
        switch(office, "yes")
        with office.deps.store.write() as db:
            folder = folder_id(db, box.id, "INBOX")
            cursor = Cursor(
                uid_validity=7, last_uid=5, uid_next=6, highest_modseq=60, server_count=5
            )
            set_cursor(db, folder, cursor)
            rows = [_row(office, box.id, folder, uid) for uid in (*READ, *UNREAD)]
            db.add_all(rows)
            db.flush()
            db.add_all(MessageBytesRow(message_id=row.id, raw=b"x") for row in rows)
        return box

    return start_


def _row(office: Office, mailbox_id: int, folder: int, uid: int) -> MessageRow:
    return MessageRow(
        mailbox_id=mailbox_id,
        folder_id=folder,
        uid=uid,
        arrived_at=office.clock.now(),
        size=1,
        digest=b"",
        seen=uid in READ,
        server_seen=uid in READ,
        flags=SEEN if uid in READ else "",
    )


def test_only_what_nobody_changed_meanwhile_is_told_on_condition(
    office: Office, start: Callable[..., Box]
):
    box = start(
        with_modseq(),
        asked("1,3:4", u1=SEEN, u3="", u4=r"\Flagged"),
        told(r"3:4 \(UNCHANGEDSINCE 70\) \+FLAGS\.SILENT \(\\Seen\)"),
        told(r"1 \(UNCHANGEDSINCE 70\) -FLAGS\.SILENT \(\\Seen\)"),
    )
    mark(office, box, [3, 4], seen=True)
    mark(office, box, [1], seen=False)

    tally = push(office, box)

    assert tally.pushed == 3
    assert (shown(office, box), waiting(office, box)) == ({2, 3, 4}, {})
    assert codes(office, box, "read_status.conflict") == []


def test_without_condstore_there_is_no_condition(office: Office, start: Callable[..., Box]):
    box = start(opened(), asked("3", u3=""), told(r"3 \+FLAGS\.SILENT \(\\Seen\)"))
    mark(office, box, [3], seen=True)

    assert push(office, box).pushed == 1


def test_other_flags_that_changed_meanwhile_are_told_over_quietly(
    office: Office, start: Callable[..., Box]
):
    box = start(
        with_modseq(),
        asked("3:4", u3="", u4=""),
        told(r"3:4 \(UNCHANGEDSINCE 70\) .*", "{tag} OK [MODIFIED 4] not that one"),
        asked("4", u4=r"\Flagged"),
        told(r"4 \+FLAGS\.SILENT \(\\Seen\)"),
    )
    mark(office, box, [3, 4], seen=True)

    assert push(office, box).pushed == 2
    assert waiting(office, box) == {}
    assert codes(office, box, "read_status.") == ["read_status.marked", "read_status.pushed"]


def test_what_was_read_meanwhile_there_too_is_left_as_it_is(
    office: Office, start: Callable[..., Box]
):
    box = start(
        with_modseq(),
        asked("3", u3=""),
        told("3 .*", "{tag} OK [MODIFIED 3] not that one"),
        asked("3", u3=SEEN),
    )
    mark(office, box, [3], seen=True)

    assert push(office, box).pushed == 1
    assert waiting(office, box) == {}


def test_what_was_changed_there_otherwise_is_told_all_the_same_and_said_once(
    office: Office, start: Callable[..., Box]
):
    box = start(
        with_modseq(),
        asked("1", u1=""),
        told(r"1 \(UNCHANGEDSINCE 70\) \+FLAGS.*", "{tag} OK [MODIFIED 1] not that one"),
        asked("1", u1=r"\Flagged"),
        told(r"1 \+FLAGS\.SILENT \(\\Seen\)"),
    )
    mark(office, box, [1], seen=False)
    mark(office, box, [1], seen=True)

    assert push(office, box).pushed == 1
    assert (shown(office, box), waiting(office, box)) == ({1, 2}, {})
    assert len(codes(office, box, "read_status.conflict")) == 1


def test_what_is_gone_by_the_second_time_is_not_told(office: Office, start: Callable[..., Box]):
    box = start(
        with_modseq(),
        asked("3:4", u3="", u4=""),
        told("3:4 .*", "{tag} NO [MODIFIED 3] some of these are gone"),
        asked("3"),
    )
    mark(office, box, [3, 4], seen=True)

    assert push(office, box).pushed == 1
    assert (shown(office, box), waiting(office, box)) == ({1, 2, 3, 4}, {})
    assert len(codes(office, box, "read_status.failed")) == 1


@pytest.mark.parametrize(
    ("step", "why"),
    [
        (opened(code="READ-ONLY"), "for reading only"),
        (opened(r"* OK [PERMANENTFLAGS (\Answered $Junk)] limited"), "keeps no read status"),
        (opened(r"* OK [PERMANENTFLAGS ()] none"), "keeps no read status"),
        (opened(uid_validity=8), "numbered the folder anew"),
        (opened("* OK [UIDNEXT 4] next"), "numbers mean other messages"),
        (expect("SELECT", "{tag} NO [NOPERM] not yours"), "may not open the folder"),
    ],
)
def test_a_folder_that_cannot_be_told_is_said_and_shown_as_the_server_has_it(
    office: Office, start: Callable[..., Box], step: Step, why: str
):
    box = start(step)
    mark(office, box, [3, 4], seen=True)
    mark(office, box, [1], seen=False)

    tally = push(office, box)

    assert (tally.pushed, tally.finding) == (0, None)
    assert (shown(office, box), waiting(office, box)) == (set(READ), {})
    [entry] = entries(office, box, "read_status.failed")
    assert (entry.level, entry.detail["count"]) == (Level.WARNING, 3)
    assert why in entry.message


@pytest.mark.parametrize(
    ("found", "pushed"), [("<4@example.org>", 2), ("<other@example.org>", 0), (None, 1)]
)
def test_the_newest_message_is_looked_at_before_its_number_is_believed(
    office: Office, start: Callable[..., Box], found: str | None, pushed: int
):
    header = f"Message-ID: {found}\r\n\r\n".encode()
    named = "BODY[HEADER.FIELDS (MESSAGE-ID)]"
    there = [literal(f"* 4 FETCH (UID 4 {named}", header, ")")] if found else []
    left = {"u3": ""} | ({"u4": ""} if found else {})
    telling = [asked("3:4", **left), told(r"\S+ \+FLAGS.*")] if pushed else []
    # Where the server's word differs, the bytes decide.
    start_of_it = literal("* 4 FETCH (UID 4 FLAGS () BODY[]<0>", header, ")")
    looked = expect(r"UID FETCH 4 .*BODY\.PEEK\[\]<0\.", start_of_it, "{tag} OK done")
    box = start(
        opened(),
        expect(r"UID FETCH 4 \(BODY\.PEEK", *there, "{tag} OK done"),
        *([] if pushed else [looked]),
        *telling,
    )
    with office.deps.store.write() as db:
        named_row = update(MessageRow).where(MessageRow.uid == 4)
        db.execute(named_row.values(message_id="<4@example.org>"))
    mark(office, box, [3, 4], seen=True)

    assert push(office, box).pushed == pushed
    assert waiting(office, box) == {}
    assert len(codes(office, box, "read_status.failed")) == (pushed < 2)


def test_a_refusal_for_good_gives_up_what_is_left_and_keeps_what_was_told(
    office: Office, start: Callable[..., Box]
):
    box = start(
        opened(),
        asked("1,3", u1=SEEN, u3=""),
        told(r"3 \+FLAGS.*", "{tag} NO [NOPERM] look, do not touch"),
    )
    mark(office, box, [3], seen=True)
    mark(office, box, [1], seen=False)

    assert push(office, box).finding is None
    assert (shown(office, box), waiting(office, box)) == (set(READ), {})


def test_a_refusal_for_now_lets_it_wait_and_is_what_is_wrong_with_the_run(
    office: Office, start: Callable[..., Box]
):
    box = start(
        opened(),
        asked("3", u3=""),
        told("3 .*", "{tag} NO [UNAVAILABLE] the disk is being changed"),
    )
    mark(office, box, [3], seen=True)

    tally = push(office, box)

    assert tally.finding is not None
    assert (tally.finding.code, tally.finding.temporary) == ("server.unavailable", True)
    assert (shown(office, box), waiting(office, box)) == ({1, 2, 3}, {3: True})
    assert codes(office, box, "read_status.failed") == []


def test_a_server_that_hangs_up_ends_the_run_and_the_click_waits(
    office: Office, start: Callable[..., Box]
):
    box = start(opened(), asked("3", u3=""), told("3 .*", Close()))
    mark(office, box, [3], seen=True)

    with pytest.raises(MailFailure) as caught:
        push(office, box)

    assert caught.value.facts.happening is Happening.CLOSED
    assert waiting(office, box) == {3: True}


def test_a_click_made_while_the_server_is_told_waits_for_its_own_turn(
    office: Office, start: Callable[..., Box], monkeypatch: pytest.MonkeyPatch
):
    box = start(opened(), asked("3", u3=""), told(r"3 \+FLAGS.*"))
    mark(office, box, [3], seen=True)
    store_flag = Session.store_flag

    def clicked_meanwhile(self, uids, flag, **more):
        office.clock.advance(seconds=1)
        mark(office, box, [3], seen=False)
        return store_flag(self, uids, flag, **more)

    monkeypatch.setattr(Session, "store_flag", clicked_meanwhile)

    push(office, box)

    assert (shown(office, box), waiting(office, box)) == (set(READ), {3: False})
    with office.deps.store.read() as db:
        assert db.scalars(select(MessageRow.server_seen).where(MessageRow.uid == 3)).one()


def test_nothing_is_written_once_the_mailbox_was_taken_over(
    office: Office, start: Callable[..., Box], monkeypatch: pytest.MonkeyPatch
):
    box = start(opened(), asked("3", u3=""), told(r"3 \+FLAGS.*"))
    mark(office, box, [3], seen=True)
    store_flag = Session.store_flag

    def taken_over_meanwhile(self, uids, flag, **more):
        with office.deps.store.write() as db:
            db.execute(delete(LeaseRow))
        return store_flag(self, uids, flag, **more)

    monkeypatch.setattr(Session, "store_flag", taken_over_meanwhile)

    with pytest.raises(Cancelled):
        push(office, box)

    assert waiting(office, box) == {3: True}
