"""The version of the tables: what an older, a newer and an empty database mean."""

from collections.abc import Callable
from pathlib import Path

import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from mailboxadmin.app import create_app
from mailboxadmin.domain.errors import StoreUnavailable
from mailboxadmin.domain.mailbox import Encryption, Server
from mailboxadmin.store.base import Base
from mailboxadmin.store.folders import folder_id
from mailboxadmin.store.incidents import incident_of
from mailboxadmin.store.schema import HEAD, KNOWN, MIGRATIONS, version
from mailboxadmin.store.tables_mail import FolderRow
from tests.support.office import Office, config_for
from tests.support.outcomes import fails, server_down, succeeds
from tests.support.stored import codes

SOMEWHERE = Server(host="mail.example.org", port=993, encryption=Encryption.SSL)


def test_an_empty_database_gets_the_newest_tables(office: Office):
    assert version(office.deps.store.engine) == HEAD


def test_the_migrations_make_exactly_the_tables_of_the_code(office: Office):
    def ours(table: str | None, kind: str, _parents: object) -> bool:
        # The full-text indexes are made of tables that SQLite keeps for itself.
        indexes = ("activity_search", "mail_search")
        return not (kind == "table" and str(table).startswith(indexes))

    with office.deps.store.engine.connect() as connection:
        options = {"compare_type": True, "include_name": ours}
        context = MigrationContext.configure(connection, opts=options)

        assert compare_metadata(context, Base.metadata) == []


def test_every_revision_is_known_and_the_newest_is_the_head():
    files = sorted(path.name.split("_")[0] for path in (MIGRATIONS / "versions").glob("0*.py"))

    assert files == list(KNOWN)
    assert files[-1] == HEAD


def test_a_database_of_a_newer_version_stops_the_start_with_a_sentence(
    open_office: Callable[..., Office], instance: Path
):
    office = open_office()
    with office.deps.store.write() as db:
        db.execute(text("UPDATE alembic_version SET version_num = '0999'"))
    office.deps.store.engine.dispose()

    with pytest.raises(StoreUnavailable) as refused:
        create_app(config_for(instance))

    assert "newer version" in str(refused.value)
    assert "0999" in str(refused.value)


def test_a_file_that_is_no_database_stops_the_start_with_a_sentence(instance: Path):
    for path in instance.glob("mailboxadmin.db*"):
        path.unlink()
    (instance / "mailboxadmin.db").write_bytes(b"a letter\n" * 1000)

    with pytest.raises(StoreUnavailable, match="not a database"):
        create_app(config_for(instance))


def test_what_was_broken_before_incidents_were_kept_goes_on_as_one(
    open_office: Callable[..., Office], instance: Path
):
    """And its mail stays: a table that is made anew would take its rows along."""
    office = open_office()
    box = office.mailbox_at(SOMEWHERE)
    finding = fails(office, box.id, server_down())
    with office.deps.store.write() as db:
        folder = folder_id(db, box.id, "INBOX")
    with office.app.app_context():
        flask_migrate.downgrade(directory=str(MIGRATIONS), revision="0002")
        with office.deps.store.write() as db:
            db.execute(text("UPDATE mailboxes SET failures = 7"))
        flask_migrate.upgrade(directory=str(MIGRATIONS), revision=HEAD)

    with office.deps.store.read() as db:
        incident = incident_of(db, box.id)
        assert incident is not None
        assert (incident.finding, incident.times, incident.ended_at) == (finding, 7, None)
        assert db.get(FolderRow, folder) is not None
    succeeds(office, box.id)
    assert codes(office, box, "mailbox.recovered") == ["mailbox.recovered"]
