"""The bars of a small chart as a path."""

from mailboxadmin.web.board.bars import bars


def test_the_highest_count_is_the_tallest_bar_and_each_has_its_place():
    assert bars((10, 0, 5), empty=False) == "M0 20v-18h3v18zM8 20v-9h3v9z"


def test_an_hour_without_mail_is_a_bar_apart():
    assert bars((10, 0, 5), empty=True) == "M4 20v-1h3v1z"


def test_one_message_beside_a_thousand_is_seen():
    assert bars((1000, 1), empty=False) == "M0 20v-18h3v18zM4 20v-1h3v1z"


def test_nothing_at_all_is_nothing_but_empty_hours():
    assert bars((0, 0), empty=False) == ""
    assert bars((0, 0), empty=True) == "M0 20v-1h3v1zM4 20v-1h3v1z"
