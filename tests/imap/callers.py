"""Accounts on the bench's servers, and one call that says how a connection failed."""

from collections.abc import Callable
from typing import Any

import pytest

from mailboxadmin.domain.errors import Facts, MailFailure
from mailboxadmin.domain.mailbox import Account, Encryption, Server, Step
from mailboxadmin.imap.deadline import Deadline
from mailboxadmin.imap.network import Network
from mailboxadmin.imap.session import Session, connect
from tests.support.dovecot import Dovecot
from tests.support.scripted_steps import Step as Scripted
from tests.support.scripted_steps import capability, literal, login, select

#: A minute: far more than any test needs, so that a slow machine fails none.
PATIENCE_S = 60.0


def account(
    port: int,
    *,
    host: str = "127.0.0.1",
    encryption: Encryption = Encryption.NONE,
    username: str = "ann",
    password: str = "correct horse",
    **more: Any,
) -> Account:
    """An account that may go anywhere, unless the test says `guarded=True`."""
    server = Server(host=host, port=port, encryption=encryption)
    return Account(
        server=server, username=username, password=password, **{"guarded": False, **more}
    )


def on_dovecot(
    dovecot: Dovecot, user: Any, encryption: Encryption = Encryption.NONE, **more: Any
) -> Account:
    """The account of a user of a Dovecot."""
    port = dovecot.ssl_port if encryption is Encryption.SSL else dovecot.port
    words = {"username": user.name, "password": user.password, **more}
    return account(port, encryption=encryption, **words)


def session(
    to: Account, *, ca_file: Any = None, deadline: Deadline | None = None, **more: Any
) -> Session:
    """A signed-in session."""
    network = more.pop("network", Network(ca_file=str(ca_file) if ca_file else None))
    return connect(to, network=network, deadline=deadline or Deadline.after(PATIENCE_S), **more)


def failure(to: Account, **more: Any) -> tuple[Facts, list[Step]]:
    """How connecting failed, and the steps that were reported."""
    steps: list[Step] = []
    with pytest.raises(MailFailure) as caught:
        session(to, on_step=steps.append, **more).close()
    return caught.value.facts, steps


def phases(steps: list[Step]) -> list[tuple[str, bool]]:
    """The steps as (phase, ok)."""
    return [(step.phase.value, step.ok) for step in steps]


def facts_of(call: Callable[..., Any], *arguments: Any) -> Facts:
    """How a verb failed."""
    with pytest.raises(MailFailure) as caught:
        call(*arguments)
    return caught.value.facts


def opened(
    scripted_imap: Any, *steps: Scripted, capabilities: str = "IMAP4rev1", **more: Any
) -> Session:
    """A session on a scripted server that goes on with these steps after the sign-in."""
    script = [capability(), login(f"OK [CAPABILITY {capabilities}] in"), *steps]
    return session(account(scripted_imap(script).port), **more)


def in_inbox(scripted_imap: Any, *steps: Scripted, **more: Any) -> Session:
    """The same with an INBOX of nine messages open."""
    ours = opened(scripted_imap, select(exists=9), *steps, **more)
    ours.select("INBOX")
    return ours


def fetch_line(number: int, uid: int, body: bytes = b"Subject: x\r\n\r\nhello\r\n") -> bytes:
    """What a server says of one whole message."""
    return literal(f"* {number} FETCH (UID {uid} FLAGS (\\Seen) BODY[]", body, ")")
