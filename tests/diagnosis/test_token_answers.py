"""What token endpoints answer, and what a refused token means at the mail server."""

import pytest

from mailboxadmin.diagnosis import Context, Diagnosis
from mailboxadmin.diagnosis.tokens import TokenRow
from mailboxadmin.domain.effective import effective
from mailboxadmin.domain.errors import Facts, Happening
from mailboxadmin.domain.finding import Finding, Fixer, Phase
from mailboxadmin.domain.token import SignIn, TokenAnswer

DIAGNOSIS = Diagnosis.load()
ANNA = Context(address="anna@example.org", owner_first_name="Anna", effective=None)
EXPIRED = "AADSTS700082: The refresh token has expired due to inactivity."


def facts(answer: TokenAnswer) -> Facts:
    return Facts(
        phase=Phase.TOKEN,
        happening=Happening.TOKEN_REFUSED,
        server_said=answer.description or None,
        token=answer,
    )


def find(app: str = "outlook", **answer: object) -> Finding:
    return DIAGNOSIS.finding(facts(TokenAnswer(app=app, **answer)), ANNA)


EXAMPLES = {
    f"{row.code} {example.error} {example.description[:40]}": (row, example)
    for row in DIAGNOSIS.tokens.rows
    for example in row.examples
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_real_answer_leads_to_the_code_of_its_row(name: str):
    row, example = EXAMPLES[name]

    finding = DIAGNOSIS.finding(facts(example), ANNA)

    assert finding.code == row.code
    assert finding.server_said == (example.description or example.error)


@pytest.mark.parametrize("row", DIAGNOSIS.tokens.rows, ids=lambda row: f"{row.code}-{row.rank}")
def test_a_row_asks_for_something_and_gives_a_known_code(row: TokenRow):
    assert row.errors or row.numbers or row.said
    assert row.examples
    assert row.code in DIAGNOSIS.codes.by_name
    assert row.provider in ("", "gmail", "outlook")


def test_no_number_stands_in_two_rows():
    numbers = [number for row in DIAGNOSIS.tokens.rows for number in sorted(row.numbers)]

    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 429, "error": "invalid_grant", "description": EXPIRED},
        {"status": 500, "error": "invalid_grant", "description": EXPIRED},
        {"status": 503},
        {"status": 400, "error": "temporarily_unavailable", "description": EXPIRED},
        {"error": "server_error", "description": "AADSTS7000222: expired keys"},
    ],
)
def test_what_passes_by_itself_passes_whatever_else_it_says(answer: dict[str, object]):
    finding = find(**answer)

    assert finding.code == "oauth.provider_unavailable"
    assert finding.temporary
    assert finding.fix_by is Fixer.NOBODY


def test_an_endpoint_that_does_not_answer_is_unavailable():
    silent = Facts(
        phase=Phase.TOKEN,
        happening=Happening.TOKEN_UNREACHABLE,
        token=TokenAnswer(app="gmail"),
    )

    finding = DIAGNOSIS.finding(silent, ANNA)

    assert finding.code == "oauth.provider_unavailable"
    assert finding.server_said is None
    assert finding.summary.startswith("Google’s sign-in service")


@pytest.mark.parametrize("error", ["invalid_grant", "invalid_client", "interaction_required", ""])
def test_within_what_lasts_the_number_picks_the_code(error: str):
    assert find(error=error, description=EXPIRED).code == "oauth.grant_expired"
    assert find(error=error, description="AADSTS50076: MFA").code == "oauth.mfa_required"


def test_microsofts_number_says_nothing_at_google():
    finding = find("gmail", error="invalid_grant", description="AADSTS50076: MFA")

    assert finding.code == "oauth.grant_expired"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("invalid_grant", "oauth.grant_expired"),
        ("invalid_client", "oauth.client_invalid"),
        ("unauthorized_client", "oauth.client_invalid"),
        ("access_denied", "oauth.consent_required"),
        ("interaction_required", "oauth.consent_required"),
        ("invalid_scope", "oauth.scope_missing"),
        ("no_such_error", "unknown"),
        ("", "unknown"),
    ],
)
def test_a_number_that_nobody_knows_leaves_it_to_the_error(error: str, code: str):
    said = "AADSTS99999999: Something new."

    finding = find(error=error, description=said)

    assert finding.code == code
    assert finding.server_said == said
    assert not finding.temporary


@pytest.mark.parametrize("error", ["invalid_grant", "invalid_client", "no_such_error"])
def test_words_that_nobody_knows_are_quoted_and_worth_adding(error: str):
    said = "AADSTS99999999: Something new."

    known = facts(TokenAnswer(app="outlook", error=error, description=said))

    assert DIAGNOSIS.finding(known, ANNA).server_said == said
    assert not DIAGNOSIS.knows(known, ANNA)


