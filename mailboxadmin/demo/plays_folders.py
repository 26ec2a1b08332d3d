"""Faults of a folder that the sample office's mail server really has."""

from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final

from mailboxadmin.demo.stage import Stage
from mailboxadmin.services.deps import Deps

#: The folder that it happens to, and how much mail is in it.
FOLDER: Final = "Projects"
_LETTERS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderGoes:
    """A folder that was synced is deleted on the server."""

    #: It is made anew there, as when a mail host puts a backup in its place.
    comes_back: bool

    def begin(self, stage: Stage, held: ExitStack) -> Deps:
        """See `Play`."""
        stage.letters_arrive(_LETTERS, FOLDER)
        held.callback(_away, stage)
        stage.synced_folders(FOLDER)
        stage.sync()
        _away(stage)
        if self.comes_back:
            stage.letters_arrive(_LETTERS, FOLDER)
        return stage.deps


def _away(stage: Stage) -> None:
    if stage.server.has_folder(stage.person.email, FOLDER):
        stage.server.drop_folder(stage.person.email, FOLDER)
