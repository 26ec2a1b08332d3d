"""Every finding of the catalogue: how it is played, or why it cannot be."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from mailboxadmin.demo.plays_database import (
    DatabaseDamaged,
    DatabaseHeld,
    DatabaseReadOnly,
    DiskFull,
)
from mailboxadmin.demo.plays_here import KeyLost, ServerChanges
from mailboxadmin.demo.plays_tokens import Disconnected
from mailboxadmin.demo.scenario import Scenario
from mailboxadmin.demo.scenarios_connecting import CONNECTING
from mailboxadmin.demo.scenarios_reading import FOLDERS, MAIL
from mailboxadmin.demo.scenarios_signing_in import SIGNING_IN
from mailboxadmin.demo.scenarios_tokens import TOKENS
from mailboxadmin.domain.oauth import AppKey

_HERE = (
    Scenario(
        code="local.disk_full",
        story="The database gets no more room for this one run, and a large message arrives. "
        "The next run has room again.",
        play=DiskFull(),
    ),
    Scenario(
        code="local.database_busy",
        story="Another program holds the database for two seconds, which is as long as this one "
        "run waits for it.",
        play=DatabaseHeld(),
    ),
    Scenario(
        code="local.database_damaged",
        story="An index that this one run writes with each message is damaged. "
        "It is a temporary one; the database is whole.",
        play=DatabaseDamaged(),
    ),
    Scenario(
        code="local.database_read_only",
        story="The database may not be written by this one run, from the moment at which new "
        "mail comes.",
        play=DatabaseReadOnly(),
    ),
    Scenario(
        code="local.secret_unreadable",
        story="The mailbox’s password is sealed with a key that is lost.",
        play=KeyLost(),
    ),
    Scenario(
        code="local.password_bound_elsewhere",
        story="The mailbox is told another server, and the password is not entered again for it.",
        play=ServerChanges(),
    ),
    Scenario(
        code="local.no_password",
        story="The permission that opened the mailbox is given up, and no password takes its "
        "place.",
        play=Disconnected(app=AppKey.GMAIL),
    ),
)

SCENARIOS: Final[Mapping[str, Scenario]] = MappingProxyType(
    {each.code: each for each in (*CONNECTING, *SIGNING_IN, *TOKENS, *FOLDERS, *MAIL, *_HERE)}
)

#: Codes that begin so are not of a mailbox.
_OF_TELLING: Final = "notify."
_NOT_OF_A_MAILBOX: Final = (
    "It is about telling people, not about a mailbox, so no mailbox can show it. "
    "Settings, Notifications has a button that tries each way of telling."
)
_NOT_KNOWN_HOW: Final = "Nobody has written down yet how it is brought about."


def why_not(code: str) -> str:
    """Why a code cannot be played; empty when it can."""
    if code in SCENARIOS:
        return ""
    return _NOT_OF_A_MAILBOX if code.startswith(_OF_TELLING) else _NOT_KNOWN_HOW
