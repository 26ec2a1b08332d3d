"""New mail for the sample office while it runs."""

import threading
from collections.abc import Sequence
from random import Random
from types import TracebackType
from typing import Self

from mailboxadmin.demo.letters import new_letter
from mailboxadmin.demo.people import SamplePerson
from mailboxadmin.demo.server import DemoImapServer
from mailboxadmin.domain.clock import Clock


class Trickle:
    """Delivers a letter to somebody every now and then, between `with` and its end.

    Only mailboxes that connect get one: what arrives in the others would not be seen.
    The server must outlive the trickle.
    """

    def __init__(
        self,
        server: DemoImapServer,
        people: Sequence[SamplePerson],
        clock: Clock,
        rng: Random,
        *,
        pause_s: tuple[float, float] = (20.0, 40.0),
    ) -> None:
        """`pause_s` is the shortest and the longest wait between two letters."""
        self._server = server
        self._people = [person for person in people if person.connects]
        self._clock = clock
        self._rng = rng
        self._pause_s = pause_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="demo-trickle", daemon=True)

    def __enter__(self) -> Self:
        """Start delivering."""
        self._thread.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Deliver nothing more."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(self._rng.uniform(*self._pause_s)):
            person = self._rng.choice(self._people)
            letter = new_letter(self._rng, person, self._clock.now())
            self._server.fill(person.email, [letter])
