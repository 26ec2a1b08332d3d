"""Handlers of the way to a provider and back.

connect ──303──► (the provider) ──► callback ──303──► result, or returned
                                    the code and the state end here, in no page and no log
"""

from functools import partial

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from mailboxadmin.domain.consent import ConsentResult, Outcome
from mailboxadmin.domain.errors import SecretUnreadable
from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.services.checking.guessing import TooManyRefused
from mailboxadmin.services.mailboxes.consent import (
    NoApp,
    Returned,
    StrayReturn,
    begin_consent,
    finish_consent,
    read_result,
)
from mailboxadmin.services.mailboxes.repair import (
    Repaired,
    claim_by_link,
    fetch_mended,
    open_repair,
)
from mailboxadmin.services.mailboxes.repair_links import RepairEnded
from mailboxadmin.web import deps, limits, signed_in
from mailboxadmin.web.oauth import KEY, bp, browser
from mailboxadmin.web.page import page_url
from mailboxadmin.web.repair.steps import said_here
from mailboxadmin.web.repair.views import is_for_somebody_else, not_yours, over
from mailboxadmin.web.words import clock

Answer = Response | str | tuple[str, int]


@bp.post(f"/oauth/connect/{KEY}")
@limits.guarded
def connect(key: str) -> Answer:
    """Send the owner of a mailbox to the provider, signed in or in a link that mends it."""
    link = request.form.get("link")
    if link:
        return _connect_by_link(AppKey(key), link)
    person = signed_in.person()
    if person is None:
        return redirect(url_for("auth.login", next=page_url("/mailbox")))
    mailbox_id = person.mailbox_id or abort(404)
    return _go(AppKey(key), mailbox_id, actor=person.email)


@bp.get(f"/oauth/callback/{KEY}")
@limits.guarded_returns
def callback(key: str) -> Answer:
    """Take what the provider sent along, and show how it ended at an address without it."""
    query = request.args.to_dict()
    returned = Returned(app=AppKey(key), query=query, browser=browser.this())
    try:
        done = finish_consent(deps(), returned, claim_for=partial(claim_by_link, deps()))
    except StrayReturn as stray:
        limits.count_refusal()
        return _leave(url_for(".returned", key=key, why=stray.stray.value))
    except TooManyRefused as pause:
        return _not_finished(f"{pause} Nothing was changed; try again at {clock(pause.again_at)}.")
    except RepairEnded:
        return _not_finished("Nothing was changed: the link was over when you came back.")
    except SecretUnreadable:
        return _not_finished(_UNREADABLE)
    return _finished(done)


@bp.get("/oauth/result/<int:consent_id>")
def result(consent_id: int) -> Answer:
    """How it ended, to the browser in which it began."""
    found = read_result(deps(), consent_id, browser=browser.this())
    if found is None:
        return _nothing_of_it("over", None), 410
    if found.outcome is not Outcome.CONNECTED:
        return _not_connected(found)
    if found.by_link:
        done = Repaired(address=found.address, syncing=not found.paused)
        return render_template("repair/done.html", done=done)
    return redirect(url_for("mailboxes.detail", mailbox_id=found.mailbox_id))


@bp.get(f"/oauth/returned/{KEY}/<any(unknown, elsewhere, used, expired, mixed_up):why>")
def returned(key: str, why: str) -> Answer:
    """Why nothing could be done with what came back; nothing was."""
    return _nothing_of_it(why, AppKey(key)), 410 if why in ("used", "expired") else 400


def _connect_by_link(key: AppKey, link: str) -> Answer:
    try:
        found = open_repair(deps(), link)
    except RepairEnded as ended:
        return over(ended)
    if is_for_somebody_else(found):
        return not_yours(found)
    if found.app is not key:
        abort(404)
    return _go(key, found.mailbox_id, actor=found.address, link=link)


def _go(key: AppKey, mailbox_id: int, *, actor: str, link: str | None = None) -> Answer:
    here = browser.begin(link)
    try:
        where = begin_consent(deps(), mailbox_id, key, browser=here, actor=actor, link=link)
    except (NoApp, SecretUnreadable) as fault:
        unreadable = isinstance(fault, SecretUnreadable)
        return render_template("oauth/no_app.html", key=key, unreadable=unreadable), 409
    return _leave(where)


def _finished(consent_id: int) -> Response:
    found = read_result(deps(), consent_id, browser=browser.this())
    if found is not None and found.outcome is Outcome.CONNECTED:
        syncing = fetch_mended(deps(), found.mailbox_id, actor=found.address)
        if not found.by_link:
            then = (
                "The mail is being fetched." if syncing else "It stays paused until it is resumed."
            )
            flash(f"Connected with {found.app.label}. {then}", "ok")
    return _leave(url_for(".result", consent_id=consent_id))


_UNREADABLE = (
    "Nothing was changed: the client secret of the app cannot be opened on this machine any more. "
    "An admin enters it again under Settings → OAuth."
)


def _not_finished(why: str) -> Response:
    """Back to where it began, with what kept it from its end."""
    flash(why, "wait")
    link = browser.link()
    return _leave(url_for("repair.mend", token=link) if link else page_url("/mailbox"))


def _not_connected(found: ConsentResult) -> str:
    steps = tuple(map(said_here, found.finding.steps)) if found.finding else ()
    link = browser.link() if found.by_link else None
    return render_template("oauth/result.html", found=found, steps_here=steps, link=link)


def _nothing_of_it(why: str, key: AppKey | None) -> str:
    return render_template("oauth/returned.html", key=key, why=why, link=browser.link())


def _leave(where: str) -> Response:
    """Go on by GET, and tell nobody where from."""
    answer = redirect(where, 303)
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
