"""One connection's dialogue as it may be written down: who said what, and no secret, no mail.

Commands and answers leave only in forms that are known here; everything else becomes
`…cut…` with its length. Three things are never written, whatever they look like: what is
said between AUTHENTICATE or LOGIN and the answer to it, a literal, and what follows an
answer that could not be read.

    > A1 LOGIN ••••                         < A1 OK Logged in
    > A2 UID FETCH 1:300 (FLAGS BODY.PEEK[])
                                            < * 1 FETCH UID 9 FLAGS () BODY[] {4711} …cut…
"""

import re

from mailboxadmin.domain.mask import MASK
from mailboxadmin.imap.fetch_line import CUT, FetchLine, known_flags
from mailboxadmin.imap.said import readable

#: imaplib's tags: four letters of its own choice, and a number.
_COMMAND = re.compile(rb"([A-P]{4}\d+) (UID )?([A-Z]+)(?: ([^\r\n]*))?(\r\n)?", re.DOTALL)
_LITERAL_OUT = re.compile(rb" ?\{(\d+)\+?\}\r\n")
_LITERAL_END = re.compile(rb"\{(\d{1,20})\}\r?\n$")
_FETCH = re.compile(rb"\* (\d{1,10}) FETCH \(([^\r\n]*)\r?\n", re.IGNORECASE)
_STATUS = re.compile(rb"(OK|NO|BAD|BYE|PREAUTH)(?: |\r|\n)", re.IGNORECASE)
#: Counts, and lists of numbers.
_NUMBERS = re.compile(
    rb"(?:\d{1,10} (?:EXISTS|RECENT|EXPUNGE)|(?:SEARCH|SORT|ESEARCH|VANISHED)\b"
    rb'(?: \(TAG "[A-Z0-9]+"\))?(?: \(EARLIER\))?'
    rb"(?: |UID|ALL|COUNT|MIN|MAX|[\d:,]++|\(MODSEQ \d++\)|MODSEQ \d++)*+)\r?\n",
    re.IGNORECASE,
)
#: Folders and what the server can do.
_LISTS = re.compile(
    rb"(?:CAPABILITY|ENABLED|FLAGS|LIST|LSUB|XLIST|STATUS|NAMESPACE|ID)\b[^\r\n]*\r?\n",
    re.IGNORECASE,
)

#: Of a folder; `FLAGS` begins its line.
_FLAG_NAMES = re.compile(rb"(^FLAGS \(|\[PERMANENTFLAGS \()([^()\r\n]*)\)", re.IGNORECASE)
#: Answers that nobody asked for, and that harm nothing.
_OTHER = re.compile(rb"(QUOTA|QUOTAROOT|ACL|MYRIGHTS|METADATA|THREAD)\b", re.IGNORECASE)
#: Of a longer line only the beginning is looked at.
_LONGEST = 64 * 1024
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"?')

#: Commands whose arguments are secret.
_SIGN_IN = frozenset({b"LOGIN", b"AUTHENTICATE"})
#: Whose arguments are names of folders, items, flags, numbers.
_PLAIN = frozenset(
    b"CAPABILITY NOOP LOGOUT STARTTLS ENABLE NAMESPACE LIST LSUB XLIST SELECT EXAMINE STATUS "
    b"CHECK CLOSE UNSELECT EXPUNGE IDLE ID FETCH STORE COPY MOVE CREATE DELETE RENAME".split()
)
#: Words of a search that quote nothing.
_SEARCH_WORD = re.compile(
    r"ALL|UNSEEN|SEEN|DELETED|UNDELETED|NOT|OR|UID|HEADER|MESSAGE-ID|CHARSET|UTF-8|US-ASCII|RETURN"
    r"|\(?(?:ALL|COUNT|MIN|MAX)?\)?|SINCE|BEFORE|ON|SMALLER|LARGER|MODSEQ|[\d:,*]+"
    r"|\d{1,2}-[A-Z]{3}-\d{4}",
    re.IGNORECASE,
)


