"""A signed-in conversation with one mail server.

    connect() --> dns, tcp, tls, greeting, (token,) auth --> Session --> folders --> fetch
                  (a red step: MailFailure)            `--> close: LOGOUT, quickly

Looking changes nothing on the server: folders are opened with EXAMINE and bodies are
fetched with BODY.PEEK[]; `store_flag`, `move`, `copy` and `remove` alone write. Every
method raises MailFailure with what happened, or Cancelled when a person stopped it.
"""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from mailboxadmin.domain.cuttable import OnOpen
from mailboxadmin.domain.errors import MailFailure
from mailboxadmin.domain.finding import Phase
from mailboxadmin.domain.folder import FolderStatus, ListedFolder
from mailboxadmin.domain.mailbox import Account, Step
from mailboxadmin.domain.token import Bearer
from mailboxadmin.imap import folders
from mailboxadmin.imap.arguments import check_text
from mailboxadmin.imap.auth import is_stale, require_token_way, settle, sign_in
from mailboxadmin.imap.bodies import Unfetchable
from mailboxadmin.imap.climb import RUNG_LIMIT_S, Climb
from mailboxadmin.imap.deadline import Deadline
from mailboxadmin.imap.ladder import Ladder, OnStep, ignore, never
from mailboxadmin.imap.network import Network
from mailboxadmin.imap.parts import Part
from mailboxadmin.imap.said import bearer_forms, secret_forms
from mailboxadmin.imap.selected import FlagsOf, Selected
from mailboxadmin.imap.trace import Trace
from mailboxadmin.imap.wire import Client, Wire

__all__ = ["FlagsOf", "Part", "Session", "Unfetchable", "connect"]

#: How long a server may think about one command at most before it is taken for dead.
COMMAND_LIMIT_S = 60.0
#: The server waits for the sign-in while a token is asked for elsewhere, within its own bounds.
TOKEN_LIMIT_S = 40.0
#: A folder's size is added up over so many of its messages at most.
_SIZE_SAMPLE = 2000


def connect(
    account: Account,
    *,
    network: Network,
    deadline: Deadline,
    on_step: OnStep = ignore,
    on_open: OnOpen = ignore,
    on_folder: OnStep = ignore,
    patience_s: float = math.inf,
    trace: Trace | None = None,
) -> "Session":
    """Climb the ladder up to `auth`.

    Args:
        deadline: of everything done with the session, not only of the ladder.
        on_step: told of each rung as soon as it is green or red.
        on_open: given what can cut the look-up, then the connection, from another thread.
        on_folder: told of each folder that was opened, as a green step.
        patience_s: how long the server may think about one command; never longer than
            `COMMAND_LIMIT_S`.
        trace: where the dialogue is written down; None, and it is not.

    Raises:
        MailFailure: what happened on the rung that was red.
    """
    if trace is not None:
        trace.hide(secret_forms(account.username, account.password))
        on_step = trace.stepping(on_step)
    ladder = Ladder(on_step)
    wire = Climb(account, network, deadline, ladder, on_open, trace).up()
    session = Session(account, wire, deadline, ladder, on_open, on_folder, patience_s)
    try:
        session.open()
    except BaseException:
        wire.shutdown()
        raise
    return session


class Session(Selected):
    """The verbs; those about the open folder are in `Selected`."""

    def __init__(
        self,
        account: Account,
        wire: Wire,
        deadline: Deadline,
        ladder: Ladder,
        on_open: OnOpen,
        on_folder: OnStep,
        patience_s: float,
    ) -> None:
        super().__init__(account, wire, deadline)
        self._ladder = ladder
        self._on_open = on_open
        self._on_folder = on_folder
        self._patience_s = min(patience_s, COMMAND_LIMIT_S)
        self._client = Client(wire, self._patience_s)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The rungs climbed so far."""
        return self._ladder.steps

    def open(self) -> None:
        """The auth rung, before it with OAuth the token's; `connect` calls this."""
        bearer = self._account.bearer
        if bearer is None:
            self._sign_in()
            return
        self._take(bearer, bearer.token)
        try:
            self._sign_in(again=is_stale)
        except MailFailure as refusal:
            # A token that should be good may have been ended early; once, another is tried.
            if not is_stale(refusal):
                raise
            self._take(bearer, bearer.renewed)
            self._sign_in()

    def _take(self, bearer: Bearer, give: Callable[[OnOpen], str | None]) -> None:
        """The token rung; without another token the one there is stays."""
        with self._ladder.rung(Phase.TOKEN) as rung:
            self._limit(self._deadline.within(TOKEN_LIMIT_S), RUNG_LIMIT_S)
            require_token_way(self._wire, self._scene(Phase.TOKEN))
            token = give(self._on_open) or self._account.token
            self._wire.connection.hide(bearer_forms(self._account.username, token))
            self._account = replace(self._account, token=token)
            self._on_open(self._wire.connection.watch)
            rung.detail = bearer.detail

    def _sign_in(self, again: Callable[[MailFailure], bool] = never) -> None:
        with self._ladder.rung(Phase.AUTH, again=again) as rung:
            self._limit(self._deadline.within(RUNG_LIMIT_S), RUNG_LIMIT_S)
            heard, scene = self._wire.heard, self._scene(Phase.AUTH)
            with self._speaking(Phase.AUTH):
                sign_in(self._wire, scene)
                heard.signed_in = True
                self.capabilities = settle(self._client, heard, scene)
            rung.detail = f"signed in as {self._account.username}"
        self._limit(self._deadline, self._patience_s)

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

    def select(self, name: str, *, writable: bool = False) -> FolderStatus:
        """Open a folder, for reading only (EXAMINE) or `writable` (SELECT).

        The methods of `Selected` are about it.

        Raises:
            MailFailure: as `status`.
        """
        self._has_modseq = self._writable = False
        began = time.monotonic()
        with self._folder(name):
            opened = folders.open_folder(self._client, self._wire, name, writable=writable)
        self._has_modseq = opened.highest_modseq is not None
        self._messages = opened.messages
        self._writable = writable
        ms = round((time.monotonic() - began) * 1000)
        self._on_folder(Step(phase=Phase.FOLDERS, ok=True, ms=ms, detail=f"“{name}” opened"))
        return opened

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
