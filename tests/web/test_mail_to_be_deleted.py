"""The owner reads in the inbox what will be deleted here, before it is."""

from datetime import timedelta

from sqlalchemy import update

from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.services.office.settings import change_settings
from mailboxadmin.store.tables_mail import MessageRow
from tests.support import inbox


def test_mail_that_will_be_deleted_is_told(office, at_desk):
    person = inbox.reader(office)
    gone, _ = inbox.fill(office, person, [inbox.letter(number="a"), inbox.letter(number="b")])
    removed_at = office.clock.now() - timedelta(days=60)
    with office.deps.store.write() as db:
        db.execute(update(MessageRow).where(MessageRow.id == gone).values(removed_at=removed_at))
    anna = at_desk(person.email)
    assert "is deleted here too" not in anna.get("/mail").text

    change_settings(office.deps, {"removed_retention_days": "30"}, actor=COMMAND_LINE)

    page = anna.get("/mail").text
    assert "What has been gone from the server for 30 days is deleted here too" in page
    assert "1 message so far" in page
