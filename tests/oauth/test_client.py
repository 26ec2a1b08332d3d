"""What is asked of the providers, over real sockets, within the wall clock."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

import pytest
import trustme

from mailboxadmin.demo.ports import free_port
from mailboxadmin.demo.provider_values import LineFault, Refusal
from mailboxadmin.domain.clock import SystemClock
from mailboxadmin.domain.errors import Cancelled, Happening, MailFailure
from mailboxadmin.domain.oauth import App, AppKey
from mailboxadmin.oauth import gmail, outlook
from mailboxadmin.oauth.client import TokenClient, new_verifier
from mailboxadmin.oauth.endpoints import Endpoints
from mailboxadmin.outbound.transport import LARGEST_ANSWER, Transport

APP = App(key=AppKey.OUTLOOK, client_id="the id", client_secret="the secret", tenant="common")
GOOD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"


def client(endpoints: Endpoints, *, limit_s: float = 60, ca_file: str | None = None) -> TokenClient:
    transport = Transport(resolve=lambda _: ["127.0.0.1"], limit_s=limit_s, ca_file=ca_file)
    return TokenClient(endpoints=endpoints, transport=transport, clock=SystemClock())


def at(provider) -> Endpoints:
    return Endpoints.of(provider.urls)


@contextmanager
def listening(answer) -> Iterator[int]:
    """A port at which `answer(connection)` is called for each that comes."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    try:
                        answer(connection)
                    except OSError:
                        continue

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]


@pytest.mark.parametrize(
    ("app", "where", "more"),
    [
        (
            App(key=AppKey.GMAIL, client_id="g", client_secret="s"),
            "https://accounts.google.com/o/oauth2/v2/auth",
            {"access_type": "offline", "prompt": "consent", "scope": "https://mail.google.com/"},
        ),
        (
            App(key=AppKey.OUTLOOK, client_id="o", client_secret="s", tenant="contoso.com"),
            "https://login.microsoftonline.com/contoso.com/oauth2/v2.0/authorize",
            {"prompt": "select_account", "scope": " ".join(outlook.SCOPES)},
        ),
    ],
)
def test_a_person_is_sent_with_state_challenge_and_hint(app, where, more):
    url = client(Endpoints()).consent_url(
        app,
        redirect_uri="https://mail.example.org/oauth/callback/x",
        state="the state",
        verifier="v" * 64,
        login_hint="ann@example.org",
    )

    asked = {key: values[0] for key, values in parse_qs(urlsplit(url).query).items()}
    assert url.partition("?")[0] == where
    assert asked == {
        "response_type": "code",
        "client_id": app.client_id,
        "redirect_uri": "https://mail.example.org/oauth/callback/x",
        "state": "the state",
        # SHA-256 of 64 times v, as RFC 7636 writes it.
        "code_challenge": asked["code_challenge"],
        "code_challenge_method": "S256",
        "login_hint": "ann@example.org",
        **more,
    }
    assert len(asked["code_challenge"]) == 43


def test_a_verifier_is_long_and_never_the_same():
    verifiers = {new_verifier() for _ in range(50)}

    assert len(verifiers) == 50
    assert {len(each) for each in verifiers} == {64}


@pytest.mark.parametrize(
    ("provider", "granted", "opens"),
    [
        (gmail, {"https://mail.google.com/", "openid"}, True),
        (gmail, {"https://www.googleapis.com/auth/gmail.readonly"}, False),
        (outlook, {"https://outlook.office.com/IMAP.AccessAsUser.All"}, True),
        (outlook, {"https://outlook.office365.com/imap.accessasuser.all"}, True),
        (outlook, {"https://graph.microsoft.com/Mail.Read", "offline_access"}, False),
        (outlook, set(), False),
    ],
)
def test_which_scopes_open_mail(provider, granted, opens):
    assert provider.opens_mail(granted) is opens


def test_a_refresh_keeps_googles_token_and_takes_microsofts(provider):
    tokens = {key: provider.grant("ann@example.org", key) for key in AppKey}

    renewed = {
        key: client(at(provider)).refresh(provider.app(key), given.refresh_token)
        for key, given in tokens.items()
    }

    assert renewed[AppKey.GMAIL].refresh_token is None
    assert renewed[AppKey.OUTLOOK].refresh_token != tokens[AppKey.OUTLOOK].refresh_token


def test_google_ends_a_permission_and_microsoft_leaves_it_to_people(provider):
    given = {key: provider.grant("ann@example.org", key).refresh_token for key in AppKey}

    ended = {key: client(at(provider)).revoke(key, token) for key, token in given.items()}

    assert ended == {AppKey.GMAIL: True, AppKey.OUTLOOK: False}
    assert provider.refresh_tokens_of("ann@example.org") == (given[AppKey.OUTLOOK],)


def test_what_is_unknown_at_google_counts_as_ended(provider):
    assert client(at(provider)).revoke(AppKey.GMAIL, "never given")


