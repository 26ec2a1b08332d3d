"""A certificate's SHA-256 fingerprint: read as tools write it, shown so that it can be compared."""

import re

from mailboxadmin.domain.errors import InvalidInput


def read_fingerprint(text: str) -> str:
    """64 hexadecimal digits, lower case, however they were written.

    Raises:
        InvalidInput: it is no SHA-256 fingerprint.
    """
    bare = re.sub(r"^sha-?256(?: fingerprint)?\s*[=:]\s*", "", text.strip().lower())
    digest = re.sub(r"[\s:]", "", bare)
    if not re.fullmatch(r"[0-9a-f]{64}", digest):
        raise InvalidInput(
            "fingerprint", "A SHA-256 fingerprint has 64 hexadecimal digits; colons may be in it."
        )
    return digest


def grouped(fingerprint: str) -> tuple[str, ...]:
    """As tools show it, in four lines of eight bytes: `AB:CD:…:`, …, `…:EF`."""
    pairs = [fingerprint[at : at + 2].upper() for at in range(0, len(fingerprint), 2)]
    lines = [":".join(pairs[at : at + 8]) for at in range(0, len(pairs), 8)]
    return (*(f"{line}:" for line in lines[:-1]), lines[-1])


def beginning(fingerprint: str) -> str:
    """Its first eight bytes, enough to tell two apart in a sentence: `AB:CD:…:EF…`."""
    return f"{grouped(fingerprint)[0].rstrip(':')}…"
