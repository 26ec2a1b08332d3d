"""The mail of the sample office: a few hundred letters, the same at every start.

Each person's mailbox is seeded by the address. Only the dates depend on `now`, and
whether the last answer of a young thread has come yet.
What comes in lies in INBOX or, when it is old, in the archive; what the person
answered lies in the folder of sent mail.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from random import Random

from mailboxadmin.demo.compose import compose, unreadable_letter
from mailboxadmin.demo.contacts import CONTACTS, Contact, Voice
from mailboxadmin.demo.conversation import converse
from mailboxadmin.demo.letter import INBOX, Letter
from mailboxadmin.demo.people import Desk, SamplePerson
from mailboxadmin.demo.template import Template
from mailboxadmin.demo.texts_abroad import LETTERS_FROM_ABROAD
from mailboxadmin.demo.texts_english import ENGLISH_LETTERS
from mailboxadmin.demo.texts_newsletter import NEWSLETTERS

TEMPLATES = (*ENGLISH_LETTERS, *LETTERS_FROM_ABROAD, *NEWSLETTERS)

#: Desks whose scanner sends what no parser likes.
_DESKS_WITH_SCANNER = frozenset({Desk.WORKSHOP})

_DAYS_BACK = 90
_DAYS_TO_ARCHIVE = 45
_DAYS_UNREAD = 6

#: The office's wall clock; a fixed offset, because not every machine has a zone table.
_OFFICE_TIME = timezone(timedelta(hours=1))


def letters_for(person: SamplePerson, now: datetime) -> list[Letter]:
    """That person's 60 to 120 letters of the 90 days before `now` (aware), by arrival."""
    rng = Random(person.email)
    wanted = rng.randrange(64, 112)
    letters: list[Letter] = []
    deck = _deck(person, rng)
    while len(letters) < wanted:
        letters += _thread(next(deck), person, now, rng)
    if person.desk in _DESKS_WITH_SCANNER:
        at = now - timedelta(days=2, hours=3)
        letters.append(Letter(raw=unreadable_letter(), at=at))
    return sorted(letters, key=lambda letter: letter.at)


def new_letter(rng: Random, person: SamplePerson, now: datetime) -> Letter:
    """One more letter for that person's INBOX, arriving unread at `now` (aware)."""
    template = rng.choice(_templates_of(person))
    contact = _writer(template, person, rng)
    opening = next(converse(template, contact, person, now.astimezone(_OFFICE_TIME), rng))
    return Letter(raw=compose(opening), at=now)


def _templates_of(person: SamplePerson) -> list[Template]:
    return [template for template in TEMPLATES if person.desk in template.desks]


def _deck(person: SamplePerson, rng: Random) -> Iterator[Template]:
    """The templates of that desk, shuffled, over and over; a newsletter comes only once."""
    cards = _templates_of(person)
    while True:
        rng.shuffle(cards)
        yield from cards
        cards = [card for card in cards if card not in NEWSLETTERS]


def _writer(template: Template, person: SamplePerson, rng: Random) -> Contact:
    return rng.choice(
        [
            contact
            for contact in CONTACTS
            if contact.voice in template.voices
            and contact.language == template.language
            and contact.email != person.email
        ]
    )


def _thread(
    template: Template, person: SamplePerson, now: datetime, rng: Random
) -> Iterator[Letter]:
    contact = _writer(template, person, rng)
    weekend_too = contact.voice is Voice.NEWSLETTER
    drafts = list(converse(template, contact, person, _moment(now, rng, weekend_too), rng))
    for place, draft in enumerate(drafts):
        answered = place + 1 < len(drafts) and drafts[place + 1].at <= now
        by_person = place % 2 == 1
        luck = rng.random()
        if draft.at > now:
            continue
        age = now - draft.at
        yield Letter(
            folder=_folder(person, by_person, filed=age.days > _DAYS_TO_ARCHIVE and luck < 0.6),
            raw=compose(draft),
            at=draft.at,
            seen=by_person or answered or luck < (0.88 if age.days > _DAYS_UNREAD else 0.4),
        )


def _folder(person: SamplePerson, by_person: bool, *, filed: bool) -> str:
    if by_person:
        return person.folders.sent
    return person.folders.archive if filed else INBOX


def _moment(now: datetime, rng: Random, weekend_too: bool) -> datetime:
    """A minute of office hours in the last 90 days."""
    day = now.astimezone(_OFFICE_TIME) - timedelta(days=rng.randrange(1, _DAYS_BACK - 3))
    hour, minute, second = rng.randrange(7, 18), rng.randrange(60), rng.randrange(60)
    # INTERNALDATE knows no fraction of a second (RFC 3501, 9).
    at = day.replace(hour=hour, minute=minute, second=second, microsecond=0)
    days_past_friday = max(0, at.weekday() - 4)
    return at if weekend_too else at - timedelta(days=days_past_friday)
