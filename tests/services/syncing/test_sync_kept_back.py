"""Messages that a server does not give: for a moment, for an hour, or by hanging up."""

from collections.abc import Iterable

import pytest

from mailboxadmin.demo.deeds import Action, Close
from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.mailbox import Encryption, Server, State
from mailboxadmin.domain.run import Counts, Outcome
from mailboxadmin.services.new_mail import big, fetch
from mailboxadmin.services.office.settings import change_settings
from mailboxadmin.store.bytes import raw_bytes
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
from tests.support.stored import codes, here


def up_to_inbox(uids: Iterable[int], *, uid_validity: int = 1) -> list[Step]:
    numbers = list(uids)
    return [
        capability(),
        login(),
        capability(),
        select(exists=len(numbers), uid_next=max(numbers) + 1, uid_validity=uid_validity),
        expect("UID SEARCH", f"* SEARCH {' '.join(map(str, numbers))}", "{tag} OK done"),
    ]


def up_to_inbox_again(uids: Iterable[int], newest: int) -> list[Step]:
    """A later look, in which the newest message that is known shows that it is itself."""
    *before, searched = up_to_inbox(uids)
    return [*before, message_id(newest, mails.message(newest)), searched]


def sizes(*uids: int) -> Step:
    lines = (f"* {uid} FETCH (UID {uid} RFC822.SIZE 200)" for uid in uids)
    return expect("UID FETCH .*RFC822.SIZE", *lines, "{tag} OK done")


def body(uid: int) -> bytes:
    return literal(f"* {uid} FETCH (UID {uid} FLAGS () BODY[]", mails.message(uid), ")")


def bodies(asked: str, *actions: Action) -> Step:
    return expect(rf"UID FETCH {asked} .*BODY.PEEK", *actions)


def still_there(*uids: int) -> Step:
    lines = (f"* {uid} FETCH (UID {uid} FLAGS ())" for uid in uids)
    return expect(r"UID FETCH .*FLAGS", *lines, "{tag} OK done")


def box_on(office: Office, server: ScriptedImap) -> Box:
    where = Server(host=server.host, port=server.port, encryption=Encryption.NONE)
    return office.mailbox_at(where)


def uids_of(office: Office, box: Box) -> set[int | None]:
    return {uid for (_, uid), raw in here(office, box).items() if raw}


def test_a_message_the_server_hangs_up_over_is_kept_aside_and_the_others_come(
    office: Office, scripted_imap
):
    hangs_up = (body(1), "* BYE cannot read that message", Close())
    server = scripted_imap(
        [*up_to_inbox((1, 2, 3)), sizes(3, 2, 1), bodies("1:3", *hangs_up)],
        [
            *up_to_inbox_again((1, 2, 3), 1),
            sizes(3),
            bodies("3", body(3), "{tag} OK done"),
            sizes(2),
            bodies("2", Close()),
        ],
        [*up_to_inbox_again((1, 2, 3), 3), still_there(1, 3), list_folders()],
    )
    box = box_on(office, server)

    report = office.sync(box)

    assert (report.outcome, report.counts.new, report.counts.quarantined) == (Outcome.OK, 2, 1)
    assert uids_of(office, box) == {1, 3}
    assert codes(office, box, "message.") == ["message.quarantined"]


def test_what_did_not_come_counts_for_no_limit(office: Office, scripted_imap):
    change_settings(office.deps, {"max_messages_per_sync": "1"}, actor=COMMAND_LINE)
    script = [*up_to_inbox((1, 2)), sizes(2), bodies("2", Close())]
    server = scripted_imap(script, script, [*up_to_inbox((1, 2)), list_folders()])
    box = box_on(office, server)

    report = office.sync(box)

    assert report.outcome is Outcome.PARTIAL
    assert (report.counts.quarantined, report.counts.remaining) == (1, 1)


def test_a_big_message_comes_in_parts_also_after_a_hang_up(
    office: Office, scripted_imap, monkeypatch: pytest.MonkeyPatch
):
    for module in (big, fetch):
        monkeypatch.setattr(module, "BIG_BYTES", 150)
    part = literal("* 1 FETCH (UID 1 FLAGS () BODY[]<0>", mails.message(1), ")")
    server = scripted_imap(
        [*up_to_inbox((1,)), sizes(1), expect(r"UID FETCH 1 .*PEEK\[\]<0\.", Close())],
        [
            *up_to_inbox((1,)),
            sizes(1),
            expect(r"UID FETCH 1 .*PEEK\[\]<0\.", part, "{tag} OK done"),
            list_folders(),
        ],
    )
    box = box_on(office, server)

    assert office.sync(box).counts.new == 1


