"""What a test does to the logging of its process ends with the test.

Whoever configures logging with `logging.config` disables every logger there is, unless told not to:
from then on the log file stays empty, in each later test of the process, and in production for as
long as the program runs. So the loggers are looked at after every test.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def logging_kept() -> Iterator[None]:
    """Take back what the block adds to the root logger, and the level it gives it.

    Raises AssertionError with the names of loggers that the block disabled; they work again then.
    """
    root = logging.getLogger()
    handlers, level, silent = list(root.handlers), root.level, _disabled()
    try:
        yield
    finally:
        for added in [each for each in root.handlers if each not in handlers]:
            root.removeHandler(added)
            added.close()
        root.setLevel(level)
        silenced = sorted(_disabled() - silent)
        for name in silenced:
            logging.getLogger(name).disabled = False
    assert not silenced, f"Nothing of these would reach the log any more: {', '.join(silenced)}"


@pytest.fixture(autouse=True)
def loggers_that_go_on() -> Iterator[None]:
    """Every test leaves logging as it found it."""
    with logging_kept():
        yield


def _disabled() -> set[str]:
    known = logging.Logger.manager.loggerDict.items()
    return {name for name, logger in known if getattr(logger, "disabled", False)}
