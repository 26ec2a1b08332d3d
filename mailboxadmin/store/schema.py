"""The version of the tables, and bringing an older database up to it."""

from pathlib import Path

from sqlalchemy import Engine, inspect, text

from mailboxadmin.domain.errors import StoreUnavailable
from mailboxadmin.store.store import translated

MIGRATIONS = Path(__file__).parent / "migrations"
#: The newest revision; a test holds it to the files.
HEAD = "0013"
#: All revisions that this version can read, oldest first.
KNOWN = tuple(f"{number:04}" for number in range(1, int(HEAD) + 1))


class NewerDatabase(StoreUnavailable):
    """Raised when a newer version of Mailbox Admin wrote the database."""


def is_current(engine: Engine) -> bool:
    """True when the tables are as this version has them.

    Raises:
        StoreUnavailable: the database cannot be used.
    """
    with translated():
        return version(engine) == HEAD


def upgrade(engine: Engine) -> None:
    """Bring the database up to date; does nothing, quickly, when it is.

    Needs an app context, because Flask-Migrate finds the engine there.

    Raises:
        NewerDatabase: it was written by a newer version.
        StoreUnavailable: it cannot be used.
    """
    with translated():
        found = version(engine)
    if found == HEAD:
        return
    if found is not None and found not in KNOWN:
        raise NewerDatabase(
            f"The database is from a newer version of Mailbox Admin (revision {found}, this one "
            f"knows {HEAD}). Install that version, or restore a backup made with this one."
        )
    # Imported here: it is slow to load, and most starts do not need it.
    import flask_migrate

    with translated():
        flask_migrate.upgrade(directory=str(MIGRATIONS), revision=HEAD)


def version(engine: Engine) -> str | None:
    """The revision of the tables; None for an empty database."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        row = connection.execute(text("SELECT version_num FROM alembic_version")).first()
        return str(row[0]) if row else None
