"""*Check the set-up*, at a provider that answers as Google and Microsoft do."""

from dataclasses import replace

import pytest

from mailboxadmin.demo.provider import LocalProvider
from mailboxadmin.demo.provider_values import BROKEN, Fault, LineFault, Refusal
from mailboxadmin.diagnosis.tokens import load_tokens
from mailboxadmin.domain.activity import Level
from mailboxadmin.domain.errors import InvalidInput
from mailboxadmin.domain.finding import Fixer
from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.domain.token import TokenAnswer
from mailboxadmin.oauth.endpoints import Endpoints
from mailboxadmin.services.sign_in.oauth_check import AppCheck, Verdict, check_app
from mailboxadmin.store.secrets import office_secret_row
from tests.support.configuring import ADMIN
from tests.support.log import logged
from tests.support.oauth_office import set_up, use_provider
from tests.support.office import Office

GMAIL, OUTLOOK = AppKey
NOBODYS = "99999999-2222-3333-4444-555555555555"
APP_CODES = ("oauth.client_invalid", "oauth.client_secret_expired")


@pytest.fixture
def office(office: Office, provider: LocalProvider) -> Office:
    """An office that asks the local provider."""
    use_provider(office, provider)
    return office


def check(office: Office, key: AppKey) -> AppCheck:
    return check_app(office.deps, key, actor=ADMIN)


@pytest.mark.parametrize("key", AppKey)
def test_an_app_that_is_right_works(office: Office, provider: LocalProvider, key: AppKey):
    set_up(office, provider, key)

    assert check(office, key) == AppCheck(key=key, verdict=Verdict.WORKS)

    [entry] = logged(office, "oauth.checked")
    assert (entry.level, entry.actor) == (Level.INFO, ADMIN)
    assert entry.message == f"{key.company} accepts the {key.label} app."
    assert entry.detail == {"app": key, "verdict": "works"}


@pytest.mark.parametrize("tenant", ["common", "organizations", ""])
def test_of_an_app_for_everybody_microsoft_tells_less(office, provider, tenant):
    set_up(office, provider, OUTLOOK, outlook_tenant_id=tenant)

    assert check(office, OUTLOOK).verdict is Verdict.NOT_TOLD


@pytest.mark.parametrize(
    ("key", "changes", "words"),
    [
        (GMAIL, {"gmail_client_id": "1-x.apps.googleusercontent.com"}, "does not accept the Gmail"),
        (GMAIL, {"gmail_client_secret": "GOCSPX-wrong"}, "does not accept the Gmail"),
        (OUTLOOK, {"outlook_client_id": NOBODYS}, "does not find the Outlook app"),
        (OUTLOOK, {"outlook_client_secret": "wrong"}, "does not accept the client secret"),
        (OUTLOOK, {"outlook_tenant_id": "contoso.example"}, "does not know the organisation"),
        (
            OUTLOOK,
            {"outlook_tenant_id": "common", "outlook_client_secret": "wrong"},
            "does not accept the client secret",
        ),
    ],
)
def test_what_is_wrong_is_told_with_what_to_do(office, provider, key, changes, words):
    set_up(office, provider, key, **changes)

    checked = check(office, key)

    assert (checked.verdict, checked.finding.code) == (Verdict.WRONG, "oauth.client_invalid")
    assert words in checked.finding.summary
    assert checked.finding.steps and checked.finding.server_said
    [entry] = logged(office, "oauth.checked")
    assert (entry.level, entry.message) == (Level.WARNING, checked.finding.summary)
    assert entry.detail["finding"] == checked.finding.as_json()


def test_a_secret_that_has_ended_is_known_by_its_number(office: Office, provider: LocalProvider):
    set_up(office, provider, OUTLOOK)
    provider.register(OUTLOOK, secret_expired=True)

    finding = check(office, OUTLOOK).finding

    assert finding is not None
    assert (finding.code, finding.fix_by) == ("oauth.client_secret_expired", Fixer.PROVIDER_ADMIN)


def test_an_app_of_one_organisation_wants_its_tenant(office: Office, provider: LocalProvider):
    set_up(office, provider, OUTLOOK, outlook_tenant_id="common")
    provider.register(OUTLOOK, multi_tenant=False)

    finding = check(office, OUTLOOK).finding

    assert finding is not None
    assert "made for one organisation only" in finding.summary


def answers_about_apps() -> list[TokenAnswer]:
    """Every answer of the catalogue that is about the app itself."""
    rows = (row for row in load_tokens().rows if row.code in APP_CODES)
    malformed = "AADSTS9002313"
    return [each for row in rows for each in row.examples if malformed not in each.description]


