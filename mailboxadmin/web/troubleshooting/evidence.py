"""What a check found, as a page shows it: instants in words, commands and paths as such."""

import re

from markupsafe import Markup, escape

from mailboxadmin.domain.clock import parse_rfc3339
from mailboxadmin.web import deps, words

_SPECIAL = re.compile(
    r"(?P<instant>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)|`(?P<command>[^`]+)`"
)


def evidence(text: str) -> Markup:
    """The text, in which `2026-01-31T08:00:00Z` is a clock time and a command looks like one."""
    return Markup("").join(_parts(text))


def _parts(text: str) -> list[Markup]:
    parts, end = [], 0
    for found in _SPECIAL.finditer(text):
        parts += [escape(text[end : found.start()]), _special(found)]
        end = found.end()
    return [*parts, escape(text[end:])]


def _special(found: re.Match[str]) -> Markup:
    if found["command"]:
        return Markup("<code>{}</code>").format(found["command"])
    at = parse_rfc3339(found["instant"])
    shown = words.when(at, deps().clock.now())
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        found["instant"], words.exact(at), shown
    )
