r"""Servers that move in another way, or not at all, to the byte; only the push talks."""

from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import select, update

from mailboxadmin.demo.deeds import Close
from mailboxadmin.domain.errors import Happening, MailFailure
from mailboxadmin.domain.folder import Cursor
from mailboxadmin.domain.mailbox import Encryption, Server
from mailboxadmin.services.syncing.push_changes import SWITCHED_OFF, push_changes
from mailboxadmin.store.folders import folder_id, set_cursor
from mailboxadmin.store.tables_filing import ChangeRow
from mailboxadmin.store.tables_mail import FolderRow, MessageRow
from tests.services.filing import FLAGGED, allow, flag, move, places, shown_flagged, waiting
from tests.services.pushing import push_with
from tests.support.office import Box, Office
from tests.support.scripted import ScriptedImap
from tests.support.scripted_steps import Step, capability, expect, literal, login
from tests.support.stored import codes

pytestmark = pytest.mark.usefixtures("unhurried")

push = partial(push_with, push_changes)
MOVES, COPIES = "IMAP4rev1 MOVE UIDPLUS", "IMAP4rev1 UIDPLUS"
ID = "BODY[HEADER.FIELDS (MESSAGE-ID)]"


def target(uid_validity: int = 9, uid_next: int = 21) -> Step:
    figures = f"MESSAGES 4 UIDNEXT {uid_next} UIDVALIDITY {uid_validity}"
    return expect('STATUS "?Archive"? ', f"* STATUS Archive ({figures})", "{tag} OK done")


def opened(verb: str = "SELECT", folder: str = "INBOX", *lines: str, validity: int = 7) -> Step:
    return expect(
        f'{verb} "?{folder}"?$',
        "* 5 EXISTS",
        f"* OK [UIDVALIDITY {validity}] valid",
        *lines,
        "{tag} OK [" + ("READ-WRITE" if verb == "SELECT" else "READ-ONLY") + "] opened",
    )


def header(uid: int) -> Step:
    """It is asked which message that is, and it is the one that is meant."""
    return _header(uid, uid)


def _header(uid: int, number: int) -> Step:
    text = f"Message-ID: <{number}@example.org>\r\n\r\n".encode()
    return expect(
        rf"UID FETCH {uid} .*MESSAGE-ID",
        literal(f"* 1 FETCH (UID {uid} {ID}", text, ")"),
        "{tag} OK done",
    )


def flags(uids: str, *there: int) -> Step:
    lines = [f"* {uid} FETCH (UID {uid} FLAGS ())" for uid in there]
    return expect(rf"UID FETCH {uids} \(FLAGS\)$", *lines, "{tag} OK done")


def search(number: int, *found: int) -> Step:
    uids = "".join(f" {uid}" for uid in found)
    return expect(
        rf'UID SEARCH HEADER Message-ID "<{number}@example.org>"$',
        f"* SEARCH{uids}",
        "{tag} OK done",
    )


@pytest.fixture
def start(office: Office, scripted_imap: Callable[..., ScriptedImap]) -> Callable[..., Box]:
    """A mailbox of three messages, on a server with these dialogues after each sign-in."""

    def start_(*dialogues: list[Step], offers: str = MOVES) -> Box:
        sign_in = [capability(offers), login(), capability(offers)]
        server = scripted_imap(*([*sign_in, *steps] for steps in dialogues))
        where = Server(host=server.host, port=server.port, encryption=Encryption.NONE)
        box = office.mailbox_at(where)
        allow(office)
        with office.deps.store.write() as db:
            inbox = folder_id(db, box.id, "INBOX")
            set_cursor(db, inbox, _cursor(7, 5))
            set_cursor(db, folder_id(db, box.id, "Archive"), _cursor(9, 20))
            db.add_all(_row(office, box.id, inbox, uid) for uid in (1, 2, 3))
        return box

    return start_


def _cursor(uid_validity: int, last_uid: int) -> Cursor:
    return Cursor(
        uid_validity=uid_validity,
        last_uid=last_uid,
        uid_next=last_uid + 1,
        highest_modseq=None,
        server_count=5,
    )


