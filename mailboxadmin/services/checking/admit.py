"""Whether a draft may be tried and saved: nothing missing, a server one may name, no guessing."""

from mailboxadmin.domain.errors import InvalidInput, InvalidInputs, MailFailure
from mailboxadmin.imap.deadline import Deadline
from mailboxadmin.imap.policy import check_allowed
from mailboxadmin.services.checking.guessing import note_probe, stop_guessing
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.office.effective import recognise_by_mx
from mailboxadmin.services.sign_in import account
from mailboxadmin.services.sign_in.draft import Draft, Plan, SetBy, plan_draft

#: Short, because the test that follows asks again and has to end within half a minute.
LOOK_UP_LIMIT_S = 4.0
#: The same for every address that is refused, so that the form tells nothing about the network.
NOT_ALLOWED = (
    "Only public mail servers on the ports 143 and 993 may be named here. "
    "Your admin can allow others under Settings."
)


def read_draft(deps: Deps, mailbox_id: int, draft: Draft, *, actor: str, set_by: SetBy) -> Plan:
    """The draft as a plan that could be tried and saved.

    Raises:
        NotFound: there is no such mailbox.
        InvalidInputs: some of it cannot be accepted.
        TooManyRefused: what this person tried was refused too often, or was too often no server
            that they may name; the operator is trusted.
    """
    if set_by != "operator":
        stop_guessing(deps, mailbox_id, actor=actor)
    with deps.store.read() as db:
        plan = plan_draft(db, deps, mailbox_id, draft, set_by)
    if plan.effective.server is None:
        recognise_by_mx(deps, mailbox_id)
        with deps.store.read() as db:
            plan = plan_draft(db, deps, mailbox_id, draft, set_by)
    _require_what_is_missing(plan, set_by)
    _refuse_inner_servers(deps, plan, actor)
    return plan


def _require_what_is_missing(plan: Plan, set_by: SetBy) -> None:
    if plan.password is not None and plan.effective.server is None:
        domain = plan.address.rpartition("@")[2]
        _refuse("imap_host", f"Enter the mail server; none is known for {domain}.")
    if set_by == "operator":
        return
    if plan.password_elsewhere:
        _refuse(
            "password",
            "The server is another one now: enter the password again, so that the old one "
            "is not sent there.",
        )
    if set_by == "staff" and not plan.can_sign_in:
        _refuse("password", "Enter the password; without it the mailbox cannot be opened.")


def _refuse(field: str, sentence: str) -> None:
    raise InvalidInputs((InvalidInput(field, sentence),))


def _refuse_inner_servers(deps: Deps, plan: Plan, actor: str) -> None:
    """Let staff name public servers only, and what an admin allowed; no transaction may be open.

    A name that cannot be resolved passes: the check says more about it.

    Raises:
        InvalidInputs: the server may not be named; the sentence is the same for all.
    """
    server = plan.effective.server
    if server is None or not plan.server_changed or plan.host_set_by != "staff":
        return
    with deps.store.read() as db:
        allowed = account.allowed_hosts(db)
    try:
        addresses = deps.network.resolve(server.host, Deadline.after(LOOK_UP_LIMIT_S))
    except MailFailure:
        return
    try:
        check_allowed(server, addresses, allowed)
    except MailFailure as refusal:
        note_probe(deps, plan.mailbox_id, server, actor=actor)
        raise InvalidInputs((InvalidInput("imap_host", NOT_ALLOWED),)) from refusal
