"""What LIST, STATUS, EXAMINE and SELECT say of folders."""

import imaplib
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from imapclient import imap_utf7

from mailboxadmin.domain.errors import Facts, Happening
from mailboxadmin.domain.folder import FolderStatus, ListedFolder
from mailboxadmin.imap.answers import flags_named, number
from mailboxadmin.imap.arguments import quoted
from mailboxadmin.imap.wire import Client, Wire

_FIGURE = re.compile(rb"\[(UIDVALIDITY|UIDNEXT|HIGHESTMODSEQ) (\d+)", re.IGNORECASE)
_PERMANENT = re.compile(rb"\[PERMANENTFLAGS \(([^()]*)\)", re.IGNORECASE)


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
    return _status(said.get("MESSAGES"), said)


def size(client: Client, name: str) -> int:
    """The bytes of all messages of a folder (RFC 8438)."""
    return int(client.folder_status(name, ["SIZE"])[b"SIZE"])


def open_folder(client: Client, wire: Wire, name: str, *, writable: bool) -> FolderStatus:
    """EXAMINE, so that nothing can be changed by looking; SELECT when `writable`.

    Raises:
        imaplib.IMAP4.error: the server refuses.
        ValueError: the server gives no UIDVALIDITY, or figures that are none.
    """
    try:
        answer, _ = wire.select(quoted("folders", imap_utf7.encode(name).decode()), not writable)
    except imaplib.IMAP4.readonly:
        # The library's way to say that SELECT gave a folder for reading only.
        answer = "OK"
    # From now on a refusal in the server's words is wanted, and not one of the library's.
    wire.is_readonly = True
    if answer != "OK":
        raise imaplib.IMAP4.error("the folder was refused")
    said = _said(wire)
    if "UIDVALIDITY" not in said:
        # Some old servers tell it by STATUS only.
        told = client.folder_status(name, ["UIDVALIDITY"])
        said |= {_text(key).upper(): value for key, value in told.items()}
    status = _status(said.get("EXISTS", 0), said)
    return replace(status, **_what_stays(wire)) if writable else status


def _said(wire: Wire) -> dict[str, int]:
    """The figures in the answer to SELECT: of each the last one (RFC 9051, 6.3.2)."""
    said = {match[1].decode().upper(): int(match[2]) for match in _codes(wire, _FIGURE)}
    for line in _lines(wire, "EXISTS"):
        said["EXISTS"] = int(line)
    return said


def _what_stays(wire: Wire) -> dict[str, Any]:
    answer = wire.heard.answer
    lists = [flags_named(match[1].split()) for match in _codes(wire, _PERMANENT)]
    return {
        "read_only": answer is not None and answer.code == "READ-ONLY",
        "permanent_flags": lists[-1] if lists else None,
    }


def _codes(wire: Wire, pattern: re.Pattern[bytes]) -> Iterator[re.Match[bytes]]:
    return (match for line in _lines(wire, "OK") if (match := pattern.match(line)))


def _lines(wire: Wire, kind: str) -> list[bytes]:
    """The untagged answers of a kind, without what precedes a literal: there is none."""
    return [line for line in wire.untagged_responses.get(kind, []) if isinstance(line, bytes)]


def _status(messages: Any, said: Mapping[str, Any]) -> FolderStatus:
    uid_validity = number(said.get("UIDVALIDITY"))
    if not uid_validity:
        # Without it no UID means anything tomorrow (RFC 9051, 2.3.1.1).
        raise ValueError("the server gives the folder no UIDVALIDITY")
    if number(messages) is None:
        raise ValueError("the server gives the folder no number of messages")
    return FolderStatus(
        messages=messages,
        uid_validity=uid_validity,
        uid_next=number(said.get("UIDNEXT")) or None,
        # 0 is STATUS' way to say NOMODSEQ (RFC 7162, 3.1.2.2).
        highest_modseq=number(said.get("HIGHESTMODSEQ")) or None,
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