def _row(office: Office, mailbox_id: int, folder: int, uid: int) -> MessageRow:
    return MessageRow(
        mailbox_id=mailbox_id,
        folder_id=folder,
        uid=uid,
        message_id=f"<{uid}@example.org>",
        arrived_at=office.clock.now(),
        size=1,
        digest=bytes([uid]),
        seen=False,
        server_seen=False,
    )


def where(office: Office, box: Box) -> list[tuple[str, int | None, bool]]:
    return [place for _, place in sorted(places(office, box).items())]


BEGIN = [opened(), header(3), flags("1,3", 1, 3), target()]
MOVED = [("Archive", 21, True), ("INBOX", 2, True), ("Archive", 22, True)]
STILL = [("INBOX", 1, True), ("INBOX", 2, True), ("INBOX", 3, True)]


def test_copyuid_says_where_the_messages_are_now(office: Office, start: Callable[..., Box]):
    answer = ["* OK [COPYUID 9 1,3 21:22] moved", "* 1 EXPUNGE", "* 2 EXPUNGE", "{tag} OK done"]
    box = start([*BEGIN, expect('UID MOVE 1,3 "Archive"$', *answer)])
    move(office, box, [1, 3], "Archive")

    assert push(office, box).pushed == 2
    assert (where(office, box), waiting(office, box)) == (MOVED, [])


def test_without_move_it_is_copied_and_only_these_are_removed(
    office: Office, start: Callable[..., Box]
):
    box = start(
        [
            *BEGIN,
            expect('UID COPY 1,3 "Archive"$', "{tag} OK [COPYUID 9 1,3 21:22] copied"),
            expect(r"UID STORE 1,3 \+FLAGS\.SILENT \(\\Deleted\)$", "{tag} OK done"),
            expect("UID EXPUNGE 1,3$", "* 1 EXPUNGE", "* 2 EXPUNGE", "{tag} OK done"),
        ],
        offers=COPIES,
    )
    move(office, box, [1, 3], "Archive")

    assert push(office, box).pushed == 2
    assert (where(office, box), waiting(office, box)) == (MOVED, [])


def test_a_server_that_can_only_remove_everything_is_not_asked_at_all(
    office: Office, start: Callable[..., Box]
):
    box = start([], offers="IMAP4rev1")
    move(office, box, [1], "Archive")

    push(office, box)

    [(_, _, why)] = waiting(office, box)
    assert "offers neither MOVE nor UIDPLUS" in str(why)
    assert where(office, box) == STILL


@pytest.mark.parametrize(
    ("refusal", "why"),
    [
        ("NO [TRYCREATE] no such folder", "“Archive” is not on the mail server"),
        ("NO [NOPERM] not yours", "[NOPERM] not yours"),
    ],
)
def test_a_move_that_is_refused_is_said_in_the_servers_words(
    office: Office, start: Callable[..., Box], refusal: str, why: str
):
    looking = [opened("EXAMINE"), header(3), flags("1,3", 1, 3)]
    box = start([*BEGIN, expect("UID MOVE", "{tag} " + refusal), *looking])
    move(office, box, [1, 3], "Archive")

    assert push(office, box).pushed == 0
    assert all(why in str(reason) for _, _, reason in waiting(office, box)), waiting(office, box)
    assert where(office, box) == STILL
    assert len(codes(office, box, "filing.failed")) == 1


def test_of_a_move_that_was_refused_half_way_each_message_ends_where_it_is(
    office: Office, start: Callable[..., Box]
):
    box = start(
        [
            *BEGIN,
            expect("UID MOVE", "{tag} NO [NOPERM] only one"),
            opened("EXAMINE"),
            header(3),
            flags("1,3", 3),
            opened("EXAMINE", "Archive", validity=9),
            search(1, 21),
            _header(21, 1),
        ]
    )
    move(office, box, [1, 3], "Archive")

    assert push(office, box).pushed == 1
    assert where(office, box) == [("Archive", 21, True), *STILL[1:]]
    assert [uid for uid, _, _ in waiting(office, box)] == [3]


