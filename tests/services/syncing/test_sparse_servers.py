"""Servers that say less of a folder than they might, or say it in numbers of their own."""

from collections.abc import Sequence

import pytest

from mailboxadmin.domain.mailbox import Encryption, Server, State
from mailboxadmin.domain.run import Counts
from tests.services.clicking import SEEN
from tests.services.crash_scenes import letter
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
)
from tests.support.stored import codes, here, stored

LAST_MODSEQ = 2**63 - 1


def signed_in(names: str = "IMAP4rev1") -> list[Step]:
    return [capability(names), login(), capability(names)]


def opened(exists: int, *codes_said: str) -> Step:
    """The folder, of which the server says no more than these."""
    lines = [f"* OK [{code}] so" for code in ("UIDVALIDITY 7", *codes_said)]
    return expect(r"EXAMINE INBOX|EXAMINE \"INBOX\"", f"* {exists} EXISTS", *lines, "{tag} OK done")


def found(asked: str, *uids: int) -> Step:
    numbers = " ".join(map(str, uids))
    return expect(f"UID SEARCH {asked}", f"* SEARCH {numbers}", "{tag} OK done")


def fetched(uids: Sequence[int]) -> list[Step]:
    sizes = (f"* {uid} FETCH (UID {uid} RFC822.SIZE {len(letter(uid))})" for uid in uids)
    bodies = (
        literal(f"* {uid} FETCH (UID {uid} FLAGS () BODY[]", letter(uid), ")") for uid in uids
    )
    return [
        expect(r"UID FETCH \S+ .*RFC822.SIZE", *sizes, "{tag} OK done"),
        expect(r"UID FETCH \S+ .*BODY.PEEK", *bodies, "{tag} OK done"),
    ]


def flags(asked: str, read_there: dict[int, bool]) -> Step:
    """The flags of these UIDs."""
    lines = [
        f"* {uid} FETCH (UID {uid} FLAGS ({SEEN if is_read else ''}))"
        for uid, is_read in read_there.items()
    ]
    return expect(rf"UID FETCH {asked} ", *lines, "{tag} OK done")


def itself(uid: int) -> Step:
    return message_id(uid, letter(uid))


def box_on(office: Office, server: ScriptedImap) -> Box:
    where = Server(host=server.host, port=server.port, encryption=Encryption.NONE)
    return office.mailbox_at(where)


def read(office: Office, box: Box) -> list[int | None]:
    return [each.uid for each in stored(office, box) if each.seen]


def test_without_uidnext_new_mail_is_found_by_searching(office: Office, scripted_imap):
    server = scripted_imap(
        [*signed_in(), opened(2), found("ALL", 1, 2), *fetched([1, 2]), list_folders()],
        # The last message is named whatever was asked for (RFC 9051, 9: seq-range).
        [*signed_in(), opened(2), itself(2), found("UID 3", 2), flags("1:2", {1: False, 2: True})],
        [
            *signed_in(),
            opened(3),
            itself(2),
            found("UID 3", 3),
            *fetched([3]),
            flags("1:3", {1: False, 2: True, 3: False}),
        ],
    )
    box = box_on(office, server)

    reports = [office.sync(box) for _ in range(3)]

    assert [each.counts for each in reports] == [Counts(new=2), Counts(changed=1), Counts(new=1)]
    assert here(office, box) == {("INBOX", uid): letter(uid) for uid in (1, 2, 3)}
    assert read(office, box) == [2]


def test_without_uidnext_a_number_that_is_used_again_is_found_out(office: Office, scripted_imap):
    other = literal(
        "* 2 FETCH (UID 2 BODY[HEADER.FIELDS (MESSAGE-ID)]", b"Message-ID: <9@x>\r\n\r\n", ")"
    )
    server = scripted_imap(
        [*signed_in(), opened(2), found("ALL", 1, 2), *fetched([1, 2]), list_folders()],
        # It was deleted, and then the folder was put back to when it was not there yet.
        [
            *signed_in(),
            opened(1),
            expect("UID FETCH 2 ", "{tag} OK gone"),
            itself(1),
            found("UID 3", 1),
            flags("1:2", {1: False}),
            found("ALL", 1),
        ],
        [
            *signed_in(),
            opened(2),
            itself(1),
            found("UID 3", 2),
            flags("1", {1: False}),
            found("ALL", 1, 2),
            expect("UID FETCH 2 .*HEADER.FIELDS", other, "{tag} OK done"),
            expect(
                "UID FETCH 2 .*BODY.PEEK",
                literal("* 2 FETCH (UID 2 FLAGS () BODY[]<0>", letter(9), ")"),
                "{tag} OK done",
            ),
            expect(
                "UID FETCH 1:2 .*SIZE",
                "* 1 FETCH (UID 1 RFC822.SIZE 200)",
                "* 2 FETCH (UID 2 RFC822.SIZE 200)",
                "{tag} OK done",
            ),
            expect(
                "UID FETCH 1:2 .*BODY.PEEK",
                literal("* 1 FETCH (UID 1 FLAGS () BODY[]", letter(1), ")"),
                literal("* 2 FETCH (UID 2 FLAGS () BODY[]", letter(9), ")"),
                "{tag} OK done",
            ),
        ],
    )
    box = box_on(office, server)

    reports = [office.sync(box) for _ in range(3)]

    assert [each.counts for each in reports] == [Counts(new=2), Counts(removed=1), Counts(new=1)]
    assert here(office, box) == {("INBOX", 1): letter(1), ("INBOX", 2): letter(9)}
    assert sorted(each.raw for each in stored(office, box)) == sorted(map(letter, (1, 2, 9)))
    assert codes(office, box, "folder.reset") == ["folder.reset"]


