"""People in a browser who connect their mailbox, and the provider's page that they are sent to.

anna = at_desk(box.person.email)
page = begin(anna)                             # she pressed Connect; the provider's address
query = press(page, Choice.ALLOW)              # she agrees there
answer = come_back(anna, AppKey.GMAIL, query)  # and her browser brings the answer
"""

from collections.abc import Mapping

from werkzeug.test import TestResponse

from mailboxadmin.demo.provider_pages import Choice
from mailboxadmin.domain.oauth import AppKey
from tests.support.token_office import press
from tests.support.visitor import Visitor


def begin(
    who: Visitor, key: AppKey = AppKey.GMAIL, *, form_at: str = "/mailbox", **fields: str
) -> str:
    """Press *Connect*; the provider's page."""
    answer = who.post(f"/oauth/connect/{key}", form_at=form_at, **fields)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def come_back(
    who: Visitor, key: AppKey, query: Mapping[str, str], *, follow: bool = True
) -> TestResponse:
    """Bring back what the provider sent along; the page that says how it ended."""
    path = f"/oauth/callback/{key}"
    return who.get(path, query_string=dict(query), follow_redirects=follow)


def connect(
    who: Visitor,
    key: AppKey = AppKey.GMAIL,
    choice: Choice = Choice.ALLOW,
    *,
    form_at: str = "/mailbox",
    **fields: str,
) -> TestResponse:
    """The whole way there and back."""
    return come_back(who, key, press(begin(who, key, form_at=form_at, **fields), choice))
