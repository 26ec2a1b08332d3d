"""The dialogue with a mail server, written down while it goes on: for debug mode.

    Connection ── no trace: this file is not in the way
    Traced ── line out, line in ──► Redactor ──► secrets masked ──► a line for `write`

       0 ms  --  connecting to 192.0.2.7, port 993
      31 ms  --  TLSv1.3, TLS_AES_256_GCM_SHA384
      33 ms  S:  * OK ready
      33 ms  C:  KLMA1 LOGIN ••••
     290 ms  S!  KLMA1 NO [AUTHENTICATIONFAILED] Invalid credentials

What is cut is told in `redact.py`. Whatever the recording itself does wrong, the
dialogue goes on.
"""

import logging
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterable

from mailboxadmin.domain.finding import Phase
from mailboxadmin.domain.mailbox import Step
from mailboxadmin.domain.mask import MASK
from mailboxadmin.imap.connection import LONGEST_LINE, Connection, Hangup, Oversized, Silence
from mailboxadmin.imap.deadline import Deadline
from mailboxadmin.imap.fetch_line import CUT
from mailboxadmin.imap.ladder import OnStep, system_words
from mailboxadmin.imap.redact import Redactor
from mailboxadmin.imap.said import masked, readable

log = logging.getLogger(__name__)

#: Who says it; with `!` when it refuses or fails.
CLIENT, SERVER, NOTE = "C:", "S:", "--"
REFUSES, FAILS = "S!", "-!"
#: How a note begins that quotes an exception.
RAW = "raw: "
#: In these no mail has been asked for yet, so that nothing an exception quotes can be of it.
_BEFORE_MAIL = frozenset({Phase.DNS, Phase.TCP, Phase.TLS, Phase.GREETING, Phase.AUTH})
_QUOTING = re.compile(r"""["'`“\u2018«({\[<]""")
#: What is so long without a blank is a token, or a part of one.
_TOKEN = re.compile(r"[\w.~+/=-]{40,}")


class Trace:
    """What is written down of one run or one test, over all its connections."""

    def __init__(self, write: Callable[[str], None]) -> None:
        """`write` takes a line without its end; it must not raise."""
        self._write = write
        self._began = time.monotonic()
        self._secrets: dict[str, None] = {}
        self._told: BaseException | None = None

    def hide(self, secrets: Iterable[str]) -> None:
        """Mask these from now on, wherever they come."""
        self._secrets |= dict.fromkeys(secrets)

    def write(self, who: str, text: str) -> None:
        """A line, with the time since the beginning."""
        ms = round((time.monotonic() - self._began) * 1000)
        said = masked(text, self._secrets)
        # Nothing that would begin a line of its own, or turn one around.
        plain = said if said.isprintable() else "".join(filter(str.isprintable, said))
        self._write(f"{ms:>8} ms  {who}  {plain}")

    def note(self, text: str, *, failed: bool = False) -> None:
        """Something that nobody said, on one line."""
        self.write(FAILS if failed else NOTE, readable(text.encode("utf-8", "replace")))

    def stepping(self, on_step: OnStep) -> OnStep:
        """`on_step`, with each rung of the ladder written down, too."""

        def step(rung: Step) -> None:
            words = f"step {rung.phase.value} {'ok' if rung.ok else 'failed'}, {rung.ms} ms"
            self.note(f"{words}: {rung.detail}" if rung.detail else words, failed=not rung.ok)
            on_step(rung)

        return step

    def raw(self, fault: BaseException, phase: Phase) -> None:
        """An exception as the program met it: its class and text, and those of its causes."""
        if self._told is not None and self._told in (fault, fault.__cause__):
            return
        self._told = fault
        self.note(RAW + raw_words(fault, phase), failed=True)

    def connecting(self, sock: socket.socket, deadline: Deadline) -> "Traced":
        """A connection that is written down here."""
        return Traced(sock, deadline, self)


def raw_words(fault: BaseException, phase: Phase) -> str:
    """Class and text of an exception and its causes; no text of it may be of a message."""
    words: list[str] = []
    seen = fault
    while len(words) < 5:
        text = " ".join(str(seen).split())
        if phase not in _BEFORE_MAIL:
            text = unquoted(text)
        kind = f"{type(seen).__module__}.{type(seen).__qualname__}".removeprefix("builtins.")
        words.append(f"{kind}: {text}" if text else kind)
        cause = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
        if cause is None:
            break
        seen = cause
    return _TOKEN.sub(MASK, " ← ".join(words))


def unquoted(text: str) -> str:
    """The text up to where it begins to quote something, which may be somebody's mail."""
    quoting = _QUOTING.search(text)
    return f"{text[: quoting.start()]}{CUT}" if quoting else text


class Traced(Connection):
    """A connection whose dialogue is written down."""

    def __init__(self, sock: socket.socket, deadline: Deadline, trace: Trace) -> None:
        super().__init__(sock, deadline)
        self._trace = trace
        self._redactor = Redactor()
        self._closed = False

    def hide(self, secrets: Iterable[str]) -> None:
        """See `Connection`."""
        self._trace.hide(secrets)

    def went_wrong(self, fault: BaseException, phase: Phase) -> None:
        """See `Connection`."""
        self._trace.raw(fault, phase)

    def connect(self, address: str, port: int) -> None:
        """See `Connection`."""
        self._trace.note(f"connecting to {address}, port {port}")
        try:
            super().connect(address, port)
        except OSError as fault:
            self._trace.note(f"not connected: {system_words(fault)}", failed=True)
            raise
        self._trace.note("connected")

    def secure(self, context: ssl.SSLContext, host: str) -> None:
        """See `Connection`."""
        try:
            super().secure(context, host)
        except OSError as fault:
            self._trace.note(f"no TLS with {host}: {system_words(fault)}", failed=True)
            raise
        if isinstance(self.sock, ssl.SSLSocket):
            cipher = self.sock.cipher()
            self._trace.note(f"{self.sock.version()}, {cipher[0] if cipher else 'no cipher'}")

    def read_line(self, longest: int = LONGEST_LINE) -> bytes:
        """See `Connection`."""
        heard_before = bool(self._unread)
        try:
            line = super().read_line(longest)
        except (Hangup, Silence, Oversized) as fault:
            self._ended(fault)
            raise
        if not heard_before:
            self._came(line)
        return line

    def read(self, size: int) -> bytes:
        """See `Connection`."""
        try:
            data = super().read(size)
        except (Hangup, Silence, Oversized) as fault:
            self._ended(fault)
            raise
        self._redactor.literal()
        return data

    def send(self, data: bytes) -> None:
        """See `Connection`."""
        words = self._looked_at(lambda: self._redactor.sent(data))
        if words:
            self._trace.write(CLIENT, words)
        try:
            super().send(data)
        except (Hangup, Silence) as fault:
            self._ended(fault)
            raise

    def close(self) -> None:
        """See `Connection`."""
        if not self._closed:
            self._trace.note("connection closed")
        self._closed = True
        super().close()

    def _came(self, line: bytes) -> None:
        refused = False

        def look() -> str:
            nonlocal refused
            words, refused = self._redactor.came(line)
            return words

        words = self._looked_at(look)
        if words:
            self._trace.write(REFUSES if refused else SERVER, words)

    def _looked_at(self, look: Callable[[], str]) -> str:
        try:
            return look()
        except Exception:
            # A fault of the recording is none of the run; what it is about is not written.
            log.exception("a line could not be recorded")
            return CUT

    def _ended(self, fault: Exception) -> None:
        kind = "no answer" if isinstance(fault, Silence) else "the line ended"
        self._trace.note(f"{kind}: {fault}", failed=True)
