"""Formatted mail, cleaned: what can be read of it stays, what acts or asks for anything goes.

    a piece ─► too entangled? ─► nh3: known tags and attributes, each value looked at here
                                     ├ cid:     a picture of the same message, put in its place
                                     ├ https:   left out until it is asked for
                                     └ else     gone

Behind it stand a frame without scripts or an origin, and a policy that lets nothing be
fetched; each of the three would be enough. There is no SVG, MathML, style sheet or form in
what comes out, so that nothing of it is read otherwise when it is read again.
"""

import base64
import html
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

import nh3

from mailboxadmin.domain.body import HARMLESS, Body
from mailboxadmin.domain.plain_text import html_as_text
from mailboxadmin.domain.tangle import is_tangled
from mailboxadmin.services.reading.mail_links import Link, links_in
from mailboxadmin.services.reading.mail_style import clean_style, colours

_TAGS: Final = (nh3.ALLOWED_TAGS | {"font", "big", "tfoot", "address", "section", "main"}) - {
    "area",
    "map",
}
_ANYWHERE: Final = {"style", "dir", "lang", "title", "align", "valign", "bgcolor"}
_ATTRIBUTES: Final = {
    "*": _ANYWHERE,
    "a": {"href"},
    "font": {"color", "face", "size"},
    "img": {"src", "alt", "width", "height", "border"},
    "table": {"width", "border", "cellpadding", "cellspacing", "height"},
    "td": {"width", "height", "colspan", "rowspan", "nowrap"},
    "th": {"width", "height", "colspan", "rowspan", "nowrap"},
    "col": {"span", "width"},
    "ol": {"start", "type"},
    "hr": {"width", "size"},
}
_SHORT = re.compile(r"[\w#%.,()+ -]{0,60}")
_FREE = frozenset({"alt", "title", "face"})
_DATA = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]+")
_TOO_ENTANGLED = "[This part is too entangled to be shown as it was formatted; this is its text.]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clean:
    """What may be put into the frame."""

    html: str
    #: Pictures from elsewhere that were left out.
    blocked: int
    links: tuple[Link, ...]
    #: It has no colours of its own, and may be shown in the dark.
    plain: bool


def clean(body: Body, *, pictures: bool) -> Clean:
    """The texts of a message as one piece of harmless HTML.

    Args:
        pictures: pictures from elsewhere were asked for.
    """
    cleaning = _Cleaning(body, pictures)
    pieces = [
        cleaning.clean(piece.text) if piece.is_html else _as_html(piece.text)
        for piece in body.pieces
    ]
    joined = "\n".join(f"<div>{piece}</div>" for piece in pieces)
    return Clean(
        html=joined,
        blocked=cleaning.blocked,
        links=links_in(joined),
        plain=not cleaning.coloured,
    )


def _as_html(text: str) -> str:
    return f'<div class="plain">{html.escape(text)}</div>'


class _Cleaning:
    """One message being cleaned, and what was found on the way."""

    def __init__(self, body: Body, pictures: bool) -> None:
        self.blocked = 0
        self.coloured = False
        self._body = body
        self._pictures = pictures

    def clean(self, source: str) -> str:
        source = source.replace("\x00", "")
        if is_tangled(source):
            return _as_html(f"{_TOO_ENTANGLED}\n\n{html_as_text(source)}")
        return nh3.clean(
            source,
            tags=set(_TAGS),
            attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
            attribute_filter=self._value,
            set_tag_attribute_values={"a": {"target": "_blank"}},
            url_schemes={"http", "https", "mailto", "cid", "data"},
            url_relative="deny",
            link_rel="noopener noreferrer nofollow",
            strip_comments=True,
        )

    def _value(self, tag: str, name: str, value: str) -> str | None:
        """What an attribute may say; None: nothing."""
        if name == "style":
            return self._style(value)
        if name == "src":
            return self._picture(value.strip()) if tag == "img" else None
        if name == "href":
            known = value.strip().lower().startswith(("https://", "http://", "mailto:"))
            return value.strip() if known else None
        if name in ("bgcolor", "color"):
            self.coloured = True
        if name in _FREE or name in ("rel", "target"):
            return value
        return value if _SHORT.fullmatch(value) else None

    def _style(self, value: str) -> str | None:
        kept, blocked = clean_style(value, pictures=self._pictures)
        self.blocked += blocked
        self.coloured = self.coloured or colours(kept)
        return kept or None

    def _picture(self, source: str) -> str | None:
        if source.lower().startswith("cid:"):
            return self._enclosed(source[4:])
        if source.lower().startswith(("https://", "http://")):
            self.blocked += not self._pictures
            return source if self._pictures else None
        return source if _DATA.fullmatch(source) else None

    def _enclosed(self, content_id: str) -> str | None:
        pictures = self._body.pictures
        content_id = content_id.strip().strip("<>")
        found = pictures.get(content_id) or pictures.get(unquote(content_id))
        if found is None or found[0] not in HARMLESS:
            return None
        return f"data:{found[0]};base64,{base64.b64encode(found[1]).decode()}"
