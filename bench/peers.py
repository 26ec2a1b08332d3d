"""Who is measured beside us: a raw socket, mbsync and offlineimap. Each fetches one INBOX."""

import shutil
import socket
import time
from abc import ABC, abstractmethod
from pathlib import Path

from bench.process import seconds_of
from tests.support.dovecot import Dovecot
from tests.support.mailstore import Account

#: Longer than any last line of an answer; Dovecot's to LOGIN names its capabilities.
TAIL = 4000


class RawSocket:
    """The floor: everything is asked for, and thrown away as it comes."""

    def __init__(self, server: Dovecot, account: Account) -> None:
        self._where = (server.host, server.port)
        self._account = account
        #: What the server said in the last talk, in bytes.
        self.received = 0

    def fetch_all(self) -> float:
        """Seconds for every message."""
        return self._talk("UID FETCH 1:* (INTERNALDATE FLAGS BODY.PEEK[])")

    def fetch_flags(self) -> float:
        """Seconds for the flags of every message."""
        return self._talk("UID FETCH 1:* (FLAGS)")

    def _talk(self, command: str) -> float:
        began = time.perf_counter()
        self.received = 0
        account = self._account
        with socket.create_connection(self._where) as connection:
            self._until(connection, b"* OK")
            for said in (f'LOGIN "{account.name}" "{account.password}"', "EXAMINE INBOX", command):
                connection.sendall(f"a {said}\r\n".encode())
                self._until(connection, b"\r\na OK")
        return time.perf_counter() - began

    def _until(self, connection: socket.socket, end: bytes) -> None:
        """Read up to a line that begins so; only the last bytes are ever looked at."""
        tail = b"\r\n"
        buffer = bytearray(1 << 18)
        while end not in tail or not tail.endswith(b"\r\n"):
            count = connection.recv_into(buffer)
            if not count:
                raise RuntimeError(f"the server hung up: {tail!r}")
            self.received += count
            tail = (tail + bytes(buffer[max(0, count - TAIL) : count]))[-TAIL:]


class Peer(ABC):
    """A mail program as a process of its own, whose start is measured and taken off."""

    program: str
    #: What it is given after the name of its configuration file's option.
    arguments: tuple[str, ...]

    def __init__(self, server: Dovecot, account: Account, folder: Path) -> None:
        folder.mkdir()
        self._file = folder / "configuration"
        self._file.write_text(self.configuration(server, account, folder))

    @classmethod
    def installed(cls) -> bool:
        """True when it can be measured on this machine."""
        return shutil.which(cls.program) is not None

    @abstractmethod
    def configuration(self, server: Dovecot, account: Account, folder: Path) -> str:
        """Its configuration file."""

    def sync(self) -> float:
        """Seconds to bring the Maildir up to date."""
        start = seconds_of([self.program, "--version"])
        return seconds_of([self.program, "-c", str(self._file), *self.arguments]) - start


class Mbsync(Peer):
    """`mbsync`, which makes sure that the mail is on the disk, as we do."""

    program = "mbsync"
    arguments = ("-q", "all")

    def configuration(self, server: Dovecot, account: Account, folder: Path) -> str:
        return f"""
FSync yes

IMAPStore far
Host {server.host}
Port {server.port}
User {account.name}
Pass "{account.password}"
SSLType None
AuthMechs LOGIN

MaildirStore near
Path {folder}/
Inbox {folder}/inbox
SubFolders Verbatim

Channel all
Far :far:
Near :near:
Patterns INBOX
Create Near
Sync Pull
SyncState *
"""


class Offlineimap(Peer):
    """`offlineimap`, version 3 of which runs on Python 3."""

    program = "offlineimap"
    arguments = ("-o", "-u", "quiet")

    def configuration(self, server: Dovecot, account: Account, folder: Path) -> str:
        return f"""
[general]
accounts = one
metadata = {folder}/metadata

[Account one]
localrepository = near
remoterepository = far

[Repository near]
type = Maildir
localfolders = {folder}/mail

[Repository far]
type = IMAP
remotehost = {server.host}
remoteport = {server.port}
remoteuser = {account.name}
remotepass = {account.password}
ssl = no
starttls = no
folderfilter = lambda name: name == "INBOX"
"""
