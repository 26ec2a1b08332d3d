"""Every happening leads to a finding whose sentences have no gaps and say what to do."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mailboxadmin.diagnosis import Context, Diagnosis
from mailboxadmin.diagnosis.codes import WORDS
from mailboxadmin.domain.certificate import Certificate
from mailboxadmin.domain.effective import effective
from mailboxadmin.domain.errors import Facts, Happening
from mailboxadmin.domain.finding import Finding, Fixer, Phase
from mailboxadmin.domain.retry import Attempts, next_attempt

DIAGNOSIS = Diagnosis.load()
OFFICE = effective({}, {"imap_host": "mail.example.org"})
RICH = Context(
    address="anna@example.org",
    owner_first_name="Anna",
    effective=OFFICE,
    help_contact="Eva, room 3",
)
BARE = Context(address="anna@example.org", owner_first_name="", effective=None)


def texts(finding: Finding) -> list[str]:
    return [finding.summary, finding.cause, *finding.steps]


@pytest.mark.parametrize("context", [RICH, BARE], ids=["rich", "bare"])
@pytest.mark.parametrize("phase", Phase)
@pytest.mark.parametrize("happening", Happening)
def test_whatever_happens_wherever_there_is_a_finding_without_gaps(
    happening: Happening, phase: Phase, context: Context
):
    finding = DIAGNOSIS.finding(Facts(phase=phase, happening=happening), context)

    code = DIAGNOSIS.codes.by_name[finding.code]
    assert finding.phase is phase
    assert finding.temporary is code.temporary
    assert finding.field == code.field
    for text in texts(finding):
        assert text.strip() == text != ""
        assert not re.search(r"[{}]|None|  ", text)


@pytest.mark.parametrize(
    "happening", [each for each in Happening if each is not Happening.UNEXPECTED]
)
def test_only_unknown_words_are_unknown(happening: Happening):
    finding = DIAGNOSIS.finding(Facts(phase=Phase.FETCH, happening=happening), RICH)

    wordless = (Happening.ANSWER_NO, Happening.TOKEN_REFUSED)
    assert (finding.code == "unknown") == (happening in wordless)


@pytest.mark.parametrize("name", DIAGNOSIS.codes.by_name)
def test_every_code_has_all_its_words(name: str):
    code = DIAGNOSIS.codes.by_name[name]

    assert set(code.words) | {"after"} == set(WORDS)
    assert code.when and not code.when.endswith(".")
    for word in code.words.keys() - {"steps"}:
        assert code.words[word][-1] in ".?"
    for text in (code.words["summary"], code.words["cause"], *code.words["steps"]):
        assert not re.search(r"please|oops|successfully|!", text, re.IGNORECASE)


@pytest.mark.parametrize("happening", Happening)
def test_a_finding_says_whom_to_call_and_what_to_tell_them(happening: Happening):
    finding = DIAGNOSIS.finding(Facts(phase=Phase.FETCH, happening=happening), RICH)

    calls = [step for step in finding.steps if re.search(r"\b[Cc]all .+ and say: ", step)]

    assert len(calls) == 1
    assert re.search(r"say: “[^“”]+[.?]”$", calls[0])


@pytest.mark.parametrize("happening", Happening)
@pytest.mark.parametrize("phase", Phase)
def test_no_admin_is_sent_to_an_admin(happening: Happening, phase: Phase):
    finding = DIAGNOSIS.finding(Facts(phase=phase, happening=happening), RICH)

    to_eva = [step for step in finding.steps if "call Eva, room 3" in step]

    assert all("you are not an admin here, call" in step for step in to_eva)


@pytest.mark.parametrize(
    ("host", "happening", "address", "called"),
    [
        (
            "mail.example.org",
            Happening.ANSWER_NO,
            "anna@gmail.com",
            "whoever runs mail.example.org",
        ),
        ("imap.gmail.com", Happening.ANSWER_NO, "anna@example.org", "Google’s help"),
        ("imap.exmple.org", Happening.NAME_UNKNOWN, "anna@example.org", "whoever runs the mail of"),
        ("imap.gmial.com", Happening.NAME_UNKNOWN, "anna@gmail.com", "Google’s help"),
    ],
)
def test_the_question_goes_to_who_can_answer_it(
    host: str, happening: Happening, address: str, called: str
):
    own = effective({"imap_host": host}, {})
    context = Context(address=address, owner_first_name="Anna", effective=own, help_contact="Eva")
    said = "[AUTHENTICATIONFAILED] No"
    facts = Facts(phase=Phase.AUTH, happening=happening, host=host, server_said=said)

    finding = DIAGNOSIS.finding(facts, context)

    assert finding.fix_by == "owner"
    assert f"If that does not help, call {called}" in finding.steps[-1]


def test_where_a_known_authority_signed_the_new_certificate_the_old_one_goes_first():
    shown = Certificate(
        fingerprint="ab" * 32,
        issuer="Example Authority",
        self_signed=False,
        names=("mail.example.org",),
        starts_at=datetime(2026, 1, 1, tzinfo=UTC),
        ends_at=datetime(2027, 1, 1, tzinfo=UTC),
        vouched=True,
    )
    changed = Facts(
        phase=Phase.TLS, happening=Happening.CERTIFICATE_CHANGED, certificate=shown, host="nas"
    )

    known = DIAGNOSIS.finding(changed, RICH)
    own = DIAGNOSIS.finding(replace(changed, certificate=replace(shown, vouched=False)), RICH)

    assert known.code == own.code == "tls.untrusted_certificate"
    assert known.fix_by is own.fix_by is Fixer.ADMIN
    assert known.steps[0].startswith("Stop trusting the old one")
    assert own.steps[0].startswith("Ask whoever runs nas")
    assert not re.search("vouch|pinned", " ".join([*texts(known), *texts(own)]))


@pytest.mark.parametrize("happening", Happening)
def test_a_finding_says_what_becomes_of_the_mail(happening: Happening):
    finding = DIAGNOSIS.finding(Facts(phase=Phase.FETCH, happening=happening), RICH)

    said = " ".join(finding.steps)

    assert re.search(r"Nothing was lost|No mail was lost", said)
    if finding.temporary:
        assert "by itself" in said or "at its next turn" in said


def test_a_time_that_the_server_named_is_repeated():
    facts = Facts(
        phase=Phase.FETCH,
        happening=Happening.ANSWER_BAD,
        server_said="BAD Request is throttled. Suggested Backoff Time: 299961 milliseconds",
        server_wait=timedelta(milliseconds=299961),
    )

    finding = DIAGNOSIS.finding(facts, RICH)

    assert finding.code == "server.throttled"
    assert any("in 5 minutes, the time the server named" in step for step in finding.steps)


@pytest.mark.parametrize(
    ("response_code", "named", "said"),
    [
        ("", timedelta(milliseconds=89117), "in 5 minutes, longer than the server named."),
        ("UNAVAILABLE", timedelta(milliseconds=89117), "in 2 minutes, the time the server named."),
        ("UNAVAILABLE", timedelta(0), "in 1 minute, longer than the server named."),
    ],
)
def test_the_time_that_is_told_is_the_time_that_is_waited(
    response_code: str, named: timedelta, said: str
):
    facts = Facts(
        phase=Phase.FETCH,
        happening=Happening.ANSWER_NO,
        response_code=response_code or None,
        server_said="NO Request is throttled.",
        server_wait=named,
    )
    now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    finding = DIAGNOSIS.finding(facts, RICH)
    at = next_attempt(finding, Attempts(failures=1, refusals=0), now, chance=0, server_wait=named)

    assert any(step.endswith(said) for step in finding.steps), finding.steps
    assert at is not None
    minutes = re.search(r"in (\d+) minute", said)
    assert minutes and -(-(at - now) // timedelta(minutes=1)) == int(minutes[1])


def test_a_missing_folder_is_named():
    facts = Facts(phase=Phase.FOLDERS, happening=Happening.FOLDER_MISSING, folder="Entwürfe")

    finding = DIAGNOSIS.finding(facts, RICH)

    assert "“Entwürfe”" in finding.summary


def test_a_mailbox_that_no_source_knows_a_server_for_is_not_called_mistyped():
    nowhere = Context(address="a@example.org", owner_first_name="A", effective=effective({}, {}))

    finding = DIAGNOSIS.finding(Facts(phase=Phase.DNS, happening=Happening.NO_SERVER), nowhere)

    assert finding.code == "dns.host_not_found"
    assert finding.field == "imap_host"
    assert finding.summary == "No mail server is known for this mailbox."
    assert "mistyped" not in finding.cause


def test_a_fault_of_our_own_is_quoted():
    facts = Facts(phase=Phase.FETCH, happening=Happening.UNEXPECTED, detail="KeyError: 'a{b'")

    finding = DIAGNOSIS.finding(facts, RICH)

    assert finding.code == "unknown"
    assert "KeyError: 'a{b'" in finding.cause


def test_a_server_hides_no_address_behind_words_of_its_own():
    said = "[UNAVAILABLE] Sign in at [your provider](https://evil.example)"
    shown = Certificate(
        fingerprint="ab" * 32,
        issuer="[Trust it here](https://evil.example)",
        self_signed=False,
        names=("[a](https://evil.example)",),
        starts_at=datetime(2026, 1, 1, tzinfo=UTC),
        ends_at=datetime(2027, 1, 1, tzinfo=UTC),
    )
    busy = Facts(phase=Phase.FETCH, happening=Happening.ANSWER_NO, server_said=said)
    untrusted = Facts(phase=Phase.TLS, happening=Happening.CERTIFICATE_UNTRUSTED, certificate=shown)

    for facts in (busy, untrusted):
        finding = DIAGNOSIS.finding(facts, RICH)
        assert "](https://evil" not in " ".join(texts(finding))
        assert "(https://evil" in finding.cause


@pytest.mark.parametrize(
    ("happening", "phase", "code"),
    [
        (Happening.TIMEOUT, Phase.TCP, "tcp.timeout"),
        (Happening.TIMEOUT, Phase.GREETING, "greeting.timeout"),
        (Happening.TIMEOUT, Phase.AUTH, "server.timeout"),
        (Happening.CLOSED, Phase.TLS, "tls.handshake_failed"),
        (Happening.CLOSED, Phase.GREETING, "greeting.refused"),
        (Happening.CLOSED, Phase.FETCH, "server.closed"),
        (Happening.NOT_UNDERSTOOD, Phase.GREETING, "greeting.not_imap"),
        (Happening.NOT_UNDERSTOOD, Phase.FETCH, "server.protocol_error"),
        (Happening.ANSWER_NO, Phase.TLS, "tls.starttls_missing"),
    ],
)
def test_how_far_it_got_decides_what_it_means(happening: Happening, phase: Phase, code: str):
    assert DIAGNOSIS.finding(Facts(phase=phase, happening=happening), RICH).code == code
