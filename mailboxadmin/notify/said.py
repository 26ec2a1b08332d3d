"""Words of somebody else's, made fit to be quoted: one line, bounded, no secret in it."""

from collections.abc import Iterable

from mailboxadmin.domain.mask import MASK

LONGEST_CHARS = 400


def quoted(words: bytes | str, secrets: Iterable[str] = ()) -> str:
    """The words on one line, with every secret covered that they repeat."""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    for secret in secrets:
        if secret:
            text = text.replace(secret, MASK)
    # A secret that the bound would cut in two was covered before it.
    line = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(line.split())[:LONGEST_CHARS]
