"""Handlers of the search: one's own mail, all folders at once."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from mailboxadmin.services.reading.mail_search import search_mail
from mailboxadmin.web import current_person, deps
from mailboxadmin.web.mail import bp
from mailboxadmin.web.mail.own import own_mailbox
from mailboxadmin.web.search_fields import position_in, read_search, search_address, search_left


@bp.get("/search")
def search() -> Response | str:
    """What fits, the newest first; without words, the fields and what can be typed."""
    if current_person().mailbox_id is None:
        return redirect(url_for(".index"))
    query, form = read_search(request.args)
    found = search_mail(deps(), own_mailbox(), query, before=position_in(request.args))
    here = search_left({"q": str(query), "page": request.args.get("page", "")})
    return render_template(
        "mail/search.html",
        query=query,
        form=form,
        page=found,
        address=search_address(query),
        here=here,
    )
