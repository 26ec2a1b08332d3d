"""What each of the seven checks can find wrong, and how it comes about; for web and `doctor`."""

import platform
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest

from mailboxadmin.domain.activity import COMMAND_LINE, Code, Entry, Level
from mailboxadmin.domain.backups import backup_name
from mailboxadmin.domain.delivery import Channel
from mailboxadmin.domain.finding import Fixer, Scope
from mailboxadmin.domain.mailbox import State
from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.services.checklist import server, telling
from mailboxadmin.services.folders.listed import remember_listed
from mailboxadmin.services.keeping.daily_backup import back_up_if_due
from mailboxadmin.services.machine.clock_watch import ClockWatch
from mailboxadmin.services.machine.log_file import log_file
from mailboxadmin.services.machine.memory import Memory
from mailboxadmin.services.machine.room import SPARE_BYTES
from mailboxadmin.services.mailboxes.configure import configure_mailbox
from mailboxadmin.services.office.channels import ChannelView
from mailboxadmin.services.office.settings import change_settings
from mailboxadmin.services.sign_in.draft import Draft
from mailboxadmin.services.trouble.failures import record_failure
from mailboxadmin.services.work.heartbeat import scheduler_started, scheduler_ticked
from mailboxadmin.services.work.runs import begin_run
from mailboxadmin.store.activity import add_entry
from mailboxadmin.store.folders import folder_id, note_keeps_seen
from mailboxadmin.store.heartbeat import heartbeat_row
from mailboxadmin.store.leases import lease_of
from mailboxadmin.store.mailboxes import mailbox_row
from mailboxadmin.store.tables import ActivityRow
from mailboxadmin.store.tables_oauth import GrantRow
from tests.support import states
from tests.support.full_disk import leave_free
from tests.support.office import Office

Breaks = Callable[[Office, pytest.MonkeyPatch], None]


@dataclass(frozen=True, slots=True)
class Broken:
    """One thing that is wrong, and how it is told."""

    #: Of the check that finds it.
    code: str
    breaks: Breaks
    #: What stands there of it, and of what to do.
    says: str
    to_do: str

    def __str__(self) -> str:
        return f"{self.code}-{self.breaks.__name__}"


def configured(office: Office, email: str, password: str = "x" * 9, **texts: str) -> int:
    """Somebody whose mailbox has a password, as the operator set it; its id."""
    mailbox_id = office.person(email).mailbox_id
    assert mailbox_id is not None
    configure_mailbox(
        office.deps,
        mailbox_id,
        Draft(texts=texts, password=password),
        actor=COMMAND_LINE,
        set_by="operator",
        test=False,
    )
    return mailbox_id


def granted(office: Office, email: str, app: AppKey, scopes: str, **texts: str) -> int:
    """Somebody whose mailbox has a permission; its id."""
    mailbox_id = configured(office, email, **texts)
    now = office.clock.now()
    with office.deps.store.write() as db:
        db.add(
            GrantRow(
                mailbox_id=mailbox_id,
                app=app.value,
                scopes=scopes,
                connected_at=now,
                connected_by=email,
                access_expires_at=now + timedelta(hours=1),
                refreshed_at=now,
            )
        )
    return mailbox_id


def app(office: Office, key: AppKey, **other: str) -> None:
    """The office's app there, complete."""
    ids = {
        AppKey.GMAIL: "123456-abc.apps.googleusercontent.com",
        AppKey.OUTLOOK: "11111111-2222-3333-4444-555555555555",
    }
    said = {f"{key}_client_id": ids[key], f"{key}_client_secret": "GOCSPX-s3cret-value"}
    change_settings(office.deps, said | other, actor=COMMAND_LINE)


def _server(office: Office, **texts: str) -> int:
    """Anna's mailbox on a server of the office."""
    texts = {"imap_host": "mail.example.org"} | texts
    return configured(office, "anna@example.org", **texts)


GMAIL_SCOPE = "https://mail.google.com/"


def a_password_is_refused(office: Office, _patch: pytest.MonkeyPatch) -> None:
    anna = states.somebody(office, "Anna Keller")
    states.put(office, anna, State.NEEDS_ACTION, states.finding())


