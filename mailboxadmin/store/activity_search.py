"""Full-text search of the log: SQLite's FTS5, kept in step by triggers. Only this file knows it.

The index holds the words of an entry and, in a column of their own, its facets
(`m12` mailbox, `l30` level, `csync_failed` code). A search with filters is then
one intersection of sorted lists inside FTS5, newest first, and does not read
entries only to drop them: it stays as quick on a million entries as on a thousand.
Entries are written and deleted, never changed, so two triggers are enough.
"""

import re
from collections.abc import Sequence

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

#: More words than this are not looked for.
MAX_WORDS = 12

_FACETS = (
    "coalesce('m' || {row}.mailbox_id, '') || ' l' || {row}.level"
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


def search_ids(
    db: Session,
    words: str,
    *,
    mailbox_id: int | None,
    codes: Sequence[str] | None,
    levels: Sequence[int],
    above: int,
    below: int,
    limit: int,
) -> list[int]:
    """Ids of entries that hold all these words, newest first.

    Args:
        words: anything a person types; what is no word is left out.
        codes: only these; None for all.
        above: only ids greater than this.
        below: only ids less than this.
    """
    match = _match(words, mailbox_id, codes, levels)
    if match is None:
        return []
    query = text(
        "SELECT rowid FROM activity_search WHERE activity_search MATCH :match"
        " AND rowid > :above AND rowid < :below ORDER BY rowid DESC LIMIT :limit"
    )
    values = {"match": match, "above": above, "below": below, "limit": limit}
    return [row[0] for row in db.execute(query, values)]


def _match(
    words: str, mailbox_id: int | None, codes: Sequence[str] | None, levels: Sequence[int]
) -> str | None:
    """An FTS5 expression in which everything typed is quoted; None when nothing can match."""
    typed = [word for word in words.split() if re.search(r"\w", word)][:MAX_WORDS]
    if not typed or codes == []:
        return None
    parts = ["{message mailbox actor code} : " + _quoted(word) for word in typed]
    if mailbox_id is not None:
        parts.append(f"facets : m{mailbox_id}")
    if codes is not None:
        parts.append(_any_of([f"c{code.replace('.', 'x').replace('_', 'z')}" for code in codes]))
    if len(levels) < 4:
        parts.append(_any_of([f"l{level}" for level in levels]))
    return " AND ".join(f"({part})" for part in parts)


def _any_of(facets: list[str]) -> str:
    return "facets : (" + " OR ".join(facets) + ")"


def _quoted(word: str) -> str:
    return '"' + word.replace("\x00", "").replace('"', '""') + '"'
