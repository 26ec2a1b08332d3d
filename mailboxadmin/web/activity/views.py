"""Handlers of the log."""

from itertools import groupby

from flask import Response, render_template, request

from mailboxadmin.services.overview.activity import Page, iter_entries, read_page
from mailboxadmin.services.overview.board import glance_at_all
from mailboxadmin.web import current_person, deps, words
from mailboxadmin.web.activity import bp, filters, labels, sheet

bp.add_app_template_global(labels.word, "entry_word")
bp.add_app_template_global(labels.kind, "entry_kind")


@bp.get("/activity")
def index() -> Response | str:
    """A page of the log; a script asks again with `after` and gets nothing when nothing is new."""
    person, choice = current_person(), filters.chosen(request.args)
    wanted = choice.wanted(person, deps().clock.now())
    before, after = (request.args.get(key, type=int) for key in ("before", "after"))
    if after is not None and not read_page(deps(), wanted, after_id=after, limit=1).entries:
        return Response(status=204)
    page = read_page(deps(), wanted, before_id=before)
    seen = {"page": page, "days": _by_day(page), "choice": choice, "before": before, "after": after}
    if "HX-Request" in request.headers:
        return render_template("activity/_log.html", **seen)
    mailboxes = glance_at_all(deps()) if person.is_admin else []
    groups = filters.code_groups()
    return render_template(
        "activity/index.html", **seen, mailboxes=mailboxes, groups=groups, filters=filters
    )


@bp.get("/activity.csv")
def csv() -> Response:
    """All that the filter lets through, as a file."""
    wanted = filters.chosen(request.args).wanted(current_person(), deps().clock.now())
    lines = sheet.sheet(iter_entries(deps(), wanted))
    headers = {"Content-Disposition": "attachment; filename=activity.csv"}
    return Response(lines, mimetype="text/csv", headers=headers)


def _by_day(page: Page) -> list[tuple[str, list[object]]]:
    now = deps().clock.now()
    days = groupby(page.entries, key=lambda entry: words.day(entry.at, now))
    return [(day, list(entries)) for day, entries in days]
