"""Whether HTML is so entangled that reading it would take minutes: judged before it is read.

A reader of HTML remembers every element that is open, and opens formatting that was never
closed anew in each paragraph. Both cost the square of what a hostile page has of them. No
letter comes near these limits; one that does is shown as text.
"""

import re

#: Elements open inside each other.
DEPTH = 500
#: Formatting left open, times the blocks in which it is opened again.
REOPENED = 200_000
#: Tags of one page.
TAGS = 100_000

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]{0,30})")
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
_FORMATTING = frozenset("a b big code em font i nobr s small strike strong tt u".split())
#: Whose next one ends it, unless something of the second column is open inside.
_ENDS_ITSELF = {
    "p": frozenset({"td", "th", "table", "caption", "button"}),
    "li": frozenset({"ul", "ol", "td", "th", "table"}),
    "td": frozenset({"table"}),
    "th": frozenset({"table"}),
    "tr": frozenset({"table"}),
    "dd": frozenset({"dl", "table"}),
    "dt": frozenset({"dl", "table"}),
    "option": frozenset({"select"}),
}


def is_tangled(html: str) -> bool:
    """True when a reader could take long over it."""
    open_: list[str] = []
    formatting = most = blocks = 0
    for number, found in enumerate(_TAG.finditer(html)):
        name = found[2].lower()
        if number >= TAGS:
            return True
        if name in _VOID:
            continue
        if name in _FORMATTING:
            formatting = max(0, formatting + (-1 if found[1] else 1))
            most = max(most, formatting)
        else:
            blocks += 1
        _follow(open_, name, closes=bool(found[1]))
        if len(open_) > DEPTH or most * blocks > REOPENED:
            return True
    return False


def _follow(open_: list[str], name: str, *, closes: bool) -> None:
    if closes or name in _ENDS_ITSELF:
        stops = frozenset() if closes else _ENDS_ITSELF[name]
        for back, each in enumerate(reversed(open_), 1):
            if each == name:
                del open_[-back:]
                break
            if each in stops:
                break
    if not closes:
        open_.append(name)
