"""The verbs about the folder that is open (RFC 9051, 3.3: the selected state)."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime

from mailboxadmin.domain.finding import Phase
from mailboxadmin.domain.folder import LARGEST_UID, Copied
from mailboxadmin.domain.mailbox import Account
from mailboxadmin.domain.message import Fetched
from mailboxadmin.imap import bodies, moving, parts, search
from mailboxadmin.imap.answers import Answer
from mailboxadmin.imap.arguments import uid_sets
from mailboxadmin.imap.bodies import Unfetchable
from mailboxadmin.imap.conversation import Conversation
from mailboxadmin.imap.deadline import Deadline
from mailboxadmin.imap.flags import store_flag
from mailboxadmin.imap.idle import Idle, Woke
from mailboxadmin.imap.parts import Part
from mailboxadmin.imap.question import Question
from mailboxadmin.imap.waker import Waker
from mailboxadmin.imap.wire import Wire

#: UID, flags, mod-sequence (None without CONDSTORE).
FlagsOf = tuple[int, frozenset[str], int | None]


class Selected(Conversation):
    """`Session.select` comes first."""

    def __init__(self, account: Account, wire: Wire, deadline: Deadline) -> None:
        super().__init__(account, wire, deadline)
        #: In upper case, as the server said after the sign-in.
        self.capabilities: frozenset[str] = frozenset()
        self._has_modseq = False
        #: In the open folder, when it was opened.
        self._messages = 0
        self._writable = False

    def uids(self, *, above: int = 0, unseen: bool = False, since: date | None = None) -> list[int]:
        r"""The UIDs of the folder, ascending.

        Args:
            above: only those that are greater.
            unseen: only of messages without \Seen.
            since: only of messages that arrived on that day or later, in the server's time.

        Raises:
            MailFailure: NOT_UNDERSTOOD also when it lists none of a folder that it said is not
                empty: all of them would be taken for gone, or never come.
        """
        if above >= LARGEST_UID:
            return []
        criteria = ["UID", f"{above + 1}:*"] if above else []
        criteria += ["UNSEEN"] if unseen else []
        criteria += ["SINCE", search.date_text(since)] if since else []
        with self._speaking(Phase.FETCH):
            found = search.search(self._wire, self.capabilities, *(criteria or ["ALL"]))
            if not found and not criteria and self._messages:
                raise ValueError(f"of {self._messages} messages in the folder it lists none")
        # `n:*` always names the last message, even when its UID is below n (RFC 9051, 9).
        return [uid for uid in found if above < uid <= LARGEST_UID]

    def with_message_id(self, message_id: str) -> list[int]:
        """The UIDs of messages whose Message-ID has this text in it, ascending."""
        with self._speaking(Phase.FETCH):
            return search.with_message_id(self._wire, self.capabilities, message_id)

    def message_id_of(self, uid: int) -> tuple[bool, str | None]:
        """Whether a message is still there, and its Message-ID as `read_headers` reads it."""
        with self._speaking(Phase.FETCH):
            return parts.message_id_of(self._wire, uid)

    def sizes(self, uids: Iterable[int]) -> Iterator[tuple[int, int]]:
        """UID and size in bytes of those messages that are still there."""
        for uid_set in uid_sets(uids):
            for answer in self._ask(uid_set.text, "(RFC822.SIZE)"):
                if answer.size is not None:
                    yield answer.uid, answer.size

    def arrivals(self, uids: Iterable[int]) -> Iterator[tuple[int, datetime | None]]:
        """UID and INTERNALDATE of those that are still there; None when it cannot be read."""
        for uid_set in uid_sets(uids):
            for answer in self._ask(uid_set.text, "(INTERNALDATE)"):
                yield answer.uid, answer.internal_date

    def flags(self, uids: Iterable[int]) -> Iterator[FlagsOf]:
        """The flags of those messages that are still there."""
        wanted = "(FLAGS MODSEQ)" if self._has_modseq else "(FLAGS)"
        for uid_set in uid_sets(uids):
            yield from _flags_in(self._ask(uid_set.text, wanted))

    def flags_changed_since(self, modseq: int) -> Iterator[FlagsOf]:
        """The flags of the messages that are new or changed since then (RFC 7162, 3.1.4.1).

        Only where `select` gave a `highest_modseq`.
        """
        yield from _flags_in(self._ask("1:*", "(FLAGS)", f"(CHANGEDSINCE {modseq})"))

    def fetch(
        self, uids: Iterable[int], *, proof: int | None = None
    ) -> Iterator[Fetched | Unfetchable]:
        r"""Those messages that are still there, whole; \Seen is not set.

        All of them are held in memory: the caller bounds the batch. A message that the
        server cannot give comes as `Unfetchable` and does not stop the others.

        Args:
            proof: a message that it gave before, by which a server that gives nothing is
                told from messages that cannot be had.
        """
        with self._speaking(Phase.FETCH):
            yield from self._masked(bodies.fetch(self._wire, uids, proof=proof))

    def fetch_beginnings(self, uids: Iterable[int], length: int) -> Iterator[Fetched | Unfetchable]:
        r"""As `fetch`, but only so many bytes of each message; \Seen is not set."""
        with self._speaking(Phase.FETCH):
            yield from self._masked(bodies.fetch(self._wire, uids, length))

    def fetch_part(self, uid: int, *, start: int, length: int) -> Part | Unfetchable | None:
        r"""Some bytes of a message; None when it is gone. \Seen is not set.

        Fewer bytes than `length` should mean that the message ends there; none mean it.
        """
        with self._speaking(Phase.FETCH):
            part = parts.fetch_part(self._wire, uid, start, length)
            return self._without_secrets(part) if isinstance(part, Unfetchable) else part

    def store_flag(
        self, uids: Iterable[int], flag: str, *, on: bool, unchanged_since: int | None
    ) -> frozenset[int]:
        r"""Set or clear a flag; the messages where it was not, because they changed meanwhile.

        Args:
            unchanged_since: the mod-sequence after which a change counts; None to set it
                in any case, and where `select` gave no `highest_modseq`.

        Raises:
            RuntimeError: the folder was not opened `writable`.
        """
        self._require_writable()
        with self._speaking(Phase.FETCH):
            return store_flag(self._wire, uids, flag, on=on, unchanged_since=unchanged_since)

    def move(self, uids: Iterable[int], folder: str) -> Copied | None:
        """Move messages to another folder, where the server offers MOVE.

        Where they are now; None when the server does not say. When it refuses, some of them
        may be there all the same.

        Raises:
            RuntimeError: the folder was not opened `writable`.
        """
        return self._transfer("MOVE", uids, folder)

    def copy(self, uids: Iterable[int], folder: str) -> Copied | None:
        """Copy messages to another folder; the answer is as that of `move`."""
        return self._transfer("COPY", uids, folder)

    def remove(self, uids: Iterable[int]) -> None:
        """Remove messages for good, and no others; only where UIDPLUS is offered.

        Raises:
            RuntimeError: the folder was not opened `writable`.
        """
        self._require_writable()
        with self._speaking(Phase.FETCH):
            moving.remove(self._wire, uids)

    def idle(self, waker: Waker, enough: Callable[[], bool]) -> Woke:
        """Wait until the server tells of a change of the folder; only where it offers IDLE.

        Args:
            waker: ends it from another thread.
            enough: asked once a minute; true ends it.
        """
        with self._speaking(Phase.FETCH):
            self._wire.connection.keep_alive()
            return Idle(self._wire, self._deadline, self._messages).wait(waker, enough)

    def _transfer(self, command: str, uids: Iterable[int], folder: str) -> Copied | None:
        self._require_writable()
        with self._speaking(Phase.FETCH, folder):
            return moving.transfer(self._wire, command, uids, folder)

    def _require_writable(self) -> None:
        if not self._writable:
            raise RuntimeError("a folder that was opened for reading only is not written to")

    def _masked(self, said: Iterable[Fetched | Unfetchable]) -> Iterator[Fetched | Unfetchable]:
        for each in said:
            yield self._without_secrets(each) if isinstance(each, Unfetchable) else each

    def _without_secrets(self, refused: Unfetchable) -> Unfetchable:
        if refused.server_said is None:
            return refused
        return replace(refused, server_said=self._scene(Phase.FETCH).masked(refused.server_said))

    def _ask(self, uid_set: str, *wanted: str) -> list[Answer]:
        with self._speaking(Phase.FETCH):
            return Question(self._wire, uid_set, *wanted).asked()


def _flags_in(said: Iterable[Answer]) -> Iterator[FlagsOf]:
    """A line that tells a mod-sequence alone says nothing of flags (RFC 7162, 3.2)."""
    for answer in said:
        if answer.flags is not None:
            yield answer.uid, answer.flags, answer.modseq
