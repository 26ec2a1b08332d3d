"""The consent at the local provider, and the code it ends in."""

import pytest

from mailboxadmin.demo.provider import SOMEBODY_ELSE
from mailboxadmin.demo.provider_values import MAIL_SCOPES, Endpoint, LineFault
from mailboxadmin.domain.oauth import AppKey
from tests.demo.asking import ANN, BASE_URL, SmallApp, ask
from tests.support.clock import MovableClock

STATE = "a state/with+signs&=é"


def test_the_page_says_what_it_is_who_asks_and_for_whom(app: SmallApp):
    page = ask(app.consent_url())

    assert page.status == 200
    assert f"stand-in for {app.key.company}" in page.text
    assert f"not a page of {app.key.company}" in page.text
    assert f"<strong>{ANN}</strong>" in page.text
    assert "Mailbox Admin wants" in page.text
    assert MAIL_SCOPES[app.key] in page.text
    assert page.headers["cache-control"] == "no-store"


def test_nothing_that_comes_in_is_taken_for_html(app: SmallApp):
    evil = "\"><script>alert('x')</script>"

    consent = ask(app.consent_url(login_hint=evil, scope=f"{MAIL_SCOPES[app.key]} {evil}"))
    blocked = ask(app.consent_url(redirect_uri=f"http://localhost/{evil}"))

    assert (consent.status, blocked.status) == (200, 400)
    assert "<script" not in consent.text + blocked.text
    assert "&lt;script&gt;" in consent.text


def test_a_consent_ends_in_tokens_that_open_the_mailbox(app: SmallApp):
    callback = app.press("allow")
    tokens = app.redeem(callback["code"])

    assert callback["state"] == STATE
    assert tokens.status == 200
    assert tokens.headers["cache-control"] == "no-store"
    assert app.provider.opens(ANN, tokens.json["access_token"])
    assert not app.provider.opens("ben@example.org", tokens.json["access_token"])


def test_google_answers_in_its_shape(gmail: SmallApp):
    tokens = gmail.redeem(gmail.press("allow")["code"]).json

    assert set(tokens) == {"access_token", "expires_in", "refresh_token", "scope", "token_type"}
    assert tokens["expires_in"] == 3600
    assert tokens["scope"] == "https://mail.google.com/"
    assert tokens["token_type"] == "Bearer"


def test_google_in_testing_tells_when_the_refresh_token_ends(gmail: SmallApp):
    gmail.provider.manner.refresh_lifetime_s = 604_799

    tokens = gmail.redeem(gmail.press("allow")["code"]).json
    refreshed = gmail.refresh(tokens["refresh_token"]).json

    assert tokens["refresh_token_expires_in"] == 604_799
    assert "refresh_token_expires_in" not in refreshed


def test_microsoft_answers_in_its_shape(outlook: SmallApp):
    tokens = outlook.redeem(outlook.press("allow")["code"]).json

    assert set(tokens) == {
        *("access_token", "expires_in", "ext_expires_in"),
        *("refresh_token", "scope", "token_type"),
    }
    assert tokens["scope"] == "https://outlook.office.com/IMAP.AccessAsUser.All"


def test_google_gives_a_refresh_token_at_the_first_consent_or_when_made_to_ask(gmail: SmallApp):
    def given(**changes: str) -> bool:
        return "refresh_token" in gmail.redeem(gmail.press("allow", **changes)["code"]).json

    assert given(prompt="")
    assert not given(prompt="")
    assert given(prompt="consent")
    assert not given(access_type="")
    gmail.provider.revoke(ANN)
    assert given(prompt="")


def test_microsoft_gives_a_refresh_token_for_offline_access_only(outlook: SmallApp):
    callback = outlook.press("allow", scope=MAIL_SCOPES[AppKey.OUTLOOK])

    assert "refresh_token" not in outlook.redeem(callback["code"]).json


def test_cancel_comes_back_as_an_error(gmail: SmallApp, outlook: SmallApp):
    assert gmail.press("cancel") == {"error": "access_denied", "state": STATE}

    cancelled = outlook.press("cancel")

    assert cancelled["error"] == "access_denied"
    assert cancelled["error_subcode"] == "cancel"
    assert cancelled["error_description"].startswith("AADSTS65004: User declined to consent")
    assert cancelled["state"] == STATE


def test_somebody_else_can_sign_in(app: SmallApp):
    callback = app.press("somebody-else", account=SOMEBODY_ELSE)
    token = app.redeem(callback["code"]).json["access_token"]

    assert not app.provider.opens(ANN, token)
    assert app.provider.opens(SOMEBODY_ELSE, token)


def test_the_right_to_read_mail_can_be_left_out(app: SmallApp):
    tokens = app.redeem(app.press("without-mail")["code"]).json

    assert tokens["scope"] == "email openid"
    assert not app.provider.opens(ANN, tokens["access_token"])


