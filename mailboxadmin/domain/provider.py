"""Mail providers that are recognised, and how a person gets an app password there."""

from dataclasses import dataclass

from mailboxadmin.domain.mailbox import Server


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """One row of `diagnosis/providers.toml`."""

    #: `gmail`, `outlook`, `yahoo`, ...
    key: str
    #: As a sentence calls it: "Google".
    name: str
    server: Server
    #: Exact domains of addresses: gmail.com, googlemail.com.
    domains: frozenset[str]
    #: Endings of MX host names: `.google.com`.
    mx_suffixes: tuple[str, ...]
    #: Endings of IMAP host names by which the provider is recognised.
    host_suffixes: tuple[str, ...]
    #: False: the provider accepts no password over IMAP, app passwords included.
    accepts_passwords: bool
    #: The provider shows app passwords in groups; the spaces are not part of it.
    strips_spaces: bool
    #: Numbered steps to an app password; may hold `[text](https://…)` links.
    steps: tuple[str, ...]
    #: A remark under the steps, for who does not find them; empty if none.
    remark: str = ""
