"""What every test may ask for: real servers, an office to work in, and a browser to look at it."""

import gc

from hypothesis import HealthCheck, settings

pytest_plugins = [
    "tests.support.logging_kept",
    "tests.support.fixtures",
    "tests.support.office",
    "tests.support.token_office",
    "tests.support.browser",
]

# An example may take as long as a busy machine makes it take.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


def pytest_collection_finish() -> None:
    """What is there now stays until the end; looking through it again and again is a waste."""
    gc.collect()
    gc.freeze()
