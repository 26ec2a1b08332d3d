"""How templates show what a sender wrote: text with its links, names of files."""

import re

from flask import Flask
from markupsafe import Markup, escape

from mailboxadmin.domain.body import HARMLESS
from mailboxadmin.domain.contents import Attachment
from mailboxadmin.web.mail.names import file_name

_URL = re.compile(r"https?://[^\s<>\"'\u201c\u201d\u2066-\u2069\u202a-\u202e]{1,2000}")
#: What ends a sentence and seldom an address.
_AFTER = ".,;:!?)]}"
#: Further links of one text stay text.
_LINKS = 500


def init_app(app: Flask) -> None:
    """Give the templates their words."""
    app.add_template_filter(with_links)
    app.add_template_filter(shown_name)
    app.jinja_env.globals["harmless"] = HARMLESS


def with_links(text: str) -> Markup:
    """Text whose addresses of the web are links; they show where they lead, being text."""
    parts: list[Markup] = []
    end = 0
    for number, found in enumerate(_URL.finditer(text)):
        if number >= _LINKS:
            break
        url = found[0].rstrip(_AFTER)
        link = Markup('<a href="{}" target="_blank" rel="noopener noreferrer nofollow">{}</a>')
        parts += [escape(text[end : found.start()]), link.format(url, url)]
        end = found.start() + len(url)
    return Markup("").join([*parts, escape(text[end:])])


def shown_name(file: Attachment) -> str:
    """The name under which it would be saved."""
    return file_name(file.name, file.media_type, file.part)
