r"""What of a FETCH answer may be written down: that it came, for which message, how large.

    * 7 FETCH (UID 9 FLAGS (\Seen) ENVELOPE ("Mon, …" "Lunch?" …) BODY[] {4711}
    7 FETCH UID 9 FLAGS (\Seen) ENVELOPE …cut… BODY[] {4711} …cut…

Nothing is taken out; instead only what is known leaves: names of items, numbers, dates and
the flags of the RFCs. An answer that cannot be read is cut from there on, since whatever
follows may be somebody's mail.
"""

import re

CUT = "…cut…"

_NAME = re.compile(rb"[A-Z][A-Z0-9.-]{0,40}", re.IGNORECASE)
_SECTION = re.compile(rb"\[([A-Z0-9.]{0,60})(?: \([^()\]]*\))?\](<\d{1,20}>)?", re.IGNORECASE)
_NUMBER = re.compile(rb"\d{1,20}(?=[ )]|$)")
_MODSEQ = re.compile(rb"\((\d{1,20})\)")
_DATE = re.compile(rb'"([ \d]\d-[A-Z][a-z]{2}-\d{4} \d\d:\d\d:\d\d [+-]\d{4})"')
_FLAGS = re.compile(rb'\(([^()"{}\r\n]*)\)')
_LITERAL = re.compile(rb"\{(\d{1,20})\}$")
#: A quoted string, a parenthesis, or what stands between blanks.
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[()]|[^\s()"]+')

_NUMBERS = frozenset({b"UID", b"RFC822.SIZE", b"X-GM-MSGID", b"X-GM-THRID"})
#: Items whose value is content, or may be.
_CONTENTS = frozenset(
    b"BODY BODYSTRUCTURE BINARY BINARY.SIZE EMAILID ENVELOPE PREVIEW RFC822 RFC822.HEADER "
    b"RFC822.TEXT SAVEDATE SNIPPET THREADID X-GM-LABELS".split()
)
#: RFC 9051, 2.3.2, and the keywords registered with IANA; others are counted only.
_KNOWN_FLAGS = frozenset(
    rb"\seen \answered \flagged \deleted \draft \recent \* $forwarded $mdnsent $junk $notjunk "
    rb"$phishing $important $submitted $submitpending junk nonjunk notjunk forwarded".split()
)


class FetchLine:
    """One FETCH answer while it comes: a line, then what follows each of its literals."""

    def __init__(self) -> None:
        #: It could not be read: nothing more of it, nor of what follows, can be told apart.
        self.lost = False
        #: How deep in the value of an item its last line ended.
        self._depth = 0

    def first(self, items: bytes) -> str:
        """What may be kept of the items of `* 7 FETCH (…`, from behind the parenthesis."""
        return self._words(items)

    def more(self, rest: bytes) -> str:
        """The same of what comes after a literal."""
        return self._words(rest)

    def _words(self, data: bytes) -> str:
        said: list[str] = []
        position = 0
        if self._depth:
            position = self._leave(data, 0)
        while not self.lost and (position := _past_blanks(data, position)) < len(data):
            if data[position:] == b")":
                break
            position = self._item(data, position, said)
        return " ".join((*said, CUT) if self.lost else said)

    def _item(self, data: bytes, position: int, said: list[str]) -> int:
        """Read a name and its value; where the next one begins."""
        found = _NAME.match(data, position)
        name = found[0].upper() if found else b""
        end = found.end() if found else position
        if name in _CONTENTS:
            return self._content(data, end, name, said)
        if data[end : end + 1] != b" ":
            return self._lose(data)
        pattern = _NUMBER if name in _NUMBERS else _VALUES.get(name)
        value = pattern.match(data, end + 1) if pattern else None
        if value is None:
            return self._lose(data)
        said.append(f"{name.decode()} {_shown(name, value)}")
        return value.end()

    def _content(self, data: bytes, end: int, name: bytes, said: list[str]) -> int:
        section = _SECTION.match(data, end)
        shown = name.decode()
        if section:
            shown += f"[{section[1].upper().decode()}]{(section[2] or b'').decode()}"
            end = section.end()
        if data[end : end + 1] != b" ":
            return self._lose(data)
        literal = _LITERAL.match(data, end + 1)
        said.append(f"{shown} {{{literal[1].decode()}}} {CUT}" if literal else f"{shown} {CUT}")
        return len(data) if literal else self._leave(data, end + 1)

    def _leave(self, data: bytes, position: int) -> int:
        """Go to the end of a value; its depth is kept when a literal interrupts it."""
        while token := _TOKEN.search(data, position):
            if data[position : token.start()].strip():
                return self._lose(data)
            position = token.end()
            self._depth += (token[0] == b"(") - (token[0] == b")")
            if self._depth < 0:
                return self._lose(data)
            if self._depth and _LITERAL.search(token[0]) and position == len(data):
                return position
            if not self._depth:
                return position
        return self._lose(data)

    def _lose(self, data: bytes) -> int:
        self.lost = True
        return len(data)


_VALUES = {b"FLAGS": _FLAGS, b"MODSEQ": _MODSEQ, b"INTERNALDATE": _DATE}


def _past_blanks(data: bytes, position: int) -> int:
    while data[position : position + 1] == b" ":
        position += 1
    return position


def _shown(name: bytes, value: re.Match[bytes]) -> str:
    if name != b"FLAGS":
        return value[0].decode("ascii")
    return f"({known_flags(value[1])})"


def known_flags(names: bytes) -> str:
    """Those of the RFCs, and how many others; a person may have made up the name of one."""
    flags = names.split()
    known = [flag.decode("ascii") for flag in flags if flag.lower() in _KNOWN_FLAGS]
    others = len(flags) - len(known)
    return " ".join([*known, *[f"+{others}"] * bool(others)])
