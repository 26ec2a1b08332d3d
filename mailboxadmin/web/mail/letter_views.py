"""Handlers of one message: its page, its frame, its source, what is enclosed, its bytes."""

from flask import render_template, request
from werkzeug.wrappers import Response

from mailboxadmin.domain.body import HARMLESS
from mailboxadmin.services.reading.letter import (
    read_formatted,
    read_letter,
    read_part,
    read_source,
    stream_letter,
)
from mailboxadmin.services.reading.marking import mark_opened
from mailboxadmin.web import current_person, deps
from mailboxadmin.web.mail import bp
from mailboxadmin.web.mail.frame import frame_headers
from mailboxadmin.web.mail.names import eml_name, file_name, header_value
from mailboxadmin.web.mail.own import own_mailbox
from mailboxadmin.web.mail.views import shown
from mailboxadmin.web.search_fields import search_left


@bp.get("/<int:message_id>")
def letter(message_id: int) -> str:
    """The message, beside its list; opened by a person it is read, if the setting says so."""
    mailbox_id = own_mailbox()
    read = read_letter(deps(), mailbox_id, message_id)
    if read.mark_read and request.method == "GET" and not _is_ahead():
        mark_opened(deps(), mailbox_id, message_id, actor=current_person().email)
    as_text = request.args.get("as") == "text"
    found = search_left(request.args)
    return render_template("mail/index.html", **shown(), letter=read, as_text=as_text, found=found)


@bp.get("/<int:message_id>/body")
def body(message_id: int) -> Response:
    """The formatted text, for its frame."""
    clean, pictures = read_formatted(deps(), own_mailbox(), message_id)
    page = render_template("mail/body.html", clean=clean)
    return Response(page, headers=frame_headers(pictures=pictures))


@bp.get("/<int:message_id>/source")
def source(message_id: int) -> str:
    """All headers and the text as it came."""
    stored, text, cut = read_source(deps(), own_mailbox(), message_id)
    head, _, rest = text.replace("\r\n", "\n").partition("\n\n")
    return render_template("mail/source.html", stored=stored, head_text=head, rest=rest, cut=cut)


@bp.get("/<int:message_id>/message.eml")
def download(message_id: int) -> Response:
    """The message, byte for byte."""
    stored, parts = stream_letter(deps(), own_mailbox(), message_id)
    answer = Response(parts, mimetype="message/rfc822")
    answer.headers["Content-Disposition"] = header_value("attachment", eml_name(stored.subject))
    answer.headers["Content-Length"] = str(stored.size)
    return answer


@bp.get("/<int:message_id>/parts/<int:number>")
def part(message_id: int, number: int) -> Response:
    """Something enclosed: saved, never opened, but for a picture that is only a picture."""
    name, media_type, data = read_part(deps(), own_mailbox(), message_id, number)
    harmless = media_type in HARMLESS and request.args.get("show") == "yes"
    known = media_type if harmless else "application/octet-stream"
    answer = Response(data, mimetype=known)
    kind = "inline" if harmless else "attachment"
    answer.headers["Content-Disposition"] = header_value(kind, file_name(name, media_type, number))
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def _is_ahead() -> bool:
    """The browser asks before the person does."""
    purpose = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    return "prefetch" in purpose
