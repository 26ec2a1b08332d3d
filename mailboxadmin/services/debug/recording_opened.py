"""A recording is opened by a person; when that is not its owner, the owner reads so in the log."""

from datetime import timedelta

from mailboxadmin.domain.activity import Code, Entry
from mailboxadmin.domain.people import Person
from mailboxadmin.services.debug.recordings import Recording, read_recording
from mailboxadmin.services.deps import Deps
from mailboxadmin.store.activity import last_like, repeat_entry

#: Opened again within that time, by the same person, it is the same line with a count.
REPEAT_WITHIN = timedelta(hours=1)


def open_recording(
    deps: Deps, mailbox_id: int, name: str, *, reader: Person
) -> tuple[Recording, str]:
    """A recording of that mailbox and its text, for who reads it.

    Raises:
        NotFound: that mailbox has none of that name.
        StoreUnavailable: that it is read cannot be logged; so it is not.
    """
    found, text = read_recording(deps, mailbox_id, name)
    if reader.mailbox_id != mailbox_id:
        _log(deps, found, reader.email)
    return found, text


def _log(deps: Deps, recording: Recording, actor: str) -> None:
    entry = Entry(
        code=Code.DEBUG_READ,
        message=f"The recording {recording.name} was read: what was said to the mail server and "
        "by it, without secrets and contents.",
        actor=actor,
        mailbox_id=recording.mailbox_id,
        detail={"recording": recording.name},
    )
    now = deps.clock.now()
    with deps.store.write() as db:
        repeat_entry(db, last_like(db, entry, now - REPEAT_WITHIN), entry, now)
