"""One HTTP request that is done when the answer is 2xx, and what another answer, or none, says."""

from collections.abc import Iterable
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError

from mailboxadmin.domain.delivery import (
    Channel,
    Delivered,
    DeliveryFacts,
    NotDelivered,
    Rung,
    Stage,
    Trouble,
)
from mailboxadmin.notify.said import quoted
from mailboxadmin.outbound.transport import LINE_FAULTS, Transport

#: Bytes of an answer that are looked at for words to quote.
_READ = 2000


def answered(
    transport: Transport, channel: Channel, request: requests.Request, secrets: Iterable[str] = ()
) -> Delivered:
    """Send it.

    Raises:
        NotDelivered: there was no answer, or not 2xx. Of the address only the host is told: the
            rest of it often is what opens the door.
    """
    session = requests.Session()
    try:
        with transport.call(session) as cord:
            try:
                response = session.send(session.prepare_request(request))
            except LINE_FAULTS as fault:
                words = f"no answer after {transport.limit_s:.0f} seconds"
                raise _failed(channel, request, words if cord.pulled else _words(fault)) from fault
    except ValueError as fault:
        # An address that requests takes for none.
        raise _failed(channel, request, "the address cannot be used") from fault
    if not 200 <= response.status_code < 300:
        words = quoted(response.content[:_READ], _hidden(request, secrets))
        said = f"{response.status_code} {words}".strip()
        raise _failed(channel, request, "", said, later=_passes(response.status_code))
    detail = f"answered {response.status_code}"
    return Delivered(rungs=(Rung(stage=Stage.HAND_OVER, ok=True, detail=detail),))


def _passes(status: int) -> bool:
    return status in (408, 425, 429) or status >= 500


def _hidden(request: requests.Request, secrets: Iterable[str]) -> tuple[str, ...]:
    """What the answer may repeat and nobody is to read: the address, and what signs."""
    url = str(request.url)
    path = urlsplit(url).path
    return (*secrets, url, path if len(path) > 1 else "")


def _words(fault: Exception) -> str:
    """The machine's own words, deep inside what the library makes of them; no address in them."""
    seen: BaseException | None = fault
    while seen is not None:
        if isinstance(seen, OSError) and not isinstance(seen, requests.RequestException):
            return quoted(seen.strerror or str(seen)) or "no answer"
        inner = seen.args[0] if seen.args else None
        reason = getattr(inner, "reason", None) or seen.__cause__ or seen.__context__
        if reason is None and isinstance(inner, HTTPError):
            reason = inner
        seen = reason
    if isinstance(fault, requests.TooManyRedirects):
        return "it sends to another address, which is not followed"
    return "the connection ended without an answer"


def _failed(
    channel: Channel,
    request: requests.Request,
    detail: str,
    said: str | None = None,
    *,
    later: bool = False,
) -> NotDelivered:
    trouble = (Trouble.LATER if later else Trouble.REFUSED) if said else Trouble.UNREACHABLE
    stage = Stage.HAND_OVER if said else Stage.CONNECT
    target = urlsplit(str(request.url))
    return NotDelivered(
        DeliveryFacts(
            channel=channel,
            stage=stage,
            trouble=trouble,
            host=target.hostname or "",
            port=target.port,
            said=said,
            detail=detail,
            rungs=(Rung(stage=stage, ok=False, detail=said or detail),),
        )
    )