@pytest.mark.parametrize("answer", answers_about_apps(), ids=lambda each: each.description[:20])
def test_every_answer_about_an_app_is_told(office, provider, answer: TokenAnswer):
    key = AppKey(answer.app)
    set_up(office, provider, key)
    provider.fail_next(answer)

    assert check(office, key).finding.code in APP_CODES


def test_a_redirect_uri_that_is_not_registered_is_told(office: Office, provider: LocalProvider):
    set_up(office, provider, GMAIL)
    provider.fail_next(Refusal(error="redirect_uri_mismatch", description="Bad Request"))

    finding = check(office, GMAIL).finding

    assert finding is not None and finding.code == "oauth.redirect_mismatch"


@pytest.mark.parametrize("number", [65001, 500011, 53003])
def test_what_comes_after_the_app_was_known_is_quoted_only(office, provider, number):
    said = f"AADSTS{number}: Something about what the app may do."
    set_up(office, provider, OUTLOOK)
    provider.fail_next(Refusal(error="invalid_request", description=said), key=OUTLOOK)

    checked = check(office, OUTLOOK)

    assert (checked.verdict, checked.finding) == (Verdict.NOT_TOLD, None)
    assert said in checked.said


def test_a_made_up_code_that_is_called_malformed_is_no_fault_of_the_app(office, provider):
    said = "AADSTS9002313: Invalid request. Request is malformed or invalid."
    set_up(office, provider, OUTLOOK, outlook_tenant_id="common")
    provider.fail_next(Refusal(error="invalid_request", description=said), key=OUTLOOK)

    assert check(office, OUTLOOK).verdict is Verdict.NOT_TOLD


@pytest.mark.parametrize("fault", [BROKEN, LineFault.CLOSE, LineFault.HTML, LineFault.HANG])
def test_a_provider_that_does_not_answer_is_no_fault_of_the_app(office, provider, fault: Fault):
    use_provider(office, provider, limit_s=0.5)
    set_up(office, provider, GMAIL)
    provider.fail_next(fault, key=GMAIL)

    finding = check(office, GMAIL).finding
    provider.heal()

    assert finding is not None
    assert (finding.code, finding.temporary) == ("oauth.provider_unavailable", True)
    assert len(finding.steps) == 1 and "Check again" in finding.steps[0]


def test_words_that_nobody_knows_are_quoted(office: Office, provider: LocalProvider):
    set_up(office, provider, GMAIL)
    provider.fail_next(Refusal(error="moon_phase", description="Not before the moon is full."))

    finding = check(office, GMAIL).finding

    assert finding is not None and finding.code == "unknown"
    assert "Not before the moon is full." in (finding.server_said or "")


def test_a_secret_that_the_provider_repeats_is_in_no_answer_and_no_log(office, provider):
    secret = provider.app(OUTLOOK).client_secret
    set_up(office, provider, OUTLOOK)
    provider.fail_next(
        Refusal(error="invalid_client", description=f"AADSTS7000215: {secret} is invalid."),
        key=OUTLOOK,
    )

    checked = check(office, OUTLOOK)

    assert checked.finding is not None and secret not in str(checked)
    assert secret not in str(logged(office, "oauth.checked"))


@pytest.mark.parametrize("missing", ["gmail_client_id", "gmail_client_secret"])
def test_half_an_app_is_not_asked_about(office: Office, provider: LocalProvider, missing: str):
    set_up(office, provider, GMAIL, **{missing: ""})

    with pytest.raises(InvalidInput) as refused:
        check(office, GMAIL)

    assert refused.value.field == missing
    assert provider.token_requests == 0


def test_a_secret_that_cannot_be_opened_is_asked_for(office: Office, provider: LocalProvider):
    set_up(office, provider, GMAIL)
    with office.deps.store.write() as db:
        row = office_secret_row(db, "gmail_client_secret")
        assert row is not None
        row.sealed = b"sealed with a key that is gone"

    with pytest.raises(InvalidInput) as refused:
        check(office, GMAIL)

    assert refused.value.field == "gmail_client_secret"


def test_an_address_where_nobody_answers_is_told(office: Office, provider: LocalProvider):
    set_up(office, provider, OUTLOOK)
    nowhere = Endpoints(outlook_authority="http://127.0.0.1:1")
    deps = replace(office.deps, tokens=replace(office.deps.tokens, endpoints=nowhere))

    checked = check_app(deps, OUTLOOK, actor=ADMIN)

    assert checked.finding is not None
    assert checked.finding.code == "oauth.provider_unavailable"
