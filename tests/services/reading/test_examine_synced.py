"""Horrors on a real server: stored byte for byte, listed, and examined; the mailbox goes on."""

from pathlib import Path

import pytest

from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.contents import read_contents
from mailboxadmin.domain.mailbox import State
from mailboxadmin.domain.run import Outcome
from mailboxadmin.services.reading.examine import examine_messages
from mailboxadmin.services.reading.messages import list_messages
from mailboxadmin.store.bytes import raw_of
from tests.support import mails
from tests.support.dovecot import Dovecot
from tests.support.examined import examined, previews
from tests.support.horrors import HORRORS, TEXT
from tests.support.office import Box, Office
from tests.support.stored import entries

#: Odd mail that others collected; not part of this repository.
CORPUS = Path(__file__).parents[4] / "shared" / "corpus"
#: A handful, each too much of something else; the last comes in parts.
HANDFUL = (
    "ten_thousand_parts",
    "two_thousand_nested_multiparts",
    "twenty_thousand_encoded_words",
    "a_hundred_thousand_addresses",
    "no_header",
    "no_blank_line",
    "wrong_charset",
    "invalid_dates",
    "attachments_of_25_megabytes",
)


def on_the_wire(server: Dovecot, box: Box) -> dict[int, bytes]:
    """What an independent client gets, by UID."""
    with server.client(box.account) as client:
        client.select_folder("INBOX", readonly=True)
        answers = client.fetch(client.search(), ["BODY.PEEK[]"])
    return {uid: items[b"BODY[]"] for uid, items in answers.items()}


def here(office: Office, box: Box) -> dict[int | None, bytes]:
    """What is stored, by UID, also of those that came in parts."""
    listed = list_messages(office.deps, box.id, folder=None, limit=1000, actor=COMMAND_LINE)
    with office.deps.store.read() as db:
        raws = raw_of(db, [each.id for each in listed])
    return {each.uid: raws[each.id] for each in listed}


def test_horrors_are_stored_listed_and_examined(office: Office, dovecot: Dovecot):
    box = office.mailbox(server=dovecot)
    for name in HANDFUL:
        dovecot.deliver(box.account, HORRORS[name]())

    report = office.sync(box)
    done = examine_messages(office.deps)

    assert (report.outcome, report.finding) == (Outcome.OK, None)
    assert here(office, box) == on_the_wire(dovecot, box)
    assert done == len(HANDFUL)
    shown = [preview or "" for preview in previews(office, box.id)]
    # The last is larger than what is examined; of it nothing is known.
    assert sum(preview.startswith(TEXT.decode()) for preview in shown) == len(HANDFUL) - 1
    assert examined(office, box.id).count(None) == 1
    problems = {entry.detail["problem"] for entry in entries(office, box, "message.")}
    assert problems == {
        "The message has no header.",
        "It has more than 1,000 parts; the others are not listed.",
    }
    assert office.state(box) is State.OK


def test_what_was_examined_stays_when_more_comes(office: Office, dovecot: Dovecot):
    box = office.mailbox(server=dovecot)
    dovecot.deliver(box.account, HORRORS["ten_thousand_parts"]())
    office.sync(box)
    examine_messages(office.deps)
    dovecot.deliver(box.account, mails.message(1))

    report = office.sync(box)
    done = examine_messages(office.deps)

    assert (report.outcome, report.counts.new, done) == (Outcome.OK, 1, 1)
    assert set(previews(office, box.id)) == {
        TEXT.decode(),
        read_contents(mails.message(1)).preview,
    }


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the collection of odd mail is not here")
def test_mail_that_others_collected_is_examined(office: Office, dovecot: Dovecot):
    box = office.mailbox(server=dovecot)
    letters = [path.read_bytes() for path in sorted(CORPUS.rglob("*.eml"))]
    dovecot.deliver_many(box.account, letters)

    office.sync(box)
    examine_messages(office.deps)

    assert here(office, box) == on_the_wire(dovecot, box)
    found = examined(office, box.id)
    assert len(found) == len(letters)
    assert all(each is not None and each.problem is None for each in found)
