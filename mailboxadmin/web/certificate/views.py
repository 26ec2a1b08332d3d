"""Handlers of a refused certificate: shown again before it is trusted, and no longer trusted."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from mailboxadmin.domain.certificate import Pin
from mailboxadmin.domain.counted import counted
from mailboxadmin.domain.errors import InvalidInput, NotFound
from mailboxadmin.services.mailboxes.trust import Trusted, trust_seen, untrust
from mailboxadmin.services.overview.board import mailbox as read_mailbox
from mailboxadmin.services.verdict.pins import Refused, count_mailboxes, read_pins, seen_refused
from mailboxadmin.web import current_person, deps
from mailboxadmin.web.certificate import bp

Answer = Response | str | tuple[str, int]


@bp.get("")
def index(mailbox_id: int) -> Answer:
    """The certificate that may be trusted, what that means, and what is pinned already."""
    return _page(mailbox_id, request.args.get("fingerprint", ""))


@bp.post("")
def trust(mailbox_id: int) -> Answer:
    """Pin exactly the certificate that was shown on the page."""
    host, fingerprint = request.form.get("host", ""), request.form.get("fingerprint", "")
    try:
        done = trust_seen(deps(), mailbox_id, host, fingerprint, actor=current_person().email)
    except InvalidInput as fault:
        return _page(mailbox_id, fault=fault.sentence), 400
    flash(f"Exactly this certificate is trusted for {done.host} now. {_next(done)}", "ok")
    return _back(mailbox_id)


@bp.get("/stop/<host>/<fingerprint>")
def stop(mailbox_id: int, host: str, fingerprint: str) -> Answer:
    """Ask once more before a pin is ended."""
    pin = _pin(host, fingerprint)
    mailbox = read_mailbox(deps(), mailbox_id)
    on_host = count_mailboxes(deps(), pin.host)
    return render_template("certificate/stop.html", mailbox=mailbox, pin=pin, on_host=on_host)


@bp.post("/stop/<host>/<fingerprint>")
def end(mailbox_id: int, host: str, fingerprint: str) -> Answer:
    """End a pin: the ordinary check holds again."""
    try:
        done = untrust(deps(), mailbox_id, fingerprint, host=host, actor=current_person().email)
    except InvalidInput as fault:
        return _page(mailbox_id, fault=fault.sentence), 400
    flash(f"The certificate is not trusted for {done.host} any more. {_next(done)}", "ok")
    return _back(mailbox_id)


def _page(mailbox_id: int, fingerprint: str = "", fault: str = "") -> str:
    refused = _chosen(seen_refused(deps(), mailbox_id), fingerprint)
    return render_template(
        "certificate/trust.html",
        mailbox=read_mailbox(deps(), mailbox_id),
        refused=refused,
        on_host=count_mailboxes(deps(), refused.certificate.host) if refused else 0,
        pins=read_pins(deps()),
        fault=fault,
    )


def _chosen(seen: tuple[Refused, ...], fingerprint: str) -> Refused | None:
    """The one that the link was about, else the newest."""
    named = [each for each in seen if each.certificate.fingerprint == fingerprint]
    return next(iter((*named, *seen)), None)


def _pin(host: str, fingerprint: str) -> Pin:
    for pin in read_pins(deps()):
        if (pin.host, pin.fingerprint) == (host, fingerprint):
            return pin
    raise NotFound("This certificate is not pinned.")


def _next(done: Trusted) -> str:
    if not done.woken:
        return "Test the connection again."
    waited = "that waits for it is" if done.woken == 1 else "that wait for it are"
    return f"{counted(done.woken, 'mailbox', 'mailboxes')} {waited} tried at once."


def _back(mailbox_id: int) -> Response:
    """To the mailbox, or to its form while it is being connected."""
    if read_mailbox(deps(), mailbox_id).configured:
        return redirect(url_for("mailboxes.detail", mailbox_id=mailbox_id))
    return redirect(url_for("mailbox.config", mailbox_id=mailbox_id))
