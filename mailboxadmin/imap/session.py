"""A signed-in conversation with one mail server.

    connect() --> dns, tcp, tls, greeting, auth --> Session --> folders --> fetch
                  (a red step: MailFailure)            `--> close: LOGOUT, quickly

Nothing here changes anything on the server: folders are opened with EXAMINE and
bodies are fetched with BODY.PEEK[]. Every method raises MailFailure with what
happened, or Cancelled when a person stopped it.
"""

import imaplib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from mailboxadmin.domain.errors import MailFailure
from mailboxadmin.domain.finding import Phase
from mailboxadmin.domain.folder import FolderStatus, ListedFolder
from mailboxadmin.domain.mailbox import Account, Step
from mailboxadmin.domain.message import Fetched
from mailboxadmin.imap import answers, bodies, folders
from mailboxadmin.imap.answers import Items, Raw
from mailboxadmin.imap.arguments import check_text, uid_sets
from mailboxadmin.imap.auth import settle, sign_in
from mailboxadmin.imap.bodies import Unfetchable
from mailboxadmin.imap.climb import RUNG_LIMIT_S, Climb, OnOpen
from mailboxadmin.imap.conversation import Conversation
from mailboxadmin.imap.deadline import Deadline
from mailboxadmin.imap.ladder import Ladder, OnStep, ignore
from mailboxadmin.imap.network import Network
from mailboxadmin.imap.wire import Client, Wire

__all__ = ["FlagsOf", "Session", "Unfetchable", "connect"]

#: How long a server may think about one command before it is taken for dead.
COMMAND_LIMIT_S = 60.0
#: A folder's size is added up over so many of its messages at most.
_SIZE_SAMPLE = 2000

#: UID, flags, mod-sequence (None without CONDSTORE).
FlagsOf = tuple[int, frozenset[str], int | None]


def connect(
    account: Account,
    *,
    network: Network,
    deadline: Deadline,
    on_step: OnStep = ignore,
    on_open: OnOpen = ignore,
) -> "Session":
    """Climb the ladder up to `auth`.

    Args:
        deadline: of everything done with the session, not only of the ladder.
        on_step: told of each rung as soon as it is green or red.
        on_open: given what can cut the connection from another thread, as soon as there is one.

    Raises:
        MailFailure: what happened on the rung that was red.
    """
    ladder = Ladder(on_step)
    wire = Climb(account, network, deadline, ladder, on_open).up()
    session = Session(account, wire, deadline, ladder)
    try:
        session.open()
    except BaseException:
        wire.shutdown()
        raise
    return session


