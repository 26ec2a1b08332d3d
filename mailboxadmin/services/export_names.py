"""File names for what a server named: a folder may be called `../../etc` or `a/b`."""

import hashlib

#: Not allowed on some file system, or an escape of ours.
_UNSAFE = frozenset('/\\%:*?"<>|')
#: Bytes of UTF-8 that a folder may have; file systems allow 255, a suffix is ours.
LONGEST_BYTES = 200
#: Letters of the file name for each flag (https://cr.yp.to/proto/maildir.html), in their order.
_MAILDIR_LETTERS = {
    "\\Draft": "D",
    "\\Flagged": "F",
    "$Forwarded": "P",
    "\\Answered": "R",
    "\\Deleted": "T",
}


def folder_name(folder: str) -> str:
    """The name of the one directory that stands for a folder; what is unsafe is percent-encoded."""
    dots = len(folder) - len(folder.lstrip("."))
    safe = "".join(
        _encoded(letter) if place < dots or _is_unsafe(letter) else letter
        for place, letter in enumerate(folder)
    )
    if safe.endswith((" ", ".")):
        safe = safe[:-1] + _encoded(safe[-1])
    if len(safe.encode()) <= LONGEST_BYTES:
        return safe
    # Two long names that begin alike stay apart.
    digest = hashlib.sha256(folder.encode(errors="surrogatepass")).hexdigest()[:12]
    return safe.encode()[:LONGEST_BYTES].decode(errors="ignore").rstrip(" .%") + "~" + digest


def maildir_flags(flags: str, *, seen: bool) -> str:
    """The letters after `:2,`; `seen` is what is shown, which a click may have changed."""
    present = flags.split()
    letters = {letter for flag, letter in _MAILDIR_LETTERS.items() if flag in present}
    return "".join(sorted(letters | ({"S"} if seen else set())))


def _is_unsafe(letter: str) -> bool:
    return letter in _UNSAFE or not letter.isprintable()


def _encoded(letter: str) -> str:
    return "".join(f"%{byte:02X}" for byte in letter.encode(errors="surrogatepass"))
