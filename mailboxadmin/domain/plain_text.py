"""The text of a message without what only machines read: markup, control characters, links."""

import re
from html.parser import HTMLParser

PREVIEW_CHARS = 200
#: A preview is made of so much of the text.
_PREVIEW_FROM = 3000

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_WHITE = re.compile(r"\s+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff\ufffe\uffff]")
_EMPTY_LINES = re.compile(r"\n{3,}")
#: What newsletters put behind their first words, so that a preview shows nothing more.
_INVISIBLE = re.compile(r"[\u00ad\u034f\u061c\u115f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f]+")
#: "On Monday, Ann wrote:" above what she wrote.
_QUOTES = re.compile(r"^.*:\n{1,2}(?=>)", re.MULTILINE)
_LINK = re.compile(r"<(?:https?|mailto):[^<>]*>|\[(?:https?|cid|image):[^\[\]]*\]|https?://\S+")
#: Dashes, stars and the like, as a line between paragraphs.
_RULE = re.compile(r"([-_=*~#.])\1{3,}")

#: Elements whose text nobody reads.
_HIDDEN = frozenset({"script", "style", "template", "title"})
#: Elements that stand on lines of their own.
_LINES = frozenset(
    "address article blockquote br center dd div dl dt fieldset figure footer form"
    " h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table tr ul".split()
)
_CELLS = frozenset({"td", "th"})


def tidy(text: str) -> str:
    """Plain line ends, no control characters, never two empty lines in a row."""
    text = "\n".join([line.rstrip() for line in text.splitlines()])
    # Asking is quick, and for most text that is all there is to do.
    if not text.replace("\n", " ").isprintable():
        text = _CONTROL.sub(" ", text)
    if "\n\n\n" in text:
        text = _EMPTY_LINES.sub("\n\n", text)
    return text.strip("\n")


def preview_of(text: str) -> str:
    """The first words on one line, without quotes, links and signature if that leaves any."""
    start = _INVISIBLE.sub("", text[:_PREVIEW_FROM])
    words: list[str] = []
    chars = 0
    for line in _QUOTES.sub("", start).split("\n"):
        if chars > PREVIEW_CHARS or (words and line == "--"):
            break
        if not line.lstrip().startswith(">"):
            said = _RULE.sub(" ", _LINK.sub(" ", line)).split()
            words += said
            chars += sum(map(len, said)) + len(said)
    return _shortened(" ".join(words or start.split()))


def _shortened(line: str) -> str:
    if len(line) <= PREVIEW_CHARS:
        return line
    start = line[: PREVIEW_CHARS - 1]
    whole = start.rpartition(" ")[0]
    # Some languages write without spaces.
    return (whole if len(whole) > PREVIEW_CHARS // 2 else start) + "…"


def html_as_text(html: str) -> str:
    """What a reader of that page sees, without its markup."""
    reader = _Reader()
    # Such sections are comments to a browser, and errors to the parser. The space behind
    # the end lets go of the last word; what is not closed by then nobody sees.
    reader.feed(html.replace("<![", "<!") + " ")
    return reader.text()


class _Reader(HTMLParser):
    """Collects what is shown; a line end of its own is an element's, all others are spaces."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._pieces: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HIDDEN:
            self._hidden += 1
        elif tag == "body":
            self._hidden = 0  # Whatever the head left open.
        self._separate(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        self._separate(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._separate(tag)

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self._pieces.append(_WHITE.sub(" ", data))

    def text(self) -> str:
        """All of it, each line without spaces around it."""
        lines = (" ".join(line.split()) for line in "".join(self._pieces).split("\n"))
        return "\n".join(lines)

    def _separate(self, tag: str) -> None:
        if tag in _LINES:
            self._pieces.append("\n")
        elif tag in _CELLS:
            self._pieces.append(" ")
