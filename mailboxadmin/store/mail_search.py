"""Full-text search of mail: SQLite's FTS5 without a copy of the text. Only this file knows it.

    examined ──► entry, waits ──► in the index ──► gone, or other words: taken out again
                                                    by triggers, with the words it had

The index keeps the words only; what is deleted must be named with exactly the words that
were put in. So both are told by one SELECT over the same rows, and triggers take a message
out before anything of it changes, whoever changes it, in the same transaction.

Its rowid is the second of arrival and the message's id: newest first is the order in which
FTS5 gives its rows anyway, a page goes on below a number, and days are ranges of numbers.
The mailbox is a word among the others, `m12` in a column of its own, so that a search reads
two sorted lists side by side and nothing of another mailbox.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BindParameter, bindparam, text
from sqlalchemy.orm import Session

from mailboxadmin.domain.mail_query import Query, Term
from mailboxadmin.store import fts

#: The lower bits of a rowid; ids beyond them are not in the index.
ID_BITS = 31
#: Of what waits, when it is asked whose it is.
MOST_LOOKED_AT = 1000
_IDS = (1 << ID_BITS) - 1
_LAST_SECOND = (1 << 32) - 1

_COLUMNS = "rowid, subject, sender, recipients, body, names, facets"
_ANYWHERE = "{subject sender recipients body names}"
_ROWID = (
    "(min(max(coalesce(CAST(strftime('%s', m.arrived_at) AS INTEGER), 0), 0), "
    f"{_LAST_SECOND}) << {ID_BITS}) | m.id"
)
_NAMES = (
    "(SELECT group_concat(json_extract(a.value, '$.name'), ' ') FROM json_each(c.attachments) a)"
)
_WORDS = (
    f"{_ROWID}, m.subject, m.sender, m.recipients, coalesce(c.body_text, ''), "
    f"coalesce({_NAMES}, ''), 'm' || m.mailbox_id || "
    "CASE WHEN json_array_length(c.attachments) > 0 THEN ' attachment' ELSE '' END "
    "FROM messages m LEFT JOIN message_contents c ON c.message_id = m.id"
)


def _taken_out(message_id: str) -> str:
    """The statements of a trigger that runs before the rows change."""
    return (
        f"INSERT INTO mail_search(mail_search, {_COLUMNS}) "
        f"SELECT 'delete', {_WORDS} WHERE m.id = {message_id}; "
        f"UPDATE search_entries SET indexed = 0 WHERE message_id = {message_id};"
    )


def _is_in(message_id: str) -> str:
    return (
        "EXISTS (SELECT 1 FROM search_entries e "
        f"WHERE e.message_id = {message_id} AND e.indexed = 1)"
    )


_OTHERWISE = " OR ".join(
    f"old.{column} IS NOT new.{column}"
    for column in ("subject", "sender", "recipients", "arrived_at", "mailbox_id", "examined_at")
)

#: Makes the index and its triggers, and has all that was examined before wait for it.
CREATE = (
    "CREATE VIRTUAL TABLE mail_search USING fts5("
    "subject, sender, recipients, body, names, facets, content='', prefix='2 3', "
    'tokenize="unicode61 remove_diacritics 2")',
    "CREATE TRIGGER mail_search_examined AFTER UPDATE OF examined_at ON messages "
    "WHEN new.examined_at IS NOT NULL BEGIN "
    "INSERT OR IGNORE INTO search_entries(message_id, indexed) VALUES (new.id, 0); END",
    "CREATE TRIGGER mail_search_delete BEFORE DELETE ON messages "
    f"WHEN {_is_in('old.id')} BEGIN {_taken_out('old.id')} END",
    "CREATE TRIGGER mail_search_update BEFORE UPDATE OF subject, sender, recipients, arrived_at, "
    f"mailbox_id, examined_at ON messages WHEN ({_OTHERWISE}) AND {_is_in('old.id')} "
    f"BEGIN {_taken_out('old.id')} END",
    *(
        f"CREATE TRIGGER mail_search_contents_{verb.lower()} BEFORE {verb} ON message_contents "
        f"WHEN {_is_in(row + '.message_id')} BEGIN {_taken_out(row + '.message_id')} END"
        for verb, row in (("INSERT", "new"), ("UPDATE", "old"), ("DELETE", "old"))
    ),
    "INSERT INTO search_entries(message_id, indexed) "
    "SELECT id, 0 FROM messages WHERE examined_at IS NOT NULL",
)
DROP = (
    *(f"DROP TRIGGER mail_search_contents_{verb}" for verb in ("insert", "update", "delete")),
    "DROP TRIGGER mail_search_update",
    "DROP TRIGGER mail_search_delete",
    "DROP TRIGGER mail_search_examined",
    "DROP TABLE mail_search",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A message that matches."""

    #: Where it stands; the next page begins below it.
    position: int

    @property
    def id(self) -> int:
        """The message's."""
        return self.position & _IDS


