"""The catalogue: what real servers said, word by word, and the rules its rows must keep."""

from dataclasses import replace

import pytest

from mailboxadmin.diagnosis import Context, Diagnosis
from mailboxadmin.diagnosis.catalogue import Row
from mailboxadmin.domain.errors import Facts, Happening
from mailboxadmin.domain.finding import Finding, Fixer, Phase

DIAGNOSIS = Diagnosis.load()
PLAIN_HOST = "mail.example.org"


def happening_of(row: Row, said: str) -> Happening:
    spoken = {"BAD": Happening.ANSWER_BAD, "BYE": Happening.ANSWER_BYE}
    first = said.removeprefix("* ").split(" ", 1)[0]
    guess = spoken.get(first, Happening.ANSWER_NO)
    return guess if guess in row.happenings else next(iter(row.happenings))


def host_of(row: Row) -> str:
    found = [DIAGNOSIS.providers.by_key(key) for key in sorted(row.providers)]
    return found[0].server.host if found and found[0] else PLAIN_HOST


def facts(
    said: str | None,
    *,
    phase: Phase = Phase.AUTH,
    happening: Happening = Happening.ANSWER_NO,
    host: str = PLAIN_HOST,
    greeting: str = "",
    response_code: str | None = None,
) -> Facts:
    return Facts(
        phase=phase,
        happening=happening,
        server_said=said,
        host=host,
        port=993,
        folder="Sent",
        greeting=greeting,
        response_code=response_code,
    )


def find(known: Facts, address: str = "anna@example.org") -> Finding:
    context = Context(address=address, owner_first_name="Anna", effective=None)
    return DIAGNOSIS.finding(known, context)


def usual_phase(row: Row) -> Phase:
    usual = DIAGNOSIS.codes.by_name[row.code].phase
    return min(row.phases) if row.phases else Phase.FETCH if usual == "any" else Phase(usual)


