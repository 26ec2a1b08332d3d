"""How people call the browser that they sign in with."""

import pytest

from mailboxadmin.domain.browser import Browser

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
ON_A_MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; rv:128.0) Gecko/20100101 Firefox/128.0",
            "Firefox on Windows",
        ),
        (f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Chrome/126.0 Safari/537.36", "Chrome on Windows"),
        (
            f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Chrome/126.0 Safari/537.36 Edg/126.0",
            "Edge on Windows",
        ),
        (
            f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} Chrome/126 Safari/537.36 OPR/112",
            "Opera on Linux",
        ),
        (f"{ON_A_MAC} AppleWebKit/605.1.15 Version/17.5 Safari/605.1.15", "Safari on a Mac"),
        (
            f"Mozilla/5.0 (iPhone; CPU iPhone OS 17 like Mac OS X) {WEBKIT} CriOS/126 Safari/604.1",
            "Chrome on an iPhone",
        ),
        (
            "Mozilla/5.0 (Android 14; Mobile; rv:128.0) Gecko/128.0 Firefox/128.0",
            "Firefox on Android",
        ),
        (
            f"Mozilla/5.0 (Linux; Android 14) {WEBKIT} SamsungBrowser/25.0 Chrome/121 Safari/537",
            "Samsung Internet on Android",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) Something/1.0", "A browser on Windows"),
        ("Firefox/128.0", "Firefox"),
        ("<script>alert(1)</script>", "An unknown browser"),
        ("", "An unknown browser"),
    ],
)
def test_a_browser_is_called_by_its_name_and_device(user_agent: str, words: str):
    assert Browser(user_agent=user_agent).words == words