def a_server_is_slow(office: Office, _patch: pytest.MonkeyPatch) -> None:
    slow = states.finding(
        "server.timeout", scope=Scope.MAIL_SERVER, fix_by=Fixer.NOBODY, temporary=True
    )
    states.put(office, states.somebody(office, "Anna Keller"), State.RETRYING, slow)


def a_page_failed(office: Office, _patch: pytest.MonkeyPatch) -> None:
    record_failure(office.deps, ZeroDivisionError(), where="board.index", actor="grace")


def the_background_failed(office: Office, _patch: pytest.MonkeyPatch) -> None:
    file = log_file(office.deps.instance)
    file.parent.mkdir(exist_ok=True)
    at = office.clock.now().astimezone().strftime("%Y-%m-%d %H:%M:%S")
    file.write_text(f"{at},123 4711 ERROR mailboxadmin.jobs.scheduler: a tick failed\n")


def a_sync_ran_out_of_memory(office: Office, _patch: pytest.MonkeyPatch) -> None:
    states.log(
        office,
        Code.SYNC_INTERRUPTED,
        "A sync was cut off.",
        level=Level.WARNING,
        minutes_ago=60,
        memory_bytes=490_000_000,
        memory_limit_bytes=512_000_000,
    )


def nobody_is_told(office: Office, patch: pytest.MonkeyPatch) -> None:
    view = ChannelView(
        channel=Channel.MAIL,
        set_up=True,
        finding=states.finding("notify.refused", summary="The mail server refuses the sender."),
        failed_since=office.clock.now(),
        failures=3,
        next_try_at=None,
        held=True,
        succeeded_at=None,
        waiting=1,
        given_up=0,
    )
    patch.setattr(telling, "read_channels", lambda _deps: (view,))


def memory_is_short(_office: Office, patch: pytest.MonkeyPatch) -> None:
    short = Memory(now=490_000_000, peak=500_000_000, limit=512_000_000)
    patch.setattr(server, "read_memory", lambda _pid=None: short)


def nobody_ticks(office: Office, _patch: pytest.MonkeyPatch) -> None:
    office.clock.advance(minutes=2)


def another_process_ticks_too(office: Office, _patch: pytest.MonkeyPatch) -> None:
    next_tick = office.clock.now() + timedelta(seconds=15)
    scheduler_started(office.deps, waited=False, next_tick_at=next_tick)
    with office.deps.store.write() as db:
        row = heartbeat_row(db)
        assert row is not None
        row.host, row.pid = "elsewhere", 4711
    scheduler_ticked(office.deps, next_tick_at=next_tick)


def it_stood_still(office: Office, _patch: pytest.MonkeyPatch) -> None:
    states.log(office, Code.SCHEDULER_STALLED, "It stood still.", level=Level.WARNING, seconds=600)


def a_run_never_ends(office: Office, _patch: pytest.MonkeyPatch) -> None:
    mailbox_id = _server(office)
    run = begin_run(office.deps, mailbox_id, actor=COMMAND_LINE)
    office.clock.advance(minutes=30)
    with office.deps.store.write() as db:
        lease = lease_of(db, mailbox_id)
        assert lease is not None
        lease.renewed_at = office.clock.now()
    run.control.stop()
    states.tick(office)


def the_clock_is_a_day_ahead(office: Office, _patch: pytest.MonkeyPatch) -> None:
    watch = ClockWatch(office.deps)
    office.clock.advance(days=1)
    watch.look()
    states.tick(office)


def the_clock_is_a_day_behind(office: Office, _patch: pytest.MonkeyPatch) -> None:
    states.log(office, Code.SYNC_FINISHED, "Nothing new")
    office.clock.advance(days=-1)
    states.tick(office)


def a_provider_says_it_is_tomorrow(office: Office, _patch: pytest.MonkeyPatch) -> None:
    office.deps.web_time.hear("Tue, 03 Mar 2026 09:00:00 GMT")


def outlook_with_a_password(office: Office, _patch: pytest.MonkeyPatch) -> None:
    configured(office, "jonas@outlook.com")


def gmail_with_the_accounts_password(office: Office, _patch: pytest.MonkeyPatch) -> None:
    configured(office, "jonas@gmail.com", "my-own-Passw0rd")


def a_permission_for_a_server_that_takes_none(office: Office, _patch: pytest.MonkeyPatch) -> None:
    app(office, AppKey.GMAIL)
    granted(office, "jonas@example.org", AppKey.GMAIL, GMAIL_SCOPE, imap_host="imap.mail.yahoo.com")


