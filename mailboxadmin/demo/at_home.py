"""The mail servers of Google and Microsoft as they are in the sample office: its own."""

from dataclasses import replace

from mailboxadmin.domain.mailbox import Server
from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.services.deps import Deps

_WITH_TOKENS = frozenset(key.value for key in AppKey)


def at_home(deps: Deps, server: Server) -> Deps:
    """The tools by which no token leaves this machine, whoever connects to which of the two."""
    known = deps.providers.all
    moved = tuple(
        replace(each, server=server) if each.key in _WITH_TOKENS else each for each in known
    )
    return replace(deps, providers=replace(deps.providers, all=moved))
