"""Text without what only machines read."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailboxadmin.domain.plain_text import PREVIEW_CHARS, html_as_text, preview_of, tidy


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Dear Ann,</p><p>see you</p>", "Dear Ann,\n\nsee you"),
        ("one<br>two<BR/>three", "one\ntwo\nthree"),
        ("<b>bo</b>ld and\r\n   <i>not</i>", "bold and not"),
        ("<table><tr><td>a<td>b</tr><tr><td>c</table>", "a b\n\nc"),
        ("<ul><li>one<li>two</ul>", "one\ntwo"),
        ("5 &lt; 6 &amp;&nbsp;&euro; &#9731; &#x1F600; &nosuch; &amp", "5 < 6 & € ☃ 😀 &nosuch; &"),
        ("<style>p { color: red }</style><script>alert('<p>')</script>shown", "shown"),
        ("<head><title>Not this</title></head><body>this</body>", "this"),
        ("<!-- <p>not this</p> -->this", "this"),
        ("<!doctype html><html><![if !mso]>this<![endif]></html>", "this"),
        ("<![CDATA[ not this ]>this", "this"),
        ("<?xml version='1.0'?>this", "this"),
        ("this<!-- and what is never closed", "this"),
        ("this <a href='and what is", "this"),
        ("a < b and c > d", "a < b and c > d"),
        ("<img alt='picture' src=x>this", "this"),
        ("", ""),
    ],
)
def test_html_reads_as_it_is_shown(html: str, text: str):
    assert tidy(html_as_text(html)) == text


@pytest.mark.parametrize(
    ("text", "tidied"),
    [
        ("one\r\ntwo\rthree\nfour", "one\ntwo\nthree\nfour"),
        ("\n\none  \n\n\n\ntwo\t\n\n", "one\n\ntwo"),
        ("  indented\n\tstays", "  indented\n\tstays"),
        ("nul\x00 bell\x07 escape\x1b[31m c1\x9b", "nul  bell  escape [31m c1 "),
        ("page\x0cbreak", "page\nbreak"),
        ("no\xa0break", "no\xa0break"),
        ("", ""),
    ],
)
def test_text_is_tidied(text: str, tidied: str):
    assert tidy(text) == tidied


@pytest.mark.parametrize(
    ("text", "preview"),
    [
        ("Dear Ann,\n\nsee  you\ton Monday.\n", "Dear Ann, see you on Monday."),
        ("Found it.\n\nOn Monday, Dana wrote:\n\n> this\n> and that", "Found it."),
        ("> You wrote\n>> this\nYes.", "Yes."),
        ("Look: https://example.org/x?y=z and <https://example.org> there", "Look: and there"),
        ("[image: logo.png] [https://example.org/l.png] Hello", "Hello"),
        ("Title\n=====\n-----------\nText", "Title Text"),
        ("Yes.\n--\nAnn Baker, Sales", "Yes."),
        ("Pre\u034f\u200c\u00adheader\u202e", "Preheader"),
        # Better something than nothing.
        ("> only a quote", "> only a quote"),
        ("https://example.org/only", "https://example.org/only"),
        ("--\nAnn", "-- Ann"),
        ("", ""),
    ],
)
def test_a_preview_is_what_one_would_read_first(text: str, preview: str):
    assert preview_of(text) == preview


def test_a_long_preview_ends_behind_a_word():
    preview = preview_of("twelve chars " * 100)

    assert len(preview) <= PREVIEW_CHARS
    assert preview.endswith("chars…") or preview.endswith("twelve…")


def test_a_preview_without_spaces_is_cut():
    assert preview_of("会" * 1000) == "会" * (PREVIEW_CHARS - 1) + "…"


@pytest.mark.parametrize(
    "bomb",
    "< <! <!-- <!--> <![ <a/ <a_ <a_b=' <a_b= </ <? & &# <p> <script></ <script> <title> <textarea>"
    " <td>x</td> \x00 https:// [cid:".split(),
)
def test_no_page_takes_more_than_its_share_of_time(bomb: str):
    html = bomb.replace("_", " ") * (300_000 // len(bomb))

    began = time.process_time()
    preview_of(tidy(html_as_text(html)))
    preview_of(tidy(html))

    assert time.process_time() - began < 5


@given(st.text(max_size=300) | st.text("<>/!-[]&;#'\"= abp\n", max_size=100))
def test_any_text_is_tidied_and_shown_on_one_line(text: str):
    tidied, preview = tidy(html_as_text(text)), preview_of(tidy(text))

    assert "\n\n\n" not in tidied
    assert "\n" not in preview
    assert len(preview) <= PREVIEW_CHARS
