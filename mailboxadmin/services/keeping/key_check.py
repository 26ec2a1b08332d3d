"""Whether the keys that are here open what is stored; if not, the program works in repair mode."""

from hashlib import sha256

from mailboxadmin.domain.errors import SecretUnreadable
from mailboxadmin.services.deps import Deps
from mailboxadmin.store.doctor import sealed_secrets


def count_closed(deps: Deps) -> tuple[int, int]:
    """How many stored secrets no key opens, and how many there are."""
    with deps.store.read() as db:
        sealed = sealed_secrets(db)
    return sum(not opens(deps, each) for each in sealed), len(sealed)


def repair_mode(deps: Deps) -> str:
    """What is said at a start that cannot open every secret; empty when it can."""
    closed, stored = count_closed(deps)
    if not closed:
        return ""
    which = f"the key file {deps.key_file}" if deps.key_file else "the MAILBOXADMIN_SECRET_KEYS"
    return (
        f"{closed} of {stored} stored secrets cannot be opened with {which}. Put the right key "
        "back and start again, or enter those secrets again in their forms; all else works."
    )


def opens(deps: Deps, sealed: bytes) -> bool:
    """Whether a key is here for it; what a key of this process opened once, it opens still."""
    digest = sha256(sealed).digest()
    if digest in deps.opened:
        return True
    try:
        deps.vault.open(sealed)
    except SecretUnreadable:
        return False
    deps.opened.add(digest)
    return True
