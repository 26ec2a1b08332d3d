"""Where the links of a message lead, and which of them say something else."""

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urlsplit

#: So many are told.
LINKS = 200
_CHARS = 2000

_DOMAIN = re.compile(r"(?:https?://)?((?:[a-z0-9-]+\.)+[a-z]{2,24})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One link."""

    #: What is to be read there; empty for a picture.
    text: str
    url: str
    #: The other site that the text names; empty when it names none.
    misleads: str


def links_in(clean: str) -> tuple[Link, ...]:
    """The links of cleaned HTML, each address once."""
    reader = _Reader()
    reader.feed(clean)
    found: dict[str, Link] = {}
    for url, text in reader.found[: 10 * LINKS]:
        link = Link(text=text, url=url, misleads=_other_site(text, url))
        if url not in found or link.misleads:
            found[url] = link
    return tuple(list(found.values())[:LINKS])


def _other_site(text: str, url: str) -> str:
    named = _DOMAIN.match(text.strip())
    if not named or url.lower().startswith("mailto:"):
        return ""
    try:
        host = (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return named[1]
    said = named[1].lower().removeprefix("www.")
    akin = said == host or host.endswith(f".{said}") or said.endswith(f".{host}")
    return "" if akin else named[1]


class _Reader(HTMLParser):
    """Collects each link with its text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, str]] = []
        self._url: str | None = None
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._end()
            self._url = (dict(attrs).get("href") or "")[:_CHARS] or None

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._end()

    def handle_data(self, data: str) -> None:
        if self._url is not None:
            self._text.append(data)

    def _end(self) -> None:
        if self._url is not None:
            self.found.append((self._url, " ".join("".join(self._text).split())[:200]))
        self._url, self._text = None, []
