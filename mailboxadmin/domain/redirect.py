"""Whether a provider will send people back to this address, told before anybody tries.

What the two take as a redirect URI:
    Google     https, or http on this machine; no bare address but this machine's own; a name
               that ends like a public one
               (https://developers.google.com/identity/protocols/oauth2/web-server#uri-validation)
    Microsoft  https, or http for the name localhost
               (https://learn.microsoft.com/entra/identity-platform/reply-url)

Microsoft takes a bare address and a name of the office, since it is the browser that goes
there; both have another catch.
"""

import ipaddress
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

from mailboxadmin.domain.oauth import AppKey

#: Endings of names that no public DNS has.
_INSIDE: Final = (
    ".local",
    ".localhost",
    ".localdomain",
    ".lan",
    ".internal",
    ".intranet",
    ".private",
    ".home",
    ".home.arpa",
    ".corp",
)
_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True, kw_only=True)
class RedirectFault:
    """One thing that is wrong with the address people come back to."""

    #: What is wrong, and for which provider.
    wrong: str
    #: What to do about it.
    remedy: str
    #: The provider does not take it at all; otherwise it works for some only.
    refused: bool


def redirect_faults(key: AppKey, base_url: str, browser_url: str) -> tuple[RedirectFault, ...]:
    """What keeps people from coming back from the provider, the worst first.

    Args:
        base_url: the public address from which the redirect URI is made.
        browser_url: the address at which an admin has a page of ours open right now.
    """
    here = urlsplit(base_url)
    found = (_scheme(key, here), _bare(key, here), _inside(key, here), _other(here, browser_url))
    return tuple(sorted(filter(None, found), key=lambda fault: not fault.refused))


def _scheme(key: AppKey, here: SplitResult) -> RedirectFault | None:
    host = here.hostname or ""
    if here.scheme == "https" or host == "localhost":
        return None
    if not _is_loopback(host):
        name = "https:// and a public name" if _bare_or_inside(host) else f"https://{host}"
        return RedirectFault(
            wrong=f"{key.company} sends people back over https only, and this address is http.",
            remedy="Put a proxy with a certificate in front of Mailbox Admin, set "
            f"MAILBOXADMIN_BASE_URL to {name}, and start it again.",
            refused=True,
        )
    if key is AppKey.GMAIL:
        return None
    port = f":{here.port}" if here.port else ""
    return RedirectFault(
        wrong=f"Microsoft takes http only for the name localhost, not for {host}.",
        remedy=f"Set MAILBOXADMIN_BASE_URL to http://localhost{port} and start Mailbox Admin "
        "again.",
        refused=True,
    )


def _bare(key: AppKey, here: SplitResult) -> RedirectFault | None:
    host = here.hostname or ""
    if not _is_address(host) or _is_loopback(host):
        return None
    remedy = (
        "Give this machine a name of a domain that is yours; in the DNS it may lead to an address "
        "inside the office. Set MAILBOXADMIN_BASE_URL to it and start Mailbox Admin again."
    )
    if key is AppKey.GMAIL:
        wrong = f"Google takes no bare address such as {host}, it wants a name."
        return RedirectFault(wrong=wrong, remedy=remedy, refused=True)
    return RedirectFault(
        wrong=f"Microsoft takes a bare address, but browsers warn of it unless {host} stands in "
        "the certificate, and every change of it has to be registered anew.",
        remedy=remedy,
        refused=False,
    )


def _inside(key: AppKey, here: SplitResult) -> RedirectFault | None:
    host = here.hostname or ""
    if host == "localhost" or _is_address(host) or not _bare_or_inside(host):
        return None
    if key is AppKey.GMAIL:
        return RedirectFault(
            wrong=f"Google takes only names that end like public ones; {host} is known inside "
            "the office only.",
            remedy="Give this machine a name of a domain that is yours as well; in the DNS it may "
            "lead to an address inside the office. Set MAILBOXADMIN_BASE_URL to it and start "
            "Mailbox Admin again.",
            refused=True,
        )
    return RedirectFault(
        wrong=f"Microsoft takes this name, but {host} is known inside the office only: whoever "
        "connects from elsewhere does not come back.",
        remedy="Connect from inside the office, or give this machine a public name.",
        refused=False,
    )


def _other(here: SplitResult, browser_url: str) -> RedirectFault | None:
    there = urlsplit(browser_url)
    if _origin(here) == _origin(there):
        return None
    if here.hostname == there.hostname and (here.scheme, there.scheme) == ("https", "http"):
        remedy = (
            "Behind a proxy, set MAILBOXADMIN_TRUSTED_PROXIES to 1 and start Mailbox Admin again; "
            f"without one, open {here.geturl()} in the browser."
        )
    else:
        remedy = (
            f"Open {here.geturl()} in the browser, or set MAILBOXADMIN_BASE_URL to "
            f"{there.scheme}://{there.netloc} and start Mailbox Admin again."
        )
    lost = "they are not signed in" if here.hostname != there.hostname else "perhaps nobody answers"
    return RedirectFault(
        wrong=f"This page came from {there.scheme}://{there.netloc}, but people are sent back to "
        f"{here.geturl()}, where {lost}.",
        remedy=remedy,
        refused=False,
    )


def _origin(url: SplitResult) -> tuple[str, str, int | None]:
    return url.scheme, url.hostname or "", url.port or _PORTS.get(url.scheme)


def _bare_or_inside(host: str) -> bool:
    name = host.rstrip(".")
    return _is_address(name) or "." not in name or name.endswith(_INSIDE)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    return _is_address(host) and ipaddress.ip_address(host).is_loopback
