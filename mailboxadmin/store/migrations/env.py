"""How Alembic reaches our tables: on the engine of the app that is being made."""

from alembic import context

import mailboxadmin.store.tables
import mailboxadmin.store.tables_debug
import mailboxadmin.store.tables_filing
import mailboxadmin.store.tables_inbox
import mailboxadmin.store.tables_leaving
import mailboxadmin.store.tables_mail
import mailboxadmin.store.tables_notices
import mailboxadmin.store.tables_oauth
import mailboxadmin.store.tables_watch  # noqa: F401 - fills the metadata
from mailboxadmin.store.base import Base, db


def run() -> None:
    """Apply what is missing in one transaction that other processes wait for."""
    engine = db.engine.execution_options(begin="BEGIN IMMEDIATE")
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            transactional_ddl=True,
            include_name=lambda name, *_: (
                not (name or "").startswith(("activity_search", "mail_search"))
            ),
        )
        with context.begin_transaction():
            context.run_migrations()


run()
