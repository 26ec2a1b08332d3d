"""Who has to act: the origin of a value of ours, else the catalogue, else the codes file."""

from collections.abc import Mapping

import pytest

from mailboxadmin.diagnosis import Context, Diagnosis
from mailboxadmin.domain.effective import Effective, effective
from mailboxadmin.domain.errors import Facts, Happening
from mailboxadmin.domain.finding import Finding, Fixer, Phase
from mailboxadmin.domain.settings import Value

DIAGNOSIS = Diagnosis.load()
OWN: Mapping[str, Value] = {
    "imap_host": "imap.example.org",
    "imap_port": 1993,
    "imap_encryption": "ssl",
    "folders": ("Sent",),
}


def find(
    happening: Happening,
    in_force: Effective | None,
    *,
    phase: Phase = Phase.TCP,
    said: str | None = None,
) -> Finding:
    context = Context(address="anna@example.org", owner_first_name="Anna", effective=in_force)
    facts = Facts(phase=phase, happening=happening, server_said=said, folder="Sent")
    return DIAGNOSIS.finding(facts, context)


@pytest.mark.parametrize(
    "happening",
    [
        Happening.NAME_UNKNOWN,
        Happening.CONNECT_REFUSED,
        Happening.CONNECT_TIMEOUT,
        Happening.CERTIFICATE_WRONG_HOST,
        Happening.NOT_TLS,
        Happening.GREETING_NOT_IMAP,
        Happening.FOLDER_MISSING,
    ],
)
def test_a_value_at_fault_is_mended_by_whoever_set_it(happening: Happening):
    assert find(happening, effective(OWN, {})).fix_by is Fixer.OWNER
    assert find(happening, effective({}, OWN)).fix_by is Fixer.ADMIN


def test_a_value_of_a_known_provider_is_the_admins_to_mend():
    gmail = DIAGNOSIS.providers.by_key("gmail")

    finding = find(Happening.CONNECT_TIMEOUT, effective({}, {}, by_domain=gmail))

    assert finding.fix_by is Fixer.ADMIN


def test_a_port_that_follows_the_encryption_belongs_to_whoever_chose_the_encryption():
    chosen = {"imap_host": "imap.example.org", "imap_encryption": "starttls"}

    finding = find(Happening.CONNECT_REFUSED, effective(chosen, {}))

    assert finding.field == "imap_port"
    assert finding.fix_by is Fixer.OWNER


@pytest.mark.parametrize("in_force", [effective(OWN, {}), effective({}, OWN), None])
def test_a_password_is_always_the_owners(in_force: Effective | None):
    refused = find(
        Happening.ANSWER_NO, in_force, phase=Phase.AUTH, said="[AUTHENTICATIONFAILED] No"
    )
    bound = find(Happening.PASSWORD_BOUND_ELSEWHERE, in_force, phase=Phase.LOCAL)

    assert refused.fix_by is Fixer.OWNER
    assert bound.fix_by is Fixer.OWNER


@pytest.mark.parametrize("in_force", [effective(OWN, {}), effective({}, OWN), None])
def test_where_no_password_will_do_the_admin_acts(in_force: Effective | None):
    said = "NO Basic authentication is disabled."

    finding = find(Happening.ANSWER_NO, in_force, phase=Phase.AUTH, said=said)

    assert finding.code == "auth.password_login_disabled"
    assert finding.field == "auth_method"
    assert finding.fix_by is Fixer.ADMIN


def no_password(apps: frozenset[str], address: str = "anna@example.org") -> Finding:
    refused = Facts(
        phase=Phase.AUTH,
        happening=Happening.ANSWER_NO,
        server_said="NO LOGIN failed.",
        host="outlook.office365.com",
    )
    context = Context(address=address, owner_first_name="Anna", effective=None, oauth_apps=apps)
    return DIAGNOSIS.finding(refused, context)


def test_where_the_providers_oauth_app_is_set_up_the_owner_connects():
    without = no_password(frozenset())
    another = no_password(frozenset({"gmail"}))
    ready = no_password(frozenset({"outlook"}))

    assert {each.code for each in (without, another, ready)} == {"auth.password_login_disabled"}
    assert without.fix_by is another.fix_by is Fixer.ADMIN
    assert any("OAuth is not set up" in step for step in without.steps)
    assert ready.fix_by is Fixer.OWNER
    assert "connect Outlook" in ready.steps[0]
    assert not any("not set up" in step or "pause" in step for step in ready.steps)


@pytest.mark.parametrize(
    ("encryption", "code"),
    [("ssl", "auth.password_login_disabled"), ("none", "auth.plaintext_refused")],
)
def test_no_password_at_all_is_told_from_no_password_in_clear(encryption: str, code: str):
    in_force = effective({}, {"imap_host": "mail.example.org", "imap_encryption": encryption})

    assert find(Happening.LOGIN_DISABLED, in_force, phase=Phase.AUTH).code == code


def test_without_a_value_of_ours_the_catalogue_says_who_and_then_the_codes_file():
    catalogued = find(
        Happening.ANSWER_NO,
        effective(OWN, {}),
        phase=Phase.AUTH,
        said="[ALERT] IMAP access is disabled for your domain.",
    )
    plain = find(Happening.CERTIFICATE_EXPIRED, effective(OWN, {}), phase=Phase.TLS)

    assert catalogued.fix_by is Fixer.PROVIDER_ADMIN
    assert plain.fix_by is Fixer.MAIL_HOST


def test_the_steps_name_the_form_of_whoever_acts():
    mine = find(Happening.NAME_UNKNOWN, effective(OWN, {}))
    offices = find(Happening.CONNECT_REFUSED, effective({}, {"imap_host": "imap.example.org"}))
    providers = find(
        Happening.NAME_UNKNOWN,
        effective({}, {}, by_domain=DIAGNOSIS.providers.by_key("gmail")),
    )

    assert "under Mailbox Config" in mine.steps[0]
    assert "under Settings" in offices.steps[0]
    assert "in Anna’s Mailbox Config" in providers.steps[0]
