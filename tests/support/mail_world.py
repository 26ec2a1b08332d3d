"""A mailbox with a server, a model beside it, and all that may happen to both.

Another mail program works on the server over a connection of its own; the product syncs
through a line that can be cut.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from imapclient import IMAPClient
from sqlalchemy import select

from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.mailbox import Encryption, Server
from mailboxadmin.domain.run import Counts, Outcome
from mailboxadmin.services.office.settings import change_settings
from mailboxadmin.services.reading.messages import mark_messages
from mailboxadmin.store.bytes import raw_bytes
from mailboxadmin.store.tables_mail import FolderRow, MessageRow, ReadChangeRow
from tests.support.cut_line import CutLine
from tests.support.dovecot import Dovecot
from tests.support.mail_model import Kept, Model, OnServer
from tests.support.mailstore import Account
from tests.support.office import Box, Office

INBOX, OTHER = FOLDERS = ("INBOX", "Archive")
#: No two mailboxes of a process have the same address, whichever server they are on.
_NUMBERS = itertools.count(1)


@dataclass(slots=True)
class World:
    """One mailbox, with the mail program of its owner."""

    office: Office
    server: Dovecot
    line: CutLine
    box: Box
    program: IMAPClient
    model: Model = field(default_factory=Model)
    letters: int = 0

    @classmethod
    def begin(cls, office: Office, server: Dovecot, line: CutLine) -> "World":
        """An empty mailbox that was never synced, with clicks that stay here."""
        account = server.user(f"history{next(_NUMBERS)}@example.org")
        where = Server(host=line.host, port=line.port, encryption=Encryption.NONE)
        box = office.mailbox_at(where, account, folders=FOLDERS)
        world = cls(office, server, line, box, _signed_in(server, account))
        world.program.create_folder(OTHER)
        world.switch(on=False)
        return world

    def deliver(self, folder: str, flags: Sequence[str]) -> None:
        """A message like no other arrives."""
        self.letters += 1
        head = f"Message-ID: <{self.letters}@history>\r\nSubject: {self.letters}\r\n\r\n"
        self.program.append(folder, head.encode() + b"x" * self.letters, flags)

    def flag(self, folder: str, pick: Sequence[int], flag: str, *, on: bool) -> None:
        """The owner's program sets or clears a flag."""
        if uids := self._open(folder, pick):
            (self.program.add_flags if on else self.program.remove_flags)(uids, [flag])
        self.program.unselect_folder()

    def move(self, folder: str, pick: Sequence[int], *, to: str | None) -> None:
        """It moves messages to the other folder, or deletes them."""
        if uids := self._open(folder, pick):
            if to is not None and to != folder:
                self.program.copy(uids, to)
            self.program.add_flags(uids, ["\\Deleted"])
            self.program.expunge(uids)
        self.program.unselect_folder()

    def recreate(self) -> None:
        """The other folder is deleted, and made anew with two of its messages."""
        before = self._given(OTHER).messages
        self.program.delete_folder(OTHER)
        self.program.create_folder(OTHER)
        for raw, flags in list(before.values())[-2:]:
            self.program.append(OTHER, raw, sorted(flags))

    def renumber(self, folder: str) -> None:
        """The server forgets its numbers."""
        # A session keeps the index of a folder that it had open.
        self.program.logout()
        self.server.change_uid_validity(self.box.account, folder)
        self.program = _signed_in(self.server, self.box.account)

    def switch(self, *, on: bool) -> None:
        """`sync_read_status`."""
        change_settings(
            self.office.deps, {"sync_read_status": "yes" if on else "no"}, actor=COMMAND_LINE
        )
        self.model.sends = on

    def click(self, pick: Sequence[int], *, seen: bool) -> None:
        """The owner marks messages here."""
        ids = _picked([row.id for row in self.model.rows if row.id is not None], pick)
        mark_messages(self.office.deps, self.box.id, ids, seen=seen, actor=COMMAND_LINE)
        self.model.click(ids, seen=seen)

    def sync(self) -> None:
        """A run that ends: all is as the rules say, here and there."""
        flags = self.model.sync(self._server())
        report = self.office.sync(self.box)
        assert report.outcome is Outcome.OK, report
        self._agree(flags)

    def sync_cut(self, size: int) -> None:
        """A run whose connection is cut; what it has done by then is one of two things."""
        before = {row.id: row for row in self.model.rows}
        server = self._server()
        flags = self.model.sync(server)
        done = {row.id: row for row in self.model.rows if row.id is not None}
        self.line.cut_after(size)
        self.office.sync(self.box)
        self.line.mend()
        # A message over which the line was cut twice is asked for again then.
        self.office.clock.advance(minutes=61)
        rows = self._rows()
        assert before.keys() <= {row.id for row in rows}, "something was lost"
        for row in rows:
            if row.id in before:
                assert row.raw == before[row.id].raw
                assert row.shown in {before[row.id].shown, done[row.id].shown}, row
        for name, folder in self._server().items():
            for uid, (_, said) in folder.messages.items():
                assert said in (server[name].messages[uid][1], flags[name][uid])
        self.model.rows, self.model.validities = rows, self._validities()

    def end(self) -> list[tuple[Any, ...]]:
        """All is in order, and another run has nothing to do; what is here, and where."""
        self.sync()
        again = self.office.sync(self.box)
        assert (again.outcome, again.counts) == (Outcome.OK, Counts())
        self._agree({name: _flags_of(each) for name, each in self._server().items()})
        self.program.logout()
        return [(row.folder, row.raw, row.removed, row.shown) for row in self.model.rows]

    def _agree(self, flags: dict[str, dict[int, frozenset[str]]]) -> None:
        rows = self._rows()
        expected = sorted(row.what_counts for row in self.model.rows)
        assert sorted(row.what_counts for row in rows) == expected
        assert {name: _flags_of(each) for name, each in self._server().items()} == flags
        here = {(row.folder, row.uid) for row in rows if not row.removed}
        assert here == {(name, uid) for name, said in flags.items() for uid in said}
        assert self._flags_here() == {
            (name, uid): said - {"\\Recent"} for name in flags for uid, said in flags[name].items()
        }
        self.model.rows = rows

    def _open(self, folder: str, pick: Sequence[int]) -> list[int]:
        self.program.select_folder(folder)
        return _picked(self.program.search(), pick)

    def _server(self) -> dict[str, OnServer]:
        return {name: self._given(name) for name in FOLDERS}

    def _given(self, name: str) -> OnServer:
        opened = self.program.select_folder(name, readonly=True)
        said = self.program.fetch(self.program.search(), ["BODY.PEEK[]", "FLAGS"])
        self.program.unselect_folder()
        messages = {
            uid: (each[b"BODY[]"], frozenset(flag.decode() for flag in each[b"FLAGS"]))
            for uid, each in said.items()
        }
        messages = {uid: (raw, flags - {"\\Recent"}) for uid, (raw, flags) in messages.items()}
        return OnServer(uid_validity=opened[b"UIDVALIDITY"], messages=messages)

    def _rows(self) -> list[Kept]:
        with self.office.deps.store.read() as db:
            found = db.execute(
                # Those whose bytes are here: the others are to come, as far as a model knows.
                select(MessageRow, FolderRow.name, ReadChangeRow.seen)
                .join(FolderRow, FolderRow.id == MessageRow.folder_id)
                .outerjoin(ReadChangeRow, ReadChangeRow.message_id == MessageRow.id)
                .where(MessageRow.mailbox_id == self.box.id, MessageRow.refused_at.is_(None))
            ).all()
            return [
                Kept(
                    id=row.id,
                    folder=folder,
                    uid=row.uid,
                    raw=raw_bytes(db, row.id) or b"",
                    removed=row.removed_at is not None,
                    shown=row.seen,
                    server_seen=row.server_seen,
                    click=click,
                )
                for row, folder, click in found
            ]

    def _flags_here(self) -> dict[tuple[str, int | None], frozenset[str]]:
        with self.office.deps.store.read() as db:
            found = db.execute(
                select(FolderRow.name, MessageRow.uid, MessageRow.flags)
                .join(FolderRow, FolderRow.id == MessageRow.folder_id)
                .where(MessageRow.mailbox_id == self.box.id, MessageRow.removed_at.is_(None))
            )
            return {(name, uid): frozenset(text.split()) for name, uid, text in found}

    def _validities(self) -> dict[str, int]:
        with self.office.deps.store.read() as db:
            rows = db.scalars(select(FolderRow).where(FolderRow.mailbox_id == self.box.id))
            return {row.name: row.uid_validity for row in rows if row.uid_validity is not None}


def _signed_in(server: Dovecot, account: Account) -> IMAPClient:
    program = IMAPClient(server.host, server.port, ssl=False, timeout=60)
    program.login(account.name, account.password)
    return program


def _flags_of(folder: OnServer) -> dict[int, frozenset[str]]:
    return {uid: said for uid, (_, said) in folder.messages.items()}


def _picked(numbers: Sequence[int], pick: Sequence[int]) -> list[int]:
    """Some of these, whatever their number is."""
    return sorted({numbers[each % len(numbers)] for each in pick}) if numbers else []
