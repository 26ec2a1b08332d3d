"""What the log says of messages that have no UID, and when they have one at last."""

from mailboxadmin.domain.activity import Code, Entry


def no_uid_entry(message_id: int, mailbox_id: int, *, actor: str, why: str) -> Entry:
    """That no sync has found it on the server yet; said once, ever.

    The row's `no_uid_said_at` is the caller's to set.

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


def backfilled_entry(
    count: int, folder: str, mailbox_id: int, *, actor: str, run_id: int | None
) -> Entry:
    """That imported messages were found in a folder; one entry a run and folder."""
    found = "One imported message was" if count == 1 else f"{count:,} imported messages were"
    have = "It has its UID" if count == 1 else "They have their UIDs"
    return Entry(
        code=Code.READ_STATUS_BACKFILLED,
        message=f"{found} found in {folder} on the server. {have} now.",
        actor=actor,
        mailbox_id=mailbox_id,
        run_id=run_id,
        detail={"folder": folder, "count": count},
    )
