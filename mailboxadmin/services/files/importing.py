"""Putting messages from files into a mailbox, where they wait to be found on the server.

    file --> message, message, ... --> known? --> counted, and left
                                         `------> stored: row, bytes, and the log's word

They go in by batches, each one transaction with what the log says of it. Nothing is
remembered between batches but what the database says, so an import that was killed and
started again ends where an undisturbed one would have. A message is known by its bytes,
or by its Message-ID, size and date.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session as DbSession

from mailboxadmin.domain.activity import Code, Entry, Level
from mailboxadmin.domain.errors import MailboxAdminError
from mailboxadmin.services.clicks.no_uid import no_uid_entry
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.files.mail_files import Letter, open_source
from mailboxadmin.services.files.weighing import Weighed, batches, in_parts, weigh
from mailboxadmin.store import importing as rows
from mailboxadmin.store.activity import add_entries, replace_entry
from mailboxadmin.store.big import drop_big

#: Told after every batch: how much of the source is behind us, and of how much.
OnProgress = Callable[[int, int], None]


class ImportFailed(MailboxAdminError):
    """Raised when the files cannot be read to their end; what was stored stays."""


@dataclass(slots=True, kw_only=True)
class Imported:
    """What an import did."""

    #: Stored, those among them that cannot be read as mail.
    imported: int = 0
    #: The mailbox had them, from wherever.
    here: int = 0
    #: Stored, but no mail that we can read.
    unreadable: int = 0
    #: Files that could not be opened, with the reason.
    unopened: list[str]
    #: Folders that messages went to.
    folders: set[str]


def import_messages(
    deps: Deps, mailbox_id: int, path: Path, *, actor: str, on_progress: OnProgress
) -> Imported:
    """Store every message of an mbox, a Maildir, an .eml file or a folder of those.

    Raises:
        InvalidInput: the path is no mail; nothing was stored.
        ImportFailed: it cannot be read to its end; what was stored stays.
        StoreUnavailable: the database cannot be written; as before.
    """
    source = open_source(path)
    work = _Import(deps, mailbox_id, path, actor)
    try:
        for batch in batches(work.weighed(source.letters())):
            work.store(batch)
            on_progress(batch[-1].letter.done, source.total)
    except OSError as fault:
        reason = fault.strerror or str(fault)
        raise ImportFailed(f"{path} cannot be read to its end: {reason}.") from fault
    work.close()
    return work.done


class _Import:
    """One import, and how far it is."""

    def __init__(self, deps: Deps, mailbox_id: int, path: Path, actor: str) -> None:
        self._deps = deps
        self._mailbox_id = mailbox_id
        self._path = path
        self._actor = actor
        self._known = rows.Known(mailbox_id)
        self._entry_id: int | None = None
        #: By what the file calls a folder: its row and what it is called here.
        self._folders: dict[str, tuple[int, str]] = {}
        self.done = Imported(unopened=[], folders=set())

    def weighed(self, letters: Iterator[Letter]) -> Iterator[Weighed]:
        """The messages; those that cannot be opened are left out and noted."""
        for letter in letters:
            try:
                message = weigh(letter)
            except OSError as fault:
                self.done.unopened.append(f"{letter.place}: {fault.strerror or fault}")
            else:
                yield message

    def store(self, batch: Sequence[Weighed]) -> None:
        """Store what the mailbox does not have yet."""
        now = self._deps.clock.now()
        with self._deps.store.write(background=True) as db:
            self._known.refresh(db)
            fresh = [each for each in batch if self._is_new(each)]
            small = [(self._row(db, each, now), each.raw) for each in fresh if each.raw is not None]
            ids = rows.add_imports(db, self._mailbox_id, small, now)
            if ids:
                self._say(db, [each for each in fresh if each.raw is not None], ids, now)
                self._log(db, now)
        for each in fresh:
            if each.raw is None:
                self._store_big(each)

    def _is_new(self, message: Weighed) -> bool:
        new = self._known.learn(message.digest, message.size, message.headers)
        self.done.here += not new
        return new

    def close(self) -> None:
        """Say in the log what it came to."""
        with self._deps.store.write(background=True) as db:
            self._log(db, self._deps.clock.now())

    def _store_big(self, message: Weighed) -> None:
        """Read a big message again and store it, a few parts at a time."""
        now = self._deps.clock.now()
        with self._deps.store.write(background=True) as db:
            row = self._row(db, message, now)
            row_id, here = rows.begin_import(db, self._mailbox_id, row, now)
        digest = hashlib.sha256()
        number = 0
        for parts in in_parts(message.letter.pieces()):
            for part in parts:
                digest.update(part)
            if number + len(parts) > here:
                with self._deps.store.write(background=True) as db:
                    rows.add_import_parts(db, row_id, number, parts)
            number += len(parts)
        if digest.digest() != message.digest:
            with self._deps.store.write(background=True) as db:
                drop_big(db, row_id)
            raise ImportFailed(f"{message.letter.place} was changed while it was read.")
        now = self._deps.clock.now()
        with self._deps.store.write(background=True) as db:
            if rows.complete_import(db, row_id, now):
                self._say(db, [message], [row_id], now)
            else:
                self.done.here += 1
            self._log(db, now)

    def _row(self, db: DbSession, message: Weighed, now: datetime) -> rows.Import:
        letter, headers = message.letter, message.headers
        sent_at = headers.sent_at or now
        if letter.folder not in self._folders:
            self._folders[letter.folder] = rows.folder_for(db, self._mailbox_id, letter.folder)
        folder_id, name = self._folders[letter.folder]
        self.done.folders.add(name)
        return rows.Import(
            folder_id=folder_id,
            flags=letter.flags,
            # A date that is still to come would keep it on top of every list.
            arrived_at=min(letter.arrived_at or sent_at, now),
            size=message.size,
            digest=message.digest,
            headers=headers,
        )

    def _say(
        self, db: DbSession, stored: Sequence[Weighed], ids: Sequence[int], now: datetime
    ) -> None:
        why = "It was imported from a file"
        add_entries(
            db,
            [no_uid_entry(each, self._mailbox_id, actor=self._actor, why=why) for each in ids]
            + [self._quarantined(each) for each in stored if each.headers.problem is not None],
            now,
        )
        self.done.imported += len(ids)
        self.done.unreadable += sum(each.headers.problem is not None for each in stored)

    def _quarantined(self, message: Weighed) -> Entry:
        return Entry(
            code=Code.MESSAGE_QUARANTINED,
            level=Level.WARNING,
            message="One imported message cannot be read as mail; its bytes are kept.",
            actor=self._actor,
            mailbox_id=self._mailbox_id,
            detail={
                "folder": message.letter.folder,
                "from": message.letter.place,
                "bytes": message.size,
                "problem": message.headers.problem,
            },
        )

    def _log(self, db: DbSession, now: datetime) -> None:
        """One entry, which grows with every batch: a killed import has said what it did."""
        done = self.done
        entry = Entry(
            code=Code.MAILBOX_IMPORTED,
            message=f"Messages were imported from a file by {self._actor}: {done.imported} "
            f"stored, {done.here} were here already.",
            actor=self._actor,
            mailbox_id=self._mailbox_id,
            detail={
                "file": str(self._path),
                "imported": done.imported,
                "here": done.here,
                "unreadable": done.unreadable,
                "unopened": len(done.unopened),
            },
        )
        self._entry_id = replace_entry(db, self._entry_id, entry, now)
