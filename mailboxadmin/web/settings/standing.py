"""How far an OAuth app is set up, as the head of its card says it."""

from collections.abc import Callable
from datetime import date

from mailboxadmin.domain.app_standing import AppStanding
from mailboxadmin.services.sign_in.oauth_check import AppCheck, Verdict
from mailboxadmin.services.sign_in.oauth_setup import AppSetup

#: The kind of mark and the words.
_TOLD: dict[AppStanding, tuple[str, Callable[[str], str]]] = {
    AppStanding.NOT_SET_UP: ("idle", lambda _: "Not set up"),
    AppStanding.CLIENT_ID_MISSING: ("act", lambda _: "The client ID is missing"),
    AppStanding.SECRET_MISSING: ("act", lambda _: "The client secret is missing"),
    AppStanding.SECRET_UNREADABLE: (
        "act",
        lambda _: "The client secret cannot be opened: enter it again",
    ),
    AppStanding.SECRET_ENDED: ("act", lambda day: f"The client secret ended on {day}"),
    AppStanding.SECRET_ENDS_SOON: ("wait", lambda day: f"The client secret ends on {day}"),
    AppStanding.SET_UP: ("ok", lambda day: f"Set up, until {day}" if day else "Set up"),
}


def told(setup: AppSetup, check: AppCheck | None) -> tuple[str, str]:
    """The kind of mark, and what it says.

    Args:
        check: what the provider said just now; None when it was not asked.
    """
    if check and check.verdict is Verdict.WRONG and check.finding and not check.finding.temporary:
        return "act", "Set up, but it does not work"
    kind, words = _TOLD[setup.standing]
    return kind, words(_day(setup.secret_ends_on))


def _day(at: date | None) -> str:
    return f"{at.day} {at:%b %Y}" if at else ""
