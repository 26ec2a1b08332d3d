"""One or two words for an entry, and the shape and colour that go with them."""

from mailboxadmin.domain.activity import Code, Level, Logged

_WORDS = {
    Code.LOGIN_SUCCEEDED: "Signed in",
    Code.LOGIN_FAILED: "Refused",
    Code.LOGIN_ENDED: "Signed out",
    Code.STAFF_ADDED: "Added",
    Code.STAFF_INVITED: "Invited",
    Code.STAFF_JOINED: "Joined",
    Code.STAFF_CHANGED: "Changed",
    Code.STAFF_DISABLED: "Deactivated",
    Code.STAFF_ENABLED: "Reactivated",
    Code.STAFF_DELETED: "Deleted",
    Code.STAFF_PASSWORD_LINK_MADE: "Link made",
    Code.STAFF_PASSWORD_CHANGED: "New password",
    Code.SETTINGS_CHANGED: "Changed",
    Code.MAILBOX_CONFIGURED: "Configured",
    Code.MAILBOX_PAUSED: "Paused",
    Code.MAILBOX_RESUMED: "Resumed",
    Code.MAILBOX_RECOVERED: "Works again",
    Code.MAILBOX_LINK_MADE: "Link made",
    Code.MAILBOX_LINK_USED: "Link used",
    Code.CERTIFICATE_TRUSTED: "Trusted",
    Code.CERTIFICATE_UNTRUSTED: "Trust ended",
    Code.CHECK_FINISHED: "Tested",
    Code.OAUTH_CHECKED: "Tested",
    Code.OAUTH_CONNECTED: "Connected",
    Code.OAUTH_REFRESHED: "Token renewed",
    Code.OAUTH_REFRESH_FAILED: "No token",
    Code.OAUTH_EXPIRING: "Ends soon",
    Code.OAUTH_DISCONNECTED: "Disconnected",
    Code.OAUTH_REFUSED: "Not connected",
    Code.SYNC_FINISHED: "Synced",
    Code.SYNC_FAILED: "Not synced",
    Code.SYNC_SKIPPED: "Skipped",
    Code.SYNC_CANCELLED: "Stopped",
    Code.SYNC_TIMED_OUT: "Time limit",
    Code.SYNC_INTERRUPTED: "Cut off",
    Code.FOLDER_MISSING: "No folder",
    Code.FOLDER_RESET: "Renumbered",
    Code.MESSAGE_QUARANTINED: "Unreadable",
    Code.MESSAGES_LISTED: "Mail listed",
    Code.MAILBOX_EXPORTED: "Exported",
    Code.RETENTION_ANNOUNCED: "Will be deleted",
    Code.RETENTION_PURGED: "Deleted",
    Code.READ_STATUS_MARKED: "Marked",
    Code.FILING_REQUESTED: "To be filed",
    Code.FILING_FAILED: "Not filed",
    Code.SCHEDULER_STARTED: "Started",
    Code.SCHEDULER_STOPPED: "Stopped",
    Code.SCHEDULER_STALLED: "Stalled",
    Code.SCHEDULER_TOOK_OVER: "Took over",
    Code.NOTICE_SENT: "Told",
    Code.NOTICE_FAILED: "Not told",
    Code.NOTICE_TESTED: "Tested",
    Code.BACKUP_CREATED: "Backed up",
    Code.BACKUP_RESTORED: "Restored",
    Code.DEBUG_ENABLED: "Recording",
    Code.DEBUG_DISABLED: "Not recording",
    Code.DEBUG_READ: "Read",
    Code.DEBUG_DELETED: "Deleted",
    Code.APP_FAILED: "Our fault",
}
_GOOD = {
    Code.MAILBOX_RECOVERED,
    Code.CHECK_FINISHED,
    Code.OAUTH_CHECKED,
    Code.OAUTH_CONNECTED,
    Code.SYNC_FINISHED,
    Code.STAFF_JOINED,
    Code.NOTICE_TESTED,
    Code.BACKUP_CREATED,
}


def word(entry: Logged) -> str:
    """What happened, in a word or two."""
    known = _WORDS.get(entry.code)  # type: ignore[call-overload]  # a StrEnum equals its text
    return known or entry.code.partition(".")[2].replace("_", " ").capitalize()


def kind(entry: Logged) -> str:
    """`act`, `wait`, `ok` or `idle`: what the mark looks like."""
    if entry.level is Level.ERROR:
        return "act"
    if entry.level is Level.WARNING:
        return "wait"
    return "ok" if entry.code in _GOOD else "idle"