def put_in(db: Session, *, limit: int, most_bytes: int) -> int:
    """Put messages that wait into the index; how many, 0 when none waits.

    Half are the newest that wait, half the oldest: new mail is found at once while a first
    sync, or an upgrade, is worked off.

    Args:
        most_bytes: of text, beyond which no further message is taken.
    """
    waiting = (
        "SELECT e.message_id, coalesce(length(c.body_text), 0) FROM search_entries e "
        "JOIN messages m ON m.id = e.message_id "
        "LEFT JOIN message_contents c ON c.message_id = e.message_id "
        f"WHERE e.indexed = 0 AND m.examined_at IS NOT NULL AND e.message_id <= {_IDS} "
        "ORDER BY e.message_id {order} LIMIT :limit"
    )
    ids: list[int] = []
    for order, most in (("DESC", (limit + 1) // 2), ("ASC", limit)):
        room = most_bytes // 2
        for message_id, length in db.execute(text(waiting.format(order=order)), {"limit": limit}):
            if len(ids) >= most or (room <= 0 and ids):
                break
            if message_id not in ids:
                ids.append(message_id)
                room -= length
    if ids:
        _put_in(db, ids)
    return len(ids)


def _put_in(db: Session, ids: Sequence[int]) -> None:
    these: BindParameter[Sequence[int]] = bindparam("ids", list(ids), expanding=True)
    db.execute(
        text(f"INSERT INTO mail_search({_COLUMNS}) SELECT {_WORDS} WHERE m.id IN :ids").bindparams(
            these
        )
    )
    marked = "UPDATE search_entries SET indexed = 1 WHERE message_id IN :ids"
    db.execute(text(marked).bindparams(these))


def begin_anew(db: Session) -> None:
    """Empty the index, whatever state it is in, and have all that was in it wait for it again."""
    fts.empty(db, "mail_search", CREATE[0])
    db.execute(text("UPDATE search_entries SET indexed = 0 WHERE indexed = 1"))


def is_whole(db: Session, mailbox_id: int) -> bool:
    """True when no message of the mailbox waits for the index.

    While very many wait, whosever they are, it is not looked up and the answer is False.
    """
    # Written so that it begins with what waits: SQLite would begin with the whole mailbox.
    waits = (
        "SELECT count(*), count(m.id) FROM "
        "(SELECT message_id FROM search_entries WHERE indexed = 0 LIMIT :most) e "
        "LEFT JOIN messages m ON m.id = e.message_id AND m.mailbox_id = :mailbox"
    )
    values = {"mailbox": mailbox_id, "most": MOST_LOOKED_AT}
    waiting, of_it = db.execute(text(waits), values).one()
    return waiting < MOST_LOOKED_AT and not of_it


def matching(
    db: Session,
    mailbox_id: int,
    query: Query,
    *,
    since: datetime | None,
    until: datetime | None,
    below: int | None,
    limit: int,
) -> list[Found]:
    """Messages of one mailbox that fit, newest first; read or unread is not looked at.

    Args:
        since: arrived then or later.
        until: arrived before that.
        below: only those that stand below this position.
    """
    upper = [_LAST_SECOND << ID_BITS | _IDS]
    upper += [below - 1] if below is not None else []
    upper += [(_second(until) << ID_BITS) - 1] if until is not None else []
    values = {
        "match": _match(mailbox_id, query),
        "lowest": _second(since) << ID_BITS if since is not None else 0,
        # Never beyond what SQLite takes for a number, whatever was asked for.
        "highest": max(min(upper), -1),
        "limit": limit,
    }
    rows = db.execute(
        text(
            "SELECT rowid FROM mail_search WHERE mail_search MATCH :match "
            "AND rowid >= :lowest AND rowid <= :highest ORDER BY rowid DESC LIMIT :limit"
        ),
        values,
    )
    return [Found(position=row[0]) for row in rows]


def merge(db: Session, pages: int, *, begin: bool = False) -> bool:
    """Some of the work by which words of deleted messages leave the file; see `fts.merge`."""
    return fts.merge(db, "mail_search", pages, begin=begin)


def _second(at: datetime) -> int:
    return min(max(int(at.timestamp()), 0), _LAST_SECOND)


def _match(mailbox_id: int, query: Query) -> str:
    """An FTS5 expression in which everything typed is quoted."""
    parts = [f"facets : m{int(mailbox_id)}"]
    parts += ["facets : attachment"] if query.has_attachment else []
    for column, terms in (
        (_ANYWHERE, query.words),
        ("sender", query.sender),
        ("recipients", query.recipients),
        ("subject", query.subject),
    ):
        parts += [f"{column} : {_quoted(term)}" for term in terms]
    return " AND ".join(f"({part})" for part in parts)


def _quoted(term: Term) -> str:
    quoted = '"' + term.text.replace('"', '""') + '"'
    return f"{quoted} *" if term.prefix else quoted