@pytest.mark.parametrize("says_so", ["NOMODSEQ", f"HIGHESTMODSEQ {LAST_MODSEQ + 1}", "X 1"])
def test_a_folder_without_a_mod_sequence_of_use_is_compared_the_plain_way(
    office: Office, scripted_imap, says_so: str
):
    condstore = signed_in("IMAP4rev1 CONDSTORE")
    server = scripted_imap(
        [
            *condstore,
            opened(2, "UIDNEXT 3", says_so),
            found("ALL", 1, 2),
            *fetched([1, 2]),
            list_folders(),
        ],
        [*condstore, opened(2, "UIDNEXT 3", says_so), itself(2), flags("1:2", {1: True, 2: False})],
    )
    box = box_on(office, server)

    reports = [office.sync(box), office.sync(box)]

    assert [each.counts for each in reports] == [Counts(new=2), Counts(changed=1)]
    assert (read(office, box), office.state(box)) == ([1], State.OK)


def test_a_mod_sequence_as_great_as_they_get_and_one_that_is_kept_no_longer(
    office: Office, scripted_imap
):
    condstore = signed_in("IMAP4rev1 CONDSTORE")

    def status(modseq: int) -> Step:
        said = f"MESSAGES 2 UIDNEXT 3 UIDVALIDITY 7 HIGHESTMODSEQ {modseq}"
        return expect("STATUS", f"* STATUS INBOX ({said})", "{tag} OK done")

    server = scripted_imap(
        [
            *condstore,
            opened(2, "UIDNEXT 3", f"HIGHESTMODSEQ {LAST_MODSEQ - 1}"),
            found("ALL", 1, 2),
            *fetched([1, 2]),
            list_folders(),
        ],
        [
            *condstore,
            status(LAST_MODSEQ),
            opened(2, "UIDNEXT 3", f"HIGHESTMODSEQ {LAST_MODSEQ}"),
            itself(2),
            expect(
                rf"UID FETCH 1:\* \(FLAGS\) \(CHANGEDSINCE {LAST_MODSEQ - 1}\)",
                rf"* 1 FETCH (UID 1 MODSEQ ({LAST_MODSEQ}) FLAGS (\Seen))",
                "{tag} OK done",
            ),
        ],
        [*condstore, status(LAST_MODSEQ)],
        [
            *condstore,
            status(0),
            opened(2, "UIDNEXT 3", "NOMODSEQ"),
            itself(2),
            itself(1),
            flags("1:2", {1: True, 2: True}),
        ],
        [
            *condstore,
            opened(2, "UIDNEXT 3", "HIGHESTMODSEQ 5"),
            itself(2),
            flags("1:2", {1: False}),
        ],
    )
    box = box_on(office, server)

    reports = [office.sync(box) for _ in range(5)]

    changed = [each.counts.changed for each in reports]
    assert (changed, read(office, box)) == ([0, 1, 0, 1, 1], [2])
    assert codes(office, box, "folder.reset") == []


def test_the_last_number_that_there_is(office: Office, scripted_imap):
    last = 2**32 - 1
    server = scripted_imap(
        [
            *signed_in(),
            # What comes after it has no number: some say 2**32, which is none, some nothing new.
            opened(2, f"UIDNEXT {last + 1}"),
            found("ALL", last - 1, last),
            *fetched([last - 1, last]),
            list_folders(),
        ],
        [
            *signed_in(),
            opened(2, f"UIDNEXT {last}"),
            itself(last),
            flags(rf"{last - 1}:{last}", {last - 1: True, last: False}),
        ],
    )
    box = box_on(office, server)

    reports = [office.sync(box), office.sync(box)]

    assert [each.counts for each in reports] == [Counts(new=2), Counts(changed=1)]
    assert here(office, box) == {("INBOX", uid): letter(uid) for uid in (last - 1, last)}
    assert codes(office, box, "folder.reset") == []
