"""Which of the listed folders has which use.

    named in the settings --> marked by the server (RFC 6154) --> so called, in many languages

The first that knows a folder wins: all that is named comes before any mark, all marks
before any name. A folder has one use at most; INBOX and what cannot be opened have none
by themselves. A folder that is named and not there is not replaced by a guess.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mailboxadmin.domain.folder import ListedFolder
from mailboxadmin.domain.special_names import name_rank
from mailboxadmin.domain.special_use import SpecialUse

#: Attributes by use, the surest first. Gmail keeps archived mail in what it marks \All, and
#: older servers say \Spam (XLIST).
_MARKS = {use: (use.value,) for use in SpecialUse} | {
    SpecialUse.JUNK: ("\\junk", "\\spam"),
    SpecialUse.ARCHIVE: ("\\archive", "\\all"),
}
#: What stands above the folders of one's own on some servers; shared ones are below others.
_OWN_PREFIXES = frozenset({"inbox", "mail"})


class How(StrEnum):
    """How a folder was found; the text ends a sentence."""

    NAMED = "named in the settings"
    MARKED = "marked by the server"
    CALLED = "known by its name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The folder for one use."""

    folder: str
    how: How


#: Lower is better; None: it is not for this use.
_Rank = Callable[[SpecialUse, ListedFolder], tuple[int, ...] | None]


def map_uses(
    listed: Sequence[ListedFolder], named: Mapping[SpecialUse, str | None]
) -> dict[SpecialUse, Found]:
    """The folder for each use, where there is one.

    Args:
        listed: what the server lists.
        named: what the settings say; None or missing is to be found.
    """
    free = {each.name: each for each in listed if each.selectable}
    found: dict[SpecialUse, Found] = {}
    for use in SpecialUse:
        name = named.get(use)
        if name in free:
            del free[name]
            found[use] = Found(folder=name, how=How.NAMED)
    free.pop("INBOX", None)
    open_uses = [use for use in SpecialUse if named.get(use) is None]
    for how, rank in ((How.MARKED, _mark_rank), (How.CALLED, _name_rank)):
        for use in open_uses:
            best = None if use in found else _best(use, free, rank)
            if best is not None:
                found[use] = Found(folder=best, how=how)
                del free[best]
    return {use: found[use] for use in SpecialUse if use in found}


def last_part(folder: ListedFolder) -> str:
    """The name without the folders that it is in."""
    return folder.name.rpartition(folder.delimiter)[2] if folder.delimiter else folder.name


def _best(use: SpecialUse, free: Mapping[str, ListedFolder], rank: _Rank) -> str | None:
    ranked = [(rank(use, folder), name) for name, folder in free.items()]
    return min(((known, name) for known, name in ranked if known is not None), default=(0, None))[1]


def _mark_rank(use: SpecialUse, folder: ListedFolder) -> tuple[int, ...] | None:
    """By its mark; of several marked alike, by name and then by how deep it is."""
    place = next((n for n, mark in enumerate(_MARKS[use]) if mark in folder.attributes), None)
    if place is None:
        return None
    known = name_rank(use, last_part(folder))
    return place, known is None, known or 0, _depth(folder)


def _name_rank(use: SpecialUse, folder: ListedFolder) -> tuple[int, ...] | None:
    known = name_rank(use, last_part(folder))
    return None if known is None or not _is_own(folder) else (known, _depth(folder))


def _is_own(folder: ListedFolder) -> bool:
    """At the top, or in what stands above all folders: `INBOX.`, `[Gmail]/`.

    `Customers/Sent` is no such folder, and `Other Users/bob/Sent` is another's.
    """
    if not folder.delimiter or not (above := folder.name.rpartition(folder.delimiter)[0]):
        return True
    return above.casefold() in _OWN_PREFIXES or (above[0] == "[" and above[-1] == "]")


def _depth(folder: ListedFolder) -> int:
    return folder.name.count(folder.delimiter) if folder.delimiter else 0
