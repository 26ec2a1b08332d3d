"""Somebody of the sample office agrees on the local provider's page, as with a browser."""

import secrets
from collections.abc import Mapping
from contextlib import closing
from http.client import HTTPConnection
from typing import NoReturn
from urllib.parse import parse_qsl, urlencode, urlsplit

from mailboxadmin.demo.provider_pages import Choice
from mailboxadmin.domain.consent import Outcome
from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.mailboxes.consent import (
    Returned,
    begin_consent,
    finish_consent,
    read_result,
)

#: The provider is in this process.
_LIMIT_S = 10.0
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def agree(deps: Deps, mailbox_id: int, key: AppKey, *, address: str) -> None:
    """Connect a mailbox with the permission of its owner, who signs in as `address`."""
    browser = secrets.token_urlsafe()
    page = begin_consent(deps, mailbox_id, key, browser=browser, actor=address)
    returned = Returned(app=key, query=_allow(page, address), browser=browser)
    done = finish_consent(deps, returned, claim_for=_no_link)
    result = read_result(deps, done, browser=browser)
    assert result is not None and result.outcome is Outcome.CONNECTED, result


def _allow(page: str, address: str) -> Mapping[str, str]:
    """Press *Allow*; what the browser is sent back with."""
    where = urlsplit(page)
    form = urlencode({"choice": Choice.ALLOW.value, "account": address})
    with closing(HTTPConnection(where.netloc, timeout=_LIMIT_S)) as provider:
        provider.request("POST", f"{where.path}?{where.query}", form, _FORM)
        back = provider.getresponse().headers["Location"]
    return dict(parse_qsl(urlsplit(back).query))


def _no_link(link: str) -> NoReturn:
    raise AssertionError("nobody was sent a link")
