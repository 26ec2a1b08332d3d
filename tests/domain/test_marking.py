"""Marks on what was found: where the words are, whatever the text holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailboxadmin.domain.mail_query import Term
from mailboxadmin.domain.marking import Segment, folded, marked, snippet


def shown(segments):
    return "".join(f"[{each.text}]" if each.marked else each.text for each in segments)


def terms(*texts, prefix=False):
    return [Term(text=text, prefix=prefix) for text in texts]


@pytest.mark.parametrize(
    ("text", "wanted", "expected"),
    [
        ("Your invoice of March", terms("INVOICE"), "Your [invoice] of March"),
        ("Entwürfe, entwurfe", terms("entwurfe"), "[Entwürfe], [entwurfe]"),
        ("Entwürfe", terms("ENTWÜRFE"), "[Entwürfe]"),
        ("the last offer, offer", terms("last offer"), "the [last offer], offer"),
        ("invoices", terms("invoice"), "invoices"),
        ("invoices", terms("invoi", prefix=True), "[invoices]"),
        ("ann@example.org", terms("example.org"), "ann@[example.org]"),
        ("<b>x</b> b", terms("b"), "<[b]>x</[b]> [b]"),
        ("nothing", [], "nothing"),
        ("", terms("x"), ""),
    ],
)
def test_what_fits_is_marked(text, wanted, expected):
    assert shown(marked(text, wanted)) == expected


def test_a_snippet_is_around_the_first_mark():
    text = "word " * 100 + "needle " + "word " * 100

    pieces = snippet(text, terms("needle"), 120)

    assert Segment("needle", marked=True) in pieces
    assert pieces[0] == Segment("… ") and pieces[-1] == Segment(" …")
    assert len(shown(pieces)) < 140


def test_a_snippet_without_a_mark_is_the_beginning_on_one_line():
    assert snippet("one\n two\t three", terms("x"), 200) == (Segment("one two three"),)


@given(st.text(), st.lists(st.text(min_size=1), max_size=3), st.booleans())
def test_marks_take_nothing_away_and_add_nothing(text, words, prefix):
    pieces = marked(text, terms(*words, prefix=prefix))

    assert "".join(each.text for each in pieces) == text
    assert all(each.text for each in pieces)
    snippet(text, terms(*words), 50)


@given(st.text())
def test_folding_keeps_places(text):
    assert len(folded(text)) == len(text)