def test_without_copyuid_the_messages_are_looked_for(office: Office, start: Callable[..., Box]):
    box = start(
        [
            *BEGIN,
            expect("UID MOVE", "{tag} OK moved, and no word of where"),
            opened("EXAMINE"),
            expect(r"UID FETCH 3 .*MESSAGE-ID", "{tag} OK gone"),
            flags("1"),
            flags("1,3"),
            opened("EXAMINE", "Archive", validity=9),
            search(1, 4, 21),
            _header(4, 1),
            _header(21, 1),
            search(3, 22),
            _header(22, 3),
        ]
    )
    move(office, box, [1, 3], "Archive")

    assert push(office, box).pushed == 2
    assert (where(office, box), waiting(office, box)) == (MOVED, [])


def test_cut_off_after_the_server_moved_the_next_run_finds_them(
    office: Office, start: Callable[..., Box]
):
    box = start(
        [*BEGIN, expect("UID MOVE", Close())],
        [
            opened("EXAMINE"),
            expect(r"UID FETCH 3 .*MESSAGE-ID", "{tag} OK gone"),
            flags("1"),
            flags("1,3"),
            opened("EXAMINE", "Archive", validity=9),
            search(1, 21),
            _header(21, 1),
            search(3, 22),
            _header(22, 3),
        ],
    )
    move(office, box, [1, 3], "Archive")

    with pytest.raises(MailFailure) as cut:
        push(office, box)
    between = where(office, box)
    tally = push(office, box)

    assert cut.value.facts.happening is Happening.CLOSED
    assert (between, tally.pushed) == (STILL, 2)
    assert (where(office, box), waiting(office, box)) == (MOVED, [])


def test_switched_off_before_the_answer_came_it_is_looked_for_and_nothing_is_written(
    office: Office, start: Callable[..., Box]
):
    box = start(
        [*BEGIN, expect("UID MOVE", Close())],
        [
            opened("EXAMINE"),
            header(3),
            flags("1,3", 3),
            opened("EXAMINE", "Archive", validity=9),
            search(1, 21),
            _header(21, 1),
        ],
    )
    move(office, box, [1, 3], "Archive")
    with pytest.raises(MailFailure):
        push(office, box)

    allow(office, "no")
    tally = push(office, box)

    assert (where(office, box), tally.pushed) == ([("Archive", 21, True), *STILL[1:]], 1)
    assert waiting(office, box) == [(3, "move", SWITCHED_OFF)]


def test_switched_off_between_copy_and_expunge_it_is_said_to_be_in_both_folders(
    office: Office, start: Callable[..., Box]
):
    looking = [opened("EXAMINE"), header(1), flags("1", 1)]
    box = start(
        [
            opened(),
            header(1),
            flags("1", 1),
            target(),
            expect("UID COPY 1 ", "{tag} OK [COPYUID 9 1 21] copied"),
            expect("UID STORE", Close()),
        ],
        [*looking, opened("EXAMINE", "Archive", validity=9), search(1, 21), _header(21, 1)],
        offers=COPIES,
    )
    move(office, box, [1], "Archive")
    with pytest.raises(MailFailure):
        push(office, box)

    allow(office, "no")
    push(office, box)

    [(_, _, why)] = waiting(office, box)
    assert "is in INBOX and in Archive. Delete one of them." in str(why)
    assert where(office, box) == STILL


def test_switched_off_while_the_server_does_not_let_us_look_it_is_looked_for_later(
    office: Office, start: Callable[..., Box]
):
    away = expect("EXAMINE", "{tag} NO [UNAVAILABLE] for a moment")
    box = start([*BEGIN, expect("UID MOVE", Close())], [away])
    move(office, box, [1, 3], "Archive")
    with pytest.raises(MailFailure):
        push(office, box)

    allow(office, "no")
    push(office, box)

    assert waiting(office, box) == [(1, "move", None), (3, "move", None)]


def test_cut_off_between_copy_and_expunge_it_is_not_copied_again(
    office: Office, start: Callable[..., Box]
):
    box = start(
        [
            opened(),
            header(1),
            flags("1", 1),
            target(),
            expect("UID COPY 1 ", "{tag} OK [COPYUID 9 1 21] copied"),
            expect("UID STORE", Close()),
        ],
        [
            opened("EXAMINE"),
            header(1),
            flags("1", 1),
            opened("EXAMINE", "Archive", validity=9),
            search(1, 4, 21),
            _header(4, 1),
            _header(21, 1),
            opened(),
            header(1),
            expect(r"UID STORE 1 \+FLAGS\.SILENT \(\\Deleted\)$", "{tag} OK done"),
            expect("UID EXPUNGE 1$", "* 1 EXPUNGE", "{tag} OK done"),
        ],
        offers=COPIES,
    )
    move(office, box, [1], "Archive")

    with pytest.raises(MailFailure):
        push(office, box)
    push(office, box)

    assert (where(office, box)[0], waiting(office, box)) == (("Archive", 21, True), [])


