"""What the server said, out of the lines it sent: response code, text, named back-off.

Kept from the raw lines and not from the libraries' exceptions, which wrap the words
in their own (`command: LOGIN => ...`, `LOGIN command error: BAD [b'...']`).
"""

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from mailboxadmin.domain.mask import MASK

_STATUS = re.compile(
    rb"(?P<tag>[^\s*+]\S*|\*) (?P<status>OK|NO|BAD|BYE)(?: (?P<text>.*))?", re.IGNORECASE
)
_RESPONSE_CODE = re.compile(r"\[([A-Za-z0-9.-]+)(?: [^\]]*)?\]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
#: Microsoft names the time it wants in the text (`error_catalogue`, Exchange Online).
_BACK_OFF = re.compile(r"Suggested Backoff Time:\s*(\d{1,12})\s*milliseconds", re.IGNORECASE)

_LONGEST_TEXT = 1000
_LONGEST_WAIT = timedelta(days=7)
#: Untagged NO and BAD lines kept for one command.
_MOST_NOTES = 5
#: A shorter secret is masked only where it stands alone, or every "a" would be a mask.
_SHORT_SECRET = 4


@dataclass(frozen=True, slots=True)
class Said:
    """One status answer."""

    #: OK, NO, BAD or BYE.
    status: str
    #: Without brackets, upper case; None if it has none.
    code: str | None
    #: With the response code, without tag and status; control characters are blanks.
    text: str


@dataclass(slots=True)
class Heard:
    """What the server said since the last command that matters when it fails."""

    #: The last tagged answer.
    answer: Said | None = None
    #: Untagged NO and BAD: Gmail explains a tagged NO with them.
    notes: list[Said] = field(default_factory=list)
    #: Never forgotten: after it there is nothing more to hear.
    bye: Said | None = None
    #: The greeting and the answer to ID, by which a provider is recognised.
    identity: str = ""
    #: Why it refuses a token, as it says in a challenge before the refusal; empty without.
    challenge: str = ""
    #: What it says after this is no answer to the password.
    signed_in: bool = False
    #: What it says it can do, upper case: before the sign-in, then what it says after it.
    capabilities: frozenset[str] = frozenset()

    def begin(self) -> None:
        """A command goes out."""
        self.answer = None
        self.notes.clear()

    def hear(self, line: bytes) -> None:
        """A line came in."""
        if line.startswith(b"* ") and line[2:5].upper() not in (b"NO ", b"BAD", b"BYE"):
            return
        said = parse_status(line)
        if said is None:
            return
        if not line.startswith(b"*"):
            self.answer = said
        elif said.status == "BYE":
            self.bye = said
        elif len(self.notes) < _MOST_NOTES:
            self.notes.append(said)

    @property
    def refusal(self) -> Said | None:
        """The tagged NO or BAD with the notes that explain it; None when there was none."""
        if self.answer is None or self.answer.status not in ("NO", "BAD"):
            return None
        codes = [
            said.code for said in (self.answer, *self.notes) if said.code not in (None, "ALERT")
        ]
        texts = dict.fromkeys(said.text for said in (*self.notes, self.answer) if said.text)
        return Said(self.answer.status, codes[0] if codes else self.answer.code, " / ".join(texts))


def parse_status(line: bytes) -> Said | None:
    """The status answer in a line; None when it is something else (RFC 9051, 7.1)."""
    match = _STATUS.match(line)
    if match is None:
        return None
    text = readable(match["text"] or b"")
    code = _RESPONSE_CODE.match(text)
    return Said(
        status=match["status"].decode("ascii").upper(),
        code=code[1].upper() if code else None,
        text=text,
    )


def readable(raw: bytes) -> str:
    """Bytes from the wire as a person can read them, bounded, on one line."""
    return _CONTROL.sub(" ", raw[:_LONGEST_TEXT].decode("utf-8", "replace")).strip()


def named_wait(text: str) -> timedelta | None:
    """The back-off time that the text names; None when it names none."""
    match = _BACK_OFF.search(text)
    return min(timedelta(milliseconds=int(match[1])), _LONGEST_WAIT) if match else None


def secret_forms(username: str, password: str) -> tuple[str, ...]:
    """A password in every form in which it goes over the wire."""
    if not password:
        return ()
    plain = password.encode("utf-8", "replace")
    sasl = b"\0".join((b"", username.encode("utf-8", "replace"), plain))
    escaped = password.replace("\\", "\\\\").replace('"', '\\"')
    encoded = (base64.b64encode(form).decode("ascii") for form in (sasl, plain))
    # As a library's complaint shows it, and as a quoted text has it: control characters are blanks.
    shown = [repr(form.encode("utf-8", "replace"))[2:-1] for form in (escaped, password)]
    blank = [_CONTROL.sub(" ", form) for form in (escaped, password)]
    return tuple(dict.fromkeys((*encoded, *shown, escaped, password, *blank)))


def bearer_forms(username: str, token: str) -> tuple[str, ...]:
    """A token in every form in which it goes over the wire (RFC 7628; Google's XOAUTH2)."""
    if not token:
        return ()
    messages = (xoauth2(username, token), oauthbearer(username, token))
    return (*(base64.b64encode(each).decode("ascii") for each in messages), token)


def xoauth2(username: str, token: str) -> bytes:
    """The message of XOAUTH2 (https://developers.google.com/workspace/gmail/imap/xoauth2-protocol)."""
    return f"user={username}\x01auth=Bearer {token}\x01\x01".encode()


def oauthbearer(username: str, token: str) -> bytes:
    """The message of SASL OAUTHBEARER (RFC 7628, 3.1)."""
    name = username.replace("=", "=3D").replace(",", "=2C")
    return f"n,a={name},\x01auth=Bearer {token}\x01\x01".encode()


def masked(text: str, secrets: Iterable[str]) -> str:
    """`text` with every secret covered, in any case: some servers repeat a command in capitals.

    Also the beginning of one that the end of a long text cuts off.
    """
    was_cut = len(text.encode("utf-8", "replace")) > _LONGEST_TEXT - 4
    known = tuple(secrets)
    for secret in known:
        pattern = re.escape(secret)
        if len(secret) < _SHORT_SECRET:
            pattern = rf"(?<!\w){pattern}(?!\w)"
        text = re.sub(pattern, MASK, text, flags=re.IGNORECASE)
    # The longest of all: a letter that happens to begin another secret says nothing.
    beginning = max((_cut_off(text, secret) for secret in known), default=0) if was_cut else 0
    return text[:-beginning] + MASK if beginning else text


def _cut_off(text: str, secret: str) -> int:
    """How many letters of the secret's beginning the text ends with."""
    lengths = range(min(len(secret) - 1, len(text)), 0, -1)
    return next((n for n in lengths if text[-n:].lower() == secret[:n].lower()), 0)
