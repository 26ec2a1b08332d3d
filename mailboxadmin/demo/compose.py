"""Turning what a letter says into RFC 5322 bytes, the same bytes for the same draft."""

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr

from mailboxadmin.demo.enclosures import Enclosure


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A letter that has been written and not been sent."""

    #: Name and address.
    sender: tuple[str, str]
    recipient: tuple[str, str]
    subject: str
    text: str
    #: Aware.
    at: datetime
    #: With angle brackets.
    message_id: str
    #: Message-IDs of the thread so far, the oldest first; empty for an opening.
    references: tuple[str, ...] = ()
    html: str = ""
    enclosure: Enclosure | None = None
    #: The address of a mailing list; empty for a letter from a person.
    list_address: str = ""


def compose(draft: Draft) -> bytes:
    """The draft as a message with CRLF line ends (RFC 5322, RFC 2045)."""
    message = EmailMessage(policy=SMTP)
    _address(message, draft)
    message.set_content(draft.text, cte="quoted-printable")
    if draft.html:
        message.add_alternative(draft.html, subtype="html", cte="quoted-printable")
    if draft.enclosure:
        _enclose(message, draft.enclosure)
    _fix_boundary(message, draft.message_id)
    return message.as_bytes()


def _address(message: EmailMessage, draft: Draft) -> None:
    message["From"] = formataddr(draft.sender, charset="utf-8")
    message["To"] = formataddr(draft.recipient, charset="utf-8")
    message["Subject"] = draft.subject
    message["Date"] = format_datetime(draft.at)
    message["Message-ID"] = draft.message_id
    if draft.references:
        message["In-Reply-To"] = draft.references[-1]
        message["References"] = " ".join(draft.references)
    if draft.list_address:
        message["List-Unsubscribe"] = f"<mailto:{draft.list_address}?subject=stop>"
        message["Precedence"] = "bulk"


def _enclose(message: EmailMessage, enclosure: Enclosure) -> None:
    main_type, sub_type = enclosure.mime_type.split("/")
    message.add_attachment(
        enclosure.content, maintype=main_type, subtype=sub_type, filename=enclosure.name
    )


def _fix_boundary(message: EmailMessage, message_id: str) -> None:
    # The library would draw a random one, and no two starts would give the same bytes.
    if message.is_multipart():
        message.set_boundary(f"=_{message_id.strip('<>').partition('@')[0]}")


def unreadable_letter() -> bytes:
    """A message such as an old scanner sends: hardly a header is what the RFCs ask for.

    A raw 8-bit subject, an unbalanced From, neither Date nor Message-ID, a
    multipart without boundary in an unknown charset. (No date in words: pymap
    drops the connection when it is asked for the ENVELOPE of such a message.)
    """
    return (
        b"From: Scanner <<(workshop\r\n"
        b"To: undisclosed recipients\r\n"
        b"Subject: Lieferschein f\xfcr die B\xfcro-T\xfcr =?x-unknown?q?=ZZ?=\r\n"
        b"MIME-Version: 1.0 (almost)\r\n"
        b"Content-Type: multipart/mixed; charset=x-scanner-7\r\n"
        b"Content-Transfer-Encoding: base-sixty-four\r\n"
        b"\r\n"
        b"Page 1 of 2\r\n\x00\x81\x8d\x8f Lieferschein, 12 Bretter, unleserlich\r\n"
    )
