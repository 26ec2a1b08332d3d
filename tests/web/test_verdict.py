"""The sentence above the board, and who it says must act."""

import pytest

from mailboxadmin.domain.finding import Fixer
from mailboxadmin.domain.mailbox import Encryption, Server, State
from mailboxadmin.services.board import mailbox, read_board
from mailboxadmin.web.board.verdict import verdict
from mailboxadmin.web.words import who_acts
from tests.support import states
from tests.support.office import Office

OK, NEW, PAUSED = State.OK, State.NEW, State.PAUSED
RETRYING, BROKEN = State.RETRYING, State.NEEDS_ACTION
UNHARMED = "Nothing was lost: what could not be fetched waits on the servers."


@pytest.mark.parametrize(
    ("there", "sentence", "remark"),
    [
        ([], "No mailboxes yet.", "They come with the people"),
        ([NEW, NEW], "No mailbox is connected yet.", "Each person connects their own"),
        ([OK], "The mailbox is fine.", ""),
        ([OK, OK, OK], "All 3 mailboxes are fine.", ""),
        ([OK, OK, BROKEN], "One thing needs someone. 2 of 3 mailboxes are fine.", UNHARMED),
        ([BROKEN, BROKEN, OK], "Two things need someone. 1 of 3 mailboxes is fine.", UNHARMED),
        ([BROKEN], "One thing needs someone. The only mailbox is not fine.", UNHARMED),
        ([OK, RETRYING], "Nobody needs to do anything. 1 of 2 mailboxes is fine.", UNHARMED),
        ([RETRYING, RETRYING], "Nobody needs to do anything. No mailbox is fine.", UNHARMED),
        ([OK, PAUSED, NEW, NEW], "1 of 2 mailboxes is fine.", "One is paused. Two are not conn"),
    ],
)
def test_the_answer_comes_first(office: Office, there, sentence: str, remark: str):
    for number, state in enumerate(there):
        wrong = states.finding(temporary=state is RETRYING)
        broken = state in (RETRYING, BROKEN)
        states.put(office, states.somebody(office, f"p{number}"), state, wrong if broken else None)

    said = verdict(read_board(office.deps))

    assert said.sentence == sentence
    assert said.remark.startswith(remark)


def test_who_waits_for_the_first_sync_is_neither_fine_nor_not(office: Office):
    box = office.mailbox_at(Server(host="mail.example.org", port=993, encryption=Encryption.SSL))

    alone = verdict(read_board(office.deps))
    states.put(office, states.somebody(office, "Ben"), OK)
    beside = verdict(read_board(office.deps))

    assert mailbox(office.deps, box.id).awaits_first_sync
    assert alone.sentence == "The first sync is on its way."
    assert (beside.sentence, beside.remark) == (
        "The mailbox is fine.",
        "One is waiting for the first sync.",
    )


@pytest.mark.parametrize(
    ("fix_by", "admin_reads", "owner_reads"),
    [
        (Fixer.OWNER, "Anna", "you"),
        (Fixer.ADMIN, "you", "your admin"),
        (Fixer.MAIL_HOST, "the mail host", "the mail host"),
        (Fixer.PROVIDER_ADMIN, "the provider’s admin", "the provider’s admin"),
        (Fixer.NOBODY, "nobody", "nobody"),
    ],
)
def test_who_acts_is_called_as_the_reader_knows_them(
    office: Office, fix_by: Fixer, admin_reads: str, owner_reads: str
):
    grace = office.admin()
    anna = states.somebody(office, "Anna Keller")
    mailbox_id = states.put(office, anna, BROKEN, states.finding(fix_by=fix_by))

    broken = mailbox(office.deps, mailbox_id)

    assert who_acts(broken, grace) == admin_reads
    assert who_acts(broken, anna) == owner_reads
    assert who_acts(broken, None, full=True) in ("Anna Keller", "your admin", admin_reads)
