"""What became of a test or of saving, as the part of the page under the password shows it."""

from dataclasses import dataclass

from flask import url_for

from mailboxadmin.domain.mailbox import Check, Encryption
from mailboxadmin.services.verdict.pins import Refused, refused_in
from mailboxadmin.web import deps, signed_in
from mailboxadmin.web.mailbox.forms import MailboxForm


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A check, live or ended; or why there is none."""

    check: Check | None = None
    #: Its reader is whose mailbox it is.
    own: bool = False
    #: The certificate that it saw refused; None when it is not about one.
    refused: Refused | None = None
    #: Which rungs the ladder has.
    encryption: Encryption = Encryption.SSL
    #: Where the next look at a live check is; empty when nothing goes on.
    watch: str = ""
    #: For how long it has been going on.
    seconds: int = 0
    #: A sentence instead of a check, or above it.
    busy: str = ""
    #: What was typed as a password is not in the page any more (a browser without scripts).
    retype: bool = False


def live(
    mailbox_id: int, check: Check, encryption: Encryption, said: str = "", *, retype: bool = False
) -> Result:
    """A check that may go on, with a sentence above it if there is one."""
    watch, seconds = "", 0
    if check.finished_at is None:
        if check.started_at is not None:
            seconds = max(int((deps().clock.now() - check.started_at).total_seconds()), 0)
        watch = url_for(
            "mailbox.progress",
            mailbox_id=mailbox_id,
            check_id=check.id,
            encryption=encryption.value,
        )
    refused = refused_in(deps(), mailbox_id, check)
    return Result(
        check=check,
        own=_is_own(mailbox_id),
        refused=refused,
        encryption=encryption,
        watch=watch,
        seconds=seconds,
        busy=said,
        retype=retype,
    )


def encryption_of(text: str | None, otherwise: str = "") -> Encryption:
    """The encryption that a text names; SSL when neither names one."""
    known = [each for each in (text, otherwise) if each in tuple(Encryption)]
    return Encryption(known[0]) if known else Encryption.SSL


def ended(
    mailbox_id: int, check: Check, form: MailboxForm, encryption: Encryption, *, retype: bool
) -> Result:
    """A check that has ended."""
    typed = bool(form.password.data)
    refused = refused_in(deps(), mailbox_id, check)
    return Result(
        check=check,
        own=_is_own(mailbox_id),
        refused=refused,
        encryption=encryption,
        retype=retype and typed,
    )


def _is_own(mailbox_id: int) -> bool:
    reader = signed_in.person()
    return reader is not None and reader.mailbox_id == mailbox_id
