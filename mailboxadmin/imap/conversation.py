"""One conversation with a server: bounded, stoppable, and closed in any case."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from mailboxadmin.domain.finding import Phase
from mailboxadmin.domain.mailbox import Account
from mailboxadmin.imap.deadline import Deadline
from mailboxadmin.imap.translate import WIRE_FAULTS, Scene, translate
from mailboxadmin.imap.wire import Wire

_LOGOUT_LIMIT_S = 1.0


class Conversation:
    """What every exchange over a `Wire` needs; use it in a `with` block."""

    def __init__(self, account: Account, wire: Wire, deadline: Deadline) -> None:
        self._account = account
        self._wire = wire
        self._deadline = deadline

    def cancel(self) -> None:
        """Stop whatever goes on, from any thread; the method that is running raises Cancelled."""
        self._wire.connection.watch.cancel()

    def close(self) -> None:
        """Say LOGOUT if that is quick, and close."""
        try:
            self._limit(self._deadline.within(_LOGOUT_LIMIT_S), _LOGOUT_LIMIT_S)
            self._wire.logout()
        except WIRE_FAULTS:
            # Only a courtesy: the work is done, or its failure is on its way already.
            return
        finally:
            self._wire.shutdown()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @contextmanager
    def _speaking(self, phase: Phase, folder: str | None = None) -> Iterator[None]:
        """Translate what goes wrong inside."""
        try:
            yield
        except WIRE_FAULTS as fault:
            raise translate(fault, self._scene(phase, folder)) from fault

    def _scene(self, phase: Phase, folder: str | None = None) -> Scene:
        return Scene(
            phase=phase,
            account=self._account,
            deadline=self._deadline,
            connection=self._wire.connection,
            heard=self._wire.heard,
            folder=folder,
        )

    def _limit(self, deadline: Deadline, patience_s: float) -> None:
        self._wire.connection.watch.limit(deadline)
        self._wire.connection.patience(deadline.cap(patience_s))
