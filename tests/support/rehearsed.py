"""A rehearsal that stands where a test puts it, for tests of what its page shows."""

from dataclasses import dataclass

from mailboxadmin.demo.people import sample_people
from mailboxadmin.demo.scenes import scenes
from mailboxadmin.domain.rehearsal import Moment, Scene, Standing

AT_REST = Standing(moment=Moment.REST)
SCENES = scenes(next(person for person in sample_people() if person.rehearses))


def scene_of(code: str) -> Scene:
    return next(scene for scene in SCENES if scene.code == code)


@dataclass(slots=True, kw_only=True)
class StillRehearsal:
    """Nothing is played: `standing` is what the page is told."""

    mailbox_id: int
    standing: Standing = AT_REST
    scenes: tuple[Scene, ...] = SCENES

    def play(self, code: str, *, actor: str) -> None:
        self.standing = Standing(moment=Moment.BEGINS, scene=scene_of(code))

    def end(self, *, actor: str) -> None:
        self.standing = AT_REST
