import logging.config

import pytest

from tests.support.logging_kept import logging_kept


def test_a_library_that_silences_our_loggers_is_found_out_and_they_go_on():
    ours = logging.getLogger("mailboxadmin.jobs.background")

    with pytest.raises(AssertionError, match=r"mailboxadmin\.jobs\.background"), logging_kept():
        logging.config.dictConfig({"version": 1})

    assert not ours.disabled


def test_what_was_added_to_the_root_is_taken_back():
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level

    with logging_kept():
        root.addHandler(logging.NullHandler())
        root.setLevel(logging.CRITICAL)

    assert (root.handlers, root.level) == (handlers, level)
