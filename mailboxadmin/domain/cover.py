"""Taking out of a server's words what belongs to one mailbox, so that others may read them.

    Account anna@example.org is locked on mx3.example.org (id 7f3a-20260302)
    Account <address> is locked on <host> (id <id>)

What takes its place stands for anything where the catalogue is read, so that words which
were covered are words of the catalogue.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

#: Longer words are cut.
LONGEST: Final = 1000
#: Names that are words of every server, too; they are covered only where they are quoted.
_COMMON: Final = frozenset(
    "account admin contact hello help imap info inbox login mail mailbox name none office password "
    "sales server service support system team test unknown user username web webmaster".split()
)
_SHORTEST_NAME: Final = 3
_QUOTED: Final = re.compile(
    r"""(?P<before>\b(?:user(?:\s?name)?|login|account|mailbox)\b[\s:=]{0,3}["'`<(\[])"""
    r"""(?!(?:login|folder)>)[^"'`>)\]<]+(?=["'`>)\]])""",
    re.IGNORECASE,
)
_PARTS: Final = re.compile(
    r"""
    (?P<placeholder><\w+>)
    | (?P<secret>•{2,})
    | (?P<url>https?://[^\s<>"'\])]+)
    | (?P<address>[\w.+=-]+@[\w-]+(?:\.[\w-]+)*)
    | (?P<time>\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?)?)
    | (?P<word>[^\W_](?:[\w+/=:.-]*[\w+/=])?)
    """,
    re.VERBOSE,
)
_NAME: Final = re.compile(r"(?:[^\W_](?:[\w-]*[^\W_])?\.){2,}[^\W\d_]{2,}")
#: Microsoft's numbers of errors say what is wrong, however long they are.
_ERROR_NUMBER: Final = re.compile(r"AADSTS\d+")
_LONG_NUMBER: Final = re.compile(r"\d{7}")
_HEX: Final = re.compile(r"(?=.*\d)(?=.*[a-fA-F])[0-9a-fA-F-]{8,}")
_SHORTEST_ID: Final = 12
_LONGEST_WORD: Final = 28


@dataclass(frozen=True, slots=True, kw_only=True)
class Private:
    """What is known to belong to one mailbox."""

    #: Names at sign-in; the part of an address before the `@` among them.
    logins: Collection[str]
    #: Names of servers and domains.
    hosts: Collection[str]
    #: Names of folders.
    folders: Collection[str] = ()


def covered(said: str, private: Private) -> str:
    """The words with what belongs to one mailbox, or to one moment, covered.

    What cannot be printed becomes `…`, which stands for anything, too.
    """
    said = "".join(letter if letter.isprintable() else "…" for letter in said)
    for folder in sorted(private.folders, key=len, reverse=True):
        said = _without_name(said, folder, "<folder>")
    for login in sorted(private.logins, key=len, reverse=True):
        said = _without_name(said, login, "<login>")
    said = _QUOTED.sub(r"\g<before><login>", said)
    hosts = frozenset(host.lower().rstrip(".") for host in private.hosts if host)
    return _cut(_PARTS.sub(lambda found: _cover(found, hosts), said))


def has_words(said: str) -> bool:
    """True when something is left that tells one answer from another."""
    return any(letter.isalpha() for letter in re.sub(r"<\w+>", "", said))


def _without_name(said: str, name: str, cover: str) -> str:
    if not name:
        return said
    quoted, bare = (
        (r"""(?<=["'`<(\[])""", r"""(?=["'`>)\]])"""),
        (r"(?<![\w@.-])", r"(?!\.?[\w@-])"),
    )
    open_to_see = len(name) >= _SHORTEST_NAME and name.lower() not in _COMMON
    before, after = bare if open_to_see else quoted
    return re.sub(f"{before}{re.escape(name)}{after}", cover, said, flags=re.IGNORECASE)


def _cover(found: re.Match[str], hosts: frozenset[str]) -> str:
    kind, text = found.lastgroup or "", found[0]
    if kind == "placeholder":
        return text
    if kind == "url":
        return _cover_url(text, hosts)
    return _cover_word(text, hosts) if kind == "word" else f"<{kind}>"


def _cover_url(url: str, hosts: frozenset[str]) -> str:
    """A provider's help page stays, one of the mailbox's own domain does not."""
    plain, mark, _ = url.partition("?")
    try:
        host = urlsplit(plain).hostname or ""
    except ValueError:
        return "<url>"
    if _is_one_of(host, hosts):
        return "<url>"
    parts = ["<id>" if _is_id(part) else part for part in plain.split("/")]
    return "/".join(parts) + ("?<id>" if mark else "")


def _cover_word(word: str, hosts: frozenset[str]) -> str:
    bare = word.lower()
    if _is_one_of(bare, hosts):
        return "<host>"
    host, colon, port = bare.rpartition(":")
    if colon and port.isdecimal() and (_is_one_of(host, hosts) or _is_ip(host)):
        return f"<host>:{port}"
    if _is_ip(bare):
        return "<ip>"
    if _NAME.fullmatch(bare):
        return "<host>"
    return "<id>" if _is_id(word) else word


def _is_one_of(host: str, hosts: frozenset[str]) -> bool:
    return any(host == each or host.endswith("." + each) for each in hosts)


def _is_ip(word: str) -> bool:
    try:
        ip_address(word)
    except ValueError:
        return False
    return True


def _is_id(word: str) -> bool:
    """A token, the number of a session or a request: never the same twice."""
    if _ERROR_NUMBER.fullmatch(word.rstrip(":.")):
        return False
    digits = sum(letter.isdigit() for letter in word)
    return (
        bool(_LONG_NUMBER.search(word) or _HEX.fullmatch(word))
        or (len(word) >= _SHORTEST_ID and digits > 1)
        or (len(word) > _LONGEST_WORD and not set(word) & set("/.-:"))
    )


def _cut(said: str) -> str:
    if len(said) <= LONGEST:
        return said
    # Half a placeholder would be a word that nobody said.
    return re.sub(r"<\w*$", "", said[: LONGEST - 1]).rstrip() + "…"
