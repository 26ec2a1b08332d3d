"""How people are told, as it is typed: what is read, and what is refused with a sentence."""

import pytest

from mailboxadmin.domain.errors import InvalidInput
from mailboxadmin.domain.settings import SETTINGS, Value


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        (
            "notify_to",
            " grace@Example.ORG,\n eva@bücher.example; grace@example.org ",
            ("grace@example.org", "eva@xn--bcher-kva.example"),
        ),
        ("notify_digest_at", "7:05", "07:05"),
        ("notify_digest_at", "23:59", "23:59"),
        ("smtp_from", "o'hara+app@example.org", "o'hara+app@example.org"),
        ("smtp_password", "with a space and ü", "with a space and ü"),
        ("webhook_url", "http://10.0.0.7:8080/hook?a=1", "http://10.0.0.7:8080/hook?a=1"),
        ("webhook_secret", "x" * 16, "x" * 16),
    ],
)
def test_what_works_is_read(key: str, text: str, value: Value):
    assert SETTINGS[key].parse(text) == value


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("notify_to", "grace"),
        ("notify_to", "grace@localhost"),
        ("notify_to", "Grace <grace@example.org>"),
        ("notify_to", "a@example.org\r\nBcc:eve@example.org,@"),
        ("notify_to", " ".join(f"a{number}@example.org" for number in range(21))),
        ("notify_digest_at", "24:00"),
        ("notify_digest_at", "7"),
        ("smtp_from", "a@example.org\nb@example.org"),
        ("smtp_password", "line\nbreak"),
        ("webhook_url", "javascript:alert(1)"),
        ("webhook_url", "https://"),
        ("webhook_url", "https://example.org:99999/"),
        ("webhook_url", "https://example.org/#part"),
        ("ping_url", "https://ann@example.org/"),
        ("ping_url", "https://example.org/a b"),
        ("webhook_secret", "short"),
        ("webhook_secret", "with spaces in the middle"),
    ],
)
def test_what_cannot_work_is_refused_in_a_sentence(key: str, text: str):
    with pytest.raises(InvalidInput) as refused:
        SETTINGS[key].parse(text)

    assert refused.value.field == key
    assert refused.value.sentence[-1] in ".;" and len(refused.value.sentence) > 15
