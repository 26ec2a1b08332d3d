"""Work for a pool, that counts how much of it goes on at once."""

import threading

from tests.support.waiting import PATIENCE_S


class Workers:
    """Work that counts how much of it goes on at once."""

    def __init__(self, gate: threading.Event) -> None:
        self._gate = gate
        self._change = threading.Lock()
        self.busy = 0
        self.most = 0
        self.done = 0

    def __call__(self) -> None:
        with self._change:
            self.busy += 1
            self.most = max(self.most, self.busy)
        self._gate.wait(PATIENCE_S)
        with self._change:
            self.busy -= 1
            self.done += 1
