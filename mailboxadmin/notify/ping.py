"""A sign of life to a monitor that raises the alarm when none comes (GET)."""

import requests

from mailboxadmin.domain.delivery import Channel, Delivered
from mailboxadmin.notify.answered import answered
from mailboxadmin.notify.webhook import AGENT
from mailboxadmin.outbound.transport import Transport


def ping(transport: Transport, url: str) -> Delivered:
    """Give it.

    Raises:
        NotDelivered: it was not answered with 2xx.
    """
    request = requests.Request("GET", url, headers={"User-Agent": AGENT})
    return answered(transport, Channel.PING, request)
