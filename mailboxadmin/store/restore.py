"""A file that is said to be a backup, looked at with suspicion and put in place of the database.

    its bytes beside the database ── the very tables that our migrations make ── read to the end
                                                                                      │
    the database before gets a second name ── the copy takes its name ◄───────────────┘

Whoever wrote the file may have put anything into it: a view in place of a table, a trigger that
makes its author an admin at the next sync. So nothing of it is run, and what our own migrations
would not have made is refused.
"""

import os
import re
import shutil
import sqlite3
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, delete, text, update
from sqlalchemy.orm import Session

from mailboxadmin.domain.errors import MailboxAdminError
from mailboxadmin.domain.run import Outcome
from mailboxadmin.store.backup import (
    MAGIC,
    OUR_TABLES,
    fault_in,
    files_of,
    head_of,
    keep_names,
    translated,
)
from mailboxadmin.store.notices import drop_waiting
from mailboxadmin.store.schema import KNOWN, MIGRATIONS, NewerDatabase
from mailboxadmin.store.sessions import end_what_was_signed
from mailboxadmin.store.store import BUSY_TIMEOUT_S, Damaged
from mailboxadmin.store.tables import (
    HeartbeatRow,
    LeaseRow,
    RunRow,
    SetupCodeRow,
)
from mailboxadmin.store.tables_debug import DebugSwitchRow
from mailboxadmin.store.tables_notices import ChannelRow
from mailboxadmin.store.tables_oauth import ConsentRow

#: What SQLite itself may add: figures for its planner.
_STATISTICS: Final = frozenset({"sqlite_stat1", "sqlite_stat4"})
#: Each thing in a schema: its type, and the statement that makes it, by its name.
Schema = dict[str, tuple[str, str]]


class NotOurs(MailboxAdminError):
    """Raised when a file is no database of ours, or has something in it that is not ours."""


def bring_in(file: Path, part: Path) -> None:
    """Copy a backup beside the database, and make sure of it before it is anything more.

    Raises:
        NotOurs: see there.
        NewerDatabase: a newer version made it.
        Damaged: it cannot be read to its end.
        OSError: it cannot be read, or not be copied.
    """
    if not head_of(file).startswith(MAGIC):
        raise NotOurs("it is no database")
    # With its log, where somebody copied a database that was in use. The file itself is not
    # opened by SQLite, which might write to it.
    for source, copy in list(zip(files_of(file), files_of(part), strict=True))[:2]:
        if source.exists():
            shutil.copyfile(source, copy)
            copy.chmod(0o600)
    with translated(), closing(_open_strange(part)) as database:
        _compare(database)
        database.execute("PRAGMA journal_mode = DELETE")
        fault = fault_in(database)
    if fault:
        raise Damaged(fault)


def put_in_place(part: Path, database: Path, kept: Path) -> None:
    """Let a copy take the name of a database that nobody uses, which gets another one.

    At every moment there is a database of that name. The log of the one before must not lie
    beside another, which would take it for its own. So what is in the log goes into the database
    first; where that fails, because it is damaged, the log goes along under the second name.

    Raises:
        OSError: it cannot be done; the database before has its name still.
    """
    if database.exists() and database.stat().st_size:
        with suppress(sqlite3.Error), closing(sqlite3.connect(database)) as before:
            before.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for file, second in zip(files_of(database), files_of(kept), strict=True):
        if file.exists():
            os.link(file, second)
    for file in files_of(database)[1:]:
        file.unlink(missing_ok=True)
    part.replace(database)
    keep_names(database.parent)


def schema_of(revision: str) -> Schema:
    """What our migrations make, up to that revision: they are run in memory."""
    engine = create_engine("sqlite://")
    scripts = ScriptDirectory(str(MIGRATIONS))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"render_as_batch": True})
        with Operations.context(context):
            for each in KNOWN[: KNOWN.index(revision) + 1]:
                scripts.get_revision(each).module.upgrade()
        context.stamp(scripts, revision)
        made = connection.execute(text("SELECT name, type, sql FROM sqlite_schema")).all()
    engine.dispose()
    return _as_schema(made)


def forget_the_moment(db: Session, now: datetime) -> None:
    """Undo what was true only when the copy was made.

    Runs, leases, the heartbeat, sign-ins, people on their way to a provider, messages on their
    way to people, links (one may have been used or replaced since), the set-up code and debug
    mode.
    """
    gone = (
        ChannelRow,
        ConsentRow,
        DebugSwitchRow,
        HeartbeatRow,
        LeaseRow,
        SetupCodeRow,
    )
    for table in gone:
        db.execute(delete(table))
    drop_waiting(db)
    end_what_was_signed(db)
    live = update(RunRow).where(RunRow.finished_at.is_(None))
    db.execute(live.values(finished_at=now, outcome=Outcome.FAILED.value))


def _compare(database: sqlite3.Connection) -> None:
    """Read what is in it, without running any of it.

    Raises:
        NotOurs, NewerDatabase: see there.
    """
    found = _as_schema(database.execute("SELECT name, type, sql FROM sqlite_schema").fetchall())
    tables = {name for name, (kind, _) in found.items() if kind == "table"}
    if not tables >= OUR_TABLES:
        raise NotOurs("it has not the tables of Mailbox Admin")
    if found["alembic_version"] != schema_of(KNOWN[0])["alembic_version"]:
        raise NotOurs("its table alembic_version is not as Mailbox Admin makes it")
    versions = database.execute("SELECT version_num FROM alembic_version").fetchall()
    if len(versions) != 1:
        raise NotOurs("it does not say of which version it is")
    revision = str(versions[0][0])
    if revision not in KNOWN:
        raise NewerDatabase(f"a newer version of Mailbox Admin made it (revision {revision})")
    strange = sorted(found.items() ^ schema_of(revision).items())
    if strange:
        name, (kind, _) = strange[0]
        raise NotOurs(f"the {kind} {name} in it is not as Mailbox Admin makes it")


def _as_schema(rows: object) -> Schema:
    """Without what SQLite or a library may write in one way or another: spaces and quotes."""
    return {
        name: (kind, re.sub(r"""[\s"'`]+""", "", sql or ""))
        for name, kind, sql in rows  # type: ignore[attr-defined]
        if name not in _STATISTICS
    }


def _open_strange(file: Path) -> sqlite3.Connection:
    """Believe nothing that the schema brings along (SQLite, "Defense Against The Dark Arts")."""
    database = sqlite3.connect(file, timeout=BUSY_TIMEOUT_S, isolation_level=None)
    for pragma in ("trusted_schema = OFF", "cell_size_check = ON"):
        database.execute(f"PRAGMA {pragma}")
    return database
