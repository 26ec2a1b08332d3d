"""The people of the office."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """What a person may do; see `web/access.py` for which page needs which."""

    ADMIN = "admin"
    STAFF = "staff"


class Standing(StrEnum):
    """Where a person is between the invitation and the door."""

    #: Added; has not chosen a password yet.
    INVITED = "invited"
    ACTIVE = "active"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One member of the staff; a shared address such as info@ is one of its own."""

    id: int
    #: Lower case; also the address of the mailbox.
    email: str
    name: str
    role: Role
    standing: Standing
    #: The mailbox, once there is one: staff get it when they are added, an admin on configuring it.
    mailbox_id: int | None
    created_at: datetime
    last_login_at: datetime | None

    @property
    def is_admin(self) -> bool:
        """True for who runs Mailbox Admin."""
        return self.role is Role.ADMIN

    @property
    def first_name(self) -> str:
        """How a sentence calls them: the first word of the name, else the address."""
        return self.name.split()[0] if self.name.strip() else self.email
