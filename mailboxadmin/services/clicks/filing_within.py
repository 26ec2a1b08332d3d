"""Moving and flagging, in a transaction of the caller's: shown at once, told the server soon."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from mailboxadmin.domain.errors import InvalidInput
from mailboxadmin.domain.filing import Kind
from mailboxadmin.services.clicks.filing_log import requested_entry
from mailboxadmin.services.clicks.read_status import make_due
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.office.effective import effective_for
from mailboxadmin.store import flag_changes, moves
from mailboxadmin.store.activity import add_entry

NOT_ALLOWED = (
    "Moving and flagging mail is off: switch on “Move and flag mail on the server” in Mailbox "
    "Config first. Nothing was changed."
)


def allows_changes(db: Session, deps: Deps, mailbox_id: int) -> bool:
    """True when `allow_changes` is on for the mailbox."""
    return effective_for(db, deps.providers, mailbox_id).allows_changes


def require_allowed(db: Session, deps: Deps, mailbox_id: int) -> None:
    """Make sure that mail may be moved and flagged.

    Raises:
        InvalidInput: `allow_changes` is off.
    """
    if not allows_changes(db, deps, mailbox_id):
        raise InvalidInput("allow_changes", NOT_ALLOWED)


def flag_within(
    db: Session, deps: Deps, mailbox_id: int, ids: Sequence[int], *, flagged: bool, actor: str
) -> list[int]:
    """Flag messages of that mailbox, or not any more; those that are shown otherwise now."""
    now = deps.clock.now()
    changed = flag_changes.put_flags(db, mailbox_id, ids, flagged=flagged, actor=actor, now=now)
    if changed:
        wish = "flagged" if flagged else "flagged no more"
        add_entry(db, requested_entry(mailbox_id, actor, Kind.FLAG, changed, wish), now)
        make_due(db, mailbox_id, now)
    return changed


def file_within(
    db: Session, deps: Deps, mailbox_id: int, targets: Mapping[int, int], *, wish: str, actor: str
) -> dict[int, int]:
    """Move messages of that mailbox to folders of it, by their ids; where they were shown before.

    Args:
        wish: what the log says of it.
    """
    now = deps.clock.now()
    shown = moves.put_moves(db, mailbox_id, targets, actor=actor, now=now)
    if shown:
        add_entry(db, requested_entry(mailbox_id, actor, Kind.MOVE, list(shown), wish), now)
        make_due(db, mailbox_id, now)
    return shown
