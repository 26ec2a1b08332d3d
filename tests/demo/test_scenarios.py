"""The scenarios as values: one for each finding of a mailbox, in words that were really said."""

from collections.abc import Iterator

from mailboxadmin.demo.people import sample_people
from mailboxadmin.demo.plays import Answers, RefusesOne
from mailboxadmin.demo.scenarios import SCENARIOS
from mailboxadmin.demo.scenes import scenes
from mailboxadmin.diagnosis import Diagnosis
from mailboxadmin.diagnosis.catalogue import read_words
from tests.diagnosis.promised import load

ROSA = next(person for person in sample_people() if person.rehearses)
CODES = set(Diagnosis.load().codes.by_name)


def refusals() -> Iterator[tuple[str, str]]:
    """The code and the words of every answer that a server of a scenario gives."""
    for code, scenario in SCENARIOS.items():
        if isinstance(scenario.play, RefusesOne):
            yield code, read_words(scenario.play.said)
        for deed in scenario.play.does if isinstance(scenario.play, Answers) else ():
            if isinstance(deed, str) and deed.startswith(("{tag} NO ", "{tag} BAD ")):
                yield code, read_words(deed.removeprefix("{tag} "))


def test_every_finding_of_a_mailbox_can_be_played():
    promised = {row["code"] for row in load("finding_codes.csv")}
    of_telling = {code for code in CODES if code.startswith("notify.")}

    assert set(SCENARIOS) == CODES - of_telling
    assert promised <= set(SCENARIOS)


def test_every_finding_is_listed_and_what_cannot_be_played_says_why():
    listed = scenes(ROSA)

    assert {scene.code for scene in listed} == CODES
    assert {scene.code for scene in listed if scene.playable} == set(SCENARIOS)
    assert {scene.code for scene in listed if "Nobody has" in scene.story} == set()
    assert all(scene.story.endswith(".") for scene in listed)
    assert [scene.summary for scene in listed if "{" in scene.summary] == []


def test_the_list_goes_the_way_to_the_mail():
    phases = [scene.phase for scene in scenes(ROSA)]

    assert list(dict.fromkeys(phases)) == [
        "dns", "tcp", "tls", "greeting", "token", "auth", "folders", "fetch", "local", "any",
    ]  # fmt: skip
    assert phases == sorted(phases, key=list(dict.fromkeys(phases)).index)


def test_what_a_server_says_was_said_by_a_real_one():
    real = {read_words(example) for row in Diagnosis.load().catalogue for example in row.examples}

    said = dict(refusals())

    assert len(said) >= 15
    # For that finding nobody may know the words.
    assert {code for code, words in said.items() if words not in real} == {"unknown"}