def test_a_folder_that_is_numbered_anew_in_between_has_no_message_removed(
    office: Office, start: Callable[..., Box]
):
    begin = [opened(), header(1), flags("1", 1)]
    box = start(
        [*begin, target(), expect("UID COPY 1 ", Close())],
        [
            opened("EXAMINE"),
            header(1),
            flags("1", 1),
            opened("EXAMINE", "Archive", validity=9),
            search(1, 21),
            _header(21, 1),
            opened(validity=8),
        ],
        offers=COPIES,
    )
    move(office, box, [1], "Archive")

    with pytest.raises(MailFailure):
        push(office, box)
    push(office, box)

    assert where(office, box) == STILL
    assert waiting(office, box) == [(1, "move", None)], "the next run finds out"


def test_without_the_number_of_what_comes_next_no_copy_is_taken_for_it(
    office: Office, start: Callable[..., Box]
):
    begin = [opened(), header(1), flags("1", 1)]
    silent = expect("STATUS", "* STATUS Archive (MESSAGES 4 UIDVALIDITY 9)", "{tag} OK done")
    box = start(
        [*begin, silent, expect("UID COPY 1 ", Close())],
        [
            opened("EXAMINE"),
            header(1),
            flags("1", 1),
            opened("EXAMINE", "Archive", validity=9),
            *begin,
            silent,
            expect("UID COPY 1 ", "{tag} OK [COPYUID 9 1 22] copied"),
            expect("UID STORE", "{tag} OK done"),
            expect("UID EXPUNGE 1$", "{tag} OK done"),
        ],
        offers=COPIES,
    )
    move(office, box, [1], "Archive")

    with pytest.raises(MailFailure):
        push(office, box)
    push(office, box)

    assert (where(office, box)[0], waiting(office, box)) == (("Archive", 22, True), [])


def test_for_a_copy_that_was_known_before_no_message_is_removed(
    office: Office, start: Callable[..., Box]
):
    begin = [opened(), header(1), flags("1", 1)]
    box = start(
        [*begin, target(), expect("UID COPY 1 ", Close())],
        [
            opened("EXAMINE"),
            header(1),
            flags("1", 1),
            opened("EXAMINE", "Archive", validity=9),
            search(1, 4, 21),
            _header(4, 1),
            _header(21, 1),
            *begin,
            target(uid_next=22),
            expect("UID COPY 1 ", "{tag} OK [COPYUID 9 1 22] copied"),
            expect("UID STORE", "{tag} OK done"),
            expect("UID EXPUNGE 1$", "{tag} OK done"),
        ],
        offers=COPIES,
    )
    move(office, box, [1], "Archive")
    with office.deps.store.write() as db:
        # Another message, the same to the byte.
        twin = _row(office, box.id, folder_id(db, box.id, "Archive"), 21)
        twin.message_id, twin.digest = "<1@example.org>", bytes([1])
        db.add(twin)

    with pytest.raises(MailFailure):
        push(office, box)
    push(office, box)

    assert where(office, box)[0] == ("Archive", 22, True)
    assert ("Archive", 21, True) in where(office, box)
    assert waiting(office, box) == []


def test_cut_off_before_the_server_did_anything_it_is_moved_by_the_next_run(
    office: Office, start: Callable[..., Box]
):
    begin = [opened(), header(1), flags("1", 1), target()]
    box = start(
        [opened(), header(1), flags("1", 1), target(), expect("UID MOVE", Close())],
        [
            opened("EXAMINE"),
            header(1),
            flags("1", 1),
            *begin,
            expect("UID MOVE 1 ", "* OK [COPYUID 9 1 21] moved", "{tag} OK done"),
        ],
    )
    move(office, box, [1], "Archive")

    with pytest.raises(MailFailure):
        push(office, box)
    push(office, box)

    assert (where(office, box)[0], waiting(office, box)) == (("Archive", 21, True), [])


