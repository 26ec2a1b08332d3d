"""`sync`: runs now, and waits."""

import signal
import threading
from collections.abc import Callable

import click

from mailboxadmin.cli.opening import open_deps
from mailboxadmin.cli.output import COUNTED, json_option, plain, print_json
from mailboxadmin.domain.activity import COMMAND_LINE, SCHEDULER
from mailboxadmin.domain.run import Outcome, SyncReport
from mailboxadmin.services.debug.debugging import end_due
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.keeping.daily_backup import back_up_if_due
from mailboxadmin.services.keeping.damage import note_damage
from mailboxadmin.services.keeping.prune import prune
from mailboxadmin.services.reading.examine import examine_messages
from mailboxadmin.services.reading.index_mail import index_mail
from mailboxadmin.services.sign_in.refreshing import refresh_due_tokens
from mailboxadmin.services.staff.erasing_apart import erase_asked
from mailboxadmin.services.syncing.observing import keep_watch
from mailboxadmin.services.syncing.rounds import sync_many
from mailboxadmin.services.warning.telling import tell
from mailboxadmin.services.warning.warnings import tell_warnings
from mailboxadmin.services.work.heartbeat import timer_ticked

#: Outcomes that leave nothing to mend.
GOOD = frozenset({Outcome.OK, Outcome.SKIPPED})
#: How long a timer's call goes on with messages that wait for their text.
EXAMINE_S = 60


@click.command
@click.argument("emails", nargs=-1, metavar="[EMAIL]...")
@click.option("--due", is_flag=True, help="Only those whose turn it is; for a timer outside.")
@json_option
def sync(emails: tuple[str, ...], due: bool, as_json: bool) -> int:
    """Sync the named mailboxes, or all configured ones, and wait for them."""
    deps = open_deps()
    # A run that is told to stop keeps what it has and lets go of its mailbox.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if due:
        timer_ticked(deps)
        end_due(deps)
    good = _sync(deps, emails, due=due, show=_readers(_print_json if as_json else _print_line))
    if due:
        refresh_due_tokens(deps, threading.Event())
        examine_messages(deps, budget_s=EXAMINE_S)
        index_mail(deps, budget_s=EXAMINE_S)
        back_up_if_due(deps, threading.Event())
        prune(deps)
        note_damage(deps)
        keep_watch(deps)
        tell_warnings(deps)
        tell(deps, gathered=True)
        # Last, since it may take minutes.
        erase_asked(deps, threading.Event())
    return 0 if good else 1


def _sync(
    deps: Deps, emails: tuple[str, ...], *, due: bool, show: Callable[[SyncReport], None]
) -> bool:
    # Nobody typed what a timer calls.
    actor = SCHEDULER if due else COMMAND_LINE
    good = True
    for report in sync_many(deps, emails or None, due=due, actor=actor):
        good = good and report.outcome in GOOD
        show(report)
    return good


def _readers(show: Callable[[SyncReport], None]) -> Callable[[SyncReport], None]:
    """Show for as long as somebody reads; the syncs go on without (`… | head -1`)."""
    listening = True

    def show_while_read(report: SyncReport) -> None:
        nonlocal listening
        if not listening:
            return
        try:
            show(report)
        except BrokenPipeError:
            listening = False

    return show_while_read


def _print_json(report: SyncReport) -> None:
    print_json(report.as_json())


def _print_line(report: SyncReport) -> None:
    counts = report.counts
    if report.outcome is Outcome.SKIPPED:
        said = report.reason.value.replace("_", " ") if report.reason else ""
    else:
        said = f"{counts.new} new, {counts.changed} changed, {counts.removed} removed"
        said += f", {counts.pushed} marked on the server" if counts.pushed else ""
        said += f", {counts.remaining} remaining" if counts.remaining else ""
        said += f" in {report.seconds:.1f} s"
    if report.finding is not None:
        said += f"; {plain(report.finding.summary)} [{report.finding.code}]"
        said += f"; {COUNTED}" if report.finding.refused_credentials else ""
    click.echo(f"{report.mailbox}: {report.outcome.value}, {said}")
