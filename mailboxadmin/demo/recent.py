"""What came in since yesterday: the sample office opens in the middle of a working day."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from random import Random

from mailboxadmin.demo.letter import Letter
from mailboxadmin.demo.letters import new_letter
from mailboxadmin.demo.people import SamplePerson

#: The office's wall clock, as in `letters.py`.
_OFFICE_TIME = timezone(timedelta(hours=1))
_OFFICE_HOURS = range(7, 18)
_SHARE_OF_HOURS = 0.6
_MOST_IN_AN_HOUR = 3
#: What is younger lies unread.
_LUNCH = timedelta(hours=3)


def recent_letters(person: SamplePerson, now: datetime) -> list[Letter]:
    """That person's letters of the 24 hours before `now` (aware), by arrival."""
    rng = Random(f"since yesterday: {person.email}")
    letters = []
    for hours in range(23, 0, -1):
        busy, number = rng.random() < _SHARE_OF_HOURS, rng.randint(1, _MOST_IN_AN_HOUR)
        if busy and (now - timedelta(hours=hours)).astimezone(_OFFICE_TIME).hour in _OFFICE_HOURS:
            minutes = sorted((rng.uniform(0, 60) for _ in range(number)), reverse=True)
            letters += [_letter(rng, person, now, hours * 60 + each) for each in minutes]
    return letters


def _letter(rng: Random, person: SamplePerson, now: datetime, minutes: float) -> Letter:
    # INTERNALDATE knows no fraction of a second (RFC 3501, 9).
    at = (now - timedelta(minutes=minutes)).replace(microsecond=0)
    return replace(new_letter(rng, person, at), seen=now - at > _LUNCH and rng.random() < 0.8)
