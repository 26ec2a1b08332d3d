"""A person whose sign-ins are refused again and again is asked to wait.

The name at sign-in is free, so that a mailbox of one's own could be a way to guess
a colleague's password. The log and the runs say what was tried; nothing else is kept.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from mailboxadmin.domain.activity import Code, Level
from mailboxadmin.domain.errors import MailboxAdminError
from mailboxadmin.domain.finding import REFUSALS
from mailboxadmin.services.deps import Deps
from mailboxadmin.store import activity_pages, runs

#: So many refused sign-ins, by one person for one mailbox, within so long.
MOST_REFUSED = 10
WITHIN = timedelta(hours=1)
#: A NO in words that nobody knows may well be a refusal.
_REFUSED = REFUSALS | {"unknown"}
#: What is read at most to find them.
READ = 100


class TooManyRefused(MailboxAdminError):
    """Raised when a person may not try another password before `again_at`."""

    def __init__(self, again_at: datetime) -> None:
        super().__init__(f"The mail server refused {MOST_REFUSED} sign-ins within an hour.")
        self.again_at = again_at


def stop_guessing(deps: Deps, mailbox_id: int, *, actor: str) -> None:
    """Let nobody try passwords for ever.

    Raises:
        TooManyRefused: the mail server refused what this person tried too often.
    """
    since = deps.clock.now() - WITHIN
    with deps.store.read() as db:
        refused = sorted(
            [*_tests(db, mailbox_id, actor, since), *_syncs(db, mailbox_id, actor, since)]
        )
    if len(refused) >= MOST_REFUSED:
        raise TooManyRefused(refused[-MOST_REFUSED] + WITHIN)


def _tests(db: Session, mailbox_id: int, actor: str, since: datetime) -> Iterator[datetime]:
    tests = activity_pages.entries(
        db,
        mailbox_id=mailbox_id,
        codes=[Code.CHECK_FINISHED],
        minimum=Level.WARNING,
        above=activity_pages.id_before(db, since),
        limit=READ,
    )
    for test in tests:
        if test.actor == actor and test.detail and test.detail["code"] in _REFUSED:
            yield test.at


def _syncs(db: Session, mailbox_id: int, actor: str, since: datetime) -> Iterator[datetime]:
    """Runs that a person began: what was saved untested is tried in one."""
    for run in runs.recent_runs(db, mailbox_id, READ):
        if run.finished_at is None or run.finished_at <= since or run.started_by != actor:
            continue
        if run.finding is not None and run.finding.refused_credentials:
            yield run.finished_at
