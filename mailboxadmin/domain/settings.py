"""Every setting: its key, kind, default and limits.

A setting exists for the office; those marked `personal` also per mailbox, where
an empty value inherits.
"""

from typing import Final

from mailboxadmin.domain.app_entered import (
    read_entra_client_id,
    read_entra_secret,
    read_google_client_id,
    read_tenant,
)
from mailboxadmin.domain.entered import read_refresh
from mailboxadmin.domain.errors import InvalidInput
from mailboxadmin.domain.mailbox import Encryption
from mailboxadmin.domain.notify_entered import (
    read_address,
    read_mail_password,
    read_signing_secret,
    read_time_of_day,
    read_web_address,
)
from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.domain.setting import Group, Kind, Setting, Value

__all__ = ["PERSONAL_KEYS", "SETTINGS", "Group", "Kind", "Setting", "Value", "setting"]


def _special(use: str, label: str, help_text: str) -> Setting:
    """The folder for one use; while none is named it is found by itself."""
    return Setting(
        key=f"{use}_folder",
        kind=Kind.FOLDER,
        group=Group.FOLDERS,
        label=label,
        help=help_text,
        personal=True,
        otherwise="found by itself",
    )


_ALL = (
    Setting(
        key="imap_host",
        kind=Kind.HOST,
        group=Group.SERVER,
        label="IMAP server",
        help="The server of most mailboxes here. Gmail, Outlook and the like are known by the "
        "address and need nothing here.",
        personal=True,
    ),
    Setting(
        key="imap_encryption",
        kind=Kind.CHOICE,
        group=Group.SERVER,
        label="Encryption",
        help="SSL unless the server's operator says otherwise. Without encryption, passwords "
        "and mail can be read on the way.",
        default="ssl",
        choices=tuple(Encryption),
        personal=True,
    ),
    Setting(
        key="imap_port",
        kind=Kind.INTEGER,
        group=Group.SERVER,
        label="Port",
        help="Empty follows the encryption: 993 for SSL, 143 for STARTTLS and none.",
        minimum=1,
        maximum=65535,
        personal=True,
    ),
    Setting(
        key="folders",
        kind=Kind.FOLDERS,
        group=Group.FOLDERS,
        label="Folders to sync",
        help="One a line, as the server lists them.",
        default=("INBOX",),
        maximum=200,
        personal=True,
    ),
    _special(
        "sent",
        "Sent mail",
        "Empty: the folder that the server marks for it, else the one so named, in many languages.",
    ),
    _special("drafts", "Drafts", "As for sent mail."),
    _special("trash", "Deleted mail", "As for sent mail."),
    _special("spam", "Junk mail", "As for sent mail."),
    _special("archive", "Archive", "As for sent mail."),
    Setting(
        key="check_every_minutes",
        kind=Kind.INTEGER,
        group=Group.SYNC,
        label="Check every",
        help="How long to wait after one look at a mailbox before the next.",
        default=5,
        minimum=3,
        maximum=1440,
        personal=True,
        unit="minutes",
    ),
    Setting(
        key="sync_since_days",
        kind=Kind.INTEGER,
        group=Group.SYNC,
        label="Mail of the last",
        help="0 is all mail. Else only what arrived at the server in these days is fetched; "
        "what is here already stays.",
        default=0,
        maximum=36500,
        personal=True,
        unit="days",
    ),
    Setting(
        key="max_messages_per_sync",
        kind=Kind.INTEGER,
        group=Group.SYNC,
        label="Messages in one run",
        help="0 is no limit. The newest come first, the rest in the next runs.",
        default=0,
        maximum=100000,
        unit="messages",
    ),
    Setting(
        key="sync_timeout_seconds",
        kind=Kind.INTEGER,
        group=Group.SYNC,
        label="Longest run",
        help="A run ends after this time, keeps what it has, and goes on at its next turn.",
        default=300,
        minimum=30,
        maximum=3600,
        unit="seconds",
    ),
    Setting(
        key="fetch_only_unread",
        kind=Kind.YES_NO,
        group=Group.SYNC,
        label="Fetch only unread mail",
        help="With yes, mail that was read elsewhere before it was fetched stays on the server "
        "and is not shown here.",
        default=False,
        personal=True,
    ),
    Setting(
        key="sync_read_status",
        kind=Kind.YES_NO,
        group=Group.SYNC,
        label="Sync read status both ways",
        help="What is read or unread on the server is always shown so here. With yes, marking "
        "mail here also marks it on the server, so that phones and other programs show it; with "
        "no, the server is never told what was read. Earlier clicks are not sent.",
        default=False,
        personal=True,
    ),
    Setting(
        key="allow_changes",
        kind=Kind.YES_NO,
        group=Group.SYNC,
        label="Move and flag mail on the server",
        help="With yes, mail can be archived, deleted, marked as junk, moved and flagged here, "
        "and the same is done on the mail server. With no, the inbox offers none of this, and "
        "no message is ever moved or flagged there.",
        default=False,
        personal=True,
    ),
    Setting(
        key="allow_html",
        kind=Kind.YES_NO,
        group=Group.READING,
        label="Show formatted mail",
        help="With yes, formatted mail is shown cleaned of everything that acts, in a frame of its "
        "own. With no, all mail is shown as plain text.",
        default=True,
        personal=True,
    ),
    Setting(
        key="mark_read_on_preview",
        kind=Kind.YES_NO,
        group=Group.READING,
        label="Opening a message marks it as read",
        help="With no, a message stays unread until it is marked.",
        default=True,
        personal=True,
    ),
    Setting(
        key="auto_refresh_seconds",
        kind=Kind.INTEGER,
        group=Group.READING,
        label="Refresh the inbox every",
        help="0 is never, else 30 or more. Whatever this says, mail that a sync brings is shown "
        "within seconds.",
        default=0,
        maximum=3600,
        unit="seconds",
        reads=read_refresh,
    ),
    Setting(
        key="threading",
        kind=Kind.YES_NO,
        group=Group.READING,
        label="Show conversations",
        help="With yes, a message and the answers to it are one line of the list; with no, every "
        "message is a line.",
        default=True,
        personal=True,
    ),
    Setting(
        key="parallel_syncs",
        kind=Kind.INTEGER,
        group=Group.SYNC,
        label="Mailboxes at once",
        help="How many mailboxes are synced at the same time.",
        default=8,
        minimum=1,
        maximum=64,
    ),
    Setting(
        key="max_message_megabytes",
        kind=Kind.INTEGER,
        group=Group.SYNC,
        label="Search messages of up to",
        help="A larger message is stored all the same, but its text is not searched.",
        default=25,
        minimum=1,
        maximum=1024,
        unit="megabytes",
    ),
    Setting(
        key="live_mailboxes",
        kind=Kind.INTEGER,
        group=Group.SYNC,
        label="Live mailboxes",
        help="So many mailboxes are told by their server when mail arrives, where it can, and are "
        "synced at once; the most active ones first. The others wait for their turn. 0 is none.",
        default=50,
        maximum=500,
        unit="mailboxes",
    ),
    Setting(
        key="help_contact",
        kind=Kind.TEXT,
        group=Group.PEOPLE,
        label="Whom to ask here",
        help="Shown to staff with everything that is wrong: a name, a number, a room. "
        "Empty: an office with one admin names that one.",
        maximum=200,
    ),
    Setting(
        key="allowed_internal_hosts",
        kind=Kind.HOSTS,
        group=Group.PEOPLE,
        label="Servers inside the office",
        help="Staff may name public servers on ports 143 and 993. List what else they may name: "
        "a host, host:port or a network such as 192.168.1.0/24.",
        default=(),
        maximum=200,
    ),
    Setting(
        key="activity_retention_days",
        kind=Kind.INTEGER,
        group=Group.KEEPING,
        label="Keep the activity log for",
        help="Routine entries, such as a sync that found nothing, are kept for 7 days, "
        "the list of syncs for 31.",
        default=90,
        minimum=1,
        maximum=3650,
        unit="days",
    ),
    Setting(
        key="removed_retention_days",
        kind=Kind.INTEGER,
        group=Group.KEEPING,
        label="Keep what was removed on the server for",
        help="0 is for ever. Else such mail is deleted here after these days, for good; its owner "
        "is told a week before the first time.",
        default=0,
        maximum=3650,
        unit="days",
    ),
    Setting(
        key="backup_keep",
        kind=Kind.INTEGER,
        group=Group.KEEPING,
        label="Daily backups to keep",
        help="One is made each night in backups/ of the instance folder, and read back. An older "
        "one is deleted only after that. 0 makes none.",
        default=7,
        maximum=365,
        unit="backups",
    ),
    Setting(
        key="gmail_client_id",
        kind=Kind.TEXT,
        group=Group.OAUTH,
        label="Gmail client ID",
        help="From Google Cloud, Clients. It ends in .apps.googleusercontent.com.",
        app=AppKey.GMAIL,
        reads=read_google_client_id,
    ),
    Setting(
        key="gmail_client_secret",
        kind=Kind.SECRET,
        group=Group.OAUTH,
        label="Gmail client secret",
        help="Google Cloud shows it once, when the client is made.",
        app=AppKey.GMAIL,
    ),
    Setting(
        key="outlook_client_id",
        kind=Kind.TEXT,
        group=Group.OAUTH,
        label="Outlook client ID",
        help="In Entra the Application (client) ID, on the app's Overview.",
        app=AppKey.OUTLOOK,
        reads=read_entra_client_id,
    ),
    Setting(
        key="outlook_client_secret",
        kind=Kind.SECRET,
        group=Group.OAUTH,
        label="Outlook client secret",
        help="In Entra the Value of the client secret, not its Secret ID. It is shown once, when "
        "the secret is made.",
        app=AppKey.OUTLOOK,
        reads=read_entra_secret,
    ),
    Setting(
        key="outlook_tenant_id",
        kind=Kind.TEXT,
        group=Group.OAUTH,
        label="Outlook tenant",
        help="In Entra the Directory (tenant) ID, for an app of one organisation only. Empty for "
        "an app that also serves other organisations or personal accounts.",
        otherwise="common",
        app=AppKey.OUTLOOK,
        reads=read_tenant,
    ),
    Setting(
        key="outlook_secret_expires_on",
        kind=Kind.DATE,
        group=Group.OAUTH,
        label="Outlook client secret ends on",
        help="In Entra under Expires, beside the secret: 24 months after it was made at the "
        "latest. All Outlook mailboxes stop on that day; you are warned before it.",
        app=AppKey.OUTLOOK,
    ),
    Setting(
        key="notify_to",
        kind=Kind.ADDRESSES,
        group=Group.TELLING,
        label="Tell these people",
        help="Addresses that are told by mail, one a line or with commas between. At least one "
        "should not be read through Mailbox Admin.",
        default=(),
        maximum=20,
    ),
    Setting(
        key="notify_on_incident",
        kind=Kind.YES_NO,
        group=Group.TELLING,
        label="When something breaks",
        help="One message for each cause, however many mailboxes it concerns. What mends itself "
        "is told when it has lasted for half an hour.",
        default=True,
    ),
    Setting(
        key="notify_on_recovery",
        kind=Kind.YES_NO,
        group=Group.TELLING,
        label="When it works again",
        help="Only of what was told before.",
        default=True,
    ),
    Setting(
        key="notify_digest_at",
        kind=Kind.TEXT,
        group=Group.TELLING,
        label="Every day at",
        help="A summary each morning: what is broken, what ended since yesterday, what ends "
        "soon. A time of day in this machine's zone, as 07:00; empty sends none.",
        otherwise="off",
        reads=read_time_of_day,
    ),
    Setting(
        key="smtp_host",
        kind=Kind.HOST,
        group=Group.TELLING,
        label="Mail server (SMTP)",
        help="The server that takes mail to be sent, such as smtp.example.org.",
    ),
    Setting(
        key="smtp_encryption",
        kind=Kind.CHOICE,
        group=Group.TELLING,
        label="Encryption",
        help="STARTTLS unless the server's operator says otherwise. Without encryption, the "
        "password and what is told can be read on the way.",
        default="starttls",
        choices=(Encryption.STARTTLS, Encryption.SSL, Encryption.NONE),
    ),
    Setting(
        key="smtp_port",
        kind=Kind.INTEGER,
        group=Group.TELLING,
        label="Port",
        help="Empty follows the encryption: 587 for STARTTLS, 465 for SSL, 25 for none.",
        minimum=1,
        maximum=65535,
    ),
    Setting(
        key="smtp_username",
        kind=Kind.TEXT,
        group=Group.TELLING,
        label="Name at sign-in",
        help="Often the address. Empty: without a sign-in.",
        maximum=320,
    ),
    Setting(
        key="smtp_password",
        kind=Kind.SECRET,
        group=Group.TELLING,
        label="Password",
        help="Of the account that sends. It is sent only to the server that it was entered for.",
        reads=read_mail_password,
    ),
    Setting(
        key="smtp_from",
        kind=Kind.TEXT,
        group=Group.TELLING,
        label="Sender",
        help="The address the messages come from; most servers take only that of the account.",
        otherwise="the name at sign-in, or the first of those who are told",
        reads=read_address,
    ),
    Setting(
        key="webhook_url",
        kind=Kind.TEXT,
        group=Group.TELLING,
        label="Webhook",
        help="Gets each message as JSON by POST: a chat, a ticket system, a script of your own.",
        reads=read_web_address,
    ),
    Setting(
        key="webhook_secret",
        kind=Kind.SECRET,
        group=Group.TELLING,
        label="Webhook secret",
        help="Signs what is sent, so that the other end can tell that it comes from here. At "
        "least 16 characters; empty: nothing is signed.",
        reads=read_signing_secret,
    ),
    Setting(
        key="ping_url",
        kind=Kind.TEXT,
        group=Group.TELLING,
        label="Sign of life",
        help="Asked for by GET once a minute while mailboxes are being checked. A monitor there "
        "raises the alarm when it comes no more, also when this machine is off.",
        reads=read_web_address,
    ),
)

#: All settings by key, in the order of the page.
SETTINGS: Final[dict[str, Setting]] = {setting.key: setting for setting in _ALL}
PERSONAL_KEYS: Final = tuple(key for key, setting in SETTINGS.items() if setting.personal)


def setting(key: str) -> Setting:
    """The setting of that key.

    Raises:
        InvalidInput: there is none; the sentence lists those there are.
    """
    if key not in SETTINGS:
        raise InvalidInput(key, f"{key!r} is not a setting; there are: {', '.join(SETTINGS)}.")
    return SETTINGS[key]
