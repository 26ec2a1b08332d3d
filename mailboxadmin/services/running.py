"""The runs of this process, and how each is told to stop."""

import threading

from mailboxadmin.domain.cuttable import Cuttable
from mailboxadmin.domain.errors import Cancelled


class RunControl:
    """One run of this process."""

    def __init__(self, run_id: int, mailbox_id: int) -> None:
        self.run_id = run_id
        self.mailbox_id = mailbox_id
        self._change = threading.Lock()
        self._stopped = threading.Event()
        self._connection: Cuttable | None = None
        #: The person who stopped it from this process.
        self.stopped_by: str | None = None

    def stop(self, *, by: str | None = None) -> None:
        """Have the run end at once; what it committed stays."""
        with self._change:
            self.stopped_by = self.stopped_by or by
            self._stopped.set()
            connection = self._connection
        if connection is not None:
            connection.cancel()

    def holds(self, connection: Cuttable) -> None:
        """From now on, stopping the run means cutting this connection too.

        Raises:
            Cancelled: it was stopped before.
        """
        with self._change:
            self._connection = connection
        self.proceed()

    def proceed(self) -> None:
        """Go on, unless the run was stopped.

        Raises:
            Cancelled: it was.
        """
        if self._stopped.is_set():
            raise Cancelled("The run was stopped.")

    def wait(self, seconds: float) -> bool:
        """Wait that long, or until the run is stopped: True then."""
        return self._stopped.wait(seconds)

    @property
    def stopped(self) -> bool:
        """True once it was told to stop."""
        return self._stopped.is_set()

    @property
    def stands_still(self) -> bool:
        """True while all it does is to wait for its server; also for a connection to it."""
        connection = self._connection
        return connection is None or connection.stands_still


class Running:
    """All runs of this process."""

    def __init__(self) -> None:
        self._change = threading.Lock()
        self._runs: dict[int, RunControl] = {}

    def add(self, control: RunControl) -> None:
        """A run begins."""
        with self._change:
            self._runs[control.run_id] = control

    def discard(self, run_id: int) -> None:
        """A run has ended."""
        with self._change:
            self._runs.pop(run_id, None)

    @property
    def busy(self) -> bool:
        """True while a run has more to do than to wait for its server."""
        with self._change:
            controls = tuple(self._runs.values())
        return not all(control.stands_still for control in controls)

    def stop(self, run_id: int, *, by: str) -> bool:
        """Stop a run, if it is one of this process; False when it is not."""
        with self._change:
            control = self._runs.get(run_id)
        if control is not None:
            control.stop(by=by)
        return control is not None

    def stop_all(self) -> None:
        """Stop every run: the process is about to end."""
        with self._change:
            controls = tuple(self._runs.values())
        for control in controls:
            control.stop()
