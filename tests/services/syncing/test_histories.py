"""Random histories of a mailbox, at a server with CONDSTORE and at one without, and a model."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.support.cut_line import CutLine
from tests.support.dovecot import Dovecot
from tests.support.mail_world import FOLDERS, INBOX, OTHER, World
from tests.support.office import Office

#: What happens, and with what; `World` has the words.
Step = tuple[str, dict[str, Any]]

FLAGS = ("\\Seen", "\\Seen", "\\Flagged", "$Forwarded")
PICK = st.lists(st.integers(0, 30), min_size=1, max_size=4)
FOLDER = st.sampled_from(FOLDERS)


def step(name: str, **arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[Step]:
    return st.tuples(st.just(name), st.fixed_dictionaries(arguments))


DELIVER = step(
    "deliver", folder=FOLDER, flags=st.lists(st.sampled_from(FLAGS), max_size=2, unique=True)
)
FLAG = step("flag", folder=FOLDER, pick=PICK, flag=st.sampled_from(FLAGS), on=st.booleans())
CLICK = step("click", pick=PICK, seen=st.booleans())
SYNC = step("sync")
STEPS = st.one_of(
    DELIVER,
    DELIVER,
    FLAG,
    FLAG,
    CLICK,
    CLICK,
    SYNC,
    SYNC,
    step("move", folder=FOLDER, pick=PICK, to=st.sampled_from([None, INBOX, OTHER])),
    step("move", folder=FOLDER, pick=PICK, to=st.sampled_from([None, INBOX, OTHER])),
    step("switch", on=st.booleans()),
    step("sync_cut", size=st.integers(100, 6_000)),
    step("recreate"),
    step("renumber", folder=FOLDER),
)
#: Mail first, so that something can happen to it.
HISTORIES = st.tuples(
    st.lists(DELIVER, min_size=3, max_size=6), st.lists(STEPS, min_size=4, max_size=14)
).map(lambda both: [*both[0], *both[1]])


@pytest.fixture
def play(
    office: Office, dovecot: Dovecot, exchange_dovecot: Dovecot
) -> Iterator[Callable[[list[Step]], None]]:
    """Have a history happen at both servers."""
    with CutLine(dovecot.port) as line, CutLine(exchange_dovecot.port) as plain_line:

        def play_(history: list[Step]) -> None:
            ends = []
            for server, at in ((dovecot, line), (exchange_dovecot, plain_line)):
                world = World.begin(office, server, at)
                for name, arguments in history:
                    getattr(world, name)(**arguments)
                ends.append(sorted(world.end()))
            # A cut comes after so many bytes, which is not the same moment at both.
            if all(name != "sync_cut" for name, _ in history):
                assert ends[0] == ends[1]

        yield play_


def histories(count: int) -> settings:
    return settings(
        max_examples=count,
        derandomize=True,
        deadline=None,
        database=None,
        # Whoever mends it has the history; to find a shorter one takes longer than that.
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


@histories(12)
@given(history=HISTORIES)
def test_a_mailbox_is_as_the_model_says_whatever_happened(
    play: Callable[[list[Step]], None], history: list[Step]
):
    play(history)


@pytest.mark.soak
@histories(500)
@given(history=HISTORIES)
def test_five_hundred_histories(play: Callable[[list[Step]], None], history: list[Step]):
    play(history)
