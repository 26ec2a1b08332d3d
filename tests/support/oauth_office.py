"""An office whose OAuth apps are those of the local provider.

use_provider(office, provider)          # as the environment does
set_up(office, provider, AppKey.GMAIL)  # as an admin does
"""

from dataclasses import replace

from mailboxadmin.config import PREFIX
from mailboxadmin.demo.provider import LocalProvider
from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.oauth.endpoints import Endpoints
from mailboxadmin.services.office.settings import change_settings
from tests.support.configuring import ADMIN
from tests.support.office import Office


def use_provider(office: Office, provider: LocalProvider, *, limit_s: float = 5.0) -> None:
    """Have the office ask the local provider instead of the real ones."""
    urls = {key.removeprefix(PREFIX): url for key, url in provider.environment.items()}
    tokens = replace(
        office.deps.tokens,
        endpoints=Endpoints.of(urls),
        transport=replace(office.deps.tokens.transport, limit_s=limit_s),
    )
    office.app.extensions["mailboxadmin"] = replace(office.deps, tokens=tokens)
    provider.serve(office.deps.base_url)


def entered(provider: LocalProvider, key: AppKey, **changes: str) -> dict[str, str]:
    """What an admin enters for the app, with what is to be another."""
    app = provider.app(key)
    texts = {f"{key}_client_id": app.client_id, f"{key}_client_secret": app.client_secret}
    if key is AppKey.OUTLOOK:
        texts["outlook_tenant_id"] = app.tenant
    return texts | changes


def set_up(office: Office, provider: LocalProvider, key: AppKey, **changes: str) -> None:
    """Enter it."""
    change_settings(office.deps, entered(provider, key, **changes), actor=ADMIN)
