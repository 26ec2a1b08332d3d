"""What IMAP calls a mailbox, and what we remember of it."""

from dataclasses import dataclass
from datetime import datetime

from mailboxadmin.domain.finding import Finding

#: Attributes of folders that cannot be opened (RFC 9051, 7.3.1); compared in lower case.
NOT_SELECTABLE = frozenset({"\\noselect", "\\nonexistent"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedFolder:
    """One line of LIST."""

    #: Decoded from modified UTF-7; INBOX is upper case.
    name: str
    #: The hierarchy delimiter; None for a flat name space.
    delimiter: str | None
    #: Lower case, with the backslash: `\\noselect`, `\\sent`.
    attributes: frozenset[str]

    @property
    def selectable(self) -> bool:
        """False for a container only."""
        return not self.attributes & NOT_SELECTABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderStatus:
    """What STATUS or SELECT says of a folder."""

    messages: int
    uid_validity: int
    #: None when the server does not say; then new mail is found by searching.
    uid_next: int | None
    #: None without CONDSTORE, or when the folder says NOMODSEQ (RFC 7162).
    highest_modseq: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """How far we are in a folder; written in the transaction that writes the rows."""

    uid_validity: int
    #: All UIDs up to here are stored or were looked at.
    last_uid: int
    uid_next: int | None
    #: Flags are known up to this mod-sequence; None without CONDSTORE.
    highest_modseq: int | None
    #: Messages the server had when the folder was last brought fully up to date.
    server_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderState:
    """A folder as the mailbox page shows it."""

    name: str
    messages: int
    last_success_at: datetime | None
    finding: Finding | None
