"""A message is handed over, or it is said how far it came; within the limit in any case."""

import time
from dataclasses import replace

import pytest

from mailboxadmin.demo.ports import LOOPBACK, refusing_port, unanswering_port
from mailboxadmin.domain.delivery import DeliveryFacts, MailRoute, NotDelivered, Stage, Trouble
from mailboxadmin.domain.mailbox import Encryption
from mailboxadmin.notify.smtp import send_mail
from mailboxadmin.outbound.transport import Transport
from tests.support.smtp_server import Rudeness, RudeServer, SmtpServer

MESSAGE = "Subject: Töne\r\nFrom: a@example.org\r\n\r\nIt broke.\r\n.dots\r\n".encode()
PASSWORD = "canary pässword"
#: Far more than the limit of a test, far less than what a server that drips would take.
CEILING_S = 20.0


def route(port: int, **changes: object) -> MailRoute:
    made = MailRoute(
        host="localhost",
        port=port,
        encryption=Encryption.NONE,
        username="",
        password="",
        sender="app@example.org",
        recipients=("grace@example.org", "eva@example.org"),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def transport(ca_file: object = None) -> Transport:
    return Transport(resolve=lambda _: [LOOPBACK], ca_file=str(ca_file) if ca_file else None)


def refused(to: MailRoute, *, limit_s: float = 10.0, ca_file: object = None) -> DeliveryFacts:
    with pytest.raises(NotDelivered) as raised:
        send_mail(transport(ca_file), to, MESSAGE, limit_s=limit_s)
    return raised.value.facts


def test_a_message_is_taken_for_everybody_as_it_is():
    with SmtpServer() as server:
        done = send_mail(transport(), route(server.port), MESSAGE)

    [envelope] = server.envelopes
    assert envelope.mail_from == "app@example.org"
    assert envelope.rcpt_tos == ["grace@example.org", "eva@example.org"]
    assert envelope.content == MESSAGE
    assert done.refused == {}
    stages = [Stage.FIND, Stage.CONNECT, Stage.GREET, Stage.ENCRYPT, Stage.HAND_OVER]
    assert [rung.stage for rung in done.rungs] == stages
    assert all(rung.ok for rung in done.rungs)


@pytest.mark.parametrize("encryption", [Encryption.STARTTLS, Encryption.SSL])
def test_a_password_goes_over_tls_only_to_a_server_that_is_who_it_says(certificates, encryption):
    tls, implicit = certificates.good().server_context(), encryption is Encryption.SSL
    with SmtpServer(tls=tls, implicit=implicit, auth=("ann", PASSWORD)) as server:
        to = route(server.port, encryption=encryption, username="ann", password=PASSWORD)
        done = send_mail(transport(certificates.ca_file), to, MESSAGE)
        untrusted = refused(to)

    assert len(server.envelopes) == 1 and server.sign_ins == 1
    assert done.rungs[-2].detail == "as ann"
    assert (untrusted.stage, untrusted.trouble) == (Stage.ENCRYPT, Trouble.NOT_SECURE)
    assert "certificate" in untrusted.detail


@pytest.mark.parametrize("kind", ["expired", "wrong_host"])
def test_a_certificate_that_is_wrong_ends_it_before_the_password(certificates, kind):
    certificate = (
        certificates.expired() if kind == "expired" else certificates.good("other.example")
    )
    with SmtpServer(tls=certificate.server_context(), auth=("ann", PASSWORD)) as server:
        to = route(server.port, encryption=Encryption.STARTTLS, username="ann", password=PASSWORD)
        facts = refused(to, ca_file=certificates.ca_file)

    assert (facts.stage, facts.trouble) == (Stage.ENCRYPT, Trouble.NOT_SECURE)
    assert server.sign_ins == 0


def test_a_refused_password_is_told_with_the_servers_words_and_without_it(certificates):
    echo = {"AUTH": f"535 5.7.8 {PASSWORD} is wrong"}
    with SmtpServer(auth=("ann", "another"), answers=echo) as server:
        facts = refused(route(server.port, username="ann", password=PASSWORD))

    assert (facts.stage, facts.trouble) == (Stage.SIGN_IN, Trouble.SIGN_IN)
    assert facts.said == "535 5.7.8 •••• is wrong"
    assert PASSWORD not in repr(facts)


def test_a_server_without_starttls_gets_no_password():
    with SmtpServer(auth=("ann", PASSWORD)) as server:
        to = route(server.port, encryption=Encryption.STARTTLS, username="ann", password=PASSWORD)
        facts = refused(to)

    assert (facts.stage, facts.trouble) == (Stage.ENCRYPT, Trouble.NOT_SECURE)
    assert server.sign_ins == 0


def test_a_server_without_a_sign_in_is_told_as_that():
    with SmtpServer() as server:
        facts = refused(route(server.port, username="ann", password=PASSWORD))

    assert (facts.stage, facts.trouble) == (Stage.SIGN_IN, Trouble.SIGN_IN)
    assert "offers no sign-in" in facts.detail


@pytest.mark.parametrize(
    ("answers", "trouble", "said"),
    [
        ({"MAIL": "550 5.7.1 not from you"}, Trouble.REFUSED, "550 5.7.1 not from you"),
        ({"MAIL": "451 4.3.0 busy"}, Trouble.LATER, "451 4.3.0 busy"),
        ({"RCPT": "550 5.1.1 nobody here"}, Trouble.REFUSED, "550 5.1.1 nobody here"),
        ({"RCPT": "450 4.2.0 greylisted"}, Trouble.LATER, "450 4.2.0 greylisted"),
        ({"DATA": "554 5.6.0 spam"}, Trouble.REFUSED, "554 5.6.0 spam"),
        ({"DATA": "452 4.3.1 no room"}, Trouble.LATER, "452 4.3.1 no room"),
    ],
)
def test_a_no_is_quoted_and_later_is_not_never(answers, trouble, said):
    with SmtpServer(answers=answers) as server:
        facts = refused(route(server.port))

    assert (facts.stage, facts.trouble, facts.said) == (Stage.HAND_OVER, trouble, said)
    assert facts.rungs[-1].detail == said and not facts.rungs[-1].ok


def test_one_recipient_who_is_refused_keeps_it_from_nobody_else():
    with SmtpServer(answers={"RCPT eva@example.org": "550 5.1.1 gone"}) as server:
        done = send_mail(transport(), route(server.port), MESSAGE)

    assert server.envelopes[0].rcpt_tos == ["grace@example.org"]
    assert done.refused == {"eva@example.org": "5.1.1 gone"}


def test_nobody_there_is_told_as_unreachable():
    def unknown(host: str) -> list[str]:
        raise OSError(f"{host}: no such name")

    with refusing_port() as port:
        closed = refused(route(port))
    with pytest.raises(NotDelivered) as nameless:
        send_mail(Transport(resolve=unknown), route(25), MESSAGE)

    assert (closed.stage, closed.trouble) == (Stage.CONNECT, Trouble.UNREACHABLE)
    assert nameless.value.facts.stage is Stage.FIND
    assert "no such name" in nameless.value.facts.detail


def test_a_server_that_does_not_answer_is_left_within_the_limit():
    began = time.monotonic()
    with unanswering_port() as port:
        facts = refused(route(port), limit_s=1.0)

    assert (facts.stage, facts.trouble) == (Stage.CONNECT, Trouble.UNREACHABLE)
    assert time.monotonic() - began < CEILING_S


STEPS = ["GREETING", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "END"]


@pytest.mark.parametrize("then", Rudeness)
@pytest.mark.parametrize("at", STEPS)
def test_a_rude_server_holds_nobody_at_any_step(at: str, then: Rudeness):
    began = time.monotonic()
    with RudeServer(at=at, then=then) as server:
        facts = refused(route(server.port, username="ann", password=PASSWORD), limit_s=1.0)

    assert facts.trouble is Trouble.UNREACHABLE
    assert time.monotonic() - began < CEILING_S
    assert PASSWORD not in repr(facts)


@pytest.mark.parametrize("then", Rudeness)
def test_what_was_taken_is_taken_whatever_is_said_to_our_leave(then: Rudeness):
    with RudeServer(at="QUIT", then=then) as server:
        done = send_mail(transport(), route(server.port), MESSAGE, limit_s=1.0)

    assert server.taken == 1 and done.rungs[-1].ok
