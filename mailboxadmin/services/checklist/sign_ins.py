"""5. With what each mailbox signs in, against what its provider accepts, and the OAuth apps."""

import re
from hashlib import sha256

from mailboxadmin.domain.app_standing import AppStanding
from mailboxadmin.domain.counted import counted
from mailboxadmin.domain.errors import SecretUnreadable
from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.domain.provider import Provider
from mailboxadmin.domain.redirect import redirect_faults
from mailboxadmin.oauth.client import PROVIDERS
from mailboxadmin.services.checklist.answer import Found, Point, Verdict, to_do, together
from mailboxadmin.services.checklist.look import Box, Look
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.office.oauth_apps import redirect_uri
from mailboxadmin.services.sign_in.oauth_setup import AppSetup

#: What Google makes: four groups of four letters, here without the spaces.
_APP_PASSWORD = re.compile(r"[a-z]{16}")


def sign_ins(look: Look) -> Found:
    """Every mailbox that signs in as its provider does not let anybody."""
    boxes = [box for box in look.boxes if box.configured]
    points = tuple(point for box in boxes for point in _points(look, box))
    if not points:
        with_oauth = sum(box.permission is not None for box in boxes)
        return Found(
            summary=f"{counted(len(boxes), 'mailbox signs', 'mailboxes sign')} in as the provider "
            f"wants it: {with_oauth} with a permission (OAuth), {len(boxes) - with_oauth} with a "
            "password."
        )
    return Found(summary=together(points), fix=to_do(points), points=points, word=_word(points))


def _word(points: tuple[Point, ...]) -> str:
    return counted(len({point.mailbox_id for point in points}), "mailbox", "mailboxes")


def _points(look: Look, box: Box) -> list[Point]:
    provider = box.by_host or (box.by_domain if box.server is None else None)
    found = _with_permission(look, box) if box.permission else _with_password(look, box, provider)
    return [
        Point(what=what, fix=fix, mailbox_id=box.id, who=box.who, verdict=verdict)
        for what, fix, verdict in found
    ]


def _with_password(
    look: Look, box: Box, provider: Provider | None
) -> list[tuple[str, str, Verdict]]:
    if provider is None or box.sealed is None:
        return []
    host = box.server.host if box.server else provider.server.host
    if not provider.accepts_passwords:
        app = next((key for key in AppKey if key == provider.key), None)
        first = ""
        if app is not None and app not in look.apps:
            first = f"Set the {app.label} app up under Settings, OAuth; then "
        label = app.label if app else provider.name
        return [
            (
                f"{box.who} uses a password for {host}: {provider.name} no longer accepts "
                "passwords, app passwords included.",
                f"{first}{box.who} connects {label} under Mailbox Config.",
                Verdict.ACT,
            )
        ]
    if provider.key == AppKey.GMAIL and not _like_an_app_password(look.deps, box.sealed):
        return [
            (
                f"{box.who} uses a password for {host} that does not look like an app password: "
                "Google’s have 16 letters, and the account’s own password is refused.",
                f"{box.who} connects Gmail under Mailbox Config, or enters an app password there.",
                Verdict.ACT,
            )
        ]
    return []


def _with_permission(look: Look, box: Box) -> list[tuple[str, str, Verdict]]:
    permission, provider = box.permission, box.by_host
    assert permission is not None
    app, found = permission.app, []
    if provider is not None and provider.key != app:
        host = box.server.host if box.server else ""
        found.append(
            (
                f"{box.who} signs in with a permission of {app.company}, but the server is {host} "
                f"of {provider.name}, which takes no such permission.",
                f"Leave the server of {box.who} empty, or enter a password for {host}.",
                Verdict.ACT,
            )
        )
    if not PROVIDERS[app].opens_mail(permission.scopes):
        found.append(
            (
                f"The permission of {box.who} at {app.company} does not open mail: the scope "
                f"{PROVIDERS[app].SCOPES[0]} is not among those granted.",
                f"{box.who} connects {app.label} again and leaves every box ticked.",
                Verdict.ACT,
            )
        )
    if permission.ended_at is not None:
        found.append(
            (
                f"The permission of {box.who} at {app.company} has ended.",
                f"{box.who} connects {app.label} again under Mailbox Config.",
                Verdict.ACT,
            )
        )
    elif app not in look.apps:
        found.append(
            (
                f"{box.who} signs in with {app.label}, but the {app.label} app is not set up.",
                f"Enter client ID and secret of the {app.label} app under Settings, OAuth.",
                Verdict.ACT,
            )
        )
    return found


def _like_an_app_password(deps: Deps, sealed: bytes) -> bool:
    """Only its shape is looked at; remembered by the sealed form, for opening takes its time."""
    key = sha256(sealed).digest()
    if key not in deps.app_passwords:
        try:
            deps.app_passwords[key] = bool(_APP_PASSWORD.fullmatch(deps.vault.open(sealed)))
        except SecretUnreadable:
            # The check of the key tells that.
            return True
    return deps.app_passwords[key]


def oauth_apps(look: Look) -> Found:
    """Whether each app that is begun is complete."""
    setups = look.setups
    points = tuple(
        Point(what=_WRONG[each.standing].format(app=each.key.label), fix=_fix(each))
        for each in setups
        if each.standing in _WRONG
    )
    if points:
        return Found(summary=together(points), fix=to_do(points), points=points, word="App")
    complete = [each.key.label for each in setups if each.standing is not AppStanding.NOT_SET_UP]
    if not complete:
        return Found(summary="No OAuth app is set up; without one, nobody connects by a click.")
    return Found(summary=f"The OAuth settings are complete: {' and '.join(complete)}.")


def _fix(setup: AppSetup) -> str:
    return f"Complete the {setup.key.label} app under Settings, OAuth."


_WRONG = {
    AppStanding.CLIENT_ID_MISSING: "The {app} app has a client secret but no client ID.",
    AppStanding.SECRET_MISSING: "The {app} app has a client ID but no client secret.",
    AppStanding.SECRET_UNREADABLE: "The client secret of the {app} app cannot be opened: the key "
    "that sealed it is not there.",
    AppStanding.SECRET_ENDED: "The client secret of the {app} app has ended, as far as its last "
    "day was entered.",
}


def way_back(look: Look) -> Found:
    """Whether people come back from the provider: the redirect URI, letter by letter."""
    begun = [each for each in look.setups if each.client_id]
    keys = [each.key for each in begun] or list(AppKey)
    uris = [f"`{redirect_uri(look.deps, key)}`" for key in keys]
    faults = [
        fault
        for each in begun
        for fault in redirect_faults(each.key, look.deps.base_url, look.browser_url)
    ]
    registered = f"Redirect URI as it must be registered: {' and '.join(uris)}."
    if not faults:
        return Found(summary=registered)
    refused = any(fault.refused for fault in faults)
    return Found(
        summary=" ".join([*dict.fromkeys(fault.wrong for fault in faults), registered]),
        fix=" ".join(dict.fromkeys(fault.remedy for fault in faults)),
        judged=Verdict.ACT if refused else Verdict.LOOK,
        word="Redirect URI",
    )
