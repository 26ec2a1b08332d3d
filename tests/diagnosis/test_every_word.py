"""Every code and every row, rendered for a mailbox: plain sentences without gaps."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from mailboxadmin.diagnosis import Context, Diagnosis
from mailboxadmin.diagnosis.catalogue import Row
from mailboxadmin.diagnosis.codes import Code
from mailboxadmin.diagnosis.tokens import TokenRow
from mailboxadmin.diagnosis.wording import Wording
from mailboxadmin.domain.certificate import Certificate
from mailboxadmin.domain.effective import effective
from mailboxadmin.domain.errors import Facts, Happening
from mailboxadmin.domain.finding import Finding, Fixer, Phase, Scope

DIAGNOSIS = Diagnosis.load()
OFFICE = effective({}, {"imap_host": "mail.example.org"})
CERTIFICATE = Certificate(
    fingerprint="ab" * 32,
    issuer="Example Authority",
    self_signed=False,
    names=("a.example.org", "b.example.org"),
    starts_at=datetime(2024, 1, 2, tzinfo=UTC),
    ends_at=datetime(2025, 1, 2, tzinfo=UTC),
)
RICH = Facts(
    phase=Phase.AUTH,
    happening=Happening.UNEXPECTED,
    server_said="Not today",
    detail="a detail",
    host="mail.example.org",
    port=993,
    folder="Sent",
    certificate=CERTIFICATE,
)
BARE = Facts(phase=Phase.AUTH, happening=Happening.UNEXPECTED)
GAP = re.compile(r"[{}]|\bNone\b|  |\.\.|,,|“”|\( ?\)|[;:,.] ?[;:,.]|^[ .,;:]| [.,;:](?= |$)")
#: What a sentence may begin with that has no capital.
NAMES = ("mail.example.org", "anna@example.org", "iCloud", "[")
TOLD = ("summary", "cause", "steps", "after", "tell")


def wording(facts: Facts, fixer: Fixer, *, app: str = "", owner: str = "Anna") -> Wording:
    return Wording.of(
        facts,
        address="anna@example.org",
        owner=owner,
        effective=OFFICE if facts is RICH else None,
        help_contact="Eva" if facts is RICH else "",
        provider=DIAGNOSIS.providers.by_key(app),
        keeper=DIAGNOSIS.providers.by_key(app),
        app=DIAGNOSIS.tokens.app(app),
        field="imap_host",
        fixer=fixer,
        slow_down=False,
    )


def told(words: dict[str, object], filled: Wording) -> dict[str, list[str]]:
    return {
        key: list(filled.steps(tuple(value)))
        if isinstance(value, (list, tuple))
        else [filled.fill(str(value))]
        for key, value in words.items()
    }


STORIES = [
    *((code.name, code, dict(code.words)) for code in DIAGNOSIS.codes.by_name.values()),
    *(
        (f"{code.name} with app", code, dict(code.words_with_app))
        for code in DIAGNOSIS.codes.by_name.values()
        if code.words_with_app
    ),
    *(
        (f"{row.code} {row.rank}", DIAGNOSIS.codes.by_name[row.code], dict(row.words))
        for row in (*DIAGNOSIS.catalogue, *DIAGNOSIS.tokens.rows)
        if row.words
    ),
]


@pytest.mark.parametrize("app", ["", "gmail", "outlook"])
@pytest.mark.parametrize("facts", [RICH, BARE], ids=["rich", "bare"])
@pytest.mark.parametrize(("name", "code", "words"), STORIES, ids=[story[0] for story in STORIES])
def test_a_story_is_told_without_gaps(
    name: str, code: Code, words: dict[str, object], facts: Facts, app: str
):
    sentences = told(words, wording(facts, code.fix_by, app=app))

    assert sentences.keys() <= set(TOLD)
    for text in (text for texts in sentences.values() for text in texts):
        plain = re.sub(r"\]\(https://[^\s)]+\)|https://[^\s,)]+", "]", text)
        assert not GAP.search(plain), text
        assert text[-1] in ".?”", text
        assert text[0].isupper() or text.startswith(NAMES), text


@pytest.mark.parametrize(("name", "code", "words"), STORIES, ids=[story[0] for story in STORIES])
def test_what_stands_for_many_mailboxes_names_nobody(
    name: str, code: Code, words: dict[str, object]
):
    if code.scope is Scope.MAILBOX:
        return
    anna = told(words, wording(RICH, code.fix_by, app="outlook"))
    ben = told(words, wording(RICH, code.fix_by, app="outlook", owner="Ben"))

    for key in ("summary", "cause"):
        assert anna.get(key) == ben.get(key)
        assert "anna@" not in " ".join(anna.get(key, ()))


def finding_of(code: Code, fixer: Fixer) -> Finding:
    return Finding(
        code=code.name,
        phase=Phase.TOKEN,
        summary="",
        cause="",
        fix_by=fixer,
        steps=(),
        field=code.field,
        scope=code.scope,
        temporary=code.temporary,
        server_said=None,
    )


@pytest.mark.parametrize("reach", ["", "outlook", "mail.example.org"])
@pytest.mark.parametrize("fixer", Fixer)
@pytest.mark.parametrize("name", DIAGNOSIS.codes.by_name)
def test_every_code_has_a_task_and_half_a_sentence_for_everybody(
    name: str, fixer: Fixer, reach: str
):
    finding = finding_of(DIAGNOSIS.codes.by_name[name], fixer)

    for text in (DIAGNOSIS.task(finding, reach), DIAGNOSIS.short(finding, reach)):
        assert not GAP.search(text), text
        assert text[-1] not in ".?!"
        assert not text.startswith(("to ", "must ")), text


def test_mailboxes_that_share_a_cause_are_called_by_what_they_share():
    server = finding_of(DIAGNOSIS.codes.by_name["tcp.refused"], Fixer.MAIL_HOST)
    app = finding_of(DIAGNOSIS.codes.by_name["oauth.client_invalid"], Fixer.PROVIDER_ADMIN)
    machine = finding_of(DIAGNOSIS.codes.by_name["local.disk_full"], Fixer.ADMIN)

    assert DIAGNOSIS.reach_name(server, "mail.example.org") == "mail.example.org"
    assert DIAGNOSIS.task(server, "mail.example.org") == (
        "say why mail.example.org turns connections away"
    )
    assert DIAGNOSIS.reach_name(app, "gmail") == "Gmail"
    assert DIAGNOSIS.task(app, "gmail") == "put the app in Google Cloud right"
    assert DIAGNOSIS.reach_name(machine, "") == ""


def test_a_refused_certificate_is_described_where_it_is_known():
    context = Context(address="anna@example.org", owner_first_name="Anna", effective=OFFICE)
    shown = replace(RICH, happening=Happening.CERTIFICATE_WRONG_HOST, phase=Phase.TLS)

    finding = DIAGNOSIS.finding(shown, context)
    without = DIAGNOSIS.finding(replace(shown, certificate=None), context)

    assert "made for a.example.org, b.example.org" in finding.cause
    assert "from 2024-01-02 to 2025-01-02" in finding.cause
    assert without.cause.startswith("The server is reached")


def test_unknown_words_at_the_sign_in_are_tried_like_a_refused_password():
    context = Context(address="anna@example.org", owner_first_name="Anna", effective=OFFICE)
    refused = replace(RICH, happening=Happening.ANSWER_NO)

    at_sign_in = DIAGNOSIS.finding(refused, context)
    later = DIAGNOSIS.finding(replace(refused, phase=Phase.FETCH), context)

    assert at_sign_in.code == later.code == "unknown"
    assert any("three times at most" in step for step in at_sign_in.steps)
    assert any("every hour" in step for step in later.steps)
    assert any("mailboxadmin answers" in step for step in later.steps)


@pytest.mark.parametrize("row", DIAGNOSIS.catalogue, ids=lambda row: f"{row.code}-{row.rank}")
def test_a_story_of_a_row_replaces_only_words_there_are(row: Row | TokenRow):
    assert set(row.words) <= set(TOLD)