@pytest.mark.parametrize("end", ["NIL", '""'])
def test_a_big_message_ends_where_no_more_comes(
    office: Office, scripted_imap, monkeypatch: pytest.MonkeyPatch, end: str
):
    for module in (big, fetch):
        monkeypatch.setattr(module, "BIG_BYTES", 150)
    raw = mails.message(1)
    monkeypatch.setattr(big, "PART_BYTES", 50)
    parts = [
        literal(f"* 1 FETCH (UID 1 FLAGS () BODY[]<{start}>", data, ")")
        for start, data in (
            (0, raw[:50]),
            (50, raw[50:70]),
            (70, raw[70:120]),
            (120, raw[120:150]),
            (150, raw[150:200]),
        )
    ]
    server = scripted_imap(
        [
            *up_to_inbox((1,)),
            sizes(1),
            *(expect(r"UID FETCH 1 .*PEEK\[\]<", part, "{tag} OK done") for part in parts),
            expect(
                r"UID FETCH 1 .*PEEK\[\]<200\.",
                f"* 1 FETCH (UID 1 FLAGS () BODY[]<200> {end})",
                "{tag} OK done",
            ),
            list_folders(),
        ]
    )
    box = box_on(office, server)

    assert office.sync(box).counts == Counts(new=1)
    with office.deps.store.read() as db:
        assert raw_bytes(db, 1) == raw[:200]


def test_what_the_server_cannot_give_for_now_is_the_servers_trouble(office: Office, scripted_imap):
    not_now = "{tag} NO [UNAVAILABLE] storage is being moved"
    server = scripted_imap(
        [
            *up_to_inbox((1, 2)),
            sizes(2, 1),
            bodies("1:2", not_now),
            still_there(1, 2),
            bodies("1", not_now),
            bodies("2", not_now),
        ],
        [
            *up_to_inbox((1, 2)),
            sizes(2, 1),
            bodies("1:2", body(1), body(2), "{tag} OK done"),
            list_folders(),
        ],
    )
    box = box_on(office, server)

    refused, mended = office.sync(box), office.sync(box)

    assert refused.finding is not None and refused.finding.code == "server.unavailable"
    assert (mended.outcome, mended.counts.new) == (Outcome.OK, 2)
    assert uids_of(office, box) == {1, 2}
    assert codes(office, box, "message.") == []


def test_one_message_that_is_refused_is_asked_for_again_after_an_hour(
    office: Office, scripted_imap
):
    server = scripted_imap(
        [
            *up_to_inbox((1, 2)),
            sizes(2, 1),
            bodies("1:2", body(1), "{tag} NO [SERVERBUG] cannot read 2"),
            still_there(2),
            bodies("2", "{tag} NO [SERVERBUG] cannot read 2"),
            list_folders(),
        ],
        [*up_to_inbox_again((1, 2), 1)[:-1], still_there(1, 2)],
        [
            *up_to_inbox_again((1, 2), 1)[:-1],
            sizes(2),
            bodies("2", "{tag} OK done"),
            still_there(2),
            # Does it give anything at all?
            bodies("1", body(1), "{tag} OK done"),
            still_there(1, 2),
        ],
        [
            *up_to_inbox_again((1, 2), 1)[:-1],
            sizes(2),
            bodies("2", body(2), "{tag} OK done"),
            still_there(1, 2),
        ],
    )
    box = box_on(office, server)

    first = office.sync(box)
    at_once = office.sync(box)
    office.clock.advance(minutes=61)
    after_an_hour = office.sync(box)
    office.clock.advance(minutes=61)
    after_two = office.sync(box)

    assert (first.outcome, first.counts.new, first.counts.quarantined) == (Outcome.OK, 1, 1)
    assert at_once.counts == after_an_hour.counts == Counts()
    assert after_two.counts.new == 1
    assert uids_of(office, box) == {1, 2}
    assert codes(office, box, "message.") == ["message.quarantined"]


def test_uids_of_before_a_renumbering_are_not_believed(office: Office, scripted_imap):
    server = scripted_imap(
        [
            *up_to_inbox((1, 2)),
            sizes(2, 1),
            bodies("1:2", body(1), body(2), "{tag} OK done"),
            list_folders(),
        ],
        [
            *up_to_inbox((1, 2))[:3],
            select(exists=1, uid_next=3, uid_validity=1),
            message_id(2, mails.message(2)),
            still_there(2),
            expect("UID SEARCH", "* SEARCH 2 3", "{tag} OK done"),
            select(exists=1, uid_next=2, uid_validity=9),
        ],
    )
    box = box_on(office, server)
    office.sync(box)

    report = office.sync(box)

    assert report.counts.removed == 0
    assert uids_of(office, box) == {1, 2}
    assert office.state(box) is State.OK
