"""An answer that nobody knew, exported, completed and pasted, is known."""

import re
import tomllib
from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import files

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mailboxadmin.diagnosis import Context, Diagnosis
from mailboxadmin.diagnosis.catalogue import read_answer, read_catalogue
from mailboxadmin.diagnosis.pasting import TO_FILL_IN, row_to_paste, rows_to_paste
from mailboxadmin.diagnosis.tokens import read_tokens
from mailboxadmin.domain.cover import Private, covered, has_words
from mailboxadmin.domain.errors import Facts, Happening
from mailboxadmin.domain.finding import Phase
from mailboxadmin.domain.token import TokenAnswer
from mailboxadmin.domain.unknown import UnknownAnswer

DIAGNOSIS = Diagnosis.load()
CONTEXT = Context(address="anna@example.org", owner_first_name="Anna", effective=None)
PRIVATE = Private(logins=["anna"], hosts=["mail.example.org", "example.org"])
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CODES = {
    Happening.ANSWER_NO: "auth.contact_provider",
    Happening.TOKEN_REFUSED: "oauth.mfa_required",
}


def refused(said: str, **changes: object) -> Facts:
    known: dict[str, object] = {
        "phase": Phase.AUTH,
        "happening": Happening.ANSWER_NO,
        "server_said": said,
        "host": "mail.example.org",
    }
    return Facts(**known | changes)  # type: ignore[arg-type]


def token_refused(description: str, error: str = "invalid_grant", app: str = "outlook") -> Facts:
    answer = TokenAnswer(app=app, status=400, error=error, description=description)
    return Facts(phase=Phase.TOKEN, happening=Happening.TOKEN_REFUSED, token=answer)


def unknown(facts: Facts, *, times: int = 1) -> UnknownAnswer:
    code, said = read_answer(facts)
    if facts.token is not None:
        code, said = facts.token.error, facts.token.description
    return UnknownAnswer(
        phase=facts.phase,
        happening=facts.happening,
        response_code=code or "",
        provider=DIAGNOSIS.provider_key(facts, CONTEXT),
        said=covered(said, PRIVATE),
        first_at=AT,
        last_at=AT,
        times=times,
    )


def taught(facts: Facts) -> Diagnosis:
    """The diagnosis after the row of these facts was completed and pasted into its file."""
    row = row_to_paste(unknown(facts))
    file = re.match(r"# (\w+\.toml)", row)
    assert file is not None
    text = (files("mailboxadmin.diagnosis") / file[1]).read_text(encoding="utf-8")
    code = CODES.get(facts.happening, "server.protocol_error")
    # Not in the words themselves, which may end like this: `text = "A\"…"`.
    text += "\n" + row.replace(f'\ncode = "{TO_FILL_IN}"\n', f'\ncode = "{code}"\n')
    if file[1] == "tokens.toml":
        return replace(DIAGNOSIS, tokens=read_tokens(text))
    return replace(DIAGNOSIS, catalogue=read_catalogue(text))


@pytest.mark.parametrize(
    "facts",
    [
        refused("The moon is in the wrong phase for anna@example.org"),
        refused("[MOONPHASE] Come back later"),
        refused("[MOONPHASE]"),
        refused("Wait for it", response_code="MOONPHASE"),
        refused('Nothing for "anna" / nothing at <mail.example.org> … today'),
        refused("[MOONPHASE] [TIDE] NO water at all"),
        refused("NO NO, not like this"),
        refused('A "quoted" word, a \\ and a tab\tin between'),
        refused("The moon is in the wrong phase", host="imap.gmail.com"),
        refused("The moon has set", happening=Happening.ANSWER_BYE, phase=Phase.FETCH),
        refused("Moonstruck syntax", happening=Happening.ANSWER_BAD, phase=Phase.FOLDERS),
        refused("moon " * 400),
        token_refused("The moon is in the wrong phase.\r\nTrace ID: 550e8400-e29b-41d4 of it"),
        token_refused("AADSTS9999999: The moon is in the wrong phase. Trace ID: 550e8400-e29b"),
        token_refused("", error="moon_required"),
        token_refused("Moon needed", app="gmail"),
    ],
    ids=str,
)
def test_a_pasted_row_makes_the_same_facts_known(facts: Facts):
    assert not DIAGNOSIS.knows(facts, CONTEXT)

    after = taught(facts)

    assert after.knows(facts, CONTEXT)
    assert after.finding(facts, CONTEXT).code == CODES.get(facts.happening, "server.protocol_error")


def test_the_example_of_a_row_leads_to_its_code_too():
    facts = refused("[MOONPHASE] Not now, anna@example.org")
    after = taught(facts)
    [row] = [row for row in after.catalogue if "MOONPHASE" in row.response_codes]

    found = [after.finding(refused(example), CONTEXT).code for example in row.examples]

    assert found == [row.code]


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None)
@example('A"\U00018d09')
def test_whatever_is_said_its_row_is_toml_that_knows_it(said: str):
    # Lone surrogates never come from a decoder, and control characters are blanks by then.
    facts = refused(re.sub(r"[\x00-\x1f\x7f\ud800-\udfff]+", " ", said))
    answer = unknown(facts)
    if DIAGNOSIS.knows(facts, CONTEXT) or not (answer.response_code or has_words(answer.said)):
        return

    assert taught(facts).knows(facts, CONTEXT)


def test_another_mailbox_with_the_same_trouble_is_known_too():
    anna = refused("Account anna@example.org is moonstruck (192.0.2.7, id 7f3a20260302)")
    ben = refused("Account ben@other.example is moonstruck (198.51.100.1, id 99ab20260303)")

    assert taught(anna).knows(ben, CONTEXT)


def test_the_file_says_how_often_each_came_and_what_to_do_with_it():
    file = rows_to_paste(
        [
            replace(unknown(refused("Moonstruck"), times=3), last_at=AT.replace(day=4)),
            unknown(token_refused("Moonstruck")),
        ]
    )

    rows = tomllib.loads(file)["row"]
    assert [row["code"] for row in rows] == [TO_FILL_IN, TO_FILL_IN]
    assert "# catalogue.toml: 3 times, from 2026-03-02 to 2026-03-04" in file
    assert "# tokens.toml: once, on 2026-03-02" in file
    assert "codes.toml" in file and "pull request" in file


def test_a_file_without_rows_says_that_there_is_nothing():
    file = rows_to_paste([])

    assert tomllib.loads(file) == {}
    assert "every answer was known" in file
