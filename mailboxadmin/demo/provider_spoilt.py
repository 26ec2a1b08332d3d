"""The answer that a fault of the line leaves."""

from collections.abc import Callable
from dataclasses import replace

from mailboxadmin.demo.provider_replies import Reply, as_json, as_page
from mailboxadmin.demo.provider_values import LineFault

_HUGE_BYTES = 10_000_000


def spoilt(fault: LineFault, good: Callable[[], Reply]) -> Reply:
    """What comes in the place of a good answer; `good` does what was asked for and makes it."""
    match fault:
        case LineFault.HANG | LineFault.CLOSE:
            return Reply(on_the_way=fault)
        case LineFault.DRIP | LineFault.LOSE:
            return replace(good(), on_the_way=fault)
        case LineFault.HTML:
            return as_page("<!doctype html><title>Sign in to the Wi-Fi</title><p>Welcome!</p>")
        case LineFault.NO_TOKEN:
            return as_json({"token_type": "Bearer", "expires_in": 3600})
        case LineFault.NOT_AN_OBJECT:
            return as_json(["access_token"])
        case LineFault.NOT_JSON:
            return replace(as_json({}), body=b'{"access_token": "ya29')
        case LineFault.HUGE:
            return as_json({"access_token": "a" * _HUGE_BYTES, "expires_in": 3600})
