"""What will break if nobody acts: looked up for the pages, and told in the log once each.

    what ends with OAuth     services/sign_in/expiring.py
    certificate              the one a mail server showed last, 14, 7 and 1 days before its end
    disk                     full in 14, 7 or 1 days at the pace of the last days
    quiet                    a mailbox that works and receives nothing for much longer than usual
    counts                   a folder of which the server counts another number than is here

None of these is broken yet: `doctor` and the states of mailboxes do not know them.
"""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from mailboxadmin.domain.activity import SCHEDULER, Code, Entry, Level
from mailboxadmin.domain.clock import duration_in_words, rfc3339
from mailboxadmin.domain.foresight import PACE_OVER, full_at, is_quiet, told_for
from mailboxadmin.domain.mailbox import State
from mailboxadmin.services.checklist.look import Box, Look
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.sign_in.expiring import (
    TOLD_FOR,
    Warned,
    left_in_words,
    read_expiring,
    warn_expiring,
)
from mailboxadmin.store import mailbox_facts, watch
from mailboxadmin.store.activity import add_entry, details_since
from mailboxadmin.store.backup import database_file
from mailboxadmin.store.checklist import FolderKnown

#: A server that was not reached for so long is not one of the office any more.
SHOWN_WITHIN = timedelta(days=30)
#: A folder that stays behind its mailbox for so long is told.
BEHIND = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """Something that will break, or has begun to, while all is green still."""

    #: The code of its line in the log.
    code: Code
    #: One sentence.
    summary: str
    #: What to do.
    fix: str
    mailbox_id: int | None = None
    #: Of the mailbox; empty when it is about none.
    address: str = ""
    #: It has happened: somebody must act now.
    over: bool = False
    #: The same for what is told only once.
    detail: dict[str, Any] = field(default_factory=dict)


def read_warnings(deps: Deps, look: Look | None = None) -> tuple[Foreseen, ...]:
    """All of it: what has an end first, the nearest end first; then mailboxes by name.

    Args:
        look: what was read for the checks of the same visit.
    """
    return (*map(_of_oauth, read_expiring(deps)), *_besides(deps, look or Look(deps)))


def tell_warnings(deps: Deps) -> int:
    """Tell the log what was not told yet; how many lines that were.

    Raises:
        StoreUnavailable: the log cannot be written.
    """
    told, now = warn_expiring(deps), deps.clock.now()
    foreseen = _besides(deps, Look(deps))
    with deps.store.read() as db:
        if not _untold(db, foreseen, now):
            return told
    with deps.store.write(background=True) as db:
        # Looked up again: another process may have told some meanwhile.
        fresh = _untold(db, foreseen, now)
        for each in fresh:
            add_entry(db, _entry(each), now)
    return told + len(fresh)


def _untold(db: Session, foreseen: Sequence[Foreseen], now: datetime) -> list[Foreseen]:
    codes = {each.code for each in foreseen}
    told = {code: details_since(db, code, now - TOLD_FOR) for code in codes}
    return [each for each in foreseen if each.detail not in told[each.code]]


def _besides(deps: Deps, look: Look) -> tuple[Foreseen, ...]:
    """All but what ends with OAuth, which is told in the log by itself."""
    return (
        *_certificates(deps, look),
        *_disk(deps),
        *_quiet(deps, look),
        *_counts(look),
    )


def _entry(each: Foreseen) -> Entry:
    return Entry(
        code=each.code,
        level=Level.WARNING,
        message=f"{each.summary} {each.fix}",
        actor=SCHEDULER,
        mailbox_id=each.mailbox_id,
        detail=each.detail,
    )


def _of_oauth(warned: Warned) -> Foreseen:
    return Foreseen(
        code=Code.OAUTH_EXPIRING,
        summary=warned.summary,
        fix=warned.fix,
        mailbox_id=warned.expiring.mailbox_id,
        address=warned.address,
        over=warned.expiring.over,
    )


