"""What people type into a search: read as meant, and anything else is harmless."""

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailboxadmin.domain.mail_query import Query, SearchForm, Term, parse

TERMS = st.builds(
    Term,
    text=st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12).filter(
        lambda text: any(map(str.isalnum, text))
    )
    | st.sampled_from(["last offer", "a:b", "from x", "1-2", "o'neill@example.org"]),
    prefix=st.booleans(),
)
SOME = st.lists(TERMS, max_size=3).map(tuple)
DAYS = st.none() | st.dates(min_value=date(1000, 1, 1))
QUERIES = st.builds(
    Query,
    words=SOME,
    sender=SOME,
    recipients=SOME,
    subject=SOME,
    after=DAYS,
    before=DAYS,
    has_attachment=st.booleans(),
    unread=st.booleans(),
)


def words(*texts):
    return tuple(Term(text=text) for text in texts)


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("", Query()),
        ("invoice march", Query(words=words("invoice", "march"))),
        ('"last offer"', Query(words=words("last offer"))),
        ('"never closed', Query(words=words("never closed"))),
        ("invoi*", Query(words=(Term(text="invoi", prefix=True),))),
        ('"last off"*', Query(words=(Term(text="last off", prefix=True),))),
        ("from:ann to:bob", Query(sender=words("ann"), recipients=words("bob"))),
        ('FROM:"Ann Smith"', Query(sender=words("Ann Smith"))),
        ("subject:offer x", Query(subject=words("offer"), words=words("x"))),
        ("after:2026-01-31", Query(after=date(2026, 1, 31))),
        ("before:2026/2", Query(before=date(2026, 2, 1))),
        ("before:2026", Query(before=date(2026, 1, 1))),
        ("has:attachment IS:UNREAD", Query(has_attachment=True, unread=True)),
        ("http://example.org", Query(words=words("http://example.org"))),
        ("has:wings", Query(words=words("has:wings"))),
        ("before:yesterday x", Query(words=words("x"), not_understood=("before:yesterday",))),
        ("after:2026-13-40", Query(not_understood=("after:2026-13-40",))),
        ("* - \" ' () AND:", Query(words=())),
    ],
)
def test_what_is_typed_is_read_as_meant(typed, query):
    if typed.endswith("AND:"):
        assert all(any(map(str.isalnum, term.text)) for term in parse(typed).words)
    else:
        assert parse(typed) == query


@given(st.text())
@example("\0")
@example("\ud800 x")
@example('"' * 2000)
@example("from:" * 500)
def test_anything_can_be_typed(typed):
    query = parse(typed)
    terms = (*query.words, *query.sender, *query.recipients, *query.subject)

    for term in terms:
        assert any(map(str.isalnum, term.text))
        assert "\0" not in term.text
        term.text.encode()
    assert len(terms) <= 24
    str(query), SearchForm.of(query)


@given(QUERIES)
def test_a_query_is_read_back_from_its_line(query):
    assert parse(str(query)) == query


@given(QUERIES)
def test_the_form_asks_for_the_same_as_the_line(query):
    assert SearchForm.of(query).query() == query


def test_a_form_takes_words_with_a_meaning_in_its_first_field_only():
    form = SearchForm(words="x from:ann has:attachment", sender="to:bob", before="soon")

    query = form.query()

    assert query.words == words("x")
    assert query.sender == words("ann", "to:bob")
    assert query.has_attachment
    assert query.not_understood == ("before:soon",)


def test_who_looks_for_nothing_is_told_apart_from_who_looks_for_something():
    assert parse("  ").is_empty
    assert parse("before:soon").is_empty
    assert not parse("is:unread").is_empty
