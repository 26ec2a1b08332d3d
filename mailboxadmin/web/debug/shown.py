"""What every page says of debug mode: that it is on, for whom, and by whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from flask import g
from wtforms import SelectChoice

from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.debug import Switch
from mailboxadmin.domain.errors import StoreUnavailable
from mailboxadmin.domain.people import Person
from mailboxadmin.services.debug.debugging import switches_on
from mailboxadmin.services.debug.recordings import last_raw_error, list_recordings
from mailboxadmin.services.overview.board import names_of_all
from mailboxadmin.web import deps, signed_in
from mailboxadmin.web.debug.forms import ALL, SwitchForm

#: So many are named in the banner.
MOST_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What a mailbox's page says of debug mode."""

    count: int
    #: The exception of the last failure, for admins while it is on; else empty.
    raw: str


def recording_now() -> Sequence[Switch]:
    """The switches that concern who reads the page; read once a request."""
    if "recording_now" not in g:
        reader = signed_in.person()
        g.recording_now = _concerning(reader) if reader else ()
    return cast(Sequence[Switch], g.recording_now)


def _concerning(reader: Person) -> tuple[Switch, ...]:
    try:
        found = switches_on(deps())
    except StoreUnavailable:
        # The page that says so must come.
        return ()
    if reader.is_admin:
        return found
    return tuple(each for each in found if reader.mailbox_id and each.concerns(reader.mailbox_id))


def recorded_here(mailbox_id: int) -> Recorded:
    """What a mailbox's page says."""
    reader = signed_in.person()
    is_on = any(each.concerns(mailbox_id) for each in recording_now())
    raw = last_raw_error(deps(), mailbox_id) if is_on and reader and reader.is_admin else ""
    return Recorded(count=len(list_recordings(deps(), mailbox_id)), raw=raw)


def switch_form() -> SwitchForm:
    """The form with the mailboxes there are."""
    form = SwitchForm()
    boxes = [
        SelectChoice(str(each), named(name, address))
        for each, name, address in names_of_all(deps())
    ]
    form.mailbox.choices = [SelectChoice(ALL, "All mailboxes"), *boxes]
    return form


def named(name: str, address: str) -> str:
    """`Anna Keller (anna@example.org)`."""
    return f"{name} ({address})" if name else address


def switched_by(by: str) -> str:
    """Who it was, in a sentence."""
    return "on the server’s command line" if by == COMMAND_LINE else f"by {by}"
