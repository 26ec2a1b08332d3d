"""How far an OAuth app is set up, as far as that can be told without asking the provider."""

from datetime import date, timedelta
from enum import StrEnum
from typing import Final

#: How long before its last day a client secret is warned of.
SECRET_WARNING: Final = timedelta(days=30)


class AppStanding(StrEnum):
    """What an admin reads at the head of its card."""

    NOT_SET_UP = "not_set_up"
    CLIENT_ID_MISSING = "client_id_missing"
    SECRET_MISSING = "secret_missing"
    #: The key that sealed the secret is not there.
    SECRET_UNREADABLE = "secret_unreadable"
    SECRET_ENDED = "secret_ended"
    SECRET_ENDS_SOON = "secret_ends_soon"
    SET_UP = "set_up"


def standing_of(
    client_id: str, *, has_secret: bool, readable: bool, ends_on: date | None, today: date
) -> AppStanding:
    """The first of them that holds.

    Args:
        readable: the stored secret can be opened.
        ends_on: the last day of the secret; None when nobody entered it, or it has none.
    """
    if not client_id:
        return AppStanding.CLIENT_ID_MISSING if has_secret else AppStanding.NOT_SET_UP
    if not has_secret:
        return AppStanding.SECRET_MISSING
    if not readable:
        return AppStanding.SECRET_UNREADABLE
    if ends_on is not None and ends_on < today:
        return AppStanding.SECRET_ENDED
    if ends_on is not None and ends_on - today <= SECRET_WARNING:
        return AppStanding.SECRET_ENDS_SOON
    return AppStanding.SET_UP
