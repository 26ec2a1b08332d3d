"""All rows of a database as values, without what is random by intention."""

from typing import Any

from sqlalchemy import select

from mailboxadmin.store.base import Base
from tests.support.office import Office

#: Nonces, digests of tokens, hashes with a salt and sealed texts: only whether there is one.
RANDOM = {
    "password_hash",
    "invitation",
    "digest",
    "repair_nonce",
    "sealed",
    "state_digest",
    "browser_digest",
    "verifier",
    "pid_started",
}
#: What is by a random key in an order that is random, and what the log tells of it.
UNORDERED = {"sessions", "activity"}
#: How long something took.
MEASURED = {"ms", "seconds"}


def rows_of(office: Office, *, without: str = "") -> dict[str, list[dict[str, Any]]]:
    """The rows of every table, by its name, in the order of their keys.

    Args:
        without: a table that need not be read.
    """
    found = {}
    with office.deps.store.read() as db:
        for table in Base.metadata.sorted_tables:
            if table.name == without:
                continue
            query = select(table).order_by(*table.primary_key.columns)
            rows = [_plain(dict(row._mapping)) for row in db.execute(query)]
            if table.name in UNORDERED:
                rows = sorted(({**row, "id": 0} for row in rows), key=repr)
            found[table.name] = rows
    return found


def changed_between(
    one: dict[str, list[dict[str, Any]]], other: dict[str, list[dict[str, Any]]]
) -> dict[str, tuple[Any, Any]]:
    """The tables that differ, with the rows of each that the other does not have."""
    return {
        name: (
            [row for row in one[name] if row not in other[name]],
            [row for row in other[name] if row not in one[name]],
        )
        for name in one
        if one[name] != other[name]
    }


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _told(key, each) for key, each in value.items() if key not in MEASURED}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value


def _told(key: str, value: Any) -> Any:
    return value is not None if key in RANDOM else _plain(value)
