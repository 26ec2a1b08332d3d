"""The ladder, with the rungs that were not reached."""

import pytest

from mailboxadmin.domain.finding import Phase
from mailboxadmin.domain.mailbox import Step
from mailboxadmin.web.rungs import rungs


def climbed(*phases: str, fell: bool = False) -> tuple[Step, ...]:
    last = len(phases) - 1
    return tuple(
        Step(phase=Phase(phase), ok=not (fell and number == last), ms=3, detail="")
        for number, phase in enumerate(phases)
    )


@pytest.mark.parametrize(
    ("encryption", "steps", "labels"),
    [
        ("ssl", ("dns",), "Name Connection Encryption Greeting Sign-in Folders"),
        ("starttls", ("dns",), "Name Connection Greeting Encryption Sign-in Folders"),
        ("none", ("dns",), "Name Connection Greeting Sign-in Folders"),
        ("ssl", ("dns", "tcp", "greeting"), "Name Connection Greeting Sign-in Folders"),
    ],
)
def test_every_rung_is_there_in_the_order_of_the_way(encryption: str, steps, labels: str):
    ladder = rungs(climbed(*steps, fell=True), encryption)

    assert " ".join(rung.label for rung in ladder) == labels


def test_the_red_rung_ends_the_climb():
    ladder = rungs(climbed("dns", "tcp", fell=True))

    assert [rung.kind for rung in ladder] == ["ok", "bad", "not", "not", "not", "not"]
    assert ladder[-1].text == "not reached"


@pytest.mark.parametrize(
    ("steps", "labels"),
    [
        ("dns tcp tls greeting auth folders fetch", "Sign-in Folders Mail"),
        ("dns tcp tls greeting auth folders local", "Sign-in Folders On_this_server"),
        ("dns tcp tls greeting auth folders push", "Sign-in Folders Read_status"),
        # It failed before any folder was pulled, and those were read afterwards.
        ("dns tcp tls greeting auth push", "Greeting Sign-in Read_status"),
    ],
)
def test_a_sync_that_failed_after_the_folders_says_where(steps: str, labels: str):
    ladder = rungs(climbed(*steps.split(), fell=True))

    assert [rung.label.replace(" ", "_") for rung in ladder][-3:] == labels.split()
    assert [rung.kind for rung in ladder] == ["ok"] * (len(ladder) - 1) + ["bad"]


def test_what_is_missing_here_comes_before_the_whole_way():
    ladder = rungs(climbed("local", fell=True))

    assert [rung.kind for rung in ladder] == ["bad"] + ["not"] * 6
    assert ladder[0].label == "On this server"


def test_while_it_is_climbed_the_next_rung_is_tried():
    ladder = rungs(climbed("dns", "tcp"), live=True)

    assert [rung.kind for rung in ladder] == ["ok", "ok", "now", "not", "not", "not"]


def test_a_greeting_loses_its_list_of_capabilities_and_a_refusal_keeps_all_its_words():
    greeting = Step(phase=Phase.GREETING, ok=True, ms=3, detail="OK [CAPABILITY X] ready")
    refusal = Step(phase=Phase.AUTH, ok=False, ms=3, detail="NO [ALERT] no")

    assert [rung.text for rung in rungs((greeting, refusal))[:2]] == [
        "ready · 3 ms",
        "NO [ALERT] no · 3 ms",
    ]


def test_a_fingerprint_is_shown_by_its_beginning_and_a_long_wait_in_seconds():
    detail = "fingerprint " + "ab" * 32
    steps = (
        Step(phase=Phase.TLS, ok=False, ms=3, detail=detail),
        Step(phase=Phase.GREETING, ok=False, ms=61_119, detail="no answer in time"),
    )

    assert [rung.text for rung in rungs(steps)[:2]] == [
        "fingerprint AB:AB:AB:AB:AB:AB:AB:AB… · 3 ms",
        "no answer in time · 61 s",
    ]
