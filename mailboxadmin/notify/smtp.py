"""A message handed to a mail server (RFC 5321, RFC 6409), within a wall-clock deadline.

    find → connect → greet → encrypt → sign in → hand over

Every stage that is reached is noted, so that a test can show how far it came.
"""

import base64
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mailboxadmin.domain.delivery import (
    Channel,
    Delivered,
    DeliveryFacts,
    MailRoute,
    NotDelivered,
    Rung,
    Stage,
    Trouble,
)
from mailboxadmin.domain.mailbox import Encryption
from mailboxadmin.notify.conversation import Conversation
from mailboxadmin.notify.said import quoted
from mailboxadmin.outbound.cord import pulled_after
from mailboxadmin.outbound.transport import Transport

#: The whole delivery. A mail server may look at a message for some seconds before it takes it.
SMTP_LIMIT_S = 30.0


def send_mail(
    transport: Transport, route: MailRoute, message: bytes, *, limit_s: float = SMTP_LIMIT_S
) -> Delivered:
    """Hand the message over for all recipients.

    Raises:
        NotDelivered: no recipient gets it.
    """
    way = _Way(route)
    with (
        pulled_after(limit_s) as cord,
        way.judged(lambda: cord.pulled, limit_s),
        Conversation(transport, cord, route.host, route.port, limit_s) as talk,
    ):
        _approach(talk, way, transport)
        way.reach(Stage.SIGN_IN)
        if route.username:
            _sign_in(talk, way)
        way.reach(Stage.HAND_OVER)
        refused = talk.sendmail(route.sender, list(route.recipients), message)
        taken = len(route.recipients) - len(refused)
        way.note(f"taken for {taken} of {len(route.recipients)} recipients")
    told = {address: way.quoted(answer[1]) for address, answer in refused.items()}
    return Delivered(rungs=tuple(way.rungs), host=route.host, port=route.port, refused=told)


def _approach(talk: Conversation, way: "_Way", transport: Transport) -> None:
    """Up to where nobody else can listen, as far as that is asked for."""
    route = way.route
    addresses = talk.find()
    way.note(f"{route.host} is {addresses[0]}")
    way.reach(Stage.CONNECT)
    talk.reach()
    way.note(f"port {route.port}")
    if route.encryption is Encryption.SSL:
        way.reach(Stage.ENCRYPT)
        talk.wrap(transport.context())
        way.note(talk.cipher)
    way.reach(Stage.GREET)
    way.note(way.quoted(talk.greeted()))
    if route.encryption is Encryption.STARTTLS:
        way.reach(Stage.ENCRYPT)
        if not talk.has_extn("starttls"):
            raise way.failed(Trouble.NOT_SECURE, "the server does not offer STARTTLS")
        # smtplib calls no EHLO of before true any more, and refuses what came in between.
        talk.starttls(context=transport.context())
        way.note(talk.cipher)
        talk.ehlo_or_helo_if_needed()
    if route.encryption is Encryption.NONE:
        way.reach(Stage.ENCRYPT)
        way.note("not encrypted, as it is set")


def _sign_in(talk: Conversation, way: "_Way") -> None:
    """AUTH PLAIN or LOGIN (RFC 4954, RFC 4616); in UTF-8, which smtplib's own way does not take."""
    route = way.route
    offered = talk.esmtp_features.get("auth", "").upper().split()
    name, password = route.username.encode(), route.password.encode()
    if "PLAIN" in offered:
        answer = talk.docmd("AUTH", "PLAIN " + _b64(b"\0" + name + b"\0" + password))
    elif "LOGIN" in offered:
        answer = talk.docmd("AUTH", "LOGIN " + _b64(name))
        if answer[0] == 334:
            answer = talk.docmd(_b64(password))
    else:
        detail = "the server offers no sign-in with a password on this connection"
        raise way.failed(Trouble.SIGN_IN, detail)
    if answer[0] != 235:
        raise smtplib.SMTPAuthenticationError(*answer)
    way.note(f"as {route.username}")


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