class Redactor:
    """Remembers where in the dialogue it is; one for each connection."""

    def __init__(self) -> None:
        #: Of the command that goes on; empty before the first.
        self._tag = b""
        self._verb = b""
        self._answered = True
        #: An answer that waits for what follows its literal.
        self._fetch: FetchLine | None = None
        self._after_literal = False
        self._lost = False

    def sent(self, data: bytes) -> str:
        """What may be kept of bytes that go out; empty where they end a command only."""
        command = _COMMAND.match(data) if self._answered else None
        if command is None:
            return self._more(data)
        tag, uid, verb, words, _ = command.groups()
        self._tag, self._verb, self._answered = tag, verb, False
        self._fetch, self._after_literal, self._lost = None, False, False
        said = [tag.decode(), (uid or b"").decode().strip(), verb.decode()]
        if words:
            said.append(_arguments(verb, words))
        if data[command.end() :]:
            said.append(CUT)
        return " ".join(filter(None, said))

    def _more(self, data: bytes) -> str:
        """The next piece of a command: a literal, a line of a sign-in, or the end of it."""
        if not data.strip():
            return ""
        if self._verb == b"IDLE" and data == b"DONE\r\n":
            return "DONE"
        if self._verb in _SIGN_IN:
            return MASK
        announced = _LITERAL_OUT.match(data)
        return f"{{{announced[1].decode()}}} {CUT}" if announced else CUT

    def came(self, line: bytes) -> tuple[str, bool]:
        """What may be kept of a line that came in, and whether it refuses something."""
        if self._after_literal:
            return self._rest(line), False
        if self._tag and line.startswith(self._tag + b" "):
            self._answered, self._lost = True, False
            text = line.removeprefix(self._tag + b" ")
            status = _STATUS.match(text)
            refused = status is not None and status[1].upper() in (b"NO", b"BAD")
            return (f"{self._tag.decode()} {readable(text)}" if status else CUT), refused
        # Nobody waits for us to go on with a FETCH: that is the rest of a message.
        if line.startswith(b"+") and not self._lost and self._verb != b"FETCH":
            return self._challenge(line), False
        if not line.startswith(b"* ") or self._lost:
            return self._unknown(line), False
        return self._untagged(line)

    def literal(self) -> None:
        """A literal came in; the line before it said how long it was."""
        self._after_literal = True

    def _untagged(self, line: bytes) -> tuple[str, bool]:
        fetch = _FETCH.fullmatch(line) if len(line) <= _LONGEST else None
        if fetch:
            self._fetch = FetchLine()
            words = self._fetch.first(fetch[2])
            self._lost = self._fetch.lost
            return f"* {fetch[1].decode()} FETCH {words}".rstrip(), False
        self._fetch = None
        text = line[2:] if len(line) <= _LONGEST else line[2:_LONGEST].rpartition(b" ")[0] + b"\n"
        status = _STATUS.match(text)
        if status:
            goodbye = b"BYE" if self._verb != b"LOGOUT" else b""
            return f"* {readable(_FLAG_NAMES.sub(_known_flags, text))}", status[1].upper() in (
                b"NO",
                b"BAD",
                goodbye,
            )
        if _NUMBERS.fullmatch(text) or _LISTS.fullmatch(text):
            literal = f" {CUT}" if _LITERAL_END.search(line) else ""
            shown = _FLAG_NAMES.sub(_known_flags, text) if text[:1] in b"Ff" else line[2:]
            return f"* {_bounded(shown)}{literal}", False
        other = _OTHER.match(text)
        if other:
            return f"* {other[1].decode().upper()} {CUT}", False
        return self._unknown(line), False

    def _challenge(self, line: bytes) -> str:
        if self._verb in _SIGN_IN:
            return f"+ {MASK}"
        return f"+ {readable(line[1:])}"

    def _rest(self, line: bytes) -> str:
        """What comes after a literal belongs to the answer that it interrupted."""
        self._after_literal = False
        rest = line.rstrip(b"\r\n")
        if self._fetch is not None and not self._lost:
            words = self._fetch.more(rest)
            self._lost = self._fetch.lost
            return f"… {words}" if words else ""
        if rest.strip(b" )"):
            return self._unknown(line)
        return ""

    def _unknown(self, line: bytes) -> str:
        """Something else: it may be the rest of a message, and so may what follows it."""
        self._lost = True
        return f"{CUT} ({len(line)} bytes)"


def _arguments(verb: bytes, words: bytes) -> str:
    if verb in _SIGN_IN:
        # The name of the way to sign in is no secret.
        way = re.match(rb"[A-Z0-9-]{1,20}$|[A-Z0-9-]{1,20}(?= )", words)
        return f"{way[0].decode()} {MASK}" if way and verb == b"AUTHENTICATE" else MASK
    text = _bounded(words)
    if verb in _PLAIN:
        return text
    if verb in (b"SEARCH", b"SORT"):
        words_only = _QUOTED.sub(CUT, text).split()
        return " ".join(word if _SEARCH_WORD.fullmatch(word) else CUT for word in words_only)
    return CUT


def _known_flags(found: re.Match[bytes]) -> bytes:
    return found[1] + known_flags(found[2]).encode() + b")"


def _bounded(text: bytes) -> str:
    shown = readable(text)
    return shown if len(text) <= 1000 else f"{shown} … ({len(text)} bytes)"
