"""The office's OAuth apps as an admin sets them up: all but the secrets themselves."""

from dataclasses import dataclass
from datetime import date

from mailboxadmin.domain.app_standing import AppStanding, standing_of
from mailboxadmin.domain.errors import SecretUnreadable
from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.office.oauth_apps import app_of, client_id_key, redirect_uri, secret_key
from mailboxadmin.services.office.settings import SettingView, read_settings


@dataclass(frozen=True, slots=True, kw_only=True)
class AppSetup:
    """One app, as its card shows it."""

    key: AppKey
    standing: AppStanding
    #: Its settings, in the order of the form; of the secret only whether there is one.
    views: tuple[SettingView, ...]
    redirect_uri: str
    #: The last day of the secret; None when nobody entered it, or it has none.
    secret_ends_on: date | None

    @property
    def client_id(self) -> str:
        """As it was entered; empty when it was not."""
        return self._text(client_id_key(self.key))

    @property
    def has_secret(self) -> bool:
        """A secret is stored, whether it can be opened or not."""
        return bool(self._text(secret_key(self.key)))

    @property
    def secret_closed(self) -> bool:
        """A secret is stored that no key opens."""
        return not self._view(secret_key(self.key)).readable

    def _text(self, key: str) -> str:
        return self._view(key).text

    def _view(self, key: str) -> SettingView:
        return next(view for view in self.views if view.setting.key == key)


def read_setups(deps: Deps) -> tuple[AppSetup, ...]:
    """Both apps, whether they are set up or not."""
    views, today = read_settings(deps), deps.clock.now().astimezone().date()
    return tuple(_setup(deps, key, views, today) for key in AppKey)


def _setup(deps: Deps, key: AppKey, views: tuple[SettingView, ...], today: date) -> AppSetup:
    own = tuple(view for view in views if view.setting.app is key)
    texts = {view.setting.key: view.text for view in own}
    day = texts.get(f"{key}_secret_expires_on", "")
    ends_on = date.fromisoformat(day) if day else None
    standing = standing_of(
        texts[client_id_key(key)],
        has_secret=bool(texts[secret_key(key)]),
        readable=_readable(deps, key),
        ends_on=ends_on,
        today=today,
    )
    return AppSetup(
        key=key,
        standing=standing,
        views=own,
        redirect_uri=redirect_uri(deps, key),
        secret_ends_on=ends_on,
    )


def _readable(deps: Deps, key: AppKey) -> bool:
    try:
        with deps.store.read() as db:
            app_of(db, deps, key)
    except SecretUnreadable:
        return False
    return True
