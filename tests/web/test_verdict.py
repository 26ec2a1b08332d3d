"""The answer above the board: is anything wrong, and who must do what?"""

from datetime import timedelta

import pytest

from mailboxadmin.domain.errors import Facts, Happening
from mailboxadmin.domain.finding import Finding, Fixer, Phase, Scope
from mailboxadmin.domain.mailbox import Encryption, Server, State
from mailboxadmin.domain.people import Person
from mailboxadmin.domain.token import TokenAnswer
from mailboxadmin.services.overview.board import mailbox, read_board
from mailboxadmin.services.work.beat import Beat
from mailboxadmin.web.board.verdict import Verdict, verdict
from mailboxadmin.web.words import clock, who_acts
from tests.support import states
from tests.support.office import Office

OK, NEW, PAUSED = State.OK, State.NEW, State.PAUSED
RETRYING, BROKEN = State.RETRYING, State.NEEDS_ACTION
UNHARMED = "Nothing was lost: what could not be fetched waits on the servers."

ALIVE = Beat(last_tick_at=None, next_tick_at=None, running=0, where="", stale=False)
SECRET = states.finding(
    "oauth.client_secret_expired", scope=Scope.PROVIDER_APP, fix_by=Fixer.PROVIDER_ADMIN
)
OUTLOOK = Facts(
    phase=Phase.TOKEN, happening=Happening.TOKEN_REFUSED, token=TokenAnswer(app="outlook")
)
SILENT = states.finding(
    "tcp.timeout", scope=Scope.MAIL_SERVER, fix_by=Fixer.MAIL_HOST, temporary=True
)


@pytest.fixture
def grace(office: Office) -> Person:
    """The reader; she has no mailbox."""
    return office.admin()


def said(office: Office, reader: Person, beat: Beat = ALIVE) -> Verdict:
    return verdict(read_board(office.deps), reader, beat, office.clock.now())


def broken(office: Office, *names: str, wrong: Finding | None = None, **more) -> None:
    """These people's mailboxes do not work."""
    wrong = wrong or states.finding()
    state = RETRYING if wrong.temporary else BROKEN
    for name in names:
        states.put(office, states.somebody(office, name), state, wrong, **more)


def fine(office: Office, count: int) -> None:
    for number in range(count):
        states.put(office, states.somebody(office, f"fine{number}"), OK)


@pytest.mark.parametrize(
    ("there", "sentence", "remark"),
    [
        ([], "No mailboxes yet.", "They come with the people"),
        ([NEW, NEW], "No mailbox is connected yet.", "Each person connects their own"),
        ([OK], "The mailbox is fine.", ""),
        ([OK, OK, OK], "All 3 mailboxes are fine.", ""),
        ([PAUSED], "The mailbox is paused.", ""),
        ([PAUSED, PAUSED], "All 2 mailboxes are paused.", ""),
        ([OK, PAUSED, NEW, NEW], "1 of 2 mailboxes is fine.", "One is paused. Two are not conn"),
    ],
)
def test_where_nothing_is_broken(office: Office, grace: Person, there, sentence: str, remark: str):
    for number, state in enumerate(there):
        states.put(office, states.somebody(office, f"p{number}"), state)

    answer = said(office, grace)

    assert answer.sentence == sentence
    assert answer.remark.startswith(remark)


def test_who_must_do_what(office: Office, grace: Person):
    fine(office, 2)
    broken(office, "Anna Keller")

    answer = said(office, grace)

    assert answer.sentence == "Anna must enter the right password. 2 of 3 mailboxes are fine."
    assert answer.remark == UNHARMED
    [task] = [phrase for phrase in answer.phrases if phrase.case]
    assert task.text == "Anna must enter the right password"
    assert task.case == read_board(office.deps).needing[0].key


def test_two_things_are_told_in_full(office: Office, grace: Person):
    fine(office, 1)
    broken(office, "Ben", "Chloé", wrong=SECRET, facts=OUTLOOK)
    broken(office, "Anna")

    assert said(office, grace).sentence == (
        "Two things need someone: the Entra admin must renew the client secret in Entra; "
        "Anna must enter the right password. 1 of 4 mailboxes is fine."
    )


def test_of_more_it_is_told_who_has_to_act_and_the_reader_first(office: Office, grace: Person):
    broken(office, "Anna", "Ben")
    broken(office, "Chloé", wrong=SECRET, facts=OUTLOOK)
    broken(office, "Dana", "Emil", wrong=states.finding("unknown", fix_by=Fixer.ADMIN))

    answer = said(office, grace)

    assert answer.sentence == (
        "Five things need someone: you (2), Anna, Ben and the Entra admin. No mailbox is fine."
    )
    assert len({phrase.case for phrase in answer.phrases if phrase.case}) == 4


