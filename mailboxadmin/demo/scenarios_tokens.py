"""Scenarios of a permission: what Google and Microsoft say instead of giving a token."""

from mailboxadmin.demo.plays import Answers
from mailboxadmin.demo.plays_tokens import ConsentEnds, TokenRefused
from mailboxadmin.demo.scenario import Scenario
from mailboxadmin.domain.oauth import AppKey

GMAIL, OUTLOOK = AppKey.GMAIL, AppKey.OUTLOOK
#: Some of these are said to the browser in life, at the moment of the consent.
_AT_A_RENEWAL = (
    " In life it is said when somebody connects; here it is said at a renewal, so that the "
    "mailbox has it."
)

TOKENS = (
    Scenario(
        code="oauth.grant_expired",
        story="Its owner takes the permission back on the page of the sample Gmail.",
        play=ConsentEnds(app=GMAIL),
    ),
    Scenario(
        code="oauth.client_secret_expired",
        story="The token runs out, and Microsoft says that the client secret has expired. "
        "It says so to this mailbox alone.",
        play=TokenRefused(app=OUTLOOK, words="AADSTS7000222"),
    ),
    Scenario(
        code="oauth.client_invalid",
        story="The token runs out, and Microsoft does not know the app. "
        "It says so to this mailbox alone.",
        play=TokenRefused(app=OUTLOOK, words="AADSTS700016"),
    ),
    Scenario(
        code="oauth.redirect_mismatch",
        story="Microsoft does not know the address to send people back to." + _AT_A_RENEWAL,
        play=TokenRefused(app=OUTLOOK, words="AADSTS50011"),
    ),
    Scenario(
        code="oauth.consent_required",
        story="The token runs out, and Microsoft says that nobody agreed to the app.",
        play=TokenRefused(app=OUTLOOK, words="AADSTS65001"),
    ),
    Scenario(
        code="oauth.admin_consent_required",
        story="Microsoft wants an admin to agree for everybody." + _AT_A_RENEWAL,
        play=TokenRefused(app=OUTLOOK, words="AADSTS90094"),
    ),
    Scenario(
        code="oauth.wrong_account",
        story="Microsoft says that the account is of another organisation." + _AT_A_RENEWAL,
        play=TokenRefused(app=OUTLOOK, words="AADSTS50020"),
    ),
    Scenario(
        code="oauth.scope_missing",
        story="The token runs out, and Microsoft says that the right to read mail is not one "
        "that can be asked for.",
        play=TokenRefused(app=OUTLOOK, words="AADSTS70011"),
    ),
    Scenario(
        code="oauth.mfa_required",
        story="The token runs out, and Microsoft wants a second factor.",
        play=TokenRefused(app=OUTLOOK, words="AADSTS50076"),
    ),
    Scenario(
        code="oauth.policy_blocked",
        story="The token runs out, and a rule of the organisation forbids another.",
        play=TokenRefused(app=OUTLOOK, words="AADSTS53003"),
    ),
    Scenario(
        code="oauth.account_disabled",
        story="The token runs out, and Microsoft says that the account is disabled.",
        play=TokenRefused(app=OUTLOOK, words="AADSTS50057"),
    ),
    Scenario(
        code="oauth.provider_unavailable",
        story="The token runs out, and Google’s sign-in service has a fault of its own.",
        play=TokenRefused(app=GMAIL, words="internal_failure"),
    ),
    Scenario(
        code="oauth.not_available",
        story="The mailbox has a permission, and its server offers no way to sign in with one.",
        play=Answers(app=GMAIL, greeting="* OK ready", capability="IMAP4rev1 AUTH=PLAIN"),
    ),
)
