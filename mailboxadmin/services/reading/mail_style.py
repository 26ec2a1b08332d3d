"""The styles that a formatted message may have: nothing that moves, covers, or asks for a file."""

import re

#: What may be said, and with any ending: `border-left-color`.
_PROPERTIES = re.compile(
    r"(?:color|background(?:-color|-image)?|font(?:-(?:family|size|style|weight|variant))?"
    r"|text-(?:align|decoration|transform|indent)|line-height|letter-spacing|word-spacing"
    r"|white-space|vertical-align|(?:min-|max-)?(?:width|height)"
    r"|padding(?:-\w+)?|margin(?:-\w+)?|border(?:-[\w-]+)?|display|list-style(?:-type)?"
    r"|direction|word-break|word-wrap|overflow-wrap|table-layout|float|clear)"
)
_COMMENT = re.compile(r"/\*.*?(?:\*/|$)", re.DOTALL)
_REMOTE = re.compile(r"url\(\s*(['\"]?)https?://[^'\"()\s\\]+\1\s*\)", re.IGNORECASE)
#: What names a file, escapes, or runs in browsers of long ago.
_ACTS = re.compile(r"url\s*\(|[\\@<>]|expression|javascript|image-set|behavior|-moz-binding", re.I)
#: More of one style is not read.
STYLE_CHARS = 4000


def clean_style(style: str, *, pictures: bool) -> tuple[str, bool]:
    """The harmless part of a style, and whether a picture was left out of it.

    Args:
        pictures: pictures from elsewhere were asked for.
    """
    kept: list[str] = []
    blocked = False
    for declaration in _COMMENT.sub(" ", style[:STYLE_CHARS]).split(";"):
        name, _, value = declaration.partition(":")
        name, value = name.strip().lower(), value.strip()
        if not value or not _PROPERTIES.fullmatch(name):
            continue
        remote = _REMOTE.search(value) is not None
        wanted = pictures and name.startswith("background")
        if _ACTS.search(_REMOTE.sub("", value) if wanted else value):
            blocked = blocked or remote
            continue
        kept.append(f"{name}: {value}")
    return "; ".join(kept), blocked


def colours(style: str) -> bool:
    """Whether it says what colour something has: such a page cannot be shown in the dark."""
    return bool(re.search(r"(?:^|[; ])(?:color|background)", style))
