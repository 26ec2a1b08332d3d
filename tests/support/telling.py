"""An office that tells people, and a while in it.

tell_by_mail(office, server)
fails(office, ann.id, REFUSED)
pass_time(office, minutes=3)        # with a tick of the scheduler every minute
assert server.subjects == […]
"""

from datetime import timedelta

from mailboxadmin.services.office.settings import change_settings
from mailboxadmin.services.warning.telling import tell
from tests.support.configuring import ADMIN
from tests.support.hook_server import HookServer
from tests.support.office import Office
from tests.support.smtp_server import RudeServer, SmtpServer
from tests.support.states import tick

TO = "grace@example.org"
SMTP_CANARY, HOOK_CANARY = "canary-smtp-password", "canary-webhook-secret"
#: Rarer than the scheduler ticks, so that an hour is over soon.
EVERY = timedelta(minutes=1)


def change(office: Office, **texts: str) -> None:
    """As an admin does."""
    change_settings(office.deps, texts, actor=ADMIN)


def tell_by_mail(office: Office, server: SmtpServer | RudeServer, **more: str) -> None:
    """Have Grace told through that server."""
    texts = {
        "notify_to": TO,
        "smtp_host": server.host,
        "smtp_port": str(server.port),
        "smtp_encryption": "none",
    }
    change(office, **texts | more)


def tell_by_hook(office: Office, hook: HookServer) -> None:
    """Have that program told."""
    change(office, webhook_url=hook.url, webhook_secret=HOOK_CANARY)


def pass_time(office: Office, every: timedelta = EVERY, **duration: float) -> None:
    """Let time pass, and have the scheduler tick meanwhile."""
    end = office.clock.now() + timedelta(**duration)
    while office.clock.now() < end:
        office.clock.advance(seconds=every.total_seconds())
        tick(office)
        tell(office.deps)
