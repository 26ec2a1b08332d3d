"""The troubleshooting checks: what is in order, here and in every mailbox, and what to do if not.

Each check is a function that gives a summary and what to do; none changes anything. The page
looks at a glance, so a check that takes long has a quick way beside it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mailboxadmin.domain.errors import StoreUnavailable
from mailboxadmin.services.checklist import (
    backups,
    debug_mode,
    errors,
    machine,
    read_status,
    schedule,
    server,
    sign_ins,
    suspicious,
    telling,
)
from mailboxadmin.services.checklist.answer import Diagnosed, Found, Verdict, worst
from mailboxadmin.services.checklist.look import Look
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.keeping.damage import DamagedAtStart
from mailboxadmin.services.machine.room import NoRoomToStart
from mailboxadmin.store.schema import NewerDatabase
from mailboxadmin.store.store import Damaged, DatabaseBusy, DiskFull, ReadOnly

Ask = Callable[[Look], Found]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that is looked at."""

    #: Which of the seven it belongs to.
    number: int
    title: str
    ask: Ask
    #: The same without what takes long; None when nothing does.
    at_a_glance: Ask | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One of the seven, as the page shows it."""

    number: int
    title: str
    #: A few words for the mark.
    word: str
    checks: tuple[Diagnosed, ...]

    @property
    def verdict(self) -> Verdict:
        """That of its worst check."""
        return worst(check.verdict for check in self.checks)

    @property
    def fine(self) -> tuple[Diagnosed, ...]:
        """The checks that are in order."""
        return tuple(check for check in self.checks if check.ok)

    @property
    def wrong(self) -> tuple[Diagnosed, ...]:
        """Those that are not."""
        return tuple(check for check in self.checks if not check.ok)


def examine(
    deps: Deps, *, at_a_glance: bool = False, look: Look | None = None
) -> tuple[Diagnosed, ...]:
    """All checks, in the order of the checklist.

    Args:
        at_a_glance: within milliseconds; the database is not read from end to end then.
        look: what was read before, for the same visit.
    """
    look = look or Look(deps)
    return tuple(
        _answer(code, (at_a_glance and check.at_a_glance) or check.ask, look)
        for code, check in CHECKS.items()
    )


def as_rows(answers: Sequence[Diagnosed]) -> tuple[Row, ...]:
    """The answers, by which of the seven they belong to."""
    return tuple(
        _row(number, title, quiet, tuple(each for each in answers if each.number == number))
        for number, (title, quiet) in SEVEN.items()
    )


def _row(number: int, title: str, quiet: str, checks: tuple[Diagnosed, ...]) -> Row:
    verdict = worst(check.verdict for check in checks)
    first = next((check for check in checks if check.verdict is verdict and check.word), None)
    word = first.word if first else ("Not in order" if not verdict.fine else quiet)
    return Row(number=number, title=title, word=word, checks=checks)


def unusable_database(fault: StoreUnavailable) -> Diagnosed:
    """The answer when the database could not even be opened."""
    if isinstance(fault, DamagedAtStart):
        return _diagnosed("database", Found(summary=fault.summary, fix=fault.fix))
    return _diagnosed("database", Found(summary=str(fault), fix=_fix(fault)))


def unusable_key_file(summary: str, fix: str) -> Diagnosed:
    """The answer when the key could not even be read."""
    return _diagnosed("key_file", Found(summary=summary, fix=fix))


def _fix(fault: StoreUnavailable) -> str:
    return _FIXES.get(type(fault), "Put back a backup with `mailboxadmin restore FILE`.")


#: What to do, by the kind of fault; of any other kind is a database that is damaged.
_FIXES: dict[type[StoreUnavailable], str] = {
    DatabaseBusy: "Wait for the other process, or end it.",
    DiskFull: "Make room where the database is: delete what is not needed there, old backups and "
    "logs first.",
    NoRoomToStart: "Then start it again; nothing was lost, new mail waits on the servers.",
    ReadOnly: machine.WHO_OWNS_IT,
    NewerDatabase: "Install that version, or put back a backup made with this one: "
    "`mailboxadmin restore FILE`.",
}


def _answer(code: str, ask: Ask, look: Look) -> Diagnosed:
    try:
        found = ask(look)
    except Damaged as fault:
        found = machine.damaged(look.deps, fault.reason)
    except StoreUnavailable as fault:
        found = Found(summary=str(fault), fix=_fix(fault))
    return _diagnosed(code, found)


def _diagnosed(code: str, found: Found) -> Diagnosed:
    check = CHECKS[code]
    return Diagnosed(
        code=code,
        number=check.number,
        title=check.title,
        verdict=found.verdict,
        word=found.word,
        summary=found.summary,
        fix="" if found.verdict.fine else found.fix,
        points=found.points,
        head=found.head,
    )


#: By number: how the page calls it, and the mark when all of it is in order.
SEVEN: dict[int, tuple[str, str]] = {
    1: ("Recent connection and sync errors", "None now"),
    2: ("Debug mode", "Off"),
    3: ("The server’s own errors", "Quiet"),
    4: ("The clock", "Running"),
    5: ("Sign-in methods", "In order"),
    6: ("Personal and office settings", "In order"),
    7: ("Read status", "In step"),
}

#: By code; every page and command shows what stands here.
CHECKS: dict[str, Check] = {
    "errors": Check(number=1, title="Errors of the last day", ask=errors.recent_errors),
    "debug": Check(number=2, title="Debug mode", ask=debug_mode.debug_mode),
    "faults": Check(number=3, title="Faults of Mailbox Admin", ask=server.faults),
    "cut_off": Check(number=3, title="Syncs that were cut off", ask=server.cut_off),
    "memory": Check(number=3, title="Memory", ask=server.memory),
    "disk": Check(number=3, title="Room on the disk", ask=machine.disk),
    "database": Check(
        number=3,
        title="The database",
        ask=machine.database,
        at_a_glance=machine.database_at_a_glance,
    ),
    "backups": Check(
        number=3,
        title="Backups",
        ask=backups.backups,
        at_a_glance=backups.backups_at_a_glance,
    ),
    "key_file": Check(number=3, title="The key of the stored passwords", ask=machine.key_file),
    "telling": Check(number=3, title="Telling people", ask=telling.telling),
    "scheduler": Check(number=4, title="Checking by itself", ask=schedule.scheduler),
    "schedulers": Check(number=4, title="One scheduler", ask=schedule.schedulers),
    "ticks": Check(number=4, title="Ticks", ask=schedule.ticks),
    "runs": Check(number=4, title="Stuck syncs", ask=schedule.runs),
    "clock": Check(number=4, title="The machine’s clock", ask=schedule.clock),
    "sign_ins": Check(number=5, title="How mailboxes sign in", ask=sign_ins.sign_ins),
    "oauth_apps": Check(number=5, title="The OAuth apps", ask=sign_ins.oauth_apps),
    "redirect_uri": Check(number=5, title="The redirect URI", ask=sign_ins.way_back),
    "settings": Check(number=6, title="Settings in force", ask=suspicious.settings),
    "read_status": Check(number=7, title="Read status", ask=read_status.read_status),
}
