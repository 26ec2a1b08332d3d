"""An office whose OAuth apps are set up at the local provider, and people who agree there.

def test_a_connected_mailbox_is_synced(token_office):
    ann = token_office.connected()  # agreed on the provider's page; read at a real Dovecot
    token_office.dovecot.deliver(ann.account, mails.message(1))

    report = token_office.office.sync(ann)

    assert report.counts.new == 1
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from mailboxadmin.demo.provider import SOMEBODY_ELSE, LocalProvider
from mailboxadmin.demo.provider_pages import Choice
from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.consent import ConsentResult, Outcome
from mailboxadmin.domain.mailbox import Encryption
from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.mailboxes.configure import configure_mailbox
from mailboxadmin.services.mailboxes.consent import (
    Returned,
    begin_consent,
    finish_consent,
    read_result,
)
from mailboxadmin.services.office.settings import change_settings
from mailboxadmin.services.sign_in.draft import Draft
from mailboxadmin.store.grants import ACCESS_TOKEN, REFRESH_TOKEN, sealed_token
from mailboxadmin.store.tables_oauth import GrantRow
from tests.support.dovecot import Dovecot
from tests.support.office import Box, Office

#: What only the browser of whoever agrees holds.
BROWSER = "the browser's own secret"
_PREFIX = "MAILBOXADMIN_"


def urls_of(provider: LocalProvider) -> dict[str, str]:
    """The provider's addresses as `Config.provider_urls` has them."""
    return {key.removeprefix(_PREFIX): url for key, url in provider.environment.items()}


def set_up_apps(deps: Deps, provider: LocalProvider) -> None:
    """Enter the apps under Settings, and register our redirect URIs at the provider."""
    texts = {"outlook_tenant_id": provider.app(AppKey.OUTLOOK).tenant}
    for key in AppKey:
        app = provider.app(key)
        texts |= {f"{key}_client_id": app.client_id, f"{key}_client_secret": app.client_secret}
    change_settings(deps, texts, actor=COMMAND_LINE)
    provider.serve(deps.base_url)


def press(url: str, choice: Choice, account: str | None = None) -> dict[str, str]:
    """Press a button on the provider's page; what the browser is sent back with."""
    other = account or (SOMEBODY_ELSE if choice is Choice.SOMEBODY_ELSE else None)
    form = {"choice": choice.value} | ({"account": other} if other else {})
    answer = requests.post(url, data=form, allow_redirects=False, timeout=60)
    assert answer.status_code in (302, 303), answer.text
    return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))


class Listens(Protocol):
    """Whatever can be connected to."""

    @property
    def host(self) -> str: ...

    @property
    def port(self) -> int: ...


@dataclass(frozen=True, slots=True)
class TokenOffice:
    """The office, the provider, and the mail server that takes its tokens."""

    office: Office
    provider: LocalProvider
    dovecot: Dovecot

    @property
    def deps(self) -> Deps:
        return self.office.deps

    def box(self, email: str | None = None, dovecot: Dovecot | None = None) -> Box:
        """A person whose mailbox is on the Dovecot, and who has not connected it yet."""
        server = dovecot or self.dovecot
        account = server.user(email) if email else server.user()
        person = self.office.person(account.name)
        assert person.mailbox_id is not None
        box = Box(person.mailbox_id, person, account)
        self.move(box, server)
        return box

    def move(self, box: Box, server: Listens) -> None:
        """The operator names another server for it; the permission stays."""
        texts = {
            "imap_host": server.host,
            "imap_port": str(server.port),
            "imap_encryption": Encryption.NONE.value,
        }
        configure_mailbox(
            self.deps,
            box.id,
            Draft(texts=texts),
            actor=COMMAND_LINE,
            set_by="operator",
            test=False,
        )

    def begin(self, box: Box, key: AppKey = AppKey.GMAIL, *, browser: str = BROWSER) -> str:
        """The provider's page that asks."""
        actor = box.person.email
        return begin_consent(self.deps, box.id, key, browser=browser, actor=actor)

    def finish(
        self, key: AppKey, query: Mapping[str, str], *, browser: str = BROWSER
    ) -> ConsentResult:
        """What becomes of what a browser brings back."""
        returned = Returned(app=key, query=query, browser=browser)
        result = read_result(
            self.deps, finish_consent(self.deps, returned, claim_for=no_link), browser=browser
        )
        assert result is not None
        return result

    def agree(
        self,
        box: Box,
        key: AppKey = AppKey.GMAIL,
        choice: Choice = Choice.ALLOW,
        account: str | None = None,
    ) -> ConsentResult:
        """Go to the provider, press a button there, and come back."""
        return self.finish(key, press(self.begin(box, key), choice, account))

    def connected(self, key: AppKey = AppKey.GMAIL, email: str | None = None) -> Box:
        """A person who has connected their mailbox; it is not yet synced."""
        box = self.box(email)
        assert self.agree(box, key).outcome is Outcome.CONNECTED
        return box

    def grant(self, box: Box) -> GrantRow:
        """The row of a permission."""
        with self.deps.store.read() as db:
            return db.get_one(GrantRow, box.id)

    def tokens(self, box: Box) -> tuple[str, str]:
        """The access token and the refresh token that are kept."""
        with self.deps.store.read() as db:
            sealed = [sealed_token(db, box.id, name) for name in (ACCESS_TOKEN, REFRESH_TOKEN)]
        access, refresh = (self.deps.vault.open(each) for each in sealed if each is not None)
        return access, refresh


def no_link(_: str) -> Callable[..., None]:
    raise AssertionError("nothing was begun in a link")


@pytest.fixture
def token_office(
    open_office: Callable[..., Office], provider: LocalProvider, token_dovecot: Dovecot
) -> TokenOffice:
    """An office that is set up at the local provider; the provider goes by the office's clock."""
    office = open_office(urls=urls_of(provider))
    provider.manner.now = office.clock.now
    set_up_apps(office.deps, provider)
    return TokenOffice(office, provider, token_dovecot)
