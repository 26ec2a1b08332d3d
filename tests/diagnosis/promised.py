"""The promised lists, where they lie beside the checkout, and a row of them as what happens.

What a row of "any (client side)" names is raised as the real exception and goes through
the same translation as in a sync; so does what a server says. A token endpoint's answer
comes as facts.
"""

import csv
import imaplib
import json
import re
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mailboxadmin.domain.errors import Facts, Happening, MailFailure
from mailboxadmin.domain.finding import Phase
from mailboxadmin.domain.mailbox import Account, Encryption, Server
from mailboxadmin.domain.token import TokenAnswer
from mailboxadmin.imap.connection import Connection, Hangup
from mailboxadmin.imap.deadline import Deadline
from mailboxadmin.imap.network import Network
from mailboxadmin.imap.said import Heard
from mailboxadmin.imap.session import connect
from mailboxadmin.imap.translate import Scene, translate

Promise = dict[str, str]

SHARED = Path(__file__).parents[3] / "shared"
HOSTS = {
    "Gmail": "imap.gmail.com",
    "Microsoft": "outlook.office365.com",
    "Outlook": "outlook.office365.com",
    "Yahoo": "imap.mail.yahoo.com",
    "iCloud": "imap.mail.me.com",
    "Fastmail": "imap.fastmail.com",
    "GMX": "imap.gmx.net",
    "Yandex": "imap.yandex.com",
    "Zoho": "imap.zoho.com",
}
#: OpenSSL's results of a verification (x509_vfy.h).
_VERIFY_CODES = {"has expired": 10, "self signed": 18, "Hostname mismatch": 62}
#: What Microsoft may put before a number; none of them may change what the number says.
_ERRORS = ("invalid_grant", "invalid_client", "interaction_required", "access_denied", "")


def load(name: str) -> list[Promise]:
    """The rows of a promised list; none without it."""
    path = SHARED / name
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def happenings_of(row: Promise, monkeypatch: pytest.MonkeyPatch) -> Iterator[Facts]:
    """Every way in which the row can happen, at least one."""
    for said in row["exact_text"].split(" / "):
        words = said.replace("<name>", "Sent Items").replace("<host>", "mail.example.org")
        if row["phase"] == "token":
            yield from _of_tokens(row, words)
        elif row["provider"].startswith("any") and not words.startswith("BAD "):
            yield _of_client(Phase(row["phase"]), words, monkeypatch)
        else:
            yield _of_server(Phase(row["phase"]), words, _host(row))


def _host(row: Promise) -> str:
    found = (host for name, host in HOSTS.items() if row["provider"].startswith(name))
    return next(found, "mail.example.org")


def _of_server(phase: Phase, said: str, host: str) -> Facts:
    """What is heard on the wire, as one of its answers."""
    status = re.match(r"(\* )?(NO|BAD|BYE)\b", said)
    line = said if status else f"NO {said}"
    heard = Heard()
    heard.hear((line if line.startswith("*") else f"* {line}").encode())
    if status is None or status[2] != "BYE":
        answer = f"a1 {line}" if not line.startswith("*") else "a1 NO"
        heard.hear(answer.encode())
    scene = Scene(phase=phase, account=_account(host), deadline=Deadline.after(60), heard=heard)
    return _facts(translate(imaplib.IMAP4.error(said), scene))


def _facts(failure: Exception) -> Facts:
    assert isinstance(failure, MailFailure)
    return failure.facts


def _of_tokens(row: Promise, said: str) -> Iterator[Facts]:
    app = "gmail" if row["provider"].startswith("Gmail") else "outlook"
    for answer in token_answers(said):
        token = TokenAnswer(app=app, **answer)
        yield Facts(
            phase=Phase.TOKEN,
            happening=Happening.TOKEN_REFUSED,
            server_said=token.description or None,
            token=token,
        )


def token_answers(said: str) -> list[dict[str, Any]]:
    """What a token endpoint or the callback can bring, that says so; the likeliest first."""
    if said.startswith("{"):
        read = json.loads(said)
        return [{"status": 400, "error": read["error"], "description": read["error_description"]}]
    if found := re.fullmatch(r"(\w+) \((.+)\)", said):
        return [{"status": 400, "error": found[1], "description": found[2]}]
    if found := re.match(r"Error (\d+): (\w+)", said):
        return [
            {"status": int(found[1]), "error": found[2], "description": said},
            {"description": said},
        ]
    if re.fullmatch(r"[a-z_]+", said):
        return [{"status": 400, "error": said}, {"error": said}]
    return [{"status": 400, "error": error, "description": said} for error in _ERRORS]


def _of_client(phase: Phase, words: str, monkeypatch: pytest.MonkeyPatch) -> Facts:
    if phase in (Phase.DNS, Phase.TCP):
        return _climbed(_exception(phase, words), monkeypatch)
    scene = Scene(phase=phase, account=_account(), deadline=Deadline.after(60))
    return _facts(translate(_exception(phase, words), scene))


def _climbed(fault: Exception, monkeypatch: pytest.MonkeyPatch) -> Facts:
    """What the climb makes of it, up to its second rung."""

    def fail(*_: object, **__: object) -> None:
        raise fault

    with monkeypatch.context() as patch:
        if isinstance(fault, socket.gaierror):
            patch.setattr(socket, "getaddrinfo", fail)
        else:
            patch.setattr(Network, "resolve", lambda *_: ["192.0.2.1"])
            patch.setattr(Connection, "open", fail)
        with (
            pytest.raises(MailFailure) as raised,
            connect(_account(), network=Network(), deadline=Deadline.after(60)),
        ):
            raise AssertionError("it connected")
    return raised.value.facts


def _exception(phase: Phase, words: str) -> Exception:
    """As Python raises it on the system that says these words."""
    if phase is Phase.DNS:
        number = socket.EAI_AGAIN if "Temporary" in words else socket.EAI_NONAME
        return socket.gaierror(number, words)
    if phase is Phase.TCP:
        kind = ConnectionRefusedError if "refused" in words else TimeoutError
        return kind(words)
    if phase is not Phase.TLS:
        return Hangup(words)
    if "CERTIFICATE_VERIFY_FAILED" in words:
        refused = ssl.SSLCertVerificationError(1, words)
        codes = (code for text, code in _VERIFY_CODES.items() if text in words)
        refused.verify_code, refused.verify_message = next(codes), words
        return refused
    if "EOF" in words:
        return ssl.SSLEOFError(8, words)
    fault = ssl.SSLError(1, words)
    found = re.match(r"\[SSL: (\w+)\]", words)
    fault.reason = found[1] if found else words.upper().replace(" ", "_")
    return fault


def _account(host: str = "mail.example.org") -> Account:
    server = Server(host=host, port=993, encryption=Encryption.SSL)
    return Account(server=server, username="anna", password="", guarded=False)
