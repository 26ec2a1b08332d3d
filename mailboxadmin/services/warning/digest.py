"""The summary of the morning: what is broken, what ended since yesterday, what ends soon."""

from collections.abc import Sequence
from datetime import time, timedelta

from mailboxadmin.domain.mailbox import State
from mailboxadmin.domain.notice import Notice, one_line
from mailboxadmin.domain.telling import Event, digest_due
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.keeping.backup_told import read_log
from mailboxadmin.services.notifying.notice_words import line_of, over_line
from mailboxadmin.services.notifying.notices import put_out, told_on
from mailboxadmin.services.office.channels import read_delivery_faults
from mailboxadmin.services.office.settings import office_values
from mailboxadmin.services.overview.board import Board, read_board
from mailboxadmin.services.warning.warnings import read_warnings
from mailboxadmin.store.notices import last_made_at
from mailboxadmin.store.told_cases import ended_since

SINCE_YESTERDAY = timedelta(days=1)


def make_digest(deps: Deps) -> bool:
    """Write the summary of the day when its time has come; whether it had."""
    now = deps.clock.now()
    with deps.store.read() as db:
        at = office_values(db)["notify_digest_at"]
        if not at or not told_on(db):
            return False
        if not digest_due(time.fromisoformat(str(at)), now, last_made_at(db, Event.DIGEST)):
            return False
    notice = compose_digest(deps)
    with deps.store.write(background=True) as db:
        # Another process may have been quicker.
        if not digest_due(time.fromisoformat(str(at)), now, last_made_at(db, Event.DIGEST)):
            return False
        put_out(db, notice, now)
    return True


def compose_digest(deps: Deps) -> Notice:
    """The summary as it is now."""
    board = read_board(deps)
    with deps.store.read() as db:
        ended = [over_line(row) for row in ended_since(db, deps.clock.now() - SINCE_YESTERDAY)]
        no_backup = read_log(db).failure
    soon = [f"- {each.summary} {each.fix}" for each in read_warnings(deps)]
    untold = [
        f"- {each.finding.summary if each.finding else 'Messages were given up.'}"
        for each in read_delivery_faults(deps)
    ]
    parts = [
        _part("Needs someone:", [line_of(case) for case in board.needing]),
        _part("Tried again by itself:", [line_of(case) for case in board.retrying]),
        _part("Works again since yesterday:", ended),
        _part("No new backup:", [f"- {no_backup.message}"] if no_backup else []),
        _part("Ends soon, or looks strange:", soon),
        _part("People were not told of everything:", untold),
    ]
    said = [part for part in parts if part]
    quiet = "Nothing is broken, nothing ended since yesterday, nothing ends soon."
    return Notice(
        event=Event.DIGEST,
        subject=one_line(_subject(board)),
        body="\n\n".join([*(said or [f"{_fine(board)} {quiet}"]), f"{deps.base_url}/"]) + "\n",
    )


def _part(heading: str, lines: Sequence[str]) -> str:
    return "\n".join([heading, *lines]) if lines else ""


def _subject(board: Board) -> str:
    count = len(board.needing)
    if not count:
        return _fine(board)
    return f"{count} {'thing needs' if count == 1 else 'things need'} someone. {_fine(board)}"


def _fine(board: Board) -> str:
    fine, all_ = board.count(State.OK), board.connected
    if not all_:
        return "No mailbox is connected yet."
    if fine == all_:
        return "The mailbox is fine." if fine == 1 else f"All {fine} mailboxes are fine."
    return f"{fine} of {all_} mailboxes {'is' if fine == 1 else 'are'} fine."
