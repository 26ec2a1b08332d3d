"""HTTP only: requests, forms, who is signed in. No queries, no network, no commit."""

from typing import cast

from flask import Flask, current_app

from mailboxadmin.domain.people import Person
from mailboxadmin.domain.rehearsal import Rehearsal
from mailboxadmin.services.deps import Deps

#: Where `app.py` puts the rehearsals of the sample office.
REHEARSAL = "mailboxadmin.rehearsal"


def deps() -> Deps:
    """The tools that the use cases take, put there by `app.py`."""
    return cast(Deps, current_app.extensions["mailboxadmin"])


def rehearsals() -> Rehearsal | None:
    """The rehearsals of the sample office; None everywhere else."""
    return cast(Rehearsal | None, current_app.extensions.get(REHEARSAL))


def current_person() -> Person:
    """Who is signed in, on a route that asks for it (`access.ROUTES`)."""
    from mailboxadmin.web import access

    return access.current_person()


def register(app: Flask) -> None:
    """Introduce every blueprint and what goes around each request."""
    from mailboxadmin.web import access, cookies, errors, headers, ids, limits, page
    from mailboxadmin.web.account import bp as account
    from mailboxadmin.web.activity import bp as activity
    from mailboxadmin.web.auth import bp as auth
    from mailboxadmin.web.board import bp as board
    from mailboxadmin.web.certificate import bp as certificate
    from mailboxadmin.web.debug import bp as debug
    from mailboxadmin.web.mail import bp as mail
    from mailboxadmin.web.mail import shown
    from mailboxadmin.web.mail_export import bp as mail_export
    from mailboxadmin.web.mailbox import bp as mailbox
    from mailboxadmin.web.mailboxes import bp as mailboxes
    from mailboxadmin.web.oauth import bp as oauth
    from mailboxadmin.web.ops import bp as ops
    from mailboxadmin.web.ops import pages as pages_timed
    from mailboxadmin.web.rehearsal import bp as rehearsal
    from mailboxadmin.web.repair import bp as repair
    from mailboxadmin.web.settings import bp as settings
    from mailboxadmin.web.staff import bp as staff
    from mailboxadmin.web.troubleshooting import bp as troubleshooting

    for around in (cookies, pages_timed, ids, access, limits, headers, page, shown, errors):
        around.init_app(app)
    pages = (
        board,
        mail,
        mailboxes,
        mailbox,
        certificate,
        activity,
        troubleshooting,
        rehearsal,
        settings,
        staff,
        account,
    )
    for blueprint in (auth, repair, oauth, *pages, mail_export, debug, ops):
        app.register_blueprint(blueprint)
