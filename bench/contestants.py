"""Who is measured: a raw socket, Mailbox Admin, mbsync. Each fetches one user's INBOX."""

import json
import socket
import sys
import time
from pathlib import Path

from bench.process import Cost, run
from tests.support.dovecot import Dovecot
from tests.support.mailstore import Account

#: Longer than any last line of an answer; Dovecot's to LOGIN names its capabilities.
TAIL = 4000


class RawSocket:
    """The floor: everything is asked for, and thrown away as it comes."""

    def __init__(self, server: Dovecot, account: Account) -> None:
        self._server = server
        self._account = account

    def fetch_all(self) -> Cost:
        """`UID FETCH 1:* BODY.PEEK[]`."""
        return self._talk("UID FETCH 1:* (INTERNALDATE FLAGS BODY.PEEK[])")

    def look(self) -> Cost:
        """Sign in and open the folder: what is the least to know whether anything moved."""
        return self._talk("NOOP")

    def _talk(self, command: str) -> Cost:
        began = time.perf_counter()
        account = self._account
        with socket.create_connection((self._server.host, self._server.port)) as connection:
            self._until(connection, b"* OK")
            for said in (f'LOGIN "{account.name}" "{account.password}"', "EXAMINE INBOX", command):
                connection.sendall(f"a {said}\r\n".encode())
                self._until(connection, b"\r\na OK")
        return Cost(seconds=time.perf_counter() - began)

    def _until(self, connection: socket.socket, end: bytes) -> None:
        """Read up to a line that begins so; only the last bytes are ever looked at."""
        tail = b"\r\n"
        buffer = bytearray(1 << 18)
        while end not in tail or not tail.endswith(b"\r\n"):
            count = connection.recv_into(buffer)
            if not count:
                raise RuntimeError(f"the server hung up: {tail!r}")
            tail = (tail + bytes(buffer[max(0, count - TAIL) : count]))[-TAIL:]


class MailboxAdmin:
    """`mailboxadmin sync`, as a whole process, with an instance of its own."""

    def __init__(self, server: Dovecot, account: Account, folder: Path) -> None:
        self._environ = {"MAILBOXADMIN_INSTANCE": str(folder)}
        self._account = account
        password = account.password + "\n"
        self._run("staff", "add", account.name, "--password-stdin", typed=password)
        where = ["--host", server.host, "--port", str(server.port), "--encryption", "none"]
        self._run("mailbox", "set", account.name, *where, "--password-stdin", typed=password)

    def sync(self) -> Cost:
        """Bring the mailbox up to date."""
        return self._run("sync", self._account.name, "--json")

    def _run(self, *arguments: str, typed: str = "") -> Cost:
        command = [sys.executable, "-m", "mailboxadmin", *arguments]
        return run(command, self._environ, typed)


def inside(cost: Cost) -> Cost:
    """The run alone, without the start of the process, as its own report has it."""
    return Cost(seconds=json.loads(cost.output.splitlines()[-1])["seconds"])


class Mbsync:
    """`mbsync`, which writes a Maildir."""

    def __init__(self, server: Dovecot, account: Account, folder: Path) -> None:
        folder.mkdir()
        self._file = folder / "mbsyncrc"
        self._file.write_text(
            f"""
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
        )

    def sync(self) -> Cost:
        """Bring the Maildir up to date."""
        return run(["mbsync", "-q", "-c", str(self._file), "all"])
