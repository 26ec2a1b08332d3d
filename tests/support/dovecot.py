"""A real Dovecot 2.3 in a temporary folder of its own, on free loopback ports.

    with Dovecot() as dovecot:
        ann = dovecot.user()
        dovecot.deliver(ann, b"Subject: hello\\r\\n\\r\\nHello Ann\\r\\n")
        with dovecot.client(ann) as imap: ...

It starts in under a second. Users come and go, and passwords change, while it runs. Any number of
servers can run side by side: each has its own folder, ports and certificate authority.
"""

import itertools
import json
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from imapclient import IMAPClient

from mailboxadmin.demo.certificates import Certificates
from mailboxadmin.demo.ports import LOOPBACK, free_port
from tests.support import dovecot_setup
from tests.support.mailstore import Account, MailStore
from tests.support.token_dovecot import TokenQuestions

_PATIENCE_S = 60.0

#: So many looks in a row, 50 ms apart: what was done is in the log of a busy machine too.
_QUIET_LOOKS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Logins:
    """How often a user was let in, refused by password or name, or one session too many."""

    accepted: int
    refused: int
    over_limit: int


class Dovecot(MailStore):
    """One server. What can be done to the mail in it is in `MailStore`.

    `host`, `port` (plain, STARTTLS offered) and `ssl_port` (TLS at once) say where it is; its
    certificate, for localhost and 127.0.0.1, is trusted by whoever trusts `ca_file` (a product
    process: SSL_CERT_FILE=ca_file). With `tokens` it takes XOAUTH2 and OAUTHBEARER too. Raises
    DovecotUnavailable when there is no Dovecot 2.3 on this machine.
    """

    host = LOOPBACK

    def __init__(
        self,
        *,
        capability: str | None = None,
        max_userip_connections: int = 100,
        tokens: TokenQuestions | None = None,
        extra_configuration: str = "",
    ) -> None:
        dovecot_setup.require_version_2_3(dovecot_setup.installed_version())
        # A socket path of Dovecot must stay under 108 bytes, so the folder is directly in /tmp
        # whatever TMPDIR is.
        folder = Path(tempfile.mkdtemp(prefix="dovecot-", dir="/tmp"))
        folder.chmod(0o755)
        super().__init__(folder, dovecot_setup.MailOwner.of_this_process())
        self.certificates = Certificates(folder)
        self.ca_file = self.certificates.ca_file
        self.certificate = self.certificates.good()
        self._capability = capability
        self._max_userip_connections = max_userip_connections
        self._mechanisms = "plain login"
        self._extra_configuration = extra_configuration
        if tokens is not None:
            self._mechanisms += " xoauth2 oauthbearer"
            self._extra_configuration += tokens.configuration(folder)
        self._passwords: dict[str, str] = {}
        self._user_numbers = itertools.count(1)
        self._process: subprocess.Popen[bytes] | None = None
        (folder / "mail").mkdir()
        self._hand_over(folder / "mail")
        (folder / "passdb.conf").write_text(dovecot_setup.passdb_configuration(folder))
        self._write_users()
        self.port, self.ssl_port = free_port(), free_port()

    def start(self) -> None:
        """Start the server and wait until it greets; after a `stop`, on the same ports again.

        Raises RuntimeError with the end of the server's log when it does not start.
        """
        options = dovecot_setup.Options(
            port=self.port,
            ssl_port=self.ssl_port,
            certificate=self.certificate,
            capability=self._capability,
            max_userip_connections=self._max_userip_connections,
            mechanisms=self._mechanisms,
            extra=self._extra_configuration,
        )
        configuration_file = self._folder / "dovecot.conf"
        configuration_file.write_text(
            dovecot_setup.configuration(self._folder, self._owner, options)
        )
        command = [dovecot_setup.program("dovecot"), "-F", "-c", str(configuration_file)]
        with (self._folder / "console").open("wb") as console:
            self._process = subprocess.Popen(command, stdout=console, stderr=console)
        self._wait_for_greeting(self._process)

    def stop(self) -> None:
        """Stop the server, which closes all its connections; the mail stays."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def close(self) -> None:
        """Stop the server and remove its folder."""
        self.stop()
        shutil.rmtree(self._folder)

    def __enter__(self) -> "Dovecot":
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def user(self, name: str | None = None, password: str = "correct horse battery") -> Account:
        """Add a user with an empty INBOX, or give an existing one a new password, at once.

        Without a name it is one that no other test has, such as user7@example.org.
        """
        account = Account(name or f"user{next(self._user_numbers)}@example.org", password)
        self._passwords[account.name.lower()] = password
        self._write_users()
        self._make_inbox(account.name)
        return account

    def change_password(self, user: Account | str, password: str) -> Account:
        """Let only the new password in from now on; sessions that are open stay open."""
        return self.user(str(user), password)

    def client(self, user: Account) -> IMAPClient:
        """Return a signed-in IMAP client over TLS, to act as a mail program; counts as login."""
        context = ssl.create_default_context(cafile=str(self.ca_file))
        client = IMAPClient(self.host, self.ssl_port, ssl_context=context, timeout=60)
        client.login(user.name, user.password)
        return client

    def connections(self, user: Account | str | None = None) -> int:
        """Return how many signed-in IMAP connections are open, of one user or of all."""
        name = [] if user is None else [str(user)]
        rows = self.doveadm("-f", "tab", "who", "-1", *name).splitlines()
        return sum("\timap\t" in row for row in rows)

    def kick(self, user: Account | str) -> None:
        """Cut all connections of a user, as a restarting server does; wait until they are gone."""
        self.doveadm("kick", str(user))
        deadline = time.monotonic() + _PATIENCE_S
        while self.connections(user):
            if time.monotonic() > deadline:
                raise RuntimeError(
                    f"Dovecot did not end the sessions of {user} within {_PATIENCE_S:.0f} s."
                )
            time.sleep(0.02)

    def logins_of(self, user: Account | str) -> Logins:
        """Count the log-ins of a user since the start of the server, from its log.

        A token that the provider does not know counts as refused, a provider that fails does not.
        """
        log, name = self._settled_log(), re.escape(str(user).lower())
        return Logins(
            accepted=len(re.findall(rf"imap-login: Info: Login: user=<{name}>", log)),
            refused=len(
                re.findall(
                    rf"dict\({name},[^)]*\): (?:Password mismatch|unknown user)"
                    rf"|auth: Info: oauth2\({name},[^)]*\): oauth2 failed",
                    log,
                )
            ),
            over_limit=len(re.findall(rf"Maximum number of connections [^:]*: user=<{name}>", log)),
        )

    def log_text(self) -> str:
        """Return everything the server has logged."""
        log = self._folder / "log"
        return log.read_text(errors="replace") if log.exists() else ""

    def _settled_log(self) -> str:
        """Wait until nothing comes: Dovecot logs some milliseconds after the client is answered."""
        now, quiet = self.log_text(), 0
        while quiet < _QUIET_LOOKS:
            time.sleep(0.05)
            before, now = now, self.log_text()
            quiet = quiet + 1 if now == before else 0
        return now

    def _write_users(self) -> None:
        lines = [
            f"shared/passdb/{name}\n{json.dumps({'password': word})}\n"
            for name, word in self._passwords.items()
        ]
        next_file = self._folder / "users.next"
        next_file.write_text("".join(lines))
        next_file.rename(self._folder / "users.dict")

    def _wait_for_greeting(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _PATIENCE_S
        while time.monotonic() < deadline and process.poll() is None:
            try:
                with socket.create_connection((self.host, self.port), timeout=2) as connection:
                    if connection.recv(4) == b"* OK":
                        return
            except OSError:
                time.sleep(0.02)
        self.stop()
        console = (self._folder / "console").read_text(errors="replace")
        raise RuntimeError(f"Dovecot did not start:\n{console}{self.log_text()[-2000:]}")