def test_a_permission_can_end_at_once(app: SmallApp):
    tokens = app.redeem(app.press("briefly")["code"]).json
    refreshed = app.refresh(tokens["refresh_token"])

    assert tokens["expires_in"] == 60
    assert app.provider.opens(ANN, tokens["access_token"])
    assert refreshed.status == 400
    assert refreshed.json["error"] == "invalid_grant"


def test_a_press_on_nothing_shows_the_page_again(app: SmallApp):
    answer = ask(app.consent_url(), {"choice": "allow everything"})

    assert answer.status == 400
    assert "location" not in answer.headers


@pytest.mark.parametrize(
    "uri",
    [
        f"{BASE_URL}/oauth/callback/KEY/",
        f"{BASE_URL}/oauth/callback/KEY?next=1",
        "http://127.0.0.1:8000/oauth/callback/KEY",
        "https://localhost:8000/oauth/callback/KEY",
        "http://evil.example/",
        "",
    ],
)
def test_a_redirect_uri_that_differs_at_all_leads_nowhere(app: SmallApp, uri: str):
    url = app.consent_url(redirect_uri=uri.replace("KEY", app.key.value))

    for answer in (ask(url), ask(url, {"choice": "allow"})):
        assert answer.status == 400
        assert "location" not in answer.headers
        assert "Access blocked" in answer.text
    mark = "redirect_uri_mismatch" if app.key is AppKey.GMAIL else "AADSTS50011"
    assert mark in ask(url).text


def test_an_unknown_client_leads_nowhere(app: SmallApp):
    answer = ask(app.consent_url(client_id="nobody"))

    assert answer.status in (400, 401)
    assert "location" not in answer.headers


def test_an_unknown_tenant_leads_nowhere(outlook: SmallApp):
    outlook.tenant = "contoso.example"

    assert "AADSTS90002" in ask(outlook.consent_url()).text


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"scope": ""}, "invalid_scope"),
    ],
)
def test_a_wish_that_is_not_in_order_is_refused(
    gmail: SmallApp, outlook: SmallApp, changes: dict[str, str], error: str
):
    shown, sent_back = ask(gmail.consent_url(**changes)), ask(outlook.consent_url(**changes))

    assert shown.status == 400
    assert error in shown.text
    assert sent_back.callback["error"] == error
    assert sent_back.callback["state"] == STATE


def test_a_code_is_good_once(gmail: SmallApp, outlook: SmallApp):
    answers = {}
    for app in (gmail, outlook):
        code = app.press("allow")["code"]
        assert app.redeem(code).status == 200
        answers[app.key] = app.redeem(code)

    assert {answer.status for answer in answers.values()} == {400}
    assert {answer.json["error"] for answer in answers.values()} == {"invalid_grant"}
    assert "AADSTS54005" in answers[AppKey.OUTLOOK].json["error_description"]


def test_a_code_is_good_for_ten_minutes(app: SmallApp):
    clock = MovableClock()
    app.provider.manner.now = clock.now
    early, late = app.press("allow")["code"], app.press("allow")["code"]

    clock.advance(minutes=9, seconds=59)
    in_time = app.redeem(early)
    clock.advance(seconds=1)
    too_late = app.redeem(late)

    assert in_time.status == 200
    assert too_late.json["error"] == "invalid_grant"


@pytest.mark.parametrize("verifier", ["", "another verifier, just as long as a real one has to be"])
def test_a_code_needs_its_verifier_and_survives_a_wrong_one(app: SmallApp, verifier: str):
    code = app.press("allow")["code"]

    refused = app.redeem(code, code_verifier=verifier)

    assert refused.status == 400
    assert refused.json["error"] == "invalid_grant"
    assert app.redeem(code).status == 200


def test_a_code_needs_the_redirect_uri_it_was_asked_for_with(app: SmallApp):
    app.provider.serve("https://mail.example.org")
    code = app.press("allow")["code"]
    other = f"https://mail.example.org/oauth/callback/{app.key.value}"

    refused = app.redeem(code, redirect_uri=other)

    assert refused.status in (400, 401)
    assert app.provider.token_requests == 1


def test_one_providers_code_is_nothing_to_the_other(gmail: SmallApp, outlook: SmallApp):
    code = gmail.press("allow")["code"]
    outlook.verifier = gmail.verifier

    assert outlook.redeem(code).json["error"] == "invalid_grant"
    assert gmail.redeem(code).status == 200


def test_another_page_can_come_in_its_place(app: SmallApp):
    app.provider.fail_next(LineFault.HTML, at=Endpoint.AUTHORIZE)

    assert "Wi-Fi" in ask(app.consent_url()).text
    assert "Allow" in ask(app.consent_url()).text
