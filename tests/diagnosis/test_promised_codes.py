"""The codes against the promised lists, where those lie beside the checkout.

Without them the same tests hold our own files to what the domain says, and to
a few answers that must never change their meaning.
"""

import re

import pytest

from mailboxadmin.diagnosis import Context, Diagnosis
from mailboxadmin.domain.errors import Facts
from mailboxadmin.domain.finding import ENDED_CONSENT, REFUSALS, Finding, Phase
from tests.diagnosis.promised import Promise, happenings_of, load

DIAGNOSIS = Diagnosis.load()
NOBODY = Context(address="anna@example.org", owner_first_name="Anna", effective=None)

COLUMNS = ("code", "provider", "phase", "temporary", "scope", "fix_by", "exact_text")
NEVER_TO_CHANGE: list[Promise] = [
    dict(zip(COLUMNS, row.split("|"), strict=True))
    for row in (
        "auth.bad_credentials|Dovecot|auth|no|mailbox|owner|[AUTHENTICATIONFAILED] Sorry",
        "auth.temporary_failure|Gmail|auth|yes|mail_server|nobody|[UNAVAILABLE] Sorry",
        "auth.temporary_failure|Yahoo|auth|yes|mail_server|nobody|[UNAVAILABLE] Sorry",
        "unknown|Dovecot|auth|no|mailbox|admin|NO Sorry",
        "dns.host_not_found|any|dns|no|mailbox|admin|Name or service not known",
        "tcp.refused|any|tcp|yes|mail_server|admin|[Errno 111] Connection refused",
        "tls.not_tls|any|tls|no|mailbox|admin|[SSL: WRONG_VERSION_NUMBER] wrong version number",
        "server.closed|any|fetch|yes|mail_server|nobody|socket error: EOF",
        "oauth.client_secret_expired|Microsoft|token|no|provider_app|provider_admin|AADSTS7000222",
        "oauth.grant_expired|Gmail|token|no|mailbox|owner|invalid_grant (Sorry)",
        "oauth.provider_unavailable|Gmail|token|yes|provider_app|nobody|temporarily_unavailable",
    )
]

#: To wait, to connect again or to look at our own log is all there is to do.
WITHOUT_A_PAGE = frozenset(
    """
    greeting.refused server.closed server.throttled server.protocol_error
    oauth.grant_expired oauth.consent_required oauth.wrong_account
    """.split()
)
WITHOUT_A_STATUS_PAGE = frozenset({("server.unavailable", "Yahoo / AOL")})


def test_the_refusals_and_the_codes_of_the_domain_are_all_there():
    known = DIAGNOSIS.codes.by_name

    assert known.keys() >= REFUSALS | ENDED_CONSENT
    assert not any(known[name].temporary for name in REFUSALS | ENDED_CONSENT)


def test_every_promised_code_is_there_as_promised():
    known = DIAGNOSIS.codes.by_name

    assert {code.phase for code in known.values()} <= {*Phase, "any"}
    for row in load("finding_codes.csv"):
        code = known[row["code"]]
        kept = {
            "phase": code.phase,
            "temporary": "yes" if code.temporary else "no",
            "scope": code.scope.value,
            "fix_by": code.fix_by.value,
            "field": code.field or "",
        }
        assert {key: row[key] for key in kept} == kept, row["code"]


def test_every_promised_answer_leads_to_its_code(monkeypatch: pytest.MonkeyPatch):
    catalogue = load("error_catalogue.csv")

    wrong = {
        row["exact_text"]: faults
        for row in [*NEVER_TO_CHANGE, *catalogue]
        if (faults := [x for each in happenings_of(row, monkeypatch) for x in faults_of(row, each)])
    }

    right = sum(row["exact_text"] not in wrong for row in catalogue)
    print(f"{right} of {len(catalogue)} rows of the catalogue right")
    assert wrong == {}


def test_every_promised_answer_of_a_provider_leads_to_the_providers_own_page(
    monkeypatch: pytest.MonkeyPatch,
):
    for row in load("error_catalogue.csv"):
        if (
            row["provider"].startswith(("any", "Dovecot", "Purelymail", "NetEase"))
            or row["code"] in WITHOUT_A_PAGE
        ):
            continue
        for facts in happenings_of(row, monkeypatch):
            finding = DIAGNOSIS.finding(facts, NOBODY)
            said = " ".join((finding.cause, *finding.steps))
            page = "](https://" in said
            assert page or (row["code"], row["provider"]) in WITHOUT_A_STATUS_PAGE, (row, finding)


def faults_of(row: Promise, facts: Facts) -> list[str]:
    """What is wrong with the finding of these facts, seen from the row."""
    finding = DIAGNOSIS.finding(facts, NOBODY)
    promised = [row[key] for key in ("code", "fix_by", "scope", "temporary")]
    temporary = "yes" if finding.temporary else "no"
    found = [finding.code, finding.fix_by.value, finding.scope.value, temporary]
    faults = [f"{found} of {facts}"] if found != promised else []
    if "Sorry" not in row["exact_text"] and not DIAGNOSIS.knows(facts, NOBODY):
        faults.append("these words are in no file")
    return faults + [f"{text!r}" for text in sentences(finding) if not is_plain(text)]


def sentences(finding: Finding) -> list[str]:
    return [finding.summary, finding.cause, " ".join(finding.steps), *finding.steps]


def is_plain(text: str) -> bool:
    """A sentence a person can read: no gap, no placeholder, no name of ours inside."""
    return len(text) > 10 and not re.search(r"[{}]|\bNone\b|  |\.\.(?!\.)|,,|“”|\( ?\)", text)
