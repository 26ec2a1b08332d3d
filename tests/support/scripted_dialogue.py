"""One connection of a scripted IMAP server: read a command, find it in the script, act."""

from collections.abc import Sequence

from mailboxadmin.demo.deeds import Action
from mailboxadmin.demo.dialogue import Dialogue, HungUp, Manner
from tests.support.scripted_steps import Step


class ScriptedDialogue(Dialogue):
    """One connection and its script."""

    def __init__(self, script: Sequence[Step], greeting: Action, manner: Manner) -> None:
        super().__init__(manner)
        self._script = list(script)
        self._greeting = greeting
        self._done = 0

    def left(self) -> str | None:
        """Return a sentence about the first step that never came, or None when all came."""
        if self._done == len(self._script):
            return None
        step = self._script[self._done]
        return (
            f"Step {self._done + 1} of {len(self._script)} never came: expected {step.pattern!r}."
        )

    def _greet(self) -> None:
        self._act(self._greeting)

    def _take_turn(self) -> None:
        line = self._command()
        step = self._script[self._done] if self._done < len(self._script) else None
        if step is None or step.is_command:
            self._tag, _, line = line.partition(b" ")
        said = line.decode("utf-8", "backslashreplace")
        self.said.append(said)
        if step is not None and step.fits(said):
            self._done += 1
            for action in step.actions:
                self._act(action)
        elif step is None and said.upper() == "LOGOUT":
            self._send(b"* BYE bye\r\n{tag} OK done\r\n")
            raise HungUp
        else:
            expected = repr(step.pattern) if step else "nothing more"
            self.mistakes.append(f"Expected {expected}, received {said!r}.")
            self._send(b"{tag} BAD not in the script\r\n")
            raise HungUp
