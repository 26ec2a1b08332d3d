"""The faults of the database that rehearsals play, without a rehearsal around them."""

import pytest
from sqlalchemy import make_url, text

from mailboxadmin.demo.plays_database import ReadOnlyOnce, own_engine
from mailboxadmin.domain.errors import StoreUnavailable
from mailboxadmin.store.store import Store


def test_one_transaction_may_not_write_however_often_new_mail_is_asked_for(instance):
    once = ReadOnlyOnce()
    engine = own_engine(make_url(f"sqlite:///{instance / 'mailboxadmin.db'}"), once.at_begin)
    store = Store(engine)

    once.on()
    with pytest.raises(StoreUnavailable, match="may not be written"):
        note(store)
    once.on()
    note(store)

    with store.read() as db:
        assert db.scalar(text("PRAGMA user_version")) == 7
    engine.dispose()


def note(store: Store) -> None:
    with store.write() as db:
        db.execute(text("PRAGMA user_version = 7"))
