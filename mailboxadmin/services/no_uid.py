"""What the log says of a message that no sync has found on the server yet; once for each, ever."""

from mailboxadmin.domain.activity import Code, Entry


def no_uid_entry(message_id: int, mailbox_id: int, *, actor: str, why: str) -> Entry:
    """The entry; the row's `no_uid_said_at` is the caller's to set.

    Args:
        message_id: the row's, not the header's.
        why: why it has none, as the first half of a sentence: "It was imported from a file".
    """
    return Entry(
        code=Code.READ_STATUS_NO_UID,
        message=f"Email ID {message_id} has no UID stored",
        actor=actor,
        mailbox_id=mailbox_id,
        detail={
            "message": message_id,
            "meaning": f"{why} and was not found on the mail server yet. Its read status cannot "
            "be sent there until a sync finds it.",
        },
    )