def _certificates(deps: Deps, look: Look) -> Iterator[Foreseen]:
    now = deps.clock.now()
    with deps.store.read() as db:
        shown = watch.certificates_since(db, now - SHOWN_WITHIN)
    users = _users(look)
    for each in shown:
        days = told_for(each.ends_at, now)
        if days is None or each.server not in users:
            continue
        boxes = users[each.server]
        who = boxes[0].who if len(boxes) == 1 else f"{len(boxes)} mailboxes"
        end = f"{each.ends_at.day} {each.ends_at:%B}"
        left = left_in_words((each.ends_at - now).days)
        yield Foreseen(
            code=Code.CERTIFICATE_EXPIRING,
            summary=f"The certificate of {each.server} ({each.issuer}) {left} "
            f"({end}); then {who} cannot connect any more.",
            fix="Tell whoever runs that server to renew it; most are renewed by themselves, and "
            "one that has so few days left was not.",
            mailbox_id=boxes[0].id if len(boxes) == 1 else None,
            address=boxes[0].address if len(boxes) == 1 else "",
            over=each.ends_at <= now,
            detail={"server": each.server, "ends_at": rfc3339(each.ends_at), "days": days},
        )


def _users(look: Look) -> dict[str, list[Box]]:
    """The mailboxes of each server, `host:port`."""
    users: dict[str, list[Box]] = {}
    for box in look.boxes:
        if box.configured and box.server is not None:
            users.setdefault(f"{box.server.host}:{box.server.port}", []).append(box)
    return users


def _disk(deps: Deps) -> Iterator[Foreseen]:
    now, folder = deps.clock.now(), database_file(deps.store.engine).parent
    free = shutil.disk_usage(folder).free
    with deps.store.read() as db:
        samples = watch.room_since(db, now - PACE_OVER)
    end = full_at(samples, now, free)
    days = told_for(end, now) if end is not None else None
    if end is None or days is None:
        return
    in_words = duration_in_words(end - now)
    yield Foreseen(
        code=Code.DISK_FILLING,
        summary=f"The disk where the mail is kept is full in {in_words} if it goes on as in the "
        f"last days: {free / 1e9:.1f} GB are free ({folder}).",
        fix="Make room, or give it a larger disk, before new mail waits on the servers.",
        detail={"days": days, "month": f"{now:%Y-%m}"},
    )


def _quiet(deps: Deps, look: Look) -> Iterator[Foreseen]:
    now = deps.clock.now()
    green = {box.id: box for box in look.boxes if box.state is State.OK and box.configured}
    with deps.store.read() as db:
        gaps = mailbox_facts.usual_gaps(db)
        last = watch.last_arrivals(db, green.keys() & gaps.keys())
    for box in green.values():
        at = last.get(box.id)
        if at is None or not is_quiet(at, gap := timedelta(seconds=gaps[box.id]), now):
            continue
        yield Foreseen(
            code=Code.MAILBOX_QUIET,
            summary=f"{box.who}’s mailbox works, but nothing came since {rfc3339(at)}; usually "
            f"something comes within {duration_in_words(gap)}.",
            fix="After a weekend or a holiday that may be right. Else send a message there: if it "
            "does not arrive, look at forwarding and filters at the provider, and at the MX.",
            mailbox_id=box.id,
            address=box.address,
            detail={"mailbox_id": box.id, "last_at": rfc3339(at)},
        )


def _counts(look: Look) -> Iterator[Foreseen]:
    if look.office_value("max_messages_per_sync"):
        return  # Some are left on the server on purpose.
    for box in look.boxes:
        if box.state is not State.OK or box.running or box.effective.only_unread:
            continue
        if box.effective.since_days:
            continue
        for folder in box.folders:
            if folder.name in box.effective.folders and folder.selection is None:
                yield from _differs(box, folder, look.without_uid_by_folder.get(folder.id, 0))


def _differs(box: Box, folder: FolderKnown, without_uid: int) -> Iterator[Foreseen]:
    done, tried = folder.last_success_at, box.last_success_at
    if folder.finding is not None or done is None or tried is None:
        return
    here = folder.messages - without_uid
    if tried - done > BEHIND:
        said = (
            f"“{folder.name}” of {box.who} was not brought up to date since {rfc3339(done)}, "
            "though the mailbox works: the server counts another number of messages than it lists."
        )
    elif done == tried and here != folder.server_count:
        said = (
            f"The server counted {folder.server_count:,} messages in “{folder.name}” of {box.who}, "
            f"and {here:,} are here."
        )
    else:
        return
    yield Foreseen(
        code=Code.FOLDER_COUNTS_DIFFER,
        summary=said,
        fix="Press Sync now on the page of the mailbox; if they differ after that, report it with "
        "a support bundle. Nothing was lost: what is on the server stays there.",
        mailbox_id=box.id,
        address=box.address,
        detail={"folder": folder.name, "mailbox_id": box.id, "server": folder.server_count},
    )
