"""The sample office's mail server: pymap on loopback, in a thread of its own.

pymap is asyncio, the app is threads: the event loop lives in one daemon thread,
and every call from outside goes into that loop and waits for its answer. Mail is
held in memory and is gone when the server stops.
"""

import asyncio
import socket
import ssl
import threading
from argparse import Namespace
from collections.abc import Coroutine, Iterable, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Self, TypeVar

from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import Config, Login
from pymap.backend.dict.filter import FilterSet
from pymap.backend.dict.mailbox import MailboxSet
from pymap.concurrent import Subsystem
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage
from pymap.parsing.specials.flag import Flag, Seen
from pymap.user import UserMetadata
from pysasl import SASLAuth
from pysasl.hashing import Cleartext

from mailboxadmin.demo.letter import INBOX, Letter
from mailboxadmin.demo.people import SamplePerson
from mailboxadmin.demo.server_tokens import Accepts, TokenMechanism
from mailboxadmin.domain.mailbox import Encryption, Server

T = TypeVar("T")

LOOPBACK = "127.0.0.1"

#: Wall-clock bound of one call into the server's thread, in seconds.
_CALL_LIMIT_S = 30.0


class OfficeConfig(Config):
    """pymap's in-memory configuration without TLS, look-ups or worker threads."""

    def __init__(self, accepts: Accepts | None) -> None:
        self._accepts = accepts
        super().__init__(
            Namespace(passlib_cfg=None, proxy_protocol=None),
            demo_data=False,
            demo_user="",
            demo_password="",
            host=LOOPBACK,
            port=0,
            tls_enabled=False,
            # Given, so that CERT_FILE of the environment is not read.
            ssl_context=ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER),
            # Passwords are made at each start and live in memory only.
            hash_context=Cleartext(),
            cpu_subsystem=Subsystem.for_asyncio(),
            invalid_user_sleep=0.0,
        )

    @property
    def tls_auth(self) -> SASLAuth:
        """The ways to sign in, with a token too where somebody can say what it opens.

        pymap offers these without TLS as well, to whoever comes from this machine.
        """
        ways = super().tls_auth
        if self._accepts is None:
            return ways
        return SASLAuth([*ways.server_mechanisms, TokenMechanism(self._accepts)])

    @property
    def greeting(self) -> bytes:
        """The text after `* OK`; pymap's own would ask the resolver for a host name."""
        return b"The sample office's mail server is ready"


class OfficeLogin(Login):
    """pymap's in-memory sign-in with the people of the office."""

    def __init__(self, config: OfficeConfig, people: Iterable[SamplePerson]) -> None:
        super().__init__(config)
        for person in people:
            self.users_dict[person.email] = UserMetadata(
                config, person.email, password=person.imap_password
            )


class DemoImapServer:
    """A mail server for the given people, running between `with` and its end.

    >>> with DemoImapServer(sample_people()) as server:
    ...     server.deliver("ben@example.org", raw, at=datetime.now(UTC))

    With a provider it takes tokens beside passwords:

    >>> with (
    ...     LocalProvider() as provider,
    ...     DemoImapServer(sample_people(), accepts=provider.opens) as server,
    ... ):
    ...     provider.grant("ben@example.org").access_token  # opens Ben's mail
    """

    def __init__(
        self, people: Sequence[SamplePerson], port: int = 0, *, accepts: Accepts | None = None
    ) -> None:
        """Prepare the server.

        Args:
            port: 0 takes a free one.
            accepts: whether a token opens a user's mail; called in the server's own thread, so it
                must answer at once. None: passwords only.
        """
        self._people = people
        self._accepts = accepts
        self._wanted_port = port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="demo-imap", daemon=True)
        self._mailboxes: dict[str, MailboxSet] = {}
        self._port = 0

    @property
    def host(self) -> str:
        """The loopback address it listens on."""
        return LOOPBACK

    @property
    def port(self) -> int:
        """The port it listens on; 0 before it has started."""
        return self._port

    @property
    def address(self) -> Server:
        """Where the app finds it."""
        return Server(host=self.host, port=self.port, encryption=Encryption.NONE)

    def __enter__(self) -> Self:
        """Start listening.

        Raises:
            OSError: the port is in use.
        """
        self._thread.start()
        try:
            self._call(self._open())
        except BaseException:
            self._end_thread()
            raise
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Say BYE to every connection, close the port and end the thread."""
        self._call(self._close())
        self._end_thread()

    def deliver(self, address: str, raw: bytes, folder: str = INBOX, *, at: datetime) -> None:
        """Put one unread message into a folder of that person.

        Raises:
            KeyError: nobody here has that address.
        """
        self.fill(address, [Letter(folder=folder, raw=raw, at=at)])

    def fill(self, address: str, letters: Iterable[Letter]) -> list[int]:
        """Put letters into that person's folders; their UIDs, which follow the given order.

        Raises:
            KeyError: nobody here has that address.
        """
        mailboxes = self._mailboxes[address]
        return self._call(self._append(mailboxes, list(letters)))

    def has_folder(self, address: str, folder: str) -> bool:
        """Whether that person has a folder of that name.

        Raises:
            KeyError: nobody here has that address.
        """
        listed = self._call(self._mailboxes[address].list_mailboxes())
        return folder in {entry.name for entry in listed.list()}

    def drop_folder(self, address: str, folder: str) -> None:
        """Delete one of that person's folders with its mail; one made anew counts from 1 again.

        Raises:
            KeyError: there is no such person or folder.
        """
        self._call(self._mailboxes[address].delete_mailbox(folder))

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        self._loop.close()

    def _call(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_CALL_LIMIT_S)

    def _end_thread(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_CALL_LIMIT_S)

    async def _open(self) -> None:
        config = OfficeConfig(self._accepts)
        login = OfficeLogin(config, self._people)
        for person in self._people:
            mailboxes = await _empty_mailboxes(person)
            self._mailboxes[person.email] = mailboxes
            config.set_cache[person.email] = (mailboxes, FilterSet())
        serve = ProxyProtocolReader(config.proxy_protocol).get_callback(IMAPServer(login, config))
        listening = socket.create_server((LOOPBACK, self._wanted_port))
        self._server = await asyncio.start_server(serve, sock=listening)
        self._port = listening.getsockname()[1]

    async def _close(self) -> None:
        self._server.close()
        # Connections are tasks; each says BYE when it is cancelled.
        connections = asyncio.all_tasks() - {asyncio.current_task()}
        for connection in connections:
            connection.cancel()
        await asyncio.gather(*connections, return_exceptions=True)

    async def _append(self, mailboxes: MailboxSet, letters: list[Letter]) -> list[int]:
        uids = []
        known = {entry.name for entry in (await mailboxes.list_mailboxes()).list()}
        for letter in letters:
            if letter.folder not in known:
                await mailboxes.add_mailbox(letter.folder)
                known.add(letter.folder)
            folder = await mailboxes.get_mailbox(letter.folder)
            flags: frozenset[Flag] = frozenset({Seen}) if letter.seen else frozenset()
            message = AppendMessage(letter.raw, letter.at, flags)
            uids.append((await folder.append(message, recent=True)).uid)
        return uids


async def _empty_mailboxes(person: SamplePerson) -> MailboxSet:
    """That person's folders, without messages; INBOX is always there."""
    mailboxes = MailboxSet()
    names = person.folders
    for name in (names.sent, names.drafts, names.archive, names.trash, names.spam):
        await mailboxes.add_mailbox(name)
        await mailboxes.set_subscribed(name, True)
    return mailboxes
