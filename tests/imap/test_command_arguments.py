import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailboxadmin.domain.errors import InvalidInput
from mailboxadmin.imap.arguments import check_text, quoted, uid_sets


@pytest.mark.parametrize("breaker", ["\r", "\n", "\0", "\r\n"])
@pytest.mark.parametrize("field", ["username", "password", "folders"])
def test_a_line_break_or_nul_is_refused_at_its_field_with_a_sentence(field, breaker):
    with pytest.raises(InvalidInput, match="has a line break or a NUL") as caught:
        check_text(field, f"inno{breaker}cent")

    assert caught.value.field == field


def test_half_a_surrogate_pair_is_refused():
    with pytest.raises(InvalidInput, match="cannot be sent"):
        check_text("password", "\ud800")


@given(st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"])))
def test_a_quoted_text_is_one_argument_whatever_is_in_it(text):
    inner = quoted("username", text)[1:-1]

    unescaped, rest = "", inner
    while rest:
        assert rest[0] != '"', "a quote that ends the argument early"
        take = rest[1] if rest[0] == "\\" else rest[0]
        unescaped, rest = unescaped + take, rest[2 if rest[0] == "\\" else 1 :]
    assert unescaped == text


def test_neighbours_become_ranges():
    assert [each.text for each in uid_sets([9, 1, 2, 3, 5, 2])] == ["1:3,5,9"]


def test_nothing_asked_is_nothing_sent():
    assert list(uid_sets([])) == []


@given(st.sets(st.integers(1, 2**32 - 1), max_size=3000) | st.just(set(range(1, 50_001))))
def test_sets_name_every_uid_once_in_lines_that_any_server_takes(uids):
    sets = list(uid_sets(uids))

    assert [uid for each in sets for uid in each.uids] == sorted(uids)
    for each in sets:
        assert len(each.text) <= 4100
        assert len(each.uids) <= 2000
        assert _expanded(each.text) == list(each.uids)


def _expanded(text: str) -> list[int]:
    ranges = (part.partition(":")[::2] for part in text.split(","))
    return [uid for first, last in ranges for uid in range(int(first), int(last or first) + 1)]
