"""Answers that nobody knew, as rows to paste into `catalogue.toml` or `tokens.toml`.

All that is left to do is to say which code each means: in place of it stands `…`, which
no code is, so that a row that was forgotten is seen at once.
"""

import json
import re
from collections.abc import Iterable
from typing import Final

from mailboxadmin.diagnosis.catalogue import read_words
from mailboxadmin.domain.cover import LONGEST
from mailboxadmin.domain.errors import Happening
from mailboxadmin.domain.unknown import UnknownAnswer

TO_FILL_IN: Final = "…"
_HEAD: Final = """\
# What mail servers and token endpoints said here, and Mailbox Admin does not know.
#
# Addresses, names, hosts and ids are covered. To teach it, put the code that fits in place
# of each … (the codes stand in codes.toml, such as auth.bad_credentials), paste the row into
# the file named above it, in mailboxadmin/diagnosis/, and open a pull request.
"""
_NOTHING: Final = "# Nothing: every answer was known.\n"
_STATUS: Final = {
    Happening.ANSWER_NO: "NO",
    Happening.ANSWER_BAD: "BAD",
    Happening.ANSWER_BYE: "BYE",
}
_NUMBER: Final = re.compile(r"\bAADSTS(\d+)")


def rows_to_paste(answers: Iterable[UnknownAnswer]) -> str:
    """A TOML file of `[[row]]` blocks, with how to use it at its head."""
    rows = [row_to_paste(answer) for answer in answers]
    return "\n".join([_HEAD, *(rows or [_NOTHING])])


def row_to_paste(answer: UnknownAnswer) -> str:
    """One `[[row]]`, with its file, its count and its dates as a comment."""
    of_token = answer.happening is Happening.TOKEN_REFUSED
    file = "tokens.toml" if of_token else "catalogue.toml"
    seen = "Once" if answer.times == 1 else f"{answer.times} times"
    first, last = (f"{at:%Y-%m-%d}" for at in (answer.first_at, answer.last_at))
    when = f"on {first}" if first == last else f"from {first} to {last}"
    lines = _of_token(answer) if of_token else _of_server(answer)
    return f"# {file}: {seen.lower()}, {when}\n[[row]]\n" + "".join(f"{line}\n" for line in lines)


def _of_server(answer: UnknownAnswer) -> Iterable[str]:
    text = _as_text(answer.said)
    if answer.response_code:
        yield f"response_code = {_quoted(answer.response_code)}"
    if text:
        yield f"text = {_quoted(text)}"
    if answer.provider:
        yield f"provider = {_quoted(answer.provider)}"
    yield f"phase = {_quoted(answer.phase.value)}"
    yield f"happening = {_quoted(answer.happening.value)}"
    yield f"code = {_quoted(TO_FILL_IN)}"
    code = f"[{answer.response_code}]" if answer.response_code else ""
    said = filter(None, (_STATUS.get(answer.happening), code, answer.said))
    yield f"example = {_quoted(' '.join(said))}"


def _of_token(answer: UnknownAnswer) -> Iterable[str]:
    number = _NUMBER.search(f"{answer.said} {answer.response_code}")
    words = max(re.split(r"<\w+>|…", answer.said), key=len).strip()
    if number:
        yield f"aadsts = [{int(number[1])}]"
    elif answer.response_code:
        yield f"error = [{_quoted(answer.response_code)}]"
    if words and not number:
        yield f"description = [{_quoted(words)}]"
    if answer.provider:
        yield f"provider = {_quoted(answer.provider)}"
    yield f"code = {_quoted(TO_FILL_IN)}"
    example = {"error": answer.response_code, "description": answer.said}
    said = ", ".join(f"{key} = {_quoted(value)}" for key, value in example.items() if value)
    yield f"example = [{{ {said} }}]"


def _as_text(said: str) -> str:
    """The words as the catalogue reads them: what has a meaning there becomes a wildcard."""
    text = said.replace(" / ", "…")[:LONGEST]
    # Words that look like a status would be taken for one, and left out.
    return text if read_words(text) == text else f"…{text}"


def _quoted(text: str) -> str:
    """A basic string of TOML, of which JSON's are a kind; `cover` left nothing unprintable."""
    return json.dumps(text, ensure_ascii=False)
