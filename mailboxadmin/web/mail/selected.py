"""What a form of the inbox selects, and the list that it leads back to."""

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from mailboxadmin.services.reading.undoing import Undo
from mailboxadmin.web.ids import number_in
from mailboxadmin.web.mail.choice import Choice

#: A page has no more lines.
_MOST = 200


def selected() -> list[int]:
    """The ids of the messages; without any, the next page says how to select some."""
    numbers = map(number_in, request.form.getlist("id")[:_MOST])
    ids = [each for each in numbers if each is not None]
    if not ids:
        flash("Select the messages first, with the boxes before them.", "idle")
    return ids


def back(done: Undo | None) -> Response:
    """To the list as it was, with the way back."""
    did = {"did": done.id} if done else {}
    return redirect(url_for(".index", **(Choice.of(request.form).address | did)))
