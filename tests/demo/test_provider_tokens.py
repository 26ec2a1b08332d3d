"""Refreshing, revoking and signing the app in at the local provider."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from mailboxadmin.demo.provider import LocalProvider
from mailboxadmin.domain.oauth import AppKey
from tests.demo.asking import ANN, SmallApp, ask, basic
from tests.support.clock import MovableClock


def granted(app: SmallApp) -> str:
    """The refresh token of a consent that Ann gave."""
    token = app.provider.grant(ANN, app.key).refresh_token
    assert token is not None
    return token


def test_google_refreshes_without_a_new_refresh_token(gmail: SmallApp):
    token = granted(gmail)

    answers = [gmail.refresh(token).json for _ in range(2)]

    assert all("refresh_token" not in answer for answer in answers)
    assert all(gmail.provider.opens(ANN, answer["access_token"]) for answer in answers)
    assert gmail.provider.refresh_tokens_of(ANN) == (token,)
    assert gmail.provider.refreshes_of(ANN) == 2


def test_microsoft_gives_a_new_refresh_token_and_takes_the_old_one_too(outlook: SmallApp):
    old = granted(outlook)

    new = outlook.refresh(old).json["refresh_token"]

    assert new != old
    assert outlook.refresh(new).status == 200
    assert outlook.refresh(old).status == 200


def test_with_strict_rotation_the_old_one_dies_when_the_new_one_is_used(outlook: SmallApp):
    outlook.provider.manner.strict_rotation = True
    old = granted(outlook)
    new = outlook.refresh(old).json["refresh_token"]

    assert outlook.refresh(old).status == 200
    assert outlook.refresh(new).status == 200

    assert outlook.refresh(old).json["error"] == "invalid_grant"
    assert old not in outlook.provider.refresh_tokens_of(ANN)


def test_access_tokens_end_when_their_time_is_over(app: SmallApp):
    clock = MovableClock()
    app.provider.manner.now = clock.now
    app.provider.manner.lifetime_s = 120
    answer = app.refresh(granted(app)).json

    clock.advance(seconds=119)
    assert app.provider.opens(ANN, answer["access_token"])
    clock.advance(seconds=1)

    assert answer["expires_in"] == 120
    assert not app.provider.opens(ANN, answer["access_token"])


def test_access_tokens_can_be_ended_while_refreshing_goes_on(app: SmallApp):
    tokens = app.provider.grant(ANN, app.key)

    app.provider.expire_access_tokens(ANN.upper())

    assert not app.provider.opens(ANN, tokens.access_token)
    assert app.refresh(tokens.refresh_token).status == 200


def test_refresh_tokens_can_be_ended_while_access_goes_on(app: SmallApp):
    tokens = app.provider.grant(ANN, app.key)

    app.provider.end_refresh_tokens(ANN)

    assert app.provider.opens(ANN, tokens.access_token)
    assert app.refresh(tokens.refresh_token).json["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("key", "said"),
    [(AppKey.GMAIL, "Token has been expired or revoked."), (AppKey.OUTLOOK, "AADSTS50173")],
)
def test_a_revoked_permission_ends_both_tokens(provider: LocalProvider, key: AppKey, said: str):
    app = SmallApp(provider, key)
    tokens, other = provider.grant(ANN, key), provider.grant("ben@example.org", key)

    provider.revoke(ANN)
    answer = app.refresh(tokens.refresh_token)

    assert answer.status == 400
    assert answer.json["error"] == "invalid_grant"
    assert answer.json["error_description"].startswith(said)
    assert not provider.opens(ANN, tokens.access_token)
    assert app.refresh(other.refresh_token).status == 200


@pytest.mark.parametrize("which", ["refresh_token", "access_token"])
def test_google_revokes_by_either_token(gmail: SmallApp, which: str):
    tokens = gmail.provider.grant(ANN)
    url = gmail.provider.environment["MAILBOXADMIN_GMAIL_REVOKE_URL"]

    first = ask(url, {"token": getattr(tokens, which)})
    second = ask(url, {"token": getattr(tokens, which)})

    assert (first.status, first.json) == (200, {})
    assert (second.status, second.json["error"]) == (400, "invalid_token")
    assert gmail.provider.refresh_tokens_of(ANN) == ()
    assert not gmail.provider.opens(ANN, tokens.access_token)


def test_microsoft_errors_come_in_its_shape(outlook: SmallApp):
    answer = outlook.refresh("no-such-token").json

    assert set(answer) == {
        *("error", "error_description", "error_codes", "error_uri"),
        *("timestamp", "trace_id", "correlation_id"),
    }
    assert answer["error_codes"] == [70000]
    assert answer["error_uri"].endswith("?code=70000")
    assert f" Trace ID: {answer['trace_id']} Correlation ID: " in answer["error_description"]
    assert answer["error_description"].endswith(f" Timestamp: {answer['timestamp']}")


def test_more_than_was_granted_is_refused(outlook: SmallApp):
    answer = outlook.refresh(granted(outlook), scope="https://outlook.office.com/SMTP.Send")

    assert answer.json["error_description"].startswith("AADSTS65001")
    assert answer.json["suberror"] == "consent_required"


def test_the_client_may_say_who_it_is_in_a_header(app: SmallApp):
    name, secret = app.registered.client_id, app.registered.client_secret
    form = {"grant_type": "refresh_token", "refresh_token": granted(app)}

    good = ask(app.token_url, form, authorization=basic(name, secret))
    bad = ask(app.token_url, form, authorization=basic(name, "wrong"))

    assert (good.status, bad.status) == (200, 401)


@pytest.mark.parametrize(
    ("key", "changes", "status", "error", "said"),
    [
        (AppKey.GMAIL, {"client_id": "x"}, 401, "invalid_client", "The OAuth client was not fou"),
        (AppKey.GMAIL, {"client_secret": "x"}, 401, "invalid_client", "The provided client sec"),
        (AppKey.GMAIL, {"client_secret": ""}, 400, "invalid_request", "client_secret is missing"),
        (AppKey.GMAIL, {"grant_type": "x"}, 400, "unsupported_grant_type", "Invalid grant_type"),
        (AppKey.GMAIL, {"refresh_token": ""}, 400, "invalid_request", "Missing required"),
        (AppKey.GMAIL, {"refresh_token": "x"}, 400, "invalid_grant", "Bad Request"),
        (AppKey.OUTLOOK, {"client_id": "x"}, 400, "unauthorized_client", "AADSTS700016"),
        (AppKey.OUTLOOK, {"client_secret": "x"}, 401, "invalid_client", "AADSTS7000215"),
        (AppKey.OUTLOOK, {"client_secret": ""}, 401, "invalid_client", "AADSTS7000218"),
        (AppKey.OUTLOOK, {"grant_type": "x"}, 400, "unsupported_grant_type", "AADSTS70003"),
        (AppKey.OUTLOOK, {"refresh_token": ""}, 400, "invalid_request", "AADSTS900144"),
    ],
)
def test_a_wrong_question_is_refused_in_the_providers_words(
    provider: LocalProvider,
    key: AppKey,
    changes: dict[str, str],
    status: int,
    error: str,
    said: str,
):
    app = SmallApp(provider, key)

    answer = app.refresh(granted(app), **changes)

    assert answer.status == status
    assert answer.json["error"] == error
    assert answer.json["error_description"].startswith(said)


def test_the_app_can_be_tried_without_a_mailbox(outlook: SmallApp):
    form = {
        "grant_type": "client_credentials",
        "scope": "https://outlook.office365.com/.default",
    }

    good = outlook.token(**form)
    wrong_secret = outlook.token(**form, client_secret="wrong")
    wrong_client = outlook.token(**form, client_id="wrong")
    outlook.provider.register(AppKey.OUTLOOK, secret_expired=True)
    expired = outlook.token(**form)
    outlook.tenant = "contoso.example"
    wrong_tenant = outlook.token(**form)

    assert good.status == 200
    assert "refresh_token" not in good.json
    assert not outlook.provider.opens(ANN, good.json["access_token"])
    assert [
        answer.json["error_codes"] for answer in (wrong_secret, wrong_client, expired, wrong_tenant)
    ] == [[7000215], [700016], [7000222], [90002]]


def test_google_has_no_such_way(gmail: SmallApp):
    assert gmail.token(grant_type="client_credentials").json["error"] == "unsupported_grant_type"


def test_an_app_of_one_organisation_is_asked_under_its_tenant_only(outlook: SmallApp):
    token = granted(outlook)
    outlook.tenant = "common"
    before = outlook.refresh(token)

    outlook.provider.register(AppKey.OUTLOOK, multi_tenant=False)
    after = outlook.refresh(token)

    assert before.status == 200
    assert after.json["error_codes"] == [50194]


def test_a_directory_describes_itself_and_an_unknown_one_does_not(outlook: SmallApp):
    authority = outlook.provider.environment["MAILBOXADMIN_OUTLOOK_AUTHORITY"]
    path = "v2.0/.well-known/openid-configuration"

    known = ask(f"{authority}/{outlook.tenant}/{path}")
    unknown = ask(f"{authority}/contoso.example/{path}")

    assert known.json["token_endpoint"] == outlook.token_url
    assert known.json["authorization_endpoint"] == outlook.authorize_url
    assert unknown.status == 400
    assert unknown.json["error"] == "invalid_tenant"
    assert unknown.json["error_codes"] == [90002]


def test_a_mail_server_is_told_what_a_token_opens(provider: LocalProvider):
    tokens = provider.grant("Ann@Example.org", AppKey.OUTLOOK)
    provider.delegate("info@example.org", to=ANN)
    name, _, secret = provider.introspection_url.partition("//")[2].partition("@")[0].partition(":")
    url, form = f"{provider.address}/introspect", {"token": tokens.access_token}

    told = ask(url, form, authorization=basic(name, secret))
    provider.expire_access_tokens(ANN)
    expired = ask(url, form, authorization=basic(name, secret))

    assert told.json == {
        "active": True,
        "email": ANN,
        "shared": "info@example.org",
        "scope": "imap",
    }
    assert expired.json == {"active": False}
    assert ask(url, form).status == 401
    assert ask(url, form, authorization=basic(name, "guess")).status == 401


def test_refreshes_at_once_are_all_counted(app: SmallApp):
    token = granted(app)

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: app.refresh(token), range(64)))

    assert {answer.status for answer in answers} == {200}
    assert app.provider.refreshes_of(ANN) == 64
    assert app.provider.token_requests == 64
    assert {(asked.address, asked.outcome) for asked in app.provider.asked} == {(ANN, "")}


def test_what_was_given_out_can_be_looked_for(app: SmallApp):
    code = app.press("allow")["code"]
    tokens = app.redeem(code).json

    told = {code, tokens["access_token"], tokens["refresh_token"], app.registered.client_secret}

    assert told <= app.provider.secrets
    assert all(len(word) > 25 for word in app.provider.secrets)


def test_a_reset_forgets_everything_but_its_port(provider: LocalProvider):
    app = SmallApp(provider, AppKey.GMAIL)
    token, port = granted(app), provider.port

    provider.reset()

    assert provider.port == port
    assert provider.app(AppKey.GMAIL) != app.registered
    assert provider.token_requests == 0
    assert SmallApp(provider, AppKey.GMAIL).refresh(token).json["error"] == "invalid_grant"


def test_it_leaves_no_thread_and_no_port_behind():
    before = set(threading.enumerate())

    with LocalProvider() as provider:
        url = provider.address
        assert ask(f"{url}/nothing").status == 404

    assert set(threading.enumerate()) <= before
    with pytest.raises(ConnectionRefusedError):
        ask(url)
