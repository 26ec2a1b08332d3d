"""Waiting for what another thread does, with a ceiling and no guess of how long it takes."""

import time
from collections.abc import Callable

PATIENCE_S = 60.0


def wait_for(met: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not met():
        assert time.monotonic() < end
        time.sleep(0.005)
