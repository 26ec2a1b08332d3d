"""What it takes to open a mailbox, put together at the last moment.

A password goes only to the server it was entered for; it is opened after everything
else has been found in order. A token goes to its provider's own server, or to one that
an admin or the operator named.
"""

from dataclasses import replace

from sqlalchemy.orm import Session

from mailboxadmin.domain.activity import SCHEDULER
from mailboxadmin.domain.effective import Effective
from mailboxadmin.domain.errors import Facts, Happening, MailFailure, SecretUnreadable
from mailboxadmin.domain.finding import Phase
from mailboxadmin.domain.mailbox import Account, Server
from mailboxadmin.domain.token import SignIn
from mailboxadmin.imap.policy import IMAP_PORTS
from mailboxadmin.imap.trace import Trace
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.office.effective import effective_for
from mailboxadmin.services.office.settings import office_values
from mailboxadmin.services.sign_in.tokens import Supply
from mailboxadmin.store import mailboxes
from mailboxadmin.store.certificates import pinned_fingerprints
from mailboxadmin.store.grants import grant_row
from mailboxadmin.store.secrets import password_row


def account_for(
    db: Session,
    deps: Deps,
    mailbox_id: int,
    in_force: Effective | None = None,
    *,
    actor: str = SCHEDULER,
) -> Account:
    """The account of a mailbox as it is saved.

    Args:
        in_force: its settings, where they are at hand.
        actor: who wants to open it; a person may ask again for what has ended.

    Raises:
        NotFound: there is no such mailbox.
        MailFailure: facts with phase `local`: NO_SERVER, NO_PASSWORD, PASSWORD_BOUND_ELSEWHERE
            or SECRET_UNREADABLE; or NO_TOKENS_HERE.
    """
    row = mailboxes.mailbox_row(db, mailbox_id)
    in_force = in_force or effective_for(db, deps.providers, mailbox_id)
    server = known_server(in_force.server)
    guarded = row.host_set_by == "staff"
    account = build_account(
        db,
        server=server,
        username=row.username or mailboxes.address_of(db, row),
        guarded=guarded,
    )
    if grant_row(db, mailbox_id) is not None:
        return with_stored_token(deps, mailbox_id, account, actor=actor)
    return replace(account, password=stored_password(db, deps, mailbox_id, server))


def with_stored_token(deps: Deps, mailbox_id: int, account: Account, *, actor: str) -> Account:
    """The account with the mailbox's own tokens, which are looked at when they are needed.

    Raises:
        MailFailure: NO_TOKENS_HERE, its owner named that server.
    """
    require_token_server(account)
    supply = Supply(deps, mailbox_id, actor=actor)
    return replace(account, bearer=supply, sign_in=SignIn.TOKEN)


def require_token_server(account: Account) -> None:
    """See that a token may be sent there.

    Raises:
        MailFailure: NO_TOKENS_HERE, its owner named that server.
    """
    if account.guarded:
        server = account.server
        detail = "a token is sent to the provider's own server, or to one that an admin named"
        raise MailFailure(
            replace(_local(Happening.NO_TOKENS_HERE, server, detail).facts, phase=Phase.TOKEN)
        )


def is_spent(account: Account, facts: Facts) -> bool:
    """True when the server ends the connection because the token's time is up; it is then refused.

    Exchange Online says so in its BYE, about an hour after the sign-in.
    """
    bearer = account.bearer
    if not isinstance(bearer, Supply) or not says_spent(facts):
        return False
    bearer.refuse()
    return True


def says_spent(facts: Facts) -> bool:
    """True when the server says that the time of a token is up: nothing else is wrong then."""
    said = (facts.server_said or "").lower()
    return facts.sign_in is SignIn.TOKEN and "accesstokenexpired" in said


def tell_asked(account: Account, trace: Trace | None) -> None:
    """Have the trace told when the provider is asked for a token."""
    if trace is not None and isinstance(account.bearer, Supply):
        account.bearer.told = trace.note


def known_server(server: Server | None) -> Server:
    """The server.

    Raises:
        MailFailure: NO_SERVER, nothing names one.
    """
    if server is None:
        raise _local(Happening.NO_SERVER)
    return server


def stored_password(db: Session, deps: Deps, mailbox_id: int, server: Server) -> str:
    """The password that was entered for that server.

    Raises:
        MailFailure: NO_PASSWORD, PASSWORD_BOUND_ELSEWHERE or SECRET_UNREADABLE.
    """
    row = password_row(db, mailbox_id)
    if row is None:
        raise _local(Happening.NO_PASSWORD, server)
    if row.bound_to != str(server):
        raise _local(Happening.PASSWORD_BOUND_ELSEWHERE, server, f"entered for {row.bound_to}")
    try:
        return deps.vault.open(row.sealed)
    except SecretUnreadable as fault:
        raise _local(Happening.SECRET_UNREADABLE, server, str(fault)) from fault


def build_account(db: Session, *, server: Server, username: str, guarded: bool) -> Account:
    """An account with what the office says about its host, and nothing yet to sign in with."""
    return Account(
        server=server,
        username=username,
        pinned=pinned_fingerprints(db, server.host),
        guarded=guarded,
        allowed_hosts=allowed_hosts(db),
    )


def allowed_hosts(db: Session) -> tuple[str, ...]:
    """What staff may name beside public servers: the admin's list, and the office's own server."""
    office = office_values(db)
    listed = office["allowed_internal_hosts"]
    allowed = listed if isinstance(listed, tuple) else ()
    host = office["imap_host"]
    if host is None:
        return allowed
    if ":" in str(host):
        return (*allowed, str(host))
    # With their ports, so that the office's server cannot be probed for what else it runs.
    ports = {*IMAP_PORTS, int(str(office["imap_port"] or 993))}
    return (*allowed, *(f"{host}:{port}" for port in sorted(ports)))


def _local(happening: Happening, server: Server | None = None, detail: str = "") -> MailFailure:
    return MailFailure(
        Facts(
            phase=Phase.LOCAL,
            happening=happening,
            detail=detail,
            host=server.host if server else None,
            port=server.port if server else None,
        )
    )
