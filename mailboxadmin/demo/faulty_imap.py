r"""A real mail server with one fault: what a mail program meets in place of the server itself.

    with FaultyImap(dovecot.port, Trouble(at="LIST", does=("{tag} NO not now",))) as server:
        sync(server.host, server.port)
        server.mend()
        sync(server.host, server.port)
    assert server.mistakes == []

All that the trouble does not touch is answered by the real server behind it, in whatever order
it is asked. What the program must never say is a mistake: anything that changes a folder or a
message, but `\Seen` where the trouble is about marking.
"""

import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass

from mailboxadmin.demo.certificates import ServerCertificate
from mailboxadmin.demo.dialogue import Manner
from mailboxadmin.demo.faulty_dialogue import AS_IT_IS, Deed, FaultyDialogue, Judge
from mailboxadmin.demo.line import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """How a server misbehaves."""

    #: On connect.
    greeting: Deed = AS_IT_IS
    #: A regular expression for the beginning of a command without its tag; '' for none.
    at: str = ""
    #: What it does at that command, in place of the answer.
    does: tuple[Deed, ...] = ()
    #: On each connection so many of these commands are answered as they should be.
    first: int = 0
    #: What it says it can do, instead of the truth; '' for the truth.
    capability: str = ""
    #: Marking messages as read is part of the game.
    marks: bool = False


NONE = Trouble()


class FaultyImap(Line):
    """`host` and `port` are where a mail program connects, within the `with` block.

    Args:
        server_port: where the real server is, in clear.
        certificate: what it shows; None: it speaks no TLS.
        starttls: TLS begins after STARTTLS, not at once.
        words: what stands for `{name}` in what it says.
    """

    def __init__(
        self,
        server_port: int,
        trouble: Trouble,
        *,
        certificate: ServerCertificate | None = None,
        starttls: bool = False,
        words: Mapping[str, bytes] | None = None,
    ) -> None:
        super().__init__(server_port)
        self._trouble = trouble
        self._certificate = certificate
        self._starttls = starttls
        self._words = dict(words or {})
        self._dialogues: list[FaultyDialogue] = []

    @property
    def mistakes(self) -> list[str]:
        """What was said that must not be said."""
        return [mistake for dialogue in self._dialogues for mistake in dialogue.mistakes]

    @property
    def said(self) -> list[str]:
        """The commands of all connections, in order, without tags."""
        return [said for dialogue in self._dialogues for said in dialogue.said]

    def mend(self, certificate: ServerCertificate | None = None) -> None:
        """Connections that come from now on meet no fault, and that certificate."""
        self._trouble = NONE
        self._certificate = certificate

    def begin(self, trouble: Trouble) -> None:
        """Connections that come from now on meet that."""
        self._trouble = trouble

    def __exit__(self, *error: object) -> None:
        for dialogue in self._dialogues:
            dialogue.hang_up()
        super().__exit__(*error)

    def _relay(self, program: socket.socket) -> None:
        context = self._certificate.server_context() if self._certificate else None
        manner = Manner(
            tls_context=context,
            tls_at_once=context is not None and not self._starttls,
        )
        dialogue = FaultyDialogue(
            self._server_port,
            self._trouble.greeting,
            _judge(self._trouble),
            manner,
            self._words,
            may_mark=self._trouble.marks,
        )
        self._dialogues.append(dialogue)
        dialogue.run(program)


def _judge(trouble: Trouble) -> Judge:
    """What one connection does about each command."""
    at = re.compile(trouble.at, re.IGNORECASE | re.DOTALL) if trouble.at else None
    passed = 0

    def judge(said: str) -> tuple[Deed, ...] | None:
        nonlocal passed
        if at is not None and at.match(said):
            passed += 1
            if passed > trouble.first:
                return trouble.does
        if trouble.capability and said.upper() == "CAPABILITY":
            return (f"* CAPABILITY {trouble.capability}", "{tag} OK done")
        return None

    return judge