class Session(Conversation):
    """The verbs; `cancel` and `close` are a `Conversation`'s."""

    def __init__(self, account: Account, wire: Wire, deadline: Deadline, ladder: Ladder) -> None:
        super().__init__(account, wire, deadline)
        self._ladder = ladder
        self._client = Client(wire, COMMAND_LIMIT_S)
        self._has_modseq = False
        #: In upper case, as the server said after the sign-in.
        self.capabilities: frozenset[str] = frozenset()

    @property
    def steps(self) -> tuple[Step, ...]:
        """The rungs climbed so far."""
        return self._ladder.steps

    def open(self) -> None:
        """The auth rung; `connect` calls this."""
        with self._ladder.rung(Phase.AUTH) as rung:
            self._limit(self._deadline.within(RUNG_LIMIT_S), RUNG_LIMIT_S)
            with self._speaking(Phase.AUTH):
                sign_in(self._wire, self._scene(Phase.AUTH))
                self.capabilities = settle(self._client, self._wire.heard)
            rung.detail = f"signed in as {self._account.username}"
        self._limit(self._deadline, COMMAND_LIMIT_S)

    def list_folders(self) -> list[ListedFolder]:
        """All folders of the mailbox, as the server lists them."""
        with self._speaking(Phase.FOLDERS):
            return folders.listed(self._client)

    def status(self, name: str) -> FolderStatus:
        """What STATUS says of a folder, without opening it.

        Raises:
            MailFailure: FOLDER_MISSING, FOLDER_NOT_SELECTABLE, or what the server said.
        """
        with self._folder(name):
            return folders.status(self._client, name, "CONDSTORE" in self.capabilities)

    def select(self, name: str) -> FolderStatus:
        """Open a folder for reading only (EXAMINE); the methods below are about it.

        Raises:
            MailFailure: as `status`.
        """
        with self._folder(name):
            opened = folders.examine(self._client, name)
        self._has_modseq = opened.highest_modseq is not None
        return opened

    def uids(self) -> list[int]:
        """All UIDs of the open folder, ascending."""
        return self._search("ALL")

    def uids_above(self, uid: int) -> list[int]:
        """The UIDs of the open folder that are greater than `uid`, ascending."""
        # `n:*` always names the last message, even when its UID is below n (RFC 9051, 9).
        return [found for found in self._search("UID", f"{uid + 1}:*") if found > uid]

    def sizes(self, uids: Iterable[int]) -> Iterator[tuple[int, int]]:
        """UID and size in bytes of those messages that are still there."""
        for uid_set in uid_sets(uids):
            for items in self._fetch(uid_set.text, "(RFC822.SIZE)"):
                if isinstance(items.get(b"RFC822.SIZE"), int):
                    yield items[b"UID"], items[b"RFC822.SIZE"]

    def mailbox_size(self, name: str) -> int:
        """The size of a folder in bytes; of a large one, estimated from a sample.

        Where STATUS cannot tell it (RFC 8438), the folder is opened.
        """
        if "STATUS=SIZE" in self.capabilities:
            with self._folder(name):
                return folders.size(self._client, name)
        self.select(name)
        uids = self.uids()
        sample = uids[:: len(uids) // _SIZE_SAMPLE + 1]
        total = sum(size for _, size in self.sizes(sample))
        return total * len(uids) // len(sample) if sample else 0

    def flags(self, uids: Iterable[int]) -> Iterator[FlagsOf]:
        """The flags of those messages that are still there."""
        wanted = "(FLAGS MODSEQ)" if self._has_modseq else "(FLAGS)"
        for uid_set in uid_sets(uids):
            yield from map(_flags_of, self._fetch(uid_set.text, wanted))

    def flags_changed_since(self, modseq: int) -> Iterator[FlagsOf]:
        """The flags of the messages that are new or changed since then (RFC 7162, 3.1.4.1).

        Only where `select` gave a `highest_modseq`.
        """
        yield from map(_flags_of, self._fetch("1:*", "(FLAGS)", f"(CHANGEDSINCE {modseq})"))

    def fetch(self, uids: Iterable[int]) -> Iterator[Fetched | Unfetchable]:
        r"""Those messages that are still there, whole; \Seen is not set.

        All of them are held in memory: the caller bounds the batch. A message that the
        server cannot give comes as `Unfetchable` and does not stop the others.
        """
        with self._speaking(Phase.FETCH):
            yield from bodies.fetch(self._wire, uids)

    def _search(self, *criteria: str) -> list[int]:
        returns = ("RETURN", "(ALL)") if "ESEARCH" in self.capabilities else ()
        with self._speaking(Phase.FETCH):
            self._wire.response("ESEARCH")
            answer, data = self._wire.uid("SEARCH", *returns, *criteria)
            if answer != "OK":
                raise imaplib.IMAP4.error("SEARCH refused")
            compact: list[Raw] = self._wire.response("ESEARCH")[1]
            return answers.found(data, compact)

    def _fetch(self, uid_set: str, *wanted: str) -> list[Items]:
        with self._speaking(Phase.FETCH):
            answer, data = bodies.ask(self._wire, uid_set, *wanted)
            if answer != "OK":
                raise imaplib.IMAP4.error("FETCH refused")
            return list(answers.messages(data))

    @contextmanager
    def _folder(self, name: str) -> Iterator[None]:
        """Around a command about one folder: a refusal is explained by what LIST says of it."""
        try:
            with self._speaking(Phase.FOLDERS, name):
                check_text("folders", name)
                yield
        except MailFailure as failure:
            if not folders.may_be_missing(failure.facts):
                raise
            with self._speaking(Phase.FOLDERS, name):
                happening = folders.why_refused(self._client, name)
            raise MailFailure(replace(failure.facts, happening=happening)) from failure


def _flags_of(items: Items) -> FlagsOf:
    return items[b"UID"], answers.flags_of(items), answers.modseq_of(items)
