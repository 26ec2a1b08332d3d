from datetime import timedelta

import pytest

from mailboxadmin.domain.mask import MASK
from mailboxadmin.imap.said import (
    Heard,
    masked,
    named_wait,
    parse_status,
    readable,
    secret_forms,
)


@pytest.mark.parametrize(
    ("line", "status", "code", "text"),
    [
        (
            b"A1 NO [AUTHENTICATIONFAILED] No.\r\n",
            "NO",
            "AUTHENTICATIONFAILED",
            "[AUTHENTICATIONFAILED] No.",
        ),
        (b"A1 NO no code here [LIMIT]\r\n", "NO", None, "no code here [LIMIT]"),
        (
            b"* NO [WEBALERT https://x.example/] In.\r\n",
            "NO",
            "WEBALERT",
            "[WEBALERT https://x.example/] In.",
        ),
        (b"* bye [unavailable] Later\r\n", "BYE", "UNAVAILABLE", "[unavailable] Later"),
        (b"A1 BAD\r\n", "BAD", None, ""),
        (b"* BYE caf\xe9\r\n", "BYE", None, "caf\ufffd"),
    ],
)
def test_a_status_line_gives_its_code_and_its_words(line, status, code, text):
    said = parse_status(line)

    assert said is not None
    assert (said.status, said.code, said.text) == (status, code, text)


@pytest.mark.parametrize("line", [b"* 3 EXISTS\r\n", b"+ go on\r\n", b" NO\r\n", b")\r\n", b""])
def test_other_lines_are_no_status(line):
    assert parse_status(line) is None


def test_a_refusal_is_told_with_the_untagged_words_that_explain_it():
    heard = Heard()
    heard.hear(b"* NO [WEBALERT https://x.example/] Web login required.\r\n")
    heard.hear(b"A1 NO [ALERT] Please log in via your web browser (Failure)\r\n")

    assert heard.refusal is not None
    assert heard.refusal.code == "WEBALERT"
    assert heard.refusal.text == (
        "[WEBALERT https://x.example/] Web login required. / "
        "[ALERT] Please log in via your web browser (Failure)"
    )


def test_what_was_said_to_an_earlier_command_is_forgotten_but_a_bye_is_not():
    heard = Heard()
    heard.hear(b"A1 NO first\r\n")
    heard.hear(b"* BYE going down\r\n")

    heard.begin()

    assert heard.refusal is None
    assert heard.bye is not None and heard.bye.text == "going down"


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        (
            "Request is throttled. Suggested Backoff Time: 299961 milliseconds",
            timedelta(milliseconds=299961),
        ),
        ("Suggested Backoff Time: 999999999999 milliseconds", timedelta(days=7)),
        ("Suggested Backoff Time: 99999999999999999999 milliseconds", None),
        ("try again later", None),
    ],
)
def test_a_named_back_off_is_read_and_bounded(text, wait):
    assert named_wait(text) == wait


def test_a_secret_is_covered_in_every_form_in_which_it_was_sent():
    forms = secret_forms("ann", 'pa"ss wörd')
    words = " | ".join(("echo", *forms))

    hidden = masked(words, forms)

    assert hidden == " | ".join(["echo", *[MASK] * len(forms)])
    assert len(forms) == 6


def test_a_very_short_secret_is_covered_where_it_stands_alone_and_leaves_words_readable():
    assert masked("a bad password: a", secret_forms("ann", "a")) == f"{MASK} bad password: {MASK}"


def test_no_password_masks_nothing():
    assert masked("as it came", secret_forms("ann", "")) == "as it came"


def test_control_characters_and_endless_text_become_one_readable_line():
    assert readable(b"a\x1b[31m\r\nb\0c") == "a [31m b c"
    assert len(readable(b"x" * 10_000)) == 1000


def test_a_secret_is_covered_in_capitals_too():
    assert masked("BAD LOGIN ANN HUNTER22", ["hunter22"]) == f"BAD LOGIN ANN {MASK}"


def test_a_secret_that_is_cut_off_by_the_end_of_a_long_text_is_covered():
    said = readable(b"x" * 993 + b" hunter22")

    assert said.endswith(" hunter")
    assert masked(said, ["hunter22"]).endswith(f" {MASK}")
    assert masked("no hunter", ["hunter22"]) == "no hunter"


def test_a_letter_that_begins_another_secret_uncovers_none_that_is_cut_off():
    said = "n" * 900 + " " + "token-" * 16 + "d"

    assert masked(said, ["dXNlcj1h", "token-" * 16 + "d-and-more"]) == "n" * 900 + f" {MASK}"


def test_a_secret_is_covered_as_a_complaint_of_a_library_shows_it():
    word = 'a"b\\c\td'
    forms = secret_forms("ann", word)

    assert masked(f"unexpected response: {word.encode()!r}", forms) == (
        f"unexpected response: b'{MASK}'"
    )
    assert masked(readable(f"refused {word}".encode()), forms) == f"refused {MASK}"
