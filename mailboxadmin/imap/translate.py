"""From any exception of the libraries, the system or OpenSSL to facts: the one place.

The order is the meaning: who cut the line, then the clock, then what the server
said (its response code before its text), and only then the class of the exception.
imaplib's classes and texts say little: a dropped connection and a wrong password
are the same `error` to it, and a BYE hides in `command: X => text`.
"""

import imaplib
import ssl
from dataclasses import dataclass, replace

from mailboxadmin.domain.certificate import Certificate
from mailboxadmin.domain.errors import (
    Cancelled,
    Facts,
    Happening,
    InvalidInput,
    MailboxAdminError,
    MailFailure,
)
from mailboxadmin.domain.finding import Phase
from mailboxadmin.domain.mailbox import Account
from mailboxadmin.imap.connection import Connection, Hangup, Oversized, Silence
from mailboxadmin.imap.deadline import Deadline
from mailboxadmin.imap.ladder import system_words
from mailboxadmin.imap.said import (
    Heard,
    Said,
    bearer_forms,
    masked,
    named_wait,
    readable,
    secret_forms,
)
from mailboxadmin.imap.tls import happening_of

#: What talking to a server can raise: ends of the connection, refusals, answers that the
#: parsers cannot read. A mistake of ours (TypeError, AttributeError) is not among them.
WIRE_FAULTS = (
    imaplib.IMAP4.error,
    OSError,
    Hangup,
    Silence,
    Oversized,
    InvalidInput,
    ValueError,
    LookupError,
    OverflowError,
    MemoryError,
    RecursionError,
    AssertionError,
)

_SILENCE = {Phase.TCP: Happening.CONNECT_TIMEOUT, Phase.GREETING: Happening.GREETING_TIMEOUT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Where an exception came from."""

    phase: Phase
    account: Account
    #: Of the whole run.
    deadline: Deadline
    #: None before there was one.
    connection: Connection | None = None
    heard: Heard | None = None
    folder: str | None = None

    def masked(self, text: str) -> str:
        """A text of the server's, without the password or the token."""
        account = self.account
        words = secret_forms(account.username, account.password)
        return masked(text, (*words, *bearer_forms(account.username, account.token)))

    def facts(
        self,
        happening: Happening,
        detail: str = "",
        said: Said | None = None,
        certificate: Certificate | None = None,
    ) -> Facts:
        """Facts of this scene, secrets masked."""
        server = self.account.server
        return Facts(
            phase=self.phase,
            happening=happening,
            response_code=self.masked(said.code) if said and said.code else None,
            server_said=self.masked(said.text) if said and said.text else None,
            detail=self.masked(detail),
            host=server.host,
            port=server.port,
            folder=self.folder,
            greeting=self.heard.identity if self.heard else "",
            capabilities=self.heard.capabilities if self.heard else frozenset(),
            server_wait=named_wait(said.text) if said else None,
            certificate=certificate,
            sign_in=self.account.sign_in,
        )

    def failure(
        self,
        happening: Happening,
        detail: str = "",
        said: Said | None = None,
        certificate: Certificate | None = None,
    ) -> MailFailure:
        """The facts as an error."""
        return MailFailure(self.facts(happening, detail, said, certificate))


def translate(fault: BaseException, scene: Scene) -> MailboxAdminError:
    """The domain's error for one of `WIRE_FAULTS`."""
    if scene.connection is not None:
        scene.connection.went_wrong(fault, scene.phase)
    watch = scene.connection.watch if scene.connection else None
    if watch is not None and watch.cancelled:
        return Cancelled("A person stopped it.")
    ended = isinstance(fault, (OSError, Hangup, Silence))
    if ended and scene.deadline.passed:
        return _deadline(scene)
    if isinstance(fault, InvalidInput):
        return _unsendable(fault, scene)
    if isinstance(fault, (Silence, TimeoutError)) or (watch is not None and watch.expired):
        return _silent(scene)
    return _told(scene) or _unsaid(fault, scene, ended)


def _deadline(scene: Scene) -> MailFailure:
    detail = f"the time allowed for the run ended, in the step {scene.phase.value}"
    return replace(scene, phase=Phase.LOCAL).failure(Happening.DEADLINE, detail)


def _unsendable(fault: InvalidInput, scene: Scene) -> MailFailure:
    missing = scene.phase is Phase.FOLDERS
    return scene.failure(
        Happening.FOLDER_MISSING if missing else Happening.UNEXPECTED, fault.sentence
    )


def _silent(scene: Scene) -> MailFailure:
    said = scene.heard.bye if scene.heard else None
    return scene.failure(_SILENCE.get(scene.phase, Happening.TIMEOUT), "no answer in time", said)


def _told(scene: Scene) -> MailFailure | None:
    """What the server said in so many words; None when it said nothing."""
    if scene.heard is None:
        return None
    if scene.heard.bye is not None:
        said = _with_refusal(scene.heard.bye, scene.heard.refusal)
        return scene.failure(_meaning_of_bye(scene.phase, scene.heard), "", said)
    refusal = scene.heard.refusal
    if refusal is None:
        return None
    if refusal.code == "PRIVACYREQUIRED":
        return scene.failure(Happening.LOGIN_DISABLED, "", refusal)
    happening = Happening.ANSWER_NO if refusal.status == "NO" else Happening.ANSWER_BAD
    return scene.failure(happening, scene.heard.challenge, refusal)


def _meaning_of_bye(phase: Phase, heard: Heard) -> Happening:
    if phase in (Phase.GREETING, Phase.TLS):
        return Happening.GREETING_REFUSED
    # What is said to ID is said to who is let in already.
    settling = phase is Phase.AUTH and heard.signed_in
    return Happening.CLOSED if settling else Happening.ANSWER_BYE


def _with_refusal(bye: Said, refusal: Said | None) -> Said:
    """Exchange says why in a BAD and then hangs up with a BYE: both are quoted."""
    if refusal is None:
        return bye
    return Said("BYE", refusal.code or bye.code, f"{refusal.text} / {bye.text}")


def _unsaid(fault: BaseException, scene: Scene, ended: bool) -> MailFailure:
    if scene.phase is Phase.TLS and isinstance(fault, (ssl.SSLError, ConnectionError)):
        return scene.failure(happening_of(fault), system_words(fault))
    if ended:
        refused = scene.phase is Phase.GREETING
        return scene.failure(
            Happening.GREETING_REFUSED if refused else Happening.CLOSED, system_words(fault)
        )
    detail = readable(str(fault).encode("utf-8", "replace")[:300]) or type(fault).__name__
    return scene.failure(Happening.NOT_UNDERSTOOD, detail)
