"""What every answer tells the browser."""

import dataclasses

import pytest

from mailboxadmin.app import create_app
from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.services.office.settings import change_settings
from tests.support.office import PASSWORD, Office, config_for
from tests.support.visitor import Visitor


@pytest.mark.parametrize("path", ["/login", "/", "/nothing", "/static/vendor/tabler.min.css"])
def test_every_answer_carries_them(office: Office, visitor: Visitor, path: str):
    office.admin()

    headers = visitor.get(path).headers

    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in headers


@pytest.mark.parametrize("path", ["/login", "/", "/healthz", "/static/css/app.css"])
def test_no_other_site_is_allowed_to_read(office: Office, visitor: Visitor, path: str):
    office.admin()

    headers = visitor.get(path, headers={"Origin": "https://evil.example"}).headers

    assert not [name for name, _ in headers if name.startswith("Access-Control-")]


@pytest.mark.parametrize(
    "path",
    [
        "/.git/config",
        "/.git/HEAD",
        "/static/.git/config",
        "/static/../.git/config",
        "/static/%2e%2e/.git/config",
        "/static/..%2f..%2fsetup.cfg",
        "/static/",
        "/static/css/",
        "/instance/mailboxadmin.db",
        "/static/../instance/secret.key",
        "/setup.cfg",
        "/.env",
    ],
)
def test_nothing_but_pages_and_styles_is_served(office: Office, at_desk, path: str):
    office.admin("grace@example.org")

    answer = at_desk("grace@example.org").get(path)

    assert answer.status_code == 404


def test_no_page_stays_in_the_browser_and_styles_do(office: Office, at_desk):
    office.admin()
    grace = at_desk("grace@example.org")

    assert grace.get("/staff").headers["Cache-Control"] == "no-store"
    assert grace.get("/nothing").headers["Cache-Control"] == "no-store"
    assert grace.get("/static/nothing.css").headers["Cache-Control"] == "no-store"
    assert "no-store" not in grace.get("/static/css/app.css").headers.get("Cache-Control", "")


def test_under_https_the_cookie_and_the_site_stay_there(office: Office, instance):
    office.admin()
    config = dataclasses.replace(config_for(instance), base_url="https://mail.example.org")
    app = create_app(config, clock=office.clock)
    browser = app.test_client()
    at = {"base_url": "https://localhost", "headers": {"Referer": "https://localhost/login"}}

    page = browser.get("/login", **at)
    token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
    form = {"csrf_token": token, "email": "grace@example.org", "password": PASSWORD}
    [cookie] = browser.post("/login", data=form, **at).headers.getlist("Set-Cookie")
    app.extensions["mailboxadmin"].pool.close(timeout_s=20)

    assert page.headers["Strict-Transport-Security"].startswith("max-age=")
    assert cookie.startswith("__Host-session=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


def test_a_form_that_leads_to_microsoft_may_lead_to_an_organisations_own_sign_in(office, at_desk):
    """Microsoft sends many people on to a site that nobody can name beforehand."""
    change_settings(
        office.deps,
        {
            "outlook_client_id": "0f8fad5b-d9cb-469f-a165-70867728950e",
            "outlook_client_secret": "a-value-and-no-id",
        },
        actor=COMMAND_LINE,
    )
    office.admin("grace@example.org")
    office.person("ann@outlook.com")

    policy = at_desk("ann@outlook.com").get("/mailbox").headers["Content-Security-Policy"]

    assert "form-action 'self' https:;" in policy
