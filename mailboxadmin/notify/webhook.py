"""A JSON message to a program (POST), signed so that it can tell who sent it."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

import requests

from mailboxadmin.domain.delivery import Channel, Delivered, HookRoute
from mailboxadmin.notify.answered import answered
from mailboxadmin.outbound.transport import Transport

SIGNATURE_HEADER = "X-Mailbox-Admin-Signature"
#: The same at every try, so that whoever gets it twice knows.
DELIVERY_HEADER = "X-Mailbox-Admin-Delivery"
AGENT = "Mailbox Admin"


def post(transport: Transport, route: HookRoute, payload: Mapping[str, Any]) -> Delivered:
    """Send it, signed when there is a secret.

    Args:
        payload: has `id` and, so that an old message cannot be sent again by somebody else,
            `sent_at`; the signature is over all of it.

    Raises:
        NotDelivered: it was not answered with 2xx.
    """
    body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": AGENT,
        DELIVERY_HEADER: str(payload["id"]),
    }
    if route.secret:
        headers[SIGNATURE_HEADER] = signature(route.secret, body)
    request = requests.Request("POST", route.url, data=body, headers=headers)
    return answered(transport, Channel.WEBHOOK, request, secrets=(route.secret,))


def signature(secret: str, body: bytes) -> str:
    """`sha256=` and the HMAC (RFC 2104) of the body in hex."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
