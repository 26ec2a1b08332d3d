"""The words of a scripted IMAP dialogue: what the client must say, what the server does then."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mailboxadmin.demo.deeds import Action
from mailboxadmin.domain.headers import read_headers


@dataclass(frozen=True, slots=True)
class Step:
    """One thing the client must send, and what the server does then; see `expect`, `answer`."""

    pattern: str
    actions: Sequence[Action]
    is_command: bool

    def fits(self, said: str) -> bool:
        """Tell whether a command without its tag begins with the pattern, in any letter case."""
        return re.match(self.pattern, said, re.IGNORECASE) is not None


def expect(pattern: str, *actions: Action) -> Step:
    """A tagged command: `pattern` is a regular expression for its beginning, without the tag.

    Literals are part of the command: `LOGIN {3}CRLF ann` is matched as 'LOGIN {3}\\r\\nann …'.
    """
    return Step(pattern, actions, is_command=True)


def answer(pattern: str, *actions: Action) -> Step:
    """A line without a tag, such as a SASL response after '+ ' or the DONE of IDLE.

    `{tag}` in the actions is the tag of the command before it.
    """
    return Step(pattern, actions, is_command=False)


def capability(names: str = "IMAP4rev1") -> Step:
    """The CAPABILITY command that imaplib sends right after each greeting and after STARTTLS."""
    return expect("CAPABILITY$", f"* CAPABILITY {names}", "{tag} OK done")


def login(text: str = "OK signed in") -> Step:
    """LOGIN, answered with OK or for example 'NO [UNAVAILABLE] try later'."""
    return expect("LOGIN ", "{tag} " + text)


def select(
    folder: str = "INBOX", *, exists: int = 0, uid_validity: int = 1, uid_next: int = 1
) -> Step:
    """SELECT or EXAMINE of a folder that can be quoted or not."""
    return expect(
        rf'(SELECT|EXAMINE) "?{re.escape(folder)}"?( \(CONDSTORE\))?$',
        f"* {exists} EXISTS",
        "* 0 RECENT",
        r"* FLAGS (\Answered \Flagged \Deleted \Seen \Draft)",
        f"* OK [UIDVALIDITY {uid_validity}] valid",
        f"* OK [UIDNEXT {uid_next}] next",
        "{tag} OK [READ-WRITE] selected",
    )


def list_folders(*names: str) -> Step:
    """LIST, which comes last in a run."""
    lines = (rf'* LIST () "/" "{name}"' for name in names or ("INBOX",))
    return expect("LIST", *lines, "{tag} OK done")


def message_id(uid: int, raw: bytes) -> Step:
    """The look at a known message, whether it is still itself."""
    field = b"Message-ID: %s\r\n\r\n" % (read_headers(raw).message_id or "").encode()
    section = "BODY[HEADER.FIELDS (MESSAGE-ID)]"
    return expect(
        rf"UID FETCH {uid} .*HEADER.FIELDS",
        literal(f"* {uid} FETCH (UID {uid} {section}", field, ")"),
        "{tag} OK done",
    )


def literal(before: str, data: bytes, after: str = "") -> bytes:
    """An untagged response with a literal: literal("* 1 FETCH (UID 7 BODY[]", b"…", ")")."""
    return b"%s {%d}\r\n%s%s\r\n" % (before.encode(), len(data), data, after.encode())