@pytest.mark.parametrize(
    ("count", "who"),
    [
        (3, "Three things need someone: P0, P1 and P2."),
        (5, "Five things need someone: P0, P1, P2, P3 and P4."),
        (14, "14 things need someone: P0, P1, P2, P3 and 10 more."),
    ],
)
def test_of_very_many_some_are_named(office: Office, grace: Person, count: int, who: str):
    broken(office, *(f"P{number}" for number in range(count)))

    # By name, as the cards are: P10 stands before P2.
    expected = who if count < 10 else who.replace("P0, P1, P2, P3", "P0, P1, P10, P11")
    assert said(office, grace).sentence == f"{expected} No mailbox is fine."


def test_namesakes_are_called_by_their_whole_names(office: Office, grace: Person):
    broken(office, "Anna Keller")
    alone = said(office, grace).sentence
    states.put(office, office.person("anna@example.net"), OK)

    assert alone.startswith("Anna must ")
    assert said(office, grace).sentence.startswith("Anna Keller must ")


def test_the_reader_is_you(office: Office):
    anna = states.somebody(office, "Anna Keller")
    states.put(office, anna, BROKEN, states.finding())

    answer = said(office, anna)

    assert answer.sentence == "You must enter the right password. The only mailbox is not fine."


def test_what_mends_itself_says_when_it_is_tried_again(office: Office, grace: Person):
    fine(office, 1)
    soon = office.clock.now() + timedelta(minutes=7)
    host = Facts(phase=Phase.TCP, happening=Happening.CONNECT_TIMEOUT, host="mail.example.org")
    broken(office, "Ben", "Dana", wrong=SILENT, facts=host, next_attempt_at=soon)

    assert said(office, grace).sentence == (
        "Nobody needs to do anything yet: mail.example.org does not answer; "
        f"it is tried again at {clock(soon)}. 1 of 3 mailboxes is fine."
    )


def test_what_nobody_can_hasten_names_whose_it_is(office: Office, grace: Person):
    busy = states.finding("auth.too_many_connections", fix_by=Fixer.NOBODY, temporary=True)
    broken(office, "Dana Vries", wrong=busy, next_attempt_at=office.clock.now())

    assert said(office, grace).sentence == (
        "Nobody needs to do anything: too many programs read it at the same time (Dana); "
        "it is tried again now. The only mailbox is not fine."
    )


def test_several_things_that_mend_themselves_are_counted(office: Office, grace: Person):
    soon = office.clock.now() + timedelta(minutes=7)
    busy = states.finding("server.throttled", fix_by=Fixer.NOBODY, temporary=True)
    broken(office, "Dana", "Emil", "Fred", wrong=busy, next_attempt_at=soon)

    assert said(office, grace).sentence == (
        "Nobody needs to do anything: three things are tried again by themselves, "
        f"the next at {clock(soon)}. No mailbox is fine."
    )


def test_what_needs_someone_goes_before_what_mends_itself(office: Office, grace: Person):
    broken(office, "Ben", wrong=SILENT)
    broken(office, "Anna")

    assert said(office, grace).sentence == (
        "Anna must enter the right password. No mailbox is fine."
    )


def test_when_nobody_looks_nothing_is_called_fine(office: Office, grace: Person):
    fine(office, 2)
    ticked = office.clock.now() - timedelta(hours=1)
    dead = Beat(last_tick_at=ticked, next_tick_at=None, running=0, where="", stale=True)
    never = Beat(last_tick_at=None, next_tick_at=None, running=0, where="", stale=True)

    all_fine, unknown = said(office, grace, dead), said(office, grace, never)
    broken(office, "Ben", wrong=SILENT)
    broken(office, "Anna")

    assert all_fine.sentence == (
        f"Nothing has been checked since {clock(ticked)}. "
        "When last looked at, 2 of 2 mailboxes were fine."
    )
    assert unknown.sentence.startswith("Nothing is being checked. When last looked at, ")
    assert said(office, grace, dead).sentence == (
        f"Nothing has been checked since {clock(ticked)}. Anna must enter the right password. "
        "When last looked at, 2 of 4 mailboxes were fine."
    )


def test_who_waits_for_the_first_sync_is_neither_fine_nor_not(office: Office, grace: Person):
    box = office.mailbox_at(Server(host="mail.example.org", port=993, encryption=Encryption.SSL))

    alone = said(office, grace)
    states.put(office, states.somebody(office, "Ben"), OK)
    beside = said(office, grace)

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

    wrong = mailbox(office.deps, mailbox_id)

    assert who_acts(wrong, grace) == admin_reads
    assert who_acts(wrong, anna) == owner_reads
    assert who_acts(wrong, None, full=True) in ("Anna Keller", "your admin", admin_reads)
