"""The browser that a request comes from, and how people call it."""

from dataclasses import dataclass
from typing import Final

#: What is kept of a browser's name for itself.
LONGEST: Final = 300
#: What stands in the name that a browser sends, and what people call it. Each also sends the
#: names of those below it, so that pages made for them work.
_PROGRAMS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_DEVICES: Final = (
    ("iPhone", "an iPhone"),
    ("iPad", "an iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "a Chromebook"),
    ("Macintosh", "a Mac"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Browser:
    """Where somebody signs in; all of it is what was claimed, none of it is proof."""

    #: What the browser calls itself (User-Agent, RFC 9110, 10.1.5); empty when it does not say.
    user_agent: str = ""
    #: The network address that the request came from.
    remote_addr: str = ""

    @property
    def words(self) -> str:
        """As people call it: `Firefox on Windows`."""
        program, device = (_first(names, self.user_agent) for names in (_PROGRAMS, _DEVICES))
        if not program and not device:
            return "An unknown browser"
        return f"{program or 'A browser'} on {device}" if device else program


def _first(names: tuple[tuple[str, str], ...], text: str) -> str:
    return next((word for sign, word in names if sign in text), "")
