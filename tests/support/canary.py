"""Listening for secrets: whatever the program says goes into `Overheard`.

    with overhear() as heard:
        heard.answer(visitor.get("/"))
        heard.text("backup", file.read_bytes())
    assert heard.leaks(secrets) == []

It hears the log of all loggers from DEBUG on by itself, with tracebacks.
"""

import base64
import html
import json
import logging
import traceback
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from urllib.parse import parse_qsl, quote, quote_plus, urlencode, urlsplit

from itsdangerous import BadData
from itsdangerous.encoding import base64_decode
from werkzeug.test import TestResponse

from mailboxadmin.demo.provider_pages import Choice
from mailboxadmin.imap.said import oauthbearer, xoauth2

#: Loggers that the program keeps quiet, and that somebody may turn up; not those of the libraries
#: of OAuth, which write every token down.
TALKATIVE = ("urllib3", "requests", "imapclient", "waitress")
#: Of the test's own mail server, which is asked to say secrets back.
THE_OTHER_END = "mail.log"


@dataclass(slots=True)
class Overheard:
    """All that was said, with where it was said."""

    texts: list[tuple[str, bytes]] = field(default_factory=list)

    def text(self, where: str, said: str | bytes) -> None:
        """Something that was said."""
        said = said if isinstance(said, bytes) else said.encode("utf-8", "surrogateescape")
        self.texts.append((where, said))

    def answer(self, answer: TestResponse) -> TestResponse:
        """A page with all its headers, and what its cookies hold."""
        where = f"{answer.request.method} {answer.request.path}"
        self.text(where, answer.data)
        self.text(where, str(answer.headers))
        for cookie in answer.headers.getlist("Set-Cookie"):
            self.text(f"the cookie of {where}", _opened(cookie))
        return answer

    def fault(self, fault: BaseException) -> None:
        """An exception as any handler would write it down."""
        for each in (str(fault), repr(fault), "".join(traceback.format_exception(fault))):
            self.text(f"the exception {type(fault).__name__}", each)

    def leaks(self, secrets: Iterable[str], names: Iterable[str] = ()) -> list[str]:
        """Where one of them was said, in one of its forms.

        Args:
            names: of mailboxes, with which a token goes over the wire.
        """
        known = {form: secret for secret in secrets for form in _forms(secret, names)}
        return sorted(
            {
                f"{where}: {known[form][:12]}…"
                for where, said in self.texts
                for form in known
                if form.encode() in said
            }
        )


class _Ear(logging.Handler):
    def __init__(self, heard: Overheard) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(logging.Formatter("%(message)s"))
        self._heard = heard

    def emit(self, record: logging.LogRecord) -> None:
        self._heard.text(f"the log of {record.name}", self.format(record))
        self._heard.text(f"the log of {record.name}", repr(record.args))


@contextmanager
def overhear() -> Iterator[Overheard]:
    """Hear every log from DEBUG on, as when somebody looks for a fault."""
    heard = Overheard()
    root, ear = logging.getLogger(), _Ear(heard)
    level, kept = root.level, {name: logging.getLogger(name).level for name in TALKATIVE}
    logging.getLogger(THE_OTHER_END).propagate = False
    root.addHandler(ear)
    for each in (root, *map(logging.getLogger, TALKATIVE)):
        each.setLevel(logging.DEBUG)
    try:
        yield heard
    finally:
        root.removeHandler(ear)
        logging.getLogger(THE_OTHER_END).propagate = True
        root.setLevel(level)
        for name, before in kept.items():
            logging.getLogger(name).setLevel(before)


def agree(url: str, choice: Choice = Choice.ALLOW, **fields: str) -> Mapping[str, str]:
    """Press a button on the provider's page, in a browser that logs nothing."""
    page = urlsplit(url)
    connection = HTTPConnection(page.netloc, timeout=60)
    form = urlencode({"choice": choice.value, **fields})
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", f"{page.path}?{page.query}", form, headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert answer.status in (302, 303), answer.status
    return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))


def _forms(secret: str, names: Iterable[str]) -> set[str]:
    messages = [make(name, secret) for name in names for make in (xoauth2, oauthbearer)]
    plain = {
        secret,
        quote(secret, safe=""),
        quote_plus(secret),
        secret.encode().hex(),
        *(base64.b64encode(each).decode() for each in (secret.encode(), *messages)),
    }
    return plain | {form for each in plain for form in (html.escape(each), json.dumps(each)[1:-1])}


def _opened(cookie: str) -> bytes:
    """What stands in a signed cookie (itsdangerous); a text, perhaps compressed."""
    value = cookie.partition("=")[2].partition(";")[0]
    packed, payload = value.startswith("."), value.lstrip(".").split(".")[0]
    try:
        opened = base64_decode(payload)
        return zlib.decompress(opened) if packed else opened
    except (BadData, zlib.error):  # Not one of ours: as it is.
        return value.encode()
