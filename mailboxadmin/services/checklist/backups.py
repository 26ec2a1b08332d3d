"""3, whether there is something to go back to when the database is lost."""

from datetime import datetime
from pathlib import Path

from mailboxadmin.domain.activity import Logged
from mailboxadmin.domain.backups import OLD_AFTER, Backup, is_old, newest
from mailboxadmin.domain.clock import rfc3339
from mailboxadmin.services.checklist.answer import Found, Verdict
from mailboxadmin.services.checklist.look import Look
from mailboxadmin.services.keeping.backup_told import InTheLog, read_log
from mailboxadmin.services.keeping.daily_backup import backups_folder, backups_to_keep, read_backups
from mailboxadmin.store.backup import check_copy

_BY_HAND = "Make one now with `mailboxadmin backup FILE`"


def backups(look: Look) -> Found:
    """As at a glance, and all of the last one is read once more; a disk forgets."""
    found, last = backups_at_a_glance(look), _last(look)
    if last is None or not found.verdict.fine:
        return found
    file = backups_folder(look.deps.instance) / last.name
    fault = check_copy(file)
    if not fault:
        return found
    return Found(
        summary=f"The last backup, {file}, cannot be read any more ({fault}): its disk fails.",
        fix=f"{_BY_HAND}, on another disk, and look after this one.",
        word="No good backup",
    )


def backups_at_a_glance(look: Look) -> Found:
    """Whether the last one is there, how old it is, and whether the last try was a good one."""
    now, last = look.deps.clock.now(), _last(look)
    with look.deps.store.read() as db:
        log = read_log(db)
    if not backups_to_keep(look.deps):
        return _none_by_itself(log)
    if log.failure is not None:
        return _failing(log.failure, last, look.deps.instance)
    if last is None:
        return _none_yet(log, now)
    said = _said(last, look.deps.instance)
    if is_old(last, now):
        return Found(
            summary=f"The last backup is older than two days. {said}",
            fix="One is made each night while the scheduler runs, and the machine’s clock is "
            f"right. {_BY_HAND}.",
            word="Old backup",
        )
    return Found(summary=said)


def _last(look: Look) -> Backup | None:
    return newest(read_backups(look.deps.instance), look.deps.clock.now())


def _said(last: Backup, instance: Path) -> str:
    """When, how big, verified, where."""
    file = backups_folder(instance) / last.name
    return (
        f"The last backup is of {rfc3339(last.made_at)}: {last.size_bytes / 1e6:.1f} MB, read "
        f"back after it was written, `{file}`. The key is not in it: keep it elsewhere."
    )


def _failing(failure: Logged, last: Backup | None, instance: Path) -> Found:
    tried = f"tried {failure.times} times, last" if failure.times > 1 else "last tried"
    before = _said(last, instance) if last else "There is none from before."
    return Found(
        summary=f"The backup of the day was not made, {tried} {rfc3339(failure.at)}: "
        f"{failure.message.partition(': ')[2]} {before}",
        fix="Make room there, or see who may write the folder; when it says that the database is "
        "damaged, look there first. It is tried again each hour.",
        word="No new backup",
    )


def _none_yet(log: InTheLog, now: datetime) -> Found:
    if log.began_at is None or now - log.began_at < OLD_AFTER:
        return Found(
            summary="There is no backup yet; the first is made within an hour by the scheduler.",
            head="The first backup is made within an hour.",
        )
    return Found(
        summary="There is no backup.",
        fix=f"One is made each night while the scheduler runs. {_BY_HAND}.",
        word="No backup",
    )


def _none_by_itself(log: InTheLog) -> Found:
    """Somebody chose so, and may have a way of their own."""
    hand = log.by_hand
    last = f"The last by hand: {rfc3339(hand.at)}, `{hand.detail.get('file')}`." if hand else ""
    return Found(
        summary=f"No backup is made by itself: backup_keep is 0. {last}".strip(),
        judged=Verdict.IDLE,
    )
