"""Full-text search of the log: SQLite's FTS5, kept in step by triggers. Only this file knows it.

The index holds the words of an entry and, in a column of their own, its facets:
`m12` the mailbox, `l10 l20 l30` its level and those below, `ssync csyncxfailed` the
code and its subject. A search with filters is then one intersection of a few sorted
lists inside FTS5, newest first, and does not read entries only to drop them: it stays
as quick on a million entries as on a thousand.
Entries are written and deleted, never changed, so two triggers are enough.
"""

import re
from collections.abc import Sequence

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from mailboxadmin.domain.activity import Code, Level
from mailboxadmin.store import fts

#: More words than this are not looked for.
MAX_WORDS = 12

_FACETS = (
    "coalesce('m' || {row}.mailbox_id, '') || substr(' l10 l20 l30 l40', 1, {row}.level / 10 * 4)"
    " || ' s' || replace(substr({row}.code, 1, instr({row}.code, '.') - 1), '_', 'z')"
    " || ' c' || replace(replace({row}.code, '.', 'x'), '_', 'z')"
)
_VALUES = (
    "{row}.id, {row}.message, coalesce({row}.mailbox, ''), {row}.actor, {row}.code, " + _FACETS
)
_COLUMNS = "rowid, message, mailbox, actor, code, facets"

#: Makes the index and its triggers, and takes in what the log holds already.
CREATE = (
    "CREATE VIRTUAL TABLE activity_search USING fts5("
    "message, mailbox, actor, code, facets, content='', "
    'tokenize="unicode61 remove_diacritics 2")',
    "CREATE TRIGGER activity_search_insert AFTER INSERT ON activity BEGIN "
    f"INSERT INTO activity_search({_COLUMNS}) VALUES ({_VALUES.format(row='new')}); END",
    "CREATE TRIGGER activity_search_delete AFTER DELETE ON activity BEGIN "
    f"INSERT INTO activity_search(activity_search, {_COLUMNS}) "
    f"VALUES ('delete', {_VALUES.format(row='old')}); END",
    f"INSERT INTO activity_search({_COLUMNS}) "
    f"SELECT {_VALUES.format(row='activity')} FROM activity",
)
DROP = (
    "DROP TRIGGER activity_search_insert",
    "DROP TRIGGER activity_search_delete",
    "DROP TABLE activity_search",
)


def create_search(engine: Engine) -> None:
    """Make the index on a database that has the `activity` table and no index yet."""
    with engine.begin() as connection:
        for statement in CREATE:
            connection.exec_driver_sql(statement)


def begin_anew(db: Session) -> None:
    """Make the index anew from the log, whatever state it is in."""
    fts.empty(db, "activity_search", CREATE[0])
    db.execute(text(CREATE[-1]))


def merge(db: Session, pages: int, *, begin: bool = False) -> bool:
    """Some of the work by which words of deleted entries leave the file; see `fts.merge`."""
    return fts.merge(db, "activity_search", pages, begin=begin)


def search_ids(
    db: Session,
    words: str,
    *,
    mailbox_id: int | None,
    codes: Sequence[str] | None,
    minimum: Level,
    above: int,
    below: int,
    limit: int,
) -> list[int]:
    """Ids of entries that hold all these words, newest first.

    Args:
        words: anything a person types; what is no word is left out.
        codes: only these; None for all.
        minimum: the quietest level.
        above: only ids greater than this.
        below: only ids less than this.
    """
    match = _match(words, mailbox_id, codes, minimum)
    if match is None:
        return []
    query = text(
        "SELECT rowid FROM activity_search WHERE activity_search MATCH :match"
        " AND rowid > :above AND rowid < :below ORDER BY rowid DESC LIMIT :limit"
    )
    values = {"match": match, "above": above, "below": below, "limit": limit}
    return [row[0] for row in db.execute(query, values)]


def _match(
    words: str, mailbox_id: int | None, codes: Sequence[str] | None, minimum: Level
) -> str | None:
    """An FTS5 expression in which everything typed is quoted; None when nothing can match."""
    typed = [word for word in words.split() if re.search(r"\w", word)][:MAX_WORDS]
    if not typed or codes == []:
        return None
    parts = ["{message mailbox actor code} : " + _quoted(word) for word in typed]
    if mailbox_id is not None:
        parts.append(f"facets : m{mailbox_id}")
    if codes is not None:
        parts.append("facets : (" + " OR ".join(_code_facets(codes)) + ")")
    if minimum > min(Level):
        parts.append(f"facets : l{int(minimum)}")
    return " AND ".join(f"({part})" for part in parts)


def _code_facets(codes: Sequence[str]) -> list[str]:
    """One facet for a subject all of whose codes are wanted, else one for each code."""
    subjects = {code.partition(".")[0] for code in codes}
    whole = {s for s in subjects if all(c in codes for c in Code if c.startswith(f"{s}."))}
    single = [code for code in codes if code.partition(".")[0] not in whole]
    return [f"s{_one_word(s)}" for s in sorted(whole)] + [f"c{_one_word(c)}" for c in single]


def _one_word(code: str) -> str:
    return code.replace(".", "x").replace("_", "z")


def _quoted(word: str) -> str:
    return '"' + word.replace("\x00", "").replace('"', '""') + '"'
