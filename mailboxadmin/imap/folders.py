"""What LIST, STATUS and EXAMINE say of folders."""

from typing import Any

from mailboxadmin.domain.errors import Facts, Happening
from mailboxadmin.domain.folder import FolderStatus, ListedFolder
from mailboxadmin.imap.wire import Client


def listed(client: Client, pattern: str = "*") -> list[ListedFolder]:
    """The folders that LIST names (RFC 9051, 6.3.9)."""
    return [
        ListedFolder(
            name="INBOX" if name.upper() == "INBOX" else name,
            delimiter=_text(delimiter) if delimiter is not None else None,
            attributes=frozenset(_text(attribute).lower() for attribute in attributes),
        )
        for attributes, delimiter, name in client.list_folders(pattern=pattern)
    ]


def status(client: Client, name: str, with_modseq: bool) -> FolderStatus:
    """STATUS; HIGHESTMODSEQ is asked for where CONDSTORE is offered.

    Raises:
        ValueError: the server gives no UIDVALIDITY.
    """
    wanted = ["MESSAGES", "UIDNEXT", "UIDVALIDITY"] + ["HIGHESTMODSEQ"] * with_modseq
    said = {_text(key).upper(): value for key, value in client.folder_status(name, wanted).items()}
    return _status(said["MESSAGES"], said)


def size(client: Client, name: str) -> int:
    """The bytes of all messages of a folder (RFC 8438)."""
    return int(client.folder_status(name, ["SIZE"])[b"SIZE"])


def examine(client: Client, name: str) -> FolderStatus:
    """EXAMINE: open for reading, so that nothing can be changed by looking.

    Raises:
        ValueError: the server gives no UIDVALIDITY.
    """
    opened = client.select_folder(name, readonly=True)
    said = {_text(key).upper(): value for key, value in opened.items()}
    if "UIDVALIDITY" not in said:
        # Some old servers tell it by STATUS only.
        said = {
            **said,
            **{
                _text(key): value
                for key, value in client.folder_status(name, ["UIDVALIDITY"]).items()
            },
        }
    return _status(said.get("EXISTS", 0), said)


def _status(messages: int, said: dict[str, Any]) -> FolderStatus:
    uid_validity = said.get("UIDVALIDITY")
    if not isinstance(uid_validity, int) or uid_validity < 1:
        # Without it no UID means anything tomorrow (RFC 9051, 2.3.1.1).
        raise ValueError("the server gives the folder no UIDVALIDITY")
    return FolderStatus(
        messages=messages,
        uid_validity=uid_validity,
        uid_next=said.get("UIDNEXT") or None,
        # 0 is STATUS' way to say NOMODSEQ (RFC 7162, 3.1.2.2).
        highest_modseq=said.get("HIGHESTMODSEQ") or None,
    )


def why_refused(client: Client, name: str) -> Happening:
    """Why a folder could not be opened: not there, a container only, or as the server said."""
    here = [folder for folder in listed(client, name) if folder.name == name]
    if not here:
        # INBOX always exists (RFC 9051, 5.1): a server without it is in trouble itself.
        return Happening.ANSWER_NO if name == "INBOX" else Happening.FOLDER_MISSING
    return Happening.ANSWER_NO if here[0].selectable else Happening.FOLDER_NOT_SELECTABLE


def may_be_missing(refused: Facts) -> bool:
    """True for a NO that can mean a missing folder; other codes have a meaning of their own."""
    if refused.happening is not Happening.ANSWER_NO or refused.server_wait is not None:
        return False
    return refused.response_code in (None, "ALERT", "CANNOT", "NONEXISTENT", "TRYCREATE")


def _text(raw: bytes | str) -> str:
    return raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw
