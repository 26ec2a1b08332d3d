"""With what each mailbox signs in, and how its permission is; never a secret."""

from dataclasses import dataclass

from mailboxadmin.domain.mailbox import Glance
from mailboxadmin.domain.oauth import AppKey, Permission
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.office.oauth_apps import apps_set_up, redirect_uri
from mailboxadmin.services.overview.board import glance_at_all
from mailboxadmin.services.sign_in.permission import all_permissions


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInView:
    """One mailbox."""

    mailbox: Glance
    #: None where it is a password, or nothing yet.
    permission: Permission | None
    #: Where the provider sends its owner back to; empty without a permission.
    redirect_uri: str
    #: The office's app there is set up.
    app_set_up: bool

    @property
    def method(self) -> str:
        """`oauth`, `password`, or empty while there is nothing to sign in with."""
        if self.permission is not None:
            return "oauth"
        return "password" if self.mailbox.configured else ""


def list_sign_ins(deps: Deps) -> list[SignInView]:
    """Every mailbox, by its owner's name."""
    glances = glance_at_all(deps)
    with deps.store.read() as db:
        set_up = apps_set_up(db)
        permissions = all_permissions(db)
    return [_view(deps, each, permissions.get(each.id), set_up) for each in glances]


def _view(
    deps: Deps, glance: Glance, permission: Permission | None, set_up: frozenset[AppKey]
) -> SignInView:
    app = permission.app if permission else None
    return SignInView(
        mailbox=glance,
        permission=permission,
        redirect_uri=redirect_uri(deps, app) if app else "",
        app_set_up=app in set_up,
    )