class _Way:
    """How far the delivery has come."""

    def __init__(self, route: MailRoute) -> None:
        self.route = route
        self.rungs: list[Rung] = []
        self._stage = Stage.FIND

    def reach(self, stage: Stage) -> None:
        self._stage = stage

    def note(self, detail: str) -> None:
        self.rungs.append(Rung(stage=self._stage, ok=True, detail=detail))

    def quoted(self, words: bytes | str) -> str:
        """The server's words, without the password, in whichever form it may repeat it."""
        password = self.route.password
        plain = f"\0{self.route.username}\0{password}"
        hidden = (_b64(plain.encode()), _b64(password.encode()), password) if password else ()
        return quoted(words, hidden)

    @contextmanager
    def judged(self, pulled: Callable[[], bool], limit_s: float) -> Iterator[None]:
        """Turn what smtplib and the line raise into how far it came.

        Raises:
            NotDelivered
        """
        try:
            yield
        except NotDelivered:
            raise
        except (smtplib.SMTPException, ssl.SSLError, OSError, ValueError) as fault:
            if pulled():
                words = f"no end after {limit_s:.0f} seconds"
                raise self.failed(Trouble.UNREACHABLE, words) from fault
            raise self._judge(fault) from fault

    def _judge(self, fault: Exception) -> NotDelivered:
        match fault:
            case smtplib.SMTPRecipientsRefused():
                answers = list(fault.recipients.values())
                later = all(400 <= code < 500 for code, _ in answers)
                address, (code, words) = next(iter(fault.recipients.items()))
                trouble = Trouble.LATER if later else Trouble.REFUSED
                return self.failed(trouble, f"for {address}", f"{code} {self.quoted(words)}")
            case smtplib.SMTPResponseException() if fault.smtp_code > 0:
                said = f"{fault.smtp_code} {self.quoted(fault.smtp_error)}"
                return self.failed(self._trouble(fault.smtp_code), "", said)
            case ssl.SSLError() if self._encrypting(fault):
                return self.failed(Trouble.NOT_SECURE, quoted(_reason(fault)))
            case smtplib.SMTPServerDisconnected() | smtplib.SMTPResponseException():
                return self.failed(Trouble.UNREACHABLE, "the server ended the connection")
            case smtplib.SMTPNotSupportedError():
                return self.failed(Trouble.REFUSED, self.quoted(str(fault)))
        said = fault.strerror if isinstance(fault, OSError) and fault.strerror else str(fault)
        return self.failed(Trouble.UNREACHABLE, self.quoted(said) or "no answer")

    def _encrypting(self, fault: ssl.SSLError) -> bool:
        """True when the encryption is at fault, and not the line that ended under it."""
        return self._stage is Stage.ENCRYPT and not isinstance(fault, ssl.SSLEOFError)

    def _trouble(self, code: int) -> Trouble:
        """4yz passes by itself (RFC 5321, 4.2.1), also at the sign-in (RFC 4954, 6: 454)."""
        if code < 500:
            return Trouble.LATER
        return Trouble.SIGN_IN if self._stage is Stage.SIGN_IN else Trouble.REFUSED

    def failed(self, trouble: Trouble, detail: str, said: str | None = None) -> NotDelivered:
        """What it came to, with the stage it ended at as the last rung."""
        last = Rung(stage=self._stage, ok=False, detail=said or detail)
        return NotDelivered(
            DeliveryFacts(
                channel=Channel.MAIL,
                stage=self._stage,
                trouble=trouble,
                host=self.route.host,
                port=self.route.port,
                said=said,
                detail=detail,
                rungs=(*self.rungs, last),
            )
        )


def _reason(fault: ssl.SSLError) -> str:
    if isinstance(fault, ssl.SSLCertVerificationError):
        return f"the certificate is not accepted: {fault.verify_message}"
    return f"the handshake failed: {fault.reason or fault}"