def test_what_was_taken_back_while_the_server_moved_it_is_moved_back(
    office: Office, start: Callable[..., Box]
):
    box = start(
        [opened(), header(1), flags("1", 1), target(), expect("UID MOVE", Close())],
        [
            opened("EXAMINE"),
            expect(r"UID FETCH 1 .*MESSAGE-ID", "{tag} OK gone"),
            flags("1"),
            opened("EXAMINE", "Archive", validity=9),
            search(1, 21),
            _header(21, 1),
            opened("SELECT", "Archive", validity=9),
            _header(21, 1),
            flags("21", 21),
            expect(
                'STATUS "?INBOX"? ',
                "* STATUS INBOX (MESSAGES 4 UIDNEXT 6 UIDVALIDITY 7)",
                "{tag} OK done",
            ),
            expect('UID MOVE 21 "INBOX"$', "* OK [COPYUID 7 21 6] moved", "{tag} OK done"),
        ],
    )
    move(office, box, [1], "Archive")
    with pytest.raises(MailFailure):
        push(office, box)

    move(office, box, [1], "INBOX")
    push(office, box)

    assert (where(office, box)[0], waiting(office, box)) == (("INBOX", 6, True), [])


def test_what_is_in_neither_folder_is_said_to_be_gone(office: Office, start: Callable[..., Box]):
    box = start(
        [
            opened("EXAMINE"),
            expect(r"UID FETCH 1 .*MESSAGE-ID", "{tag} OK gone"),
            flags("1"),
            opened("EXAMINE", "Archive", validity=9),
            search(1),
        ]
    )
    move(office, box, [1], "Archive")
    with office.deps.store.write() as db:
        archive = db.scalars(select(FolderRow.id).where(FolderRow.name == "Archive")).one()
        asked = {"asked_id": archive, "asked_validity": 9, "asked_uid_next": 21}
        db.execute(update(ChangeRow).values(**asked))

    push(office, box)

    [(_, _, why)] = waiting(office, box)
    assert "no longer in INBOX, and it is not in Archive" in str(why)


@pytest.mark.parametrize(
    ("step", "why"),
    [
        (opened("SELECT", "INBOX", validity=8), "numbered the folder anew"),
        (
            expect("SELECT", "* 5 EXISTS", "* OK [UIDVALIDITY 7] v", "{tag} OK [READ-ONLY] opened"),
            "for reading only",
        ),
        (expect("SELECT", "{tag} NO [NOPERM] not yours"), "not yours"),
    ],
)
def test_a_folder_that_cannot_be_told_leaves_its_messages_where_they_are(
    office: Office, start: Callable[..., Box], step: Step, why: str
):
    # Which message the newest is, is asked only where the folder's number is right.
    more = [header(1)] if "reading" in why else []
    box = start([step, *more])
    move(office, box, [1], "Archive")

    push(office, box)

    [(_, _, reason)] = waiting(office, box)
    assert why in str(reason)
    assert where(office, box) == STILL


def test_a_folder_that_keeps_no_flags_shows_them_as_the_server_has_them(
    office: Office, start: Callable[..., Box]
):
    box = start([opened("SELECT", "INBOX", r"* OK [PERMANENTFLAGS (\Seen)] limited"), header(1)])
    flag(office, box, [1])
    before = shown_flagged(office, box)

    push(office, box)

    [(_, kind, why)] = waiting(office, box)
    assert (kind, before, shown_flagged(office, box)) == ("flag", {1}, set())
    assert "keeps no flags there" in str(why)


def test_only_the_flag_that_was_meant_is_written(office: Office, start: Callable[..., Box]):
    box = start(
        [
            opened(),
            header(2),
            expect(
                r"UID FETCH 1:2 \(FLAGS\)$",
                r"* 1 FETCH (UID 1 FLAGS (\Answered))",
                rf"* 2 FETCH (UID 2 FLAGS ({FLAGGED}))",
                "{tag} OK done",
            ),
            expect(r"UID STORE 1 \+FLAGS\.SILENT \(\\Flagged\)$", "{tag} OK done"),
        ]
    )
    flag(office, box, [1, 2])

    assert push(office, box).pushed == 2
    assert (shown_flagged(office, box), waiting(office, box)) == ({1, 2}, [])
