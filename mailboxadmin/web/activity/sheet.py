"""The log as CSV, safe to open in a spreadsheet."""

import csv
import io
import json
from collections.abc import Iterable, Iterator

from mailboxadmin.domain.activity import Logged
from mailboxadmin.domain.clock import rfc3339

COLUMNS = "id at level code mailbox actor run message times first_at detail".split()
#: A cell that begins so is a formula to a spreadsheet (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def sheet(entries: Iterable[Logged]) -> Iterator[str]:
    """The lines of the file, the heads first."""
    yield _line(COLUMNS)
    for entry in entries:
        yield _line([safe(cell) for cell in _cells(entry)])


def safe(cell: str) -> str:
    """The cell as text: what would be a formula gets an apostrophe before it."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _cells(entry: Logged) -> list[str]:
    return [
        str(entry.id),
        rfc3339(entry.at),
        entry.level.word,
        entry.code,
        entry.mailbox or "",
        entry.actor,
        str(entry.run_id or ""),
        entry.message,
        str(entry.times),
        rfc3339(entry.first_at),
        json.dumps(entry.detail, ensure_ascii=False) if entry.detail else "",
    ]


def _line(cells: list[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