def test_an_error_without_words_is_quoted_by_its_name():
    finding = find("gmail", status=400, error="no_such_error")

    assert finding.server_said == "no_such_error"
    assert "gave no reason" not in finding.cause


def test_the_expired_secret_is_one_thing_for_everybody():
    finding = find(status=401, error="invalid_client", description="AADSTS7000222: expired")

    assert finding.scope == "provider_app"
    assert finding.fix_by is Fixer.PROVIDER_ADMIN
    assert "Anna" not in finding.summary + finding.cause
    assert DIAGNOSIS.short(finding, "outlook") == "the client secret expired"
    assert DIAGNOSIS.task(finding, "outlook") == "renew the client secret in Entra"
    assert DIAGNOSIS.reach_name(finding, "outlook") == "Outlook"


def sign_in(with_what: SignIn, said: str, happening: Happening = Happening.ANSWER_NO) -> Facts:
    return Facts(
        phase=Phase.AUTH,
        happening=happening,
        server_said=said,
        host="imap.gmail.com",
        sign_in=with_what,
    )


@pytest.mark.parametrize("happening", [Happening.ANSWER_NO, Happening.ANSWER_BAD])
@pytest.mark.parametrize(
    "said",
    ["[AUTHENTICATIONFAILED] Invalid credentials (Failure)", "NO Sorry", "AUTHENTICATE failed."],
)
def test_a_refused_token_is_no_wrong_password(said: str, happening: Happening):
    later = DIAGNOSIS.finding(sign_in(SignIn.TOKEN, said, happening), ANNA)
    at_once = DIAGNOSIS.finding(sign_in(SignIn.NEW_CONSENT, said, happening), ANNA)

    assert later.code == "auth.token_refused"
    assert at_once.code == "oauth.wrong_account"
    assert "password" not in later.cause + " ".join(later.steps)
    assert later.server_said == at_once.server_said == said


def test_a_token_refused_right_after_consent_names_both_causes():
    finding = DIAGNOSIS.finding(sign_in(SignIn.NEW_CONSENT, "NO [AUTHENTICATIONFAILED] No"), ANNA)

    assert "somebody else than anna@example.org" in finding.cause
    assert "https://mail.google.com/" in finding.cause


def test_a_token_refused_later_names_scope_address_and_the_switch_for_imap():
    finding = DIAGNOSIS.finding(sign_in(SignIn.TOKEN, "NO [AUTHENTICATIONFAILED] No"), ANNA)

    assert "https://mail.google.com/" in finding.cause
    assert "another address" in finding.cause
    assert "IMAP is switched off" in finding.cause


@pytest.mark.parametrize("with_what", [SignIn.TOKEN, SignIn.NEW_CONSENT])
@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("[UNAVAILABLE] Temporary System Error", "auth.temporary_failure"),
        ("[LIMIT] Rate limit hit", "auth.too_many_connections"),
        ("[ALERT] IMAP access is disabled for your domain.", "auth.imap_disabled"),
        ("[CONTACTADMIN] Account is suspended", "auth.contact_provider"),
    ],
)
def test_what_says_more_than_refused_stays(with_what: SignIn, said: str, code: str):
    assert DIAGNOSIS.finding(sign_in(with_what, said), ANNA).code == code


def test_a_refused_command_after_a_sign_in_by_token_is_not_the_tokens_fault():
    selecting = Facts(
        phase=Phase.FOLDERS,
        happening=Happening.ANSWER_NO,
        server_said="NO [NONEXISTENT] Unknown Mailbox: SENT (Failure)",
        sign_in=SignIn.TOKEN,
    )

    assert DIAGNOSIS.finding(selecting, ANNA).code == "folder.not_found"


def test_a_token_that_is_refused_on_another_server_is_spoken_of_as_its_providers():
    gmail = DIAGNOSIS.providers.by_key("gmail")
    refused = Facts(
        phase=Phase.AUTH,
        happening=Happening.ANSWER_NO,
        response_code="AUTHENTICATIONFAILED",
        server_said="[AUTHENTICATIONFAILED] Authentication failed.",
        host="mail.example.org",
        sign_in=SignIn.NEW_CONSENT,
    )
    named = effective({"imap_host": "mail.example.org"}, {}, by_grant=gmail)
    context = Context(address="anna@example.org", owner_first_name="Anna", effective=named)

    found = DIAGNOSIS.finding(refused, context)

    assert found.code == "oauth.wrong_account"
    assert "signed in at Google" in found.cause
    assert "connect Gmail again" in found.steps[1]
