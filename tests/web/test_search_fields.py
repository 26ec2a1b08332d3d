"""The parts of the search page: fields from an address, and marks that are never markup."""

from datetime import date

from flask import render_template_string
from werkzeug.datastructures import MultiDict

from mailboxadmin.domain.mail_query import SearchForm, parse
from mailboxadmin.domain.marking import Segment
from mailboxadmin.services.reading.mail_search import Page
from mailboxadmin.web.search_fields import read_search, search_address

MACROS = "{% import 'macros/search.html' as search %}"


def test_an_address_is_read_as_line_and_as_form():
    args = MultiDict({"q": "offer from:ann", "to": "bob", "after": "2026-01", "unread": "1"})

    query, form = read_search(args)

    assert query == parse("offer from:ann to:bob after:2026-01-01 is:unread")
    assert form == SearchForm.of(query)
    assert read_search(search_address(query))[0] == query


def test_a_link_to_nothing_has_no_line():
    assert search_address(parse("")) == {}
    assert read_search({})[0].is_empty


def test_what_was_found_is_marked_and_escaped(office):
    pieces = (Segment("<b>"), Segment("a&b", marked=True))

    with office.app.test_request_context():
        html = render_template_string(MACROS + "{{ search.marked(pieces) }}", pieces=pieces)

    assert html == "&lt;b&gt;<mark>a&amp;b</mark>"


def test_form_line_help_and_remarks_can_be_shown(office):
    query = parse("<script> before:soon")
    page = Page(hits=(), next_before=None, whole=False)
    form = SearchForm(after=str(date(2026, 1, 31)), has_attachment=True)
    shown = (
        "{{ search.search_line('/mail', query) }}{{ search.search_form('/mail', form) }}"
        "{{ search.search_help() }}{{ search.search_remarks(query, page) }}"
    )

    with office.app.test_request_context():
        html = render_template_string(MACROS + shown, query=query, form=form, page=page)

    assert "<script>" not in html
    assert 'value="2026-01-31"' in html and "checked" in html
    assert "before:soon” is no day" in html and "is being built" in html