def a_scope_is_missing(office: Office, _patch: pytest.MonkeyPatch) -> None:
    app(office, AppKey.GMAIL)
    granted(office, "jonas@gmail.com", AppKey.GMAIL, "openid email")


def its_app_is_gone(office: Office, _patch: pytest.MonkeyPatch) -> None:
    granted(office, "jonas@gmail.com", AppKey.GMAIL, GMAIL_SCOPE)


def an_app_without_a_secret(office: Office, _patch: pytest.MonkeyPatch) -> None:
    client_id = "11111111-2222-3333-4444-555555555555"
    change_settings(office.deps, {"outlook_client_id": client_id}, actor=COMMAND_LINE)


def a_redirect_uri_that_google_refuses(office: Office, patch: pytest.MonkeyPatch) -> None:
    app(office, AppKey.GMAIL)
    object.__setattr__(office.deps, "base_url", "http://mail.office.lan")


def a_port_of_the_other_encryption(office: Office, _patch: pytest.MonkeyPatch) -> None:
    _server(office, imap_port="143", imap_encryption="ssl")


def a_port_for_sending(office: Office, _patch: pytest.MonkeyPatch) -> None:
    _server(office, imap_port="587", imap_encryption="starttls")


def a_host_unlike_the_providers(office: Office, _patch: pytest.MonkeyPatch) -> None:
    configured(office, "jonas@yahoo.com", imap_host="imap.example.org")


def an_mx_that_points_elsewhere(office: Office, _patch: pytest.MonkeyPatch) -> None:
    mailbox_id = _server(office)
    with office.deps.store.write() as db:
        mailbox_row(db, mailbox_id).mx_provider = "gmail"


def a_folder_misspelt(office: Office, _patch: pytest.MonkeyPatch) -> None:
    mailbox_id = _server(office, folders="INBOX\nEntwurfe")
    remember_listed(office.deps, mailbox_id, ["INBOX", "Entwürfe", "Sent"])


def a_special_folder_misspelt(office: Office, _patch: pytest.MonkeyPatch) -> None:
    mailbox_id = _server(office, sent_folder="Sendt")
    remember_listed(office.deps, mailbox_id, ["INBOX", "Sent"])


def the_same_as_the_office(office: Office, _patch: pytest.MonkeyPatch) -> None:
    change_settings(office.deps, {"check_every_minutes": "10"}, actor=COMMAND_LINE)
    _server(office, check_every_minutes="10")


def read_status_where_it_is_not_kept(office: Office, _patch: pytest.MonkeyPatch) -> None:
    mailbox_id = _server(office, sync_read_status="yes")
    with office.deps.store.write() as db:
        note_keeps_seen(db, folder_id(db, mailbox_id, "INBOX"), False)


def a_backup_has_no_room(office: Office, patch: pytest.MonkeyPatch) -> None:
    with patch.context() as full:
        leave_free(full, SPARE_BYTES)
        back_up_if_due(office.deps, threading.Event())


def the_last_backup_is_old(office: Office, patch: pytest.MonkeyPatch) -> None:
    made = back_up_if_due(office.deps, threading.Event())
    assert made is not None
    made.rename(made.with_name(backup_name(office.clock.now() - timedelta(days=3))))


def there_never_was_a_backup(office: Office, patch: pytest.MonkeyPatch) -> None:
    entry = Entry(code=Code.SETTINGS_CHANGED, message="Long ago.", actor=COMMAND_LINE)
    with office.deps.store.write() as db:
        first = add_entry(db, entry, office.clock.now())
        db.get_one(ActivityRow, first).id = 0
        db.flush()
        db.get_one(ActivityRow, 0).at = office.clock.now() - timedelta(days=3)


def a_click_could_not_be_sent(office: Office, _patch: pytest.MonkeyPatch) -> None:
    mailbox_id = _server(office, sync_read_status="yes")
    states.log(
        office, Code.READ_STATUS_FAILED, "Not sent.", mailbox_id=mailbox_id, level=Level.WARNING
    )


