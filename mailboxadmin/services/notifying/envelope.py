"""A message as each channel carries it."""

from collections.abc import Mapping
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from mailboxadmin.domain.clock import rfc3339
from mailboxadmin.domain.delivery import MailRoute
from mailboxadmin.domain.notice import Notice

SENDER_NAME = "Mailbox Admin"


def as_mail(notice: Notice, route: MailRoute, *, uid: str, made_at: datetime) -> bytes:
    """RFC 5322, with the same Message-ID at every try."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = f"{SENDER_NAME} <{route.sender}>"
    mail["To"] = ", ".join(route.recipients)
    mail["Subject"] = notice.subject
    mail["Date"] = format_datetime(made_at)
    mail["Message-ID"] = f"<{uid}@{route.sender.rpartition('@')[2]}>"
    # RFC 3834: nobody's holiday answer comes back.
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Mailbox-Admin-Event"] = notice.event.value
    mail.set_content(notice.body)
    return mail.as_bytes()


def as_payload(
    notice: Notice, *, uid: str, made_at: datetime, sent_at: datetime, base_url: str
) -> Mapping[str, Any]:
    """The JSON of a webhook; `text` is what chats show."""
    return {
        "id": uid,
        "event": notice.event.value,
        "made_at": rfc3339(made_at),
        "sent_at": rfc3339(sent_at),
        "subject": notice.subject,
        "text": f"{notice.subject}\n\n{notice.body}",
        "url": f"{base_url}/",
        "cases": list(notice.cases),
    }
