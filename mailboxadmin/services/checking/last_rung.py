"""The last rung of a test: what a sync asks the server first, cheaply; nothing is changed.

    LIST --> EXAMINE each folder to sync -- refused --> why: not there, renamed, a container
               |  (after a STATUS, where a sync begins with it)
               `-- the first that holds wanted mail: SEARCH, the sizes, the beginnings
                     of the newest; the server hangs up over one --> again, without that one

A server that throttles, hangs, answers nonsense or hangs up does so at the command it is
asked, so a failed sync and a test of the same fault ask the same and find the same.
"""

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mailboxadmin.domain.errors import MailFailure
from mailboxadmin.domain.folder import FolderStatus, ListedFolder
from mailboxadmin.imap.session import Session
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.folders.renamed import explain_refused
from mailboxadmin.services.folders.selection import Selection
from mailboxadmin.services.folders.special_folders import unlisted
from mailboxadmin.services.new_mail.pulling import hung_up
from mailboxadmin.services.sign_in.draft import Plan
from mailboxadmin.store.folders import failed_folders

#: No further folder is opened after this. Sixty folders on a slow server would take longer
#: than a test may, and a mailbox is not broken because our time ran out: those that are most
#: likely at fault come first (`_in_turn`), the others are listed as folders that can be
#: opened, and the rung says how many were.
OPENING_LIMIT_S = 2.0
#: As many messages in a row have to be refused before a sync blames the server for it.
MESSAGES = 5
BEGINNING_BYTES = 2048
#: UIDs below the next one among which the newest messages are looked for.
NEWEST = 200
#: A sync gives up when the server hung up over so many different messages (`attempt.MOST_HANG_UPS`
#: in all, twice over each before it is set aside).
MOST_HANG_UPS = 4

#: Signs in once more; for when the server hung up.
Again = Callable[[], Session]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What was found."""

    #: The rung's words.
    detail: str
    #: What the folders to sync hold; None when not all of them were opened.
    messages: int | None


@dataclass(slots=True, kw_only=True)
class LastRung:
    """One look at the folders of a plan."""

    deps: Deps
    plan: Plan
    session: Session
    again: Again
    listed: Sequence[ListedFolder]

    def look(self) -> Look:
        """Open the folders, and read a little.

        Raises:
            MailFailure: what a sync would fail with.
        """
        opened: list[FolderStatus] = []
        opening_s, was_read = 0.0, False
        for name in self._in_turn():
            if opening_s > OPENING_LIMIT_S:
                break
            began = time.monotonic()
            opened.append(self._open(name))
            opening_s += time.monotonic() - began
            if opened[-1].messages and not was_read:
                was_read = self._read(name, opened[-1])
        whole = len(opened) == len(self.plan.effective.folders)
        return Look(
            detail=self._words(len(opened)),
            messages=sum(status.messages for status in opened) if whole else None,
        )

    def _in_turn(self) -> list[str]:
        """The folders to sync: first those that failed before, or that LIST does not vouch for."""
        with self.deps.store.read() as db:
            failed = failed_folders(db, self.plan.mailbox_id)
        good = {folder.name for folder in self.listed if folder.selectable} - failed
        return sorted(self.plan.effective.folders, key=lambda name: name in good)

    def _open(self, name: str) -> FolderStatus:
        session = self.session
        try:
            if self.plan.synced and "CONDSTORE" in session.capabilities:
                session.status(name)
            return session.select(name)
        except MailFailure as failure:
            facts = explain_refused(self.deps, self.plan.mailbox_id, session, failure.facts)
            raise MailFailure(facts) from failure

    def _read(self, name: str, status: FolderStatus) -> bool:
        """Read the beginnings of the newest messages that are wanted; False when none is."""
        selection = Selection.of(self.plan.effective, self.deps.clock.now())
        above = max(0, (status.uid_next or 0) - NEWEST)
        uids = self.session.uids(above=above)
        if above and not uids:
            uids = self.session.uids()
        wanted = selection.recent(self.session, selection.listed(self.session, uids))
        newest = sorted(wanted)[-MESSAGES:]
        if newest:
            self._fetch(name, self._sized(name, newest))
        return bool(newest)

    def _sized(self, name: str, uids: Sequence[int]) -> list[int]:
        """Those over whose size the server does not hang up; all at once, or else each alone."""
        try:
            deque(self.session.sizes(uids), maxlen=0)
            return list(uids)
        except MailFailure as failure:
            if not hung_up(failure):
                raise
        told: list[int] = []
        hang_ups = 0
        self._sign_in_again(name)
        for uid in uids:
            try:
                deque(self.session.sizes([uid]), maxlen=0)
                told.append(uid)
            except MailFailure as failure:
                hang_ups += 1
                if not hung_up(failure) or (hang_ups > 1 and not told):
                    raise
                self._sign_in_again(name)
        return told

    def _fetch(self, name: str, uids: Sequence[int], hang_ups: int = 1, came: int = 0) -> None:
        """Ask for these as a sync does: when the server hangs up over one, again for the others."""
        left = list(uids)
        try:
            for each in self.session.fetch_beginnings(uids, BEGINNING_BYTES):
                left.remove(each.uid)
        except MailFailure as failure:
            over_all = hang_ups > 1 and len(left) == len(uids) and not came
            if not hung_up(failure) or hang_ups == MOST_HANG_UPS or over_all:
                raise
            came += len(uids) - len(left)
            self._sign_in_again(name)
            # Servers answer in ascending order: the first that is missing is the one to suspect.
            if left[1:]:
                self._fetch(name, left[1:], hang_ups + 1, came)

    def _sign_in_again(self, name: str) -> None:
        self.session.close()
        self.session = self.again()
        self.session.select(name)

    def _words(self, opened: int) -> str:
        wanted = len(self.plan.effective.folders)
        said = [f"{sum(folder.selectable for folder in self.listed)} found"]
        if opened < wanted:
            said.append(f"{opened} of the {wanted} to sync opened, the others are listed")
        missing = unlisted(self.listed, self.plan.effective)
        said += [f"for {use.label}, {each.sentence[:-1]}" for use, each in missing.items()]
        return "; ".join(said)