@pytest.mark.parametrize("fault", [LineFault.HANG, LineFault.DRIP])
def test_an_endpoint_that_keeps_us_waiting_is_left_by_the_wall_clock(provider, fault):
    provider.fail_always(fault)
    began = time.monotonic()

    with pytest.raises(MailFailure, match="no answer in 1 seconds") as failure:
        client(at(provider), limit_s=1).refresh(provider.app(AppKey.GMAIL), "token")

    assert failure.value.facts.happening is Happening.TOKEN_UNREACHABLE
    assert time.monotonic() - began < 20


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (LineFault.CLOSE, "."),
        (LineFault.HTML, "no token endpoint"),
        (LineFault.NO_TOKEN, "cannot be read"),
        (LineFault.NOT_AN_OBJECT, "no token endpoint"),
        (LineFault.NOT_JSON, "no token endpoint"),
        (LineFault.HUGE, "256 kB"),
    ],
)
def test_nonsense_is_not_an_answer(provider, fault, words):
    provider.fail_next(fault)

    with pytest.raises(MailFailure, match=words) as failure:
        client(at(provider)).refresh(provider.app(AppKey.OUTLOOK), "token")

    assert failure.value.facts.happening is Happening.TOKEN_UNREACHABLE
    assert failure.value.facts.token.app == AppKey.OUTLOOK


def test_nobody_listens():
    nowhere = Endpoints(outlook_authority=f"http://127.0.0.1:{free_port()}")

    with pytest.raises(MailFailure, match="Connection refused"):
        client(nowhere).refresh(APP, "token")


def test_a_name_that_nobody_knows():
    def unknown(_: str) -> list[str]:
        raise OSError("login.example.org: Name or service not known")

    asked = TokenClient(
        endpoints=Endpoints(), transport=Transport(resolve=unknown), clock=SystemClock()
    )

    with pytest.raises(MailFailure, match="not known"):
        asked.refresh(APP, "token")


def test_secrets_are_not_sent_on_to_another_address():
    followed = threading.Event()

    def redirect(connection: socket.socket) -> None:
        head = connection.recv(65536)
        if b"/elsewhere" in head:
            followed.set()
        port = connection.getsockname()[1]
        connection.sendall(
            b"HTTP/1.1 307 Go\r\nLocation: http://127.0.0.1:%d/elsewhere\r\n"
            b"Content-Length: 0\r\n\r\n" % port
        )

    with listening(redirect) as port, pytest.raises(MailFailure, match="another address"):
        client(Endpoints(outlook_authority=f"http://127.0.0.1:{port}")).refresh(APP, "token")

    assert not followed.is_set()


def test_an_answer_without_end_is_cut_off():
    def flood(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"x" * LARGEST_ANSWER)

    with listening(flood) as port, pytest.raises(MailFailure, match="256 kB"):
        client(Endpoints(outlook_authority=f"http://127.0.0.1:{port}")).refresh(APP, "token")


def test_a_proxy_that_keeps_us_waiting_is_left_by_the_wall_clock(monkeypatch):
    began = time.monotonic()

    def drip(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while time.monotonic() - began < 60:
            connection.sendall(b" ")
            time.sleep(0.2)

    with listening(drip) as port, pytest.raises(MailFailure, match="no answer in 1 seconds"):
        go_through_proxy(monkeypatch, port)
        client(Endpoints(outlook_authority="http://login.example.org"), limit_s=1).refresh(
            APP, "token"
        )

    assert time.monotonic() - began < 20


def test_a_certificate_behind_a_proxy_is_trusted_as_without_one(monkeypatch, tmp_path):
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("login.example.org").configure_cert(context)
    ca_file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    seen = []

    def tunnel(connection: socket.socket) -> None:
        seen.append(connection.recv(65536).partition(b" HTTP")[0])
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        answer_securely(connection, context)

    with listening(tunnel) as port:
        go_through_proxy(monkeypatch, port)
        tokens = client(
            Endpoints(outlook_authority="https://login.example.org"), ca_file=str(ca_file)
        ).refresh(APP, "token")

    assert tokens.access_token == "a"
    assert seen == [b"CONNECT login.example.org:443"]


def go_through_proxy(monkeypatch, port: int) -> None:
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    for name in ("http_proxy", "https_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{port}")


def test_another_thread_ends_a_call(provider):
    provider.fail_always(LineFault.HANG)
    cords = []

    def cut_soon(cord) -> None:
        cords.append(cord)
        threading.Timer(0.2, cord.cancel).start()

    with pytest.raises(Cancelled):
        client(at(provider)).refresh(provider.app(AppKey.GMAIL), "token", on_open=cut_soon)

    assert cords[0].stands_still


def test_the_words_of_a_refusal_never_hold_what_was_sent(provider):
    secret = provider.app(AppKey.GMAIL).client_secret
    provider.fail_next(Refusal(error="invalid_client", description=f"bad {secret} for tok3n"))

    with pytest.raises(MailFailure) as failure:
        client(at(provider)).refresh(provider.app(AppKey.GMAIL), "tok3n")

    assert failure.value.facts.server_said == "invalid_client: bad •••• for ••••"


@pytest.mark.parametrize("trusted", [True, False])
def test_a_certificate_is_looked_at(tmp_path, trusted):
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("login.example.org").configure_cert(context)
    ca_file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))

    with listening(lambda connection: answer_securely(connection, context)) as port:
        asked = client(
            Endpoints(outlook_authority=f"https://login.example.org:{port}"),
            ca_file=str(ca_file) if trusted else None,
        )
        if trusted:
            assert asked.refresh(APP, "token").access_token == "a"
        else:
            with pytest.raises(MailFailure, match="certificate"):
                asked.refresh(APP, "token")


def answer_securely(connection: socket.socket, context: ssl.SSLContext) -> None:
    body = b'{"access_token": "a", "token_type": "Bearer"}'
    with context.wrap_socket(connection, server_side=True) as secure:
        asked = b""
        while b"refresh_token=token" not in asked:
            asked += secure.recv(65536)
        secure.sendall(GOOD % (len(body), body))
