"""A person whose tries fail again and again is asked to wait.

The name at sign-in is free, so that a mailbox of one's own could be a way to guess
a colleague's password; and so is the server, which could be a way to ask for the names of
the office's machines. The log and the runs say what was tried; nothing else is kept.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from mailboxadmin.domain.activity import Code, Entry, Level
from mailboxadmin.domain.errors import MailboxAdminError
from mailboxadmin.domain.finding import REFUSALS
from mailboxadmin.domain.mailbox import Server
from mailboxadmin.services.deps import Deps
from mailboxadmin.store import activity_pages, runs
from mailboxadmin.store.activity import add_entry

#: So many refused sign-ins, by one person for one mailbox, within so long.
MOST_REFUSED = 10
#: So many servers that may not be named, or that no resolver knows.
MOST_PROBED = 20
WITHIN = timedelta(hours=1)
_MAY_NOT_BE_NAMED = "local.host_not_allowed"
_PROBES = frozenset({_MAY_NOT_BE_NAMED, "dns.host_not_found"})
#: A NO in words that nobody knows may well be a refusal.
_REFUSED = REFUSALS | {"unknown"}
#: What is read at most to find them.
READ = 100


class TooManyRefused(MailboxAdminError):
    """Raised when a person may not try another password before `again_at`."""

    def __init__(self, sentence: str, again_at: datetime) -> None:
        super().__init__(sentence)
        self.again_at = again_at


def stop_guessing(deps: Deps, mailbox_id: int, *, actor: str) -> None:
    """Let nobody try passwords, or servers, for ever.

    Raises:
        TooManyRefused: the mail server refused what this person tried too often, or they named
            too many servers that are none.
    """
    since = deps.clock.now() - WITHIN
    with deps.store.read() as db:
        tests = list(_tests(db, mailbox_id, actor, since))
        refused = [at for at, code in tests if code in _REFUSED]
        refused += _syncs(db, mailbox_id, actor, since)
    _limit(
        refused, MOST_REFUSED, f"The mail server refused {MOST_REFUSED} sign-ins within an hour."
    )
    probed = [at for at, code in tests if code in _PROBES]
    _limit(probed, MOST_PROBED, f"{MOST_PROBED} servers that are none were tried within an hour.")


def note_probe(deps: Deps, mailbox_id: int, server: Server, *, actor: str) -> None:
    """Write down that somebody named a server that they may not; not what stands there."""
    entry = Entry(
        code=Code.CHECK_FINISHED,
        level=Level.WARNING,
        message=f"Not tried: {server.host} on port {server.port} may not be named here.",
        actor=actor,
        mailbox_id=mailbox_id,
        detail={"ok": False, "code": _MAY_NOT_BE_NAMED},
    )
    with deps.store.write() as db:
        add_entry(db, entry, deps.clock.now())


def _limit(tries: list[datetime], most: int, sentence: str) -> None:
    if len(tries) >= most:
        raise TooManyRefused(sentence, sorted(tries)[-most] + WITHIN)


def _tests(
    db: Session, mailbox_id: int, actor: str, since: datetime
) -> Iterator[tuple[datetime, str | None]]:
    """When that person's tests failed, and with which code."""
    tests = activity_pages.entries(
        db,
        mailbox_id=mailbox_id,
        codes=[Code.CHECK_FINISHED],
        minimum=Level.WARNING,
        above=activity_pages.id_before(db, since),
        limit=READ,
    )
    for test in tests:
        if test.actor == actor and test.detail:
            yield test.at, test.detail["code"]


def _syncs(db: Session, mailbox_id: int, actor: str, since: datetime) -> Iterator[datetime]:
    """Runs that a person began: what was saved untested is tried in one."""
    for run in runs.recent_runs(db, mailbox_id, READ):
        if run.finished_at is None or run.finished_at <= since or run.started_by != actor:
            continue
        if run.finding is not None and run.finding.refused_credentials:
            yield run.finished_at
