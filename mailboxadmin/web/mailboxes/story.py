"""What was done to a mailbox, in sentences, as the reader calls people and things."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from mailboxadmin.domain.activity import COMMAND_LINE, SCHEDULER, Code
from mailboxadmin.domain.before import BeforeItBroke
from mailboxadmin.domain.clock import duration_in_words
from mailboxadmin.domain.counted import counted
from mailboxadmin.domain.event import Event, Fact, Lane
from mailboxadmin.domain.incident import Ending
from mailboxadmin.domain.people import Person
from mailboxadmin.services.overview.timeline import PastIncident
from mailboxadmin.web.words import listed, sentence, when


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """Who tells whom about which mailbox."""

    reader: Person
    #: Whose mailbox it is, as sentences call them: "Anna".
    owner: str
    own: bool
    #: What people are called, by address.
    names: Mapping[str, str]
    now: datetime

    def sentence(self, event: Event) -> str:
        """What was done: "Grace changed the office’s “Port” from 993 to 143."."""
        if event.lane is Lane.SCHEDULER and event.since:
            length = duration_in_words(event.at - event.since)
            return f"Nothing was checked by itself for {length}: the scheduler stood still."
        tell = _SENTENCES.get(event.code, _as_logged)
        return sentence(tell(self, event))

    def who(self, event: Event) -> str:
        """Who did it, to begin a sentence with."""
        if event.actor == self.reader.email:
            return "you"
        if event.actor == COMMAND_LINE:
            return "somebody on the server’s command line"
        return "the scheduler" if event.actor == SCHEDULER else self.name(event.actor)

    def name(self, address: str) -> str:
        """What a person is called."""
        return self.names.get(address, address)

    def values(self, fact: Fact) -> str:
        """One value: "“Port” from 993 to 143"."""
        name = f"“{fact.label}”"
        if fact.secret or not (fact.personal or self.reader.is_admin):
            return name
        if fact.before and fact.after:
            return f"{name} from {fact.before} to {fact.after}"
        return f"{name} to {fact.after}" if fact.after else f"{name} from {fact.before} to nothing"

    @property
    def mailbox(self) -> str:
        """Whose settings they are."""
        return "your mailbox’s" if self.own else "this mailbox’s"


def _configured(teller: Teller, event: Event) -> str:
    values = listed([teller.values(fact) for fact in event.facts])
    untested = ", and saved it without a test" if event.untested else ""
    return f"{teller.who(event)} changed {teller.mailbox} {values}{untested}."


def _office(teller: Teller, event: Event) -> str:
    values = listed([teller.values(fact) for fact in event.facts])
    return f"{teller.who(event)} changed the office’s {values}."


def _trusted(teller: Teller, event: Event) -> str:
    return f"{teller.who(event)} trusted a certificate for {event.host}."


def _untrusted(teller: Teller, event: Event) -> str:
    return f"{teller.who(event)} stopped trusting a certificate for {event.host}."


def _paused(teller: Teller, event: Event) -> str:
    return f"{teller.who(event)} paused it."


def _resumed(teller: Teller, event: Event) -> str:
    return f"{teller.who(event)} resumed it."


def _disabled(teller: Teller, event: Event) -> str:
    whom = "you" if teller.own else teller.owner
    return f"{teller.who(event)} deactivated {whom}, so that it was checked no more."


def _enabled(teller: Teller, event: Event) -> str:
    whom = "you" if teller.own else teller.owner
    return f"{teller.who(event)} reactivated {whom}, so that it was checked again."


def _as_logged(teller: Teller, event: Event) -> str:
    if event.actor == SCHEDULER:
        return event.message
    return f"{event.message.rstrip('.')}, by {teller.who(event)}."


_SENTENCES: dict[str, Callable[[Teller, Event], str]] = {
    Code.MAILBOX_CONFIGURED: _configured,
    Code.SETTINGS_CHANGED: _office,
    Code.CERTIFICATE_TRUSTED: _trusted,
    Code.CERTIFICATE_UNTRUSTED: _untrusted,
    Code.MAILBOX_PAUSED: _paused,
    Code.MAILBOX_RESUMED: _resumed,
    Code.STAFF_DISABLED: _disabled,
    Code.STAFF_ENABLED: _enabled,
}


def how_long_before(at: datetime, then: datetime) -> str:
    """`11 minutes before`."""
    length = then - at
    return f"{duration_in_words(length)} before" if length else "at that moment"


def nothing_before(before: BeforeItBroke) -> str:
    """Why no change is listed: there was none, or the log does not tell."""
    if before.log_begins_later:
        return "The log does not reach back to the time before it broke."
    if before.is_new:
        return "Nothing was changed here since it was added."
    if before.log_is_short:
        days = counted(max((before.broke_at - before.known_since).days, 1), "day")
        return f"Nothing was changed here in the {days} before, which is as far as the log reaches."
    return "Nothing was changed here in the 30 days before."


def ending(past: PastIncident, teller: Teller) -> str:
    """How an incident ended: `by itself`, `after a change by Grace`; empty while it goes on."""
    incident = past.incident
    if incident.ended_at is None:
        return ""
    if incident.ended_by is Ending.REPLACED:
        return "something else was wrong then"
    if incident.ended_by is Ending.DISCONNECTED:
        return "the mailbox was disconnected"
    if past.mended_by is None:
        return "by itself"
    at = when(past.mended_by.at, teller.now)
    return f"after a change by {teller.who(past.mended_by)}, {at}"
