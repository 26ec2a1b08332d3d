"""The codes against the promised lists, where those lie beside the checkout.

Without them the same tests hold our own files to what the domain says, and to
three answers that must never change their meaning.
"""

import csv
from pathlib import Path

from mailboxadmin.diagnosis import Context, Diagnosis
from mailboxadmin.domain.errors import Facts, Happening
from mailboxadmin.domain.finding import REFUSALS, Phase

SHARED = Path(__file__).parents[3] / "shared"
DIAGNOSIS = Diagnosis.load()
HOSTS = {
    "Gmail": "imap.gmail.com",
    "Microsoft": "outlook.office365.com",
    "Outlook": "outlook.office365.com",
    "Yahoo": "imap.mail.yahoo.com",
    "iCloud": "imap.mail.me.com",
    "Fastmail": "imap.fastmail.com",
    "GMX": "imap.gmx.net",
    "Yandex": "imap.yandex.com",
    "Zoho": "imap.zoho.com",
}


COLUMNS = ("code", "provider", "phase", "temporary", "scope", "fix_by", "exact_text")
NEVER_TO_CHANGE = [
    dict(zip(COLUMNS, row.split("|"), strict=True))
    for row in (
        "auth.bad_credentials|Dovecot|auth|no|mailbox|owner|[AUTHENTICATIONFAILED] Sorry",
        "auth.temporary_failure|Gmail|auth|yes|mail_server|nobody|[UNAVAILABLE] Sorry",
        "unknown|Dovecot|auth|no|mailbox|admin|NO Sorry",
    )
]


def promised(name: str) -> list[dict[str, str]]:
    path = SHARED / name
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_the_refusals_and_the_codes_of_the_domain_are_all_there():
    known = DIAGNOSIS.codes.by_name

    assert known.keys() >= REFUSALS
    assert not any(known[name].temporary for name in REFUSALS)


def test_every_promised_code_is_there_as_promised():
    rows = [row for row in promised("finding_codes.csv") if not row["code"].startswith("oauth.")]
    known = DIAGNOSIS.codes.by_name

    assert {code.phase for code in known.values()} <= {*Phase, "any"}
    for row in rows:
        code = known[row["code"]]
        kept = {
            "phase": code.phase,
            "temporary": "yes" if code.temporary else "no",
            "scope": code.scope.value,
            "fix_by": code.fix_by.value,
            "field": code.field or "",
        }
        assert {key: row[key] for key in kept} == kept, row["code"]


def answer(text: str) -> Happening:
    words = text.removeprefix("* ")
    if words.startswith("BAD "):
        return Happening.ANSWER_BAD
    return Happening.ANSWER_BYE if words.startswith("BYE ") else Happening.ANSWER_NO


def test_every_promised_server_answer_leads_to_its_code():
    nobody = Context(address="anna@example.org", owner_first_name="Anna", effective=None)
    rows = [
        row
        for row in [*NEVER_TO_CHANGE, *promised("error_catalogue.csv")]
        if row["phase"] != "token" and not row["provider"].startswith("any")
    ]

    for row in rows:
        starts = (host for name, host in HOSTS.items() if row["provider"].startswith(name))
        host = next(starts, "mail.example.org")
        for said in row["exact_text"].split(" / "):
            finding = DIAGNOSIS.finding(
                Facts(
                    phase=Phase(row["phase"]),
                    happening=answer(said),
                    server_said=said.replace("<name>", "Sent Items"),
                    host=host,
                ),
                nobody,
            )
            found = (finding.code, finding.fix_by.value, finding.scope.value)
            assert found == (row["code"], row["fix_by"], row["scope"]), said
            assert finding.temporary == (row["temporary"] == "yes"), said
