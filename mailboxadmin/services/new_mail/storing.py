"""Writing beside the wire: what was fetched is stored while the next is on its way.

    run's thread     fetch 1 | fetch 2 | fetch 3 | ...
    writer's thread            store 1 | store 2 | ...

In order, one after the other, each in transactions of its own. Bytes that wait
between the two count against one budget of the whole process.
"""

import threading
from collections.abc import Callable
from queue import SimpleQueue
from types import TracebackType
from typing import Self

from mailboxadmin.services.budget import ByteBudget
from mailboxadmin.services.running import RunControl

#: What to do, and how many bytes it holds on to.
_Job = tuple[Callable[[], None], int]


class Storing:
    """A writer's thread for the length of a `with` block; at its end all is stored."""

    def __init__(self, budget: ByteBudget, control: RunControl) -> None:
        self._budget = budget
        self._control = control
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._fault: BaseException | None = None
        self._thread = threading.Thread(target=self._work, name="storing", daemon=True)

    def put(self, size: int, work: Callable[[], None]) -> None:
        """Have `work` done after what was put before; wait for room for its bytes.

        Raises:
            Cancelled: the run was stopped.
            BaseException: what earlier work raised; nothing is done after that.
        """
        self._proceed()
        self._budget.take(size, self._proceed)
        self._jobs.put((work, size))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._jobs.put(None)
        self._thread.join()
        if self._fault is not None and self._fault is not error:
            # That nothing can be stored says more than how the fetching ended meanwhile.
            raise self._fault

    def _proceed(self) -> None:
        self._control.proceed()
        if self._fault is not None:
            raise self._fault

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            work, size = job
            try:
                if self._fault is None:
                    work()
            except BaseException as fault:  # noqa: BLE001 - raised in the run's own thread
                self._fault = fault
            finally:
                self._budget.give_back(size)
