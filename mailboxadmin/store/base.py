"""The declarative base, the instant type and the naming of constraints."""

from datetime import UTC, datetime
from typing import Any, cast

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, CursorResult, DateTime, Dialect, MetaData, Result
from sqlalchemy.orm import DeclarativeBase, registry
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


#: None is SQL's NULL, so that it can be asked for.
NULLABLE_JSON = JSON(none_as_null=True)


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant; SQLite keeps no zone, so it is taken off and put on here."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """To the column."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant without a zone was about to be stored")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """From the column."""
        return None if value is None else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """All tables."""

    # On the registry, because Flask-SQLAlchemy derives its own base from this one.
    registry = registry(
        metadata=MetaData(naming_convention=NAMING), type_annotation_map={datetime: Instant}
    )


db = SQLAlchemy(model_class=Base)


def rows_changed(result: Result[Any]) -> int:
    """How many rows an UPDATE or DELETE met; every result of one can say it."""
    return int(cast(CursorResult[Any], result).rowcount)
