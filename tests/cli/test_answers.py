"""`mailboxadmin answers`."""

import tomllib

import pytest

from mailboxadmin.domain.errors import Facts, Happening
from mailboxadmin.domain.finding import Phase
from mailboxadmin.services.verdict.findings import finding_for
from tests.support.office import Office


@pytest.fixture
def moonstruck(office: Office) -> None:
    """Anna's server said something twice that nobody knows."""
    anna = office.person("anna@example.org").mailbox_id or 0
    facts = Facts(
        phase=Phase.AUTH,
        happening=Happening.ANSWER_NO,
        server_said="[MOONPHASE] Not now, anna@example.org",
        host="imap.gmail.com",
    )
    for _ in range(2):
        finding_for(office.deps, anna, facts)


def test_they_are_rows_that_want_only_their_code(run, moonstruck):
    done = run("answers")

    assert done.status == 0
    assert "2 times" in done.out
    assert tomllib.loads(done.out)["row"] == [
        {
            "response_code": "MOONPHASE",
            "text": "Not now, <address>",
            "provider": "gmail",
            "phase": "auth",
            "happening": "answer_no",
            "code": "…",
            "example": "NO [MOONPHASE] Not now, <address>",
        }
    ]


def test_programs_get_objects(run, moonstruck, office: Office):
    [answer] = run("answers", "--json").objects

    now = f"{office.clock.now():%Y-%m-%dT%H:%M:%SZ}"
    assert answer == {
        "phase": "auth",
        "happening": "answer_no",
        "response_code": "MOONPHASE",
        "provider": "gmail",
        "said": "Not now, <address>",
        "times": 2,
        "first_at": now,
        "last_at": now,
    }


def test_nothing_unknown_is_a_file_that_says_so(run):
    done, lines = run("answers"), run("answers", "--json")

    assert (done.status, tomllib.loads(done.out)) == (0, {})
    assert "every answer was known" in done.out
    assert (lines.status, lines.out) == (0, "")