EXAMPLES = {
    f"{row.code} {sorted(row.providers)} {said}": (row, said)
    for row in DIAGNOSIS.catalogue
    for said in row.examples
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_a_real_server_said_leads_to_the_code_of_its_row(name: str):
    row, said = EXAMPLES[name]
    known = facts(
        said, phase=usual_phase(row), happening=happening_of(row, said), host=host_of(row)
    )

    finding = find(known)

    assert finding.code == row.code
    assert finding.server_said == said


@pytest.mark.parametrize("name", [name for name in EXAMPLES if EXAMPLES[name][0].providers])
def test_what_a_known_provider_said_leads_to_its_own_page(name: str):
    row, said = EXAMPLES[name]
    known = facts(
        said, phase=usual_phase(row), happening=happening_of(row, said), host=host_of(row)
    )

    finding = find(known)

    if finding.code in {"server.closed", "server.throttled"}:
        # It passes by itself within minutes, and no page says more.
        return
    assert "](https://" in " ".join((finding.cause, *finding.steps))


@pytest.mark.parametrize("row", DIAGNOSIS.catalogue, ids=lambda row: f"{row.code}-{row.rank}")
def test_a_row_gives_a_known_code_for_known_providers_and_has_an_example(row: Row):
    keys = {provider.key for provider in DIAGNOSIS.providers.all}

    assert row.code in DIAGNOSIS.codes.by_name
    assert row.providers <= keys
    assert row.examples
    assert row.text or row.response_codes or len(row.happenings) == 1


@pytest.mark.parametrize("response_code", ["UNAVAILABLE", "LIMIT", "INUSE", "SERVERBUG"])
@pytest.mark.parametrize("host", [PLAIN_HOST, "imap.gmail.com", "imap.mail.yahoo.com"])
@pytest.mark.parametrize("words", ["Invalid credentials", "Authentication failed.", "Not now"])
def test_a_code_for_now_is_temporary_even_as_the_answer_to_a_sign_in(
    response_code: str, host: str, words: str
):
    finding = find(facts(f"[{response_code}] {words}", response_code=response_code, host=host))

    assert finding.temporary
    assert not finding.refused_credentials


@pytest.mark.parametrize("host", [PLAIN_HOST, "imap.gmail.com", "imap.gmx.net"])
def test_refused_credentials_need_a_person_whatever_the_words(host: str):
    known = facts("Temporary System Error", response_code="AUTHENTICATIONFAILED", host=host)

    finding = find(known)

    assert finding.code == "auth.bad_credentials"
    assert not finding.temporary
    assert finding.fix_by is Fixer.OWNER


@pytest.mark.parametrize("phase", [Phase.AUTH, Phase.FOLDERS, Phase.FETCH, Phase.PUSH])
def test_words_that_nobody_knows_are_quoted_and_not_guessed_at(phase: Phase):
    said = "NO The computer says {no}."

    finding = find(facts(said, phase=phase))

    assert finding.code == "unknown"
    assert finding.server_said == said
    # Whoever shows a finding shows the words with it: once is enough.
    assert said not in finding.cause and "gave no reason" not in finding.cause


def test_an_answer_without_words_and_without_a_reason_is_said_to_have_none():
    finding = find(facts(None))

    assert finding.code == "unknown"
    assert finding.cause.startswith("The server gave no reason.")


def test_exchange_is_named_only_where_it_is_recognised():
    said = "BAD Request is throttled. Suggested Backoff Time: 89117 milliseconds"
    somebody, microsoft = find(facts(said)), find(facts(said, host="outlook.office365.com"))

    assert somebody.code == microsoft.code == "server.throttled"
    assert "Exchange" not in somebody.cause and "Exchange Online" in microsoft.cause
    assert any("Anna knows which other programs" in step for step in somebody.steps)


def test_a_command_refused_as_bad_without_known_words_is_a_protocol_error():
    finding = find(facts("BAD Eh?", phase=Phase.FETCH, happening=Happening.ANSWER_BAD))

    assert finding.code == "server.protocol_error"
    assert "BAD Eh?" in finding.cause


@pytest.mark.parametrize("phase", [Phase.GREETING, Phase.AUTH])
@pytest.mark.parametrize("said", ["Autologout; idle for too long", "[UNAVAILABLE] Busy", "Go away"])
def test_a_bye_before_sign_in_is_always_a_refused_greeting_with_its_text(phase: Phase, said: str):
    finding = find(facts(said, phase=phase, happening=Happening.ANSWER_BYE))

    assert finding.code == "greeting.refused"
    assert said in finding.cause


def test_a_bye_after_sign_in_is_a_connection_that_ended():
    finding = find(facts("BYE Bye now", phase=Phase.FETCH, happening=Happening.ANSWER_BYE))

    assert finding.code == "server.closed"


EXCHANGE_ONLINE = (
    "* OK The Microsoft Exchange IMAP4 service is ready. "
    "[TABPADQAUABSADAAMwBDAEEAMAAwADEAMAAuAGUAdQByAA==]"
)


@pytest.mark.parametrize(
    ("host", "address", "greeting"),
    [
        ("outlook.office365.com", "anna@example.org", ""),
        (PLAIN_HOST, "anna@hotmail.co.uk", ""),
        (PLAIN_HOST, "anna@example.org", EXCHANGE_ONLINE),
    ],
)
def test_exchange_online_is_recognised_by_host_by_address_and_by_greeting(
    host: str, address: str, greeting: str
):
    finding = find(facts("NO LOGIN failed.", host=host, greeting=greeting), address)

    assert finding.code == "auth.password_login_disabled"


def test_a_relay_to_google_is_recognised_by_what_it_can_do():
    said = "[AUTHENTICATIONFAILED] Invalid credentials (Failure)"
    relayed = replace(facts(said), capabilities=frozenset({"IMAP4REV1", "X-GM-EXT-1"}))
    context = Context(address="anna@example.org", owner_first_name="Anna", effective=None)

    finding = find(relayed)

    assert "Google" in finding.summary
    assert DIAGNOSIS.provider_key(relayed, context) == "gmail"
    assert DIAGNOSIS.provider_key(facts(said), context) == ""


@pytest.mark.parametrize(
    ("said", "happening", "known"),
    [
        ("NO The computer says no", Happening.ANSWER_NO, False),
        ("BAD Eh?", Happening.ANSWER_BAD, False),
        ("BYE So long", Happening.ANSWER_BYE, False),
        ("[AUTHENTICATIONFAILED] The computer says no", Happening.ANSWER_NO, True),
        ("NO Mailbox doesn't exist: Sent", Happening.ANSWER_NO, True),
        (None, Happening.TIMEOUT, True),
        (None, Happening.ANSWER_NO, True),
        ("220 smtp.example.org", Happening.GREETING_NOT_IMAP, True),
    ],
)
def test_words_in_no_file_are_worth_adding(said: str | None, happening: Happening, known: bool):
    heard = facts(said, phase=Phase.FETCH, happening=happening)
    context = Context(address="anna@example.org", owner_first_name="Anna", effective=None)

    assert DIAGNOSIS.knows(heard, context) is known


@pytest.mark.parametrize("greeting", ["", "* OK The Microsoft Exchange IMAP4 service is ready."])
def test_the_same_words_from_another_server_mean_the_plain_thing(greeting: str):
    finding = find(facts("NO LOGIN failed.", greeting=greeting))

    assert finding.code == "auth.bad_credentials"


@pytest.mark.parametrize(
    ("said", "host", "causes"),
    [
        ("NO authentication failed", "imap.gmx.net", ("password", "IMAP is switched off")),
        (
            "[AUTHENTICATIONFAILED] LOGIN Invalid credentials or IMAP is disabled",
            "imap.yandex.com",
            ("password", "IMAP is switched off"),
        ),
        ("[AUTHENTICATIONFAILED] Authentication failed.", PLAIN_HOST, ("password", "banned")),
        (
            "[AUTHENTICATIONFAILED] Invalid credentials (Failure)",
            "imap.gmail.com",
            ("app password", "organisation forbids"),
        ),
        ("NO LOGIN failed.", "outlook.office365.com", ("no passwords", "wrong password")),
        ("Lookup failed", "imap.gmail.com", ("service is switched off", "username is not")),
    ],
)
def test_words_with_two_causes_name_both(said: str, host: str, causes: tuple[str, str]):
    finding = find(facts(said, host=host))

    assert all(cause in finding.cause for cause in causes)
    assert " or " in finding.cause or " also " in finding.cause


def test_a_variant_of_a_provider_is_told_the_same_with_its_own_steps():
    said = "[AUTHENTICATIONFAILED] Invalid credentials(Failure)"

    finding = find(facts(said, host="imappro.zoho.eu"))

    assert "Zoho" in finding.summary
    assert any("accounts.zoho.eu" in step for step in finding.steps)


def test_an_app_password_is_asked_for_with_the_providers_own_page():
    said = "[ALERT] Application-specific password required: https://support.google.com/x (Failure)"

    finding = find(facts(said, host="imap.gmail.com"))

    assert finding.code == "auth.app_password_required"
    assert any("(https://myaccount.google.com/apppasswords)" in step for step in finding.steps)
