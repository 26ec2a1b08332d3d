"""A process that dies after any commit or command: the next run ends as if it had not died."""

import random
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from mailboxadmin.domain.run import Outcome
from tests.services.crash_scenes import AT_EXCHANGE, SCENES, Scene
from tests.support.crashing import Ending, Point, Stop, Task, work
from tests.support.dovecot import Dovecot
from tests.support.dump import differences
from tests.support.office import Office

SEED = 20260302
#: `make test` tries so many points of each scene; `make soak` every one.
SAMPLE = 3


@dataclass(slots=True)
class Stage:
    """A scene that can be played again and again, each time with mail of its own."""

    dovecot: Dovecot
    scene: Scene
    instance: Path
    mail: Path
    takes: int = 0

    def task(self) -> Task:
        """The scene from its beginning, untouched."""
        self.takes += 1
        account = self.dovecot.user(password=self.scene.box.account.password)
        self.dovecot.put_back(account, self.mail)
        instance = self.instance.with_name(f"take-{self.takes}")
        shutil.copytree(self.instance, instance)
        with sqlite3.connect(instance / "mailboxadmin.db") as db:
            db.execute("UPDATE mailboxes SET username = ?", (account.name,))
        db.close()
        return Task(instance=instance, mailbox_id=self.scene.box.id, imported=self.scene.imported)


@pytest.fixture
def stage(
    request: pytest.FixtureRequest,
    open_office: Callable[..., Office],
    instance: Path,
    tmp_path: Path,
) -> Stage:
    office = open_office()
    there = "exchange_dovecot" if request.param in AT_EXCHANGE else "dovecot"
    server: Dovecot = request.getfixturevalue(there)
    scene = SCENES[request.param](office, server, tmp_path / "imported")
    office.deps.store.engine.dispose()
    mail = server.keep(scene.box.account, tmp_path / "mail")
    return Stage(server, scene, instance, mail)


def every_point(undisturbed: Ending) -> list[Stop]:
    return [
        Stop(point, number + 1) for point in Point for number in range(undisturbed.points[point])
    ]


def unlike(stage: Stage, stop: Stop, undisturbed: Ending) -> list[str]:
    """What is not the same after the process died there and another went on."""
    task = stage.task()
    died = work(task, stop)
    again = work(task)
    found = [] if died is None or again is None else [f"it did not die at {stop}"]
    assert again is not None
    if again.outcome is not Outcome.OK:
        found.append(f"it ended {again.outcome} after {stop}")
    found += [f"{stop.point} {stop.number}: {each}" for each in said(again, undisturbed)]
    shutil.rmtree(task.instance)
    return found


def said(ending: Ending, undisturbed: Ending) -> list[str]:
    return differences(comparable(ending), comparable(undisturbed))


def comparable(ending: Ending) -> dict[str, object]:
    """Each take has a mailbox of its own on the server, so that its name there differs."""
    rows = ending.dump["mailboxes"]
    return {
        **ending.dump,
        "mailboxes": [[pair for pair in row if pair[0] != "username"] for row in rows],
    }


@pytest.mark.parametrize("stage", SCENES, indirect=True)
def test_a_process_that_dies_anywhere_is_made_good_by_the_next(stage: Stage):
    undisturbed = work(stage.task())
    assert undisturbed is not None and undisturbed.outcome is Outcome.OK
    chosen = random.Random(SEED).sample(every_point(undisturbed), SAMPLE)

    assert [each for stop in chosen for each in unlike(stage, stop, undisturbed)] == []


@pytest.mark.soak
@pytest.mark.parametrize("stage", SCENES, indirect=True)
def test_after_every_single_commit_and_command(
    stage: Stage, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
):
    undisturbed = work(stage.task())
    assert undisturbed is not None and undisturbed.outcome is Outcome.OK
    found = [each for stop in every_point(undisturbed) for each in unlike(stage, stop, undisturbed)]
    with capsys.disabled():
        counts = ", ".join(f"{undisturbed.points[each]} {each}s" for each in Point)
        print(f"\n{request.node.callspec.id}: died after each of {counts}")

    assert found == []


@pytest.mark.parametrize("stage", ["first sync"], indirect=True)
def test_what_differs_is_found_and_named(stage: Stage):
    undisturbed = work(stage.task())
    assert undisturbed is not None
    folder, columns, *rest = undisturbed.dump["messages"][0]
    other = [(name, "'otherwise'" if name == "subject" else text) for name, text in columns]
    messages = [(folder, other, *rest), *undisturbed.dump["messages"][1:]]
    changed = replace(undisturbed, dump={**undisturbed.dump, "messages": messages})

    (line,) = said(changed, undisturbed)

    assert line.startswith("messages: subject is 'otherwise' and not")