ALL = (
    Broken("backups", a_backup_has_no_room, "too little room, ", "tried again each hour"),
    Broken("backups", the_last_backup_is_old, "older than two days", "mailboxadmin backup FILE"),
    Broken("backups", there_never_was_a_backup, "There is no backup.", "scheduler runs"),
    Broken("errors", a_password_is_refused, "(Anna Keller", "Anna Keller must "),
    Broken("errors", a_server_is_slow, "(Anna Keller", "tried again by itself"),
    Broken("faults", a_page_failed, "ZeroDivisionError in board.index", "traceback in the log"),
    Broken("faults", the_background_failed, "mailboxadmin.jobs.scheduler: a tick failed", "log"),
    Broken("cut_off", a_sync_ran_out_of_memory, "had 490 MB of 512 MB", "more memory"),
    Broken("memory", memory_is_short, "490 MB of 512 MB memory are used, at most 500", "memory"),
    Broken("telling", nobody_is_told, "do not get through: The mail server refuses", "Make an app"),
    Broken("scheduler", nobody_ticks, "stands still", "mailboxadmin serve"),
    Broken("schedulers", another_process_ticks_too, f"{platform.node()} and process 4711", "Stop"),
    Broken("ticks", it_stood_still, "for 10 minutes", "slept, was too busy"),
    Broken("runs", a_run_never_ends, "sync of anna@example.org goes on since", "Stop it"),
    Broken("clock", the_clock_is_a_day_ahead, "went forward by 1 day at once", "timedatectl"),
    Broken("clock", the_clock_is_a_day_behind, "something was written at", "timedatectl"),
    Broken("clock", a_provider_says_it_is_tomorrow, "1 day behind the time that", "timedatectl"),
    Broken(
        "sign_ins",
        outlook_with_a_password,
        "Jonas uses a password for outlook.office365.com: Microsoft no longer accepts passwords",
        "Set the Outlook app up under Settings, OAuth; then Jonas connects Outlook",
    ),
    Broken(
        "sign_ins",
        gmail_with_the_accounts_password,
        "does not look like an app password: Google’s have 16 letters",
        "Jonas connects Gmail",
    ),
    Broken(
        "sign_ins",
        a_permission_for_a_server_that_takes_none,
        "the server is imap.mail.yahoo.com of Yahoo, which takes no such permission",
        "Leave the server of Jonas empty",
    ),
    Broken("sign_ins", a_scope_is_missing, "https://mail.google.com/ is not among", "box ticked"),
    Broken("sign_ins", its_app_is_gone, "the Gmail app is not set up", "Enter client ID"),
    Broken("oauth_apps", an_app_without_a_secret, "but no client secret", "Complete the Outlook"),
    Broken(
        "redirect_uri",
        a_redirect_uri_that_google_refuses,
        "http://mail.office.lan/oauth/callback/gmail",
        "MAILBOXADMIN_BASE_URL",
    ),
    Broken(
        "settings",
        a_port_of_the_other_encryption,
        "port 143 with encryption ssl: that port goes with starttls",
        "Use port 993, or encryption starttls (imap_port, set by Anna)",
    ),
    Broken("settings", a_port_for_sending, "587, which is for SMTP, for sending", "port 143"),
    Broken(
        "settings",
        a_host_unlike_the_providers,
        "imap.example.org, but the mail of yahoo.com is at Yahoo (imap.mail.yahoo.com)",
        "Leave the server of Jonas empty",
    ),
    Broken(
        "settings",
        an_mx_that_points_elsewhere,
        "but the mail of example.org is, by its MX, at Google (imap.gmail.com)",
        "Leave the server of Anna empty",
    ),
    Broken(
        "settings",
        a_folder_misspelt,
        "folder “Entwurfe” does not exist on the server; “Entwürfe” does",
        "Name “Entwürfe” instead (folders, set by Anna)",
    ),
    Broken("settings", a_special_folder_misspelt, "“Sendt” does not exist", "sent_folder, set by"),
    Broken(
        "settings",
        the_same_as_the_office,
        "own “Check every” is what the office has anyway (10)",
        "Leave the field empty",
    ),
    Broken(
        "settings",
        read_status_where_it_is_not_kept,
        "lets nobody change it in “INBOX”",
        "Switch it off",
    ),
    Broken("read_status", a_click_could_not_be_sent, "could not be sent 1 time", "See why"),
)
#: What some scenes bring along besides: the same fact, seen from another side.
ALONG = {"read_status_where_it_is_not_kept": {"read_status"}}
