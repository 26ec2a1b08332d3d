"""File names for what a server named: a folder may be called `../../etc` or `a/b`."""

import hashlib

#: Not allowed on some file system, or an escape of ours.
_UNSAFE = frozenset('/\\%:*?"<>|')
#: Bytes of UTF-8 that a folder may have; file systems allow 255, a suffix is ours.
LONGEST_BYTES = 200


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


def _is_unsafe(letter: str) -> bool:
    return letter in _UNSAFE or not letter.isprintable()


def _encoded(letter: str) -> str:
    return "".join(f"%{byte:02X}" for byte in letter.encode(errors="surrogatepass"))
