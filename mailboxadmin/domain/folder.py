"""What IMAP calls a mailbox, and what we remember of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from mailboxadmin.domain.finding import Finding
from mailboxadmin.domain.message import SEEN
from mailboxadmin.domain.special_use import SpecialUse

#: UIDs are 32 bits wide (RFC 9051, 2.3.1.1).
LARGEST_UID = 2**32 - 1
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
    #: None without CONDSTORE, when the folder says NOMODSEQ (RFC 7162), or beyond 63 bits.
    highest_modseq: int | None
    #: It was to be opened for writing, and the server opened it for reading only.
    read_only: bool = False
    #: The flags that stay after this session; None when all do, or when it was not opened
    #: for writing (RFC 9051, 7.1: PERMANENTFLAGS).
    permanent_flags: frozenset[str] | None = None

    @property
    def keeps_seen(self) -> bool:
        r"""False when \Seen cannot be changed there for good, as far as the server said."""
        return self.keeps(SEEN)

    def keeps(self, flag: str) -> bool:
        """The same of any flag."""
        return not self.read_only and (self.permanent_flags is None or flag in self.permanent_flags)


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """Where messages are now, as COPYUID says it (RFC 4315, 3)."""

    #: Of the folder that they are in now.
    uid_validity: int
    #: Their new UIDs by those of before.
    uids: Mapping[int, int]


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
    #: Which messages were wanted then, see `services.folders.selection`; None: all.
    selection: str | None = None

    def is_ahead_of(self, status: FolderStatus) -> bool:
        """True when UIDs that were given out before are to be given out again (UIDNEXT)."""
        given_out = max(self.last_uid + 1, self.uid_next or 0)
        if given_out > LARGEST_UID:
            return False  # There is no number after the last one that could be named.
        return status.uid_next is not None and status.uid_next < given_out


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderState:
    """A folder as the mailbox page shows it."""

    name: str
    messages: int
    last_success_at: datetime | None
    finding: Finding | None
    #: What it is for besides holding mail; None: nothing special.
    special_use: SpecialUse | None = None
