"""Reading what a person typed: hosts, folders, numbers.

Each function raises ValueError with the sentence that stands beside the field;
`Setting.parse` adds which field it is.
"""

import ipaddress
import re
from collections.abc import Sequence

#: With the line separators of Unicode, at which a list with one entry a line would be cut.
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
#: The greatest number that a column of the database takes.
LARGEST_INTEGER = 2**63 - 1
_HOST_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.ASCII)
YES, NO = "yes", "no"
LONGEST_FOLDER_CHARS = 255
LONGEST_HOST_CHARS = 253


def read_text(text: str, longest: int) -> str:
    """A text of one or more lines, without other control characters."""
    if _CONTROL.search(text.replace("\n", "").replace("\t", "").replace("\r", "")):
        raise ValueError("Control characters are not allowed here.")
    if len(text) > longest:
        raise ValueError(f"At most {longest} characters.")
    return text


def read_integer(text: str, minimum: int, maximum: int) -> int:
    """A whole number within limits."""
    if not re.fullmatch(r"[0-9]{1,9}", text) or not minimum <= int(text) <= maximum:
        raise ValueError(f"Enter a whole number from {minimum} to {maximum}.")
    return int(text)


def read_refresh(text: str) -> int:
    """Seconds between two looks: 0 is never, and nobody looks all the time."""
    if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) not in (0, *range(30, 3601)):
        raise ValueError("Enter 0, or a whole number from 30 to 3600.")
    return int(text)


def read_choice(text: str, choices: Sequence[str]) -> str:
    """One of the choices, in any case."""
    if text.lower() not in choices:
        raise ValueError(f"Choose one of: {', '.join(choices)}.")
    return text.lower()


def read_yes_no(text: str) -> bool:
    """`yes` or `no`, in any case."""
    return read_choice(text, (YES, NO)) == YES


def read_host(text: str) -> str:
    """A host name (IDNA-encoded, lower case) or IP address."""
    text = text.strip()
    if "://" in text:
        raise ValueError("Enter only the server's name, without http:// or imap:// before it.")
    if re.search(r"\s", text) or _CONTROL.search(text):
        raise ValueError("A server's name has no spaces or line breaks.")
    if "/" in text or "@" in text:
        raise ValueError("Enter only the server's name, such as mail.example.org.")
    return _ip_address(text) or _host_name(text)


def _ip_address(text: str) -> str | None:
    try:
        return str(ipaddress.ip_address(text.strip("[]")))
    except ValueError:
        return None


def _host_name(text: str) -> str:
    if ":" in text:
        raise ValueError("Enter the port in its own field, not after the server's name.")
    try:
        name = text.rstrip(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise ValueError(f"{text!r} is not a server name.") from None
    labels = name.split(".")
    if len(name) > LONGEST_HOST_CHARS or not all(map(_HOST_LABEL.fullmatch, labels)):
        raise ValueError(f"{text!r} is not a server name; it looks like mail.example.org.")
    return name


def read_folders(text: str, most: int) -> tuple[str, ...]:
    """Folder names, one a line, each once."""
    names = tuple(dict.fromkeys(read_folder(line) for line in text.splitlines() if line.strip()))
    if len(names) > most:
        raise ValueError(f"At most {most} folders.")
    return names


def read_folder(text: str) -> str:
    """A folder's name; INBOX in any case is INBOX (RFC 9051, 5.1)."""
    name = text.strip()
    if not name or _CONTROL.search(name):
        raise ValueError("A folder's name is not empty and has no control characters.")
    if len(name) > LONGEST_FOLDER_CHARS:
        raise ValueError(f"A folder's name has at most {LONGEST_FOLDER_CHARS} characters.")
    return "INBOX" if name.upper() == "INBOX" else name


def read_allowed_hosts(text: str) -> tuple[str, ...]:
    """Hosts, host:port or networks, separated by commas or spaces, each once."""
    parts = [part for part in re.split(r"[\s,]+", text) if part]
    return tuple(dict.fromkeys(_allowed_host(part) for part in parts))


def _allowed_host(text: str) -> str:
    if "/" in text:
        try:
            return str(ipaddress.ip_network(text, strict=False))
        except ValueError:
            raise ValueError(f"{text!r} is no network; write it as 192.168.1.0/24.") from None
    host, colon, port = text.partition(":")
    if not colon or text.count(":") > 1:
        return read_host(text)
    if not port.isdecimal() or not 1 <= int(port) <= 65535:
        raise ValueError(f"{text!r}: the port is a number from 1 to 65535.")
    return f"{read_host(host)}:{int(port)}"
