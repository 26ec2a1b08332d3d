"""An IMAP server that follows a script to the byte and fails the test when the client leaves it.

    server = ScriptedImap([capability(), login(), select(), expect("UID FETCH 1 ", Close())])

Each script is one connection, in the order they come; a connection without a script is a mistake
too. A script begins after the greeting; LOGOUT after its last step needs no step. `verify` (the
fixture calls it at the end of the test) raises when the client said something else or stopped
before the end.
"""

import socket
import threading
from collections.abc import Sequence
from types import TracebackType

from mailboxadmin.demo.certificates import ServerCertificate
from mailboxadmin.demo.deeds import Action
from mailboxadmin.demo.dialogue import Manner
from mailboxadmin.demo.ports import LOOPBACK
from tests.support.scripted_dialogue import ScriptedDialogue
from tests.support.scripted_steps import Step

#: Used up only by a client that neither leaves nor says anything more.
_HANG_UP_PATIENCE_S = 10.0


class ScriptedImap:
    """A server on `host`:`port`, in threads of its own, until `stop`.

    `scripts`: one list of steps a connection; none at all means one connection that gets the
    greeting only.
    `greeting`: the action on connect; use Stall() for a server that never greets.
    `certificate`: makes it speak TLS, at once or, with `starttls=True`, after a StartTls() action.
    `may_stop_early`: a client that leaves before the end of the script is no mistake.
    """

    host = LOOPBACK

    def __init__(
        self,
        *scripts: Sequence[Step],
        greeting: Action = "* OK ready",
        certificate: ServerCertificate | None = None,
        starttls: bool = False,
        may_stop_early: bool = False,
    ) -> None:
        tls_context = certificate.server_context() if certificate else None
        manner = Manner(
            tls_context=tls_context,
            tls_at_once=tls_context is not None and not starttls,
        )
        self._dialogues = [
            ScriptedDialogue(script, greeting, manner) for script in scripts or ([],)
        ]
        self._uninvited = 0
        self._may_stop_early = may_stop_early
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server((LOOPBACK, 0))
        self.port: int = self._listener.getsockname()[1]
        self._acceptor = threading.Thread(target=self._accept, name="scripted-imap", daemon=True)
        self._acceptor.start()

    @property
    def received(self) -> bytes:
        """The exact bytes of the client, of all connections, decrypted where there was TLS."""
        return b"".join(self.received_by_connection)

    @property
    def received_by_connection(self) -> list[bytes]:
        """The same, one item a script."""
        return [bytes(dialogue.received) for dialogue in self._dialogues]

    @property
    def commands(self) -> list[str]:
        """What the client said, in order, without tags and line ends."""
        return [said for dialogue in self._dialogues for said in dialogue.said]

    def stop(self) -> None:
        """End all connections; a client that is still talking gets a while to finish."""
        if self._listener.fileno() == -1:
            return
        self._listener.shutdown(socket.SHUT_RDWR)
        self._acceptor.join()
        self._listener.close()
        for thread in self._threads:
            thread.join(_HANG_UP_PATIENCE_S)
        for dialogue in self._dialogues:
            dialogue.hang_up()
        for thread in self._threads:
            thread.join()

    def verify(self) -> None:
        """Raise AssertionError with what was expected and what came, if the script was left."""
        problems = [mistake for dialogue in self._dialogues for mistake in dialogue.mistakes]
        if not self._may_stop_early:
            problems += [left for dialogue in self._dialogues if (left := dialogue.left())]
        if self._uninvited:
            problems.append(f"{self._uninvited} more connections than there are scripts.")
        if problems:
            said = "\n  ".join(self.commands) or "nothing"
            raise AssertionError(
                "\n".join(["The client left the script.", *problems, f"It said:\n  {said}"])
            )

    def __enter__(self) -> "ScriptedImap":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        if error is None:
            self.verify()

    def _accept(self) -> None:
        waiting = iter(self._dialogues)
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            dialogue = next(waiting, None)
            if dialogue is None:
                self._uninvited += 1
                connection.close()
                continue
            thread = threading.Thread(
                target=dialogue.run, args=(connection,), name="scripted-dialogue", daemon=True
            )
            self._threads.append(thread)
            thread.start()
