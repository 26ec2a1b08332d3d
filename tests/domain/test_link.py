"""Links in our own sentences, where nothing can be clicked."""

import pytest

from mailboxadmin.domain.link import written_out


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Open [App passwords](https://a.example/b#c), then …", "App passwords (https://a.example"),
        ("[One](https://a.example) and [two](https://b.example).", "and two (https://b.example)."),
        ("The server’s words: “[ALERT] (no) [x] (https://a.example)”.", "[x] (https://a.example)"),
        ("Google’s folders begin with [Gmail].", "begin with [Gmail]."),
    ],
)
def test_a_link_is_its_words_and_its_address(text: str, shown: str):
    assert shown in written_out(text)
    assert "](" not in written_out(text)
