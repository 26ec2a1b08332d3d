"""What a wish comes to: whether the server is to be told, how, and where things go."""

import pytest

from mailboxadmin.domain.filing import Act, Asked, Kind, WayToMove, must_move, way_to_move
from mailboxadmin.domain.folder import FolderStatus
from mailboxadmin.domain.message import FLAGGED, SEEN
from mailboxadmin.domain.special_use import SpecialUse

INBOX, ARCHIVE = 1, 2
UNANSWERED = Asked(folder_id=ARCHIVE, uid_validity=9, uid_next=21)


@pytest.mark.parametrize(
    ("lies_in", "wanted", "asked", "must"),
    [
        (INBOX, ARCHIVE, None, True),
        (ARCHIVE, INBOX, None, True),
        # Taken back before it was sent.
        (INBOX, INBOX, None, False),
        # It may be there already: that has to be looked at, wherever it is wanted.
        (INBOX, INBOX, UNANSWERED, True),
        (INBOX, ARCHIVE, UNANSWERED, True),
    ],
)
def test_the_server_is_told_unless_the_message_is_known_to_be_where_it_is_wanted(
    lies_in: int, wanted: int, asked: Asked | None, must: bool
):
    assert must_move(lies_in=lies_in, wanted=wanted, asked=asked) is must


@pytest.mark.parametrize(
    ("offers", "way"),
    [
        ({"IMAP4REV1", "MOVE", "UIDPLUS"}, WayToMove.MOVE),
        ({"IMAP4REV1", "MOVE"}, WayToMove.MOVE),
        ({"IMAP4REV1", "UIDPLUS"}, WayToMove.COPY),
        ({"IMAP4REV1"}, WayToMove.NONE),
    ],
)
def test_a_server_that_cannot_remove_single_messages_is_not_asked_to(
    offers: set[str], way: WayToMove
):
    assert way_to_move(frozenset(offers)) is way


def test_each_act_changes_one_thing_and_three_know_where_to():
    kinds = {act: act.kind for act in Act}

    assert [act for act, kind in kinds.items() if kind is Kind.FLAG] == [Act.FLAG, Act.UNFLAG]
    assert {act: act.use for act in Act if act.use} == {
        Act.ARCHIVE: SpecialUse.ARCHIVE,
        Act.TRASH: SpecialUse.TRASH,
        Act.SPAM: SpecialUse.JUNK,
    }


@pytest.mark.parametrize(
    ("permanent", "read_only", "keeps"),
    [
        (None, False, True),
        (frozenset({FLAGGED, SEEN}), False, True),
        (frozenset({SEEN}), False, False),
        (frozenset({FLAGGED}), True, False),
    ],
)
def test_a_flag_stays_where_the_folder_keeps_it(
    permanent: frozenset[str] | None, read_only: bool, keeps: bool
):
    status = FolderStatus(
        messages=1,
        uid_validity=1,
        uid_next=2,
        highest_modseq=None,
        read_only=read_only,
        permanent_flags=permanent,
    )

    assert status.keeps(FLAGGED) is keeps
