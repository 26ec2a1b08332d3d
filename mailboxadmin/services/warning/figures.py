"""What a monitor reads: the board in numbers."""

import shutil
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from mailboxadmin.domain.activity import Code, Level
from mailboxadmin.domain.backups import newest
from mailboxadmin.domain.mailbox import Mailbox, State
from mailboxadmin.services.checklist import errors
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.keeping.daily_backup import read_backups
from mailboxadmin.services.machine.memory import Memory, read_memory
from mailboxadmin.services.warning.warnings import read_warnings
from mailboxadmin.services.work.beat import Beat, read_beat
from mailboxadmin.services.work.runs import is_live
from mailboxadmin.store import board, figures, watch
from mailboxadmin.store.activity_pages import id_before
from mailboxadmin.store.backup import database_file
from mailboxadmin.store.checklist import causes_above, waiting_by_mailbox

DAY = timedelta(hours=24)
#: A server that was not reached for so long has no certificate worth telling.
SHOWN_WITHIN = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The numbers of now."""

    #: Every state is there.
    mailboxes: dict[str, int]
    #: By address, in seconds; without those that never succeeded.
    last_success_age_s: dict[str, float]
    #: The greatest of those that should be checked by themselves; None when there is none.
    oldest_success_age_s: float | None
    #: By address; what is on the server and stored here.
    messages: dict[str, int]
    #: Mailboxes that are broken now, by the code of their finding.
    broken: dict[str, int]
    #: Failures of the last 24 hours by their code, each try counted.
    failures: dict[str, int]
    #: Runs that ended in the last 24 hours, by outcome.
    runs: dict[str, int]
    #: Tokens asked for in the last 24 hours, by `renewed` and `failed`.
    tokens: dict[str, int]
    #: What will break if nobody acts, by the code of its line in the log.
    warnings: dict[str, int]
    #: When the certificate of each mail server ends, in seconds since 1970, by `host:port`.
    certificates: dict[str, float]
    #: Work in the pool of this process, by `waiting` and `busy`.
    queue: dict[str, int]
    #: Clicks that the mail servers were not told yet.
    unsent_clicks: int
    memory: Memory
    disk_free_bytes: int
    #: Since the last backup that was made by itself; None when there is none.
    backup_age_s: float | None
    beat: Beat
    #: Seconds since the last tick; None when there never was one.
    beat_age_s: float | None


def read_figures(deps: Deps, *, scheduler_expected: bool) -> Figures:
    """The numbers of now."""
    now = deps.clock.now()
    with deps.store.read() as db:
        mailboxes = board.all_mailboxes(db, partial(is_live, now=now))
        runs = figures.runs_by_outcome(db, now - DAY)
        above = id_before(db, now - DAY)
        causes = causes_above(db, above, errors.CODES, Level.WARNING)
        tokens = {
            "renewed": figures.entries_above(db, Code.OAUTH_REFRESHED, above),
            "failed": figures.entries_above(db, Code.OAUTH_REFRESH_FAILED, above),
        }
        certificates = watch.certificates_since(db, now - SHOWN_WITHIN)
        unsent = sum(waiting_by_mailbox(db).values())
    beat = read_beat(deps, expected=scheduler_expected)
    states = Counter(m.state.value for m in mailboxes)
    ages = {
        m.address: (now - m.last_success_at).total_seconds() for m in mailboxes if m.last_success_at
    }
    ticked, backup = beat.last_tick_at, newest(read_backups(deps.instance), now)
    return Figures(
        mailboxes={state.value: states[state.value] for state in State},
        last_success_age_s=ages,
        oldest_success_age_s=max(
            (ages[m.address] for m in mailboxes if _is_checked(m) and m.address in ages),
            default=None,
        ),
        messages={m.address: m.messages for m in mailboxes},
        broken=Counter(m.finding.code for m in mailboxes if m.finding),
        failures={cause.code: cause.times for cause in causes},
        runs=runs,
        tokens=tokens,
        warnings=Counter(each.code.value for each in read_warnings(deps)),
        certificates={each.server: each.ends_at.timestamp() for each in certificates},
        queue={"waiting": deps.pool.waiting, "busy": deps.pool.busy},
        unsent_clicks=unsent,
        memory=read_memory(),
        disk_free_bytes=shutil.disk_usage(database_file(deps.store.engine).parent).free,
        backup_age_s=(now - backup.made_at).total_seconds() if backup else None,
        beat=beat,
        beat_age_s=(now - ticked).total_seconds() if ticked else None,
    )


def _is_checked(mailbox: Mailbox) -> bool:
    return mailbox.configured and mailbox.state is not State.PAUSED
