"""The page of a mailbox says what still waits for its text, and nothing when nothing does."""

from mailboxadmin.domain.mailbox import State
from mailboxadmin.services.reading.examine import examine_messages
from tests.support import states
from tests.support.examined import letter, put
from tests.support.office import Office

WAITS = "still to be read for text and attachments"


def test_what_waits_is_counted_while_some_do(office: Office, at_desk):
    office.admin()
    anna = states.somebody(office, "Anna Keller")
    mailbox_id = states.put(office, anna, State.OK)
    put(office, mailbox_id, [letter("one"), letter("two")])
    visitor = at_desk(anna.email)

    before = visitor.get(f"/mailboxes/{mailbox_id}").text
    examine_messages(office.deps)
    after = visitor.get(f"/mailboxes/{mailbox_id}").text

    assert f"{WAITS}: 2 messages." in before
    assert WAITS not in after
