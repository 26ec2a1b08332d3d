"""What every page has around it: navigation, beat line, times in words."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from flask import Flask, current_app, g, request, url_for

from mailboxadmin import web
from mailboxadmin.domain.clock import rfc3339
from mailboxadmin.domain.counted import counted
from mailboxadmin.domain.fingerprint import beginning, grouped
from mailboxadmin.domain.mailbox import Glance, State
from mailboxadmin.domain.people import Person
from mailboxadmin.services.overview import board
from mailboxadmin.services.reading.inbox import count_unread
from mailboxadmin.services.work import beat
from mailboxadmin.web import signed_in, words
from mailboxadmin.web.rungs import rungs


@dataclass(frozen=True, slots=True, kw_only=True)
class NavItem:
    """One line of the side navigation."""

    label: str
    url: str
    here: bool
    #: How many things there need someone; 0 shows nothing, None has no place for it.
    count: int | None = None
    #: Unread messages; 0 shows nothing.
    unread: int = 0


def init_app(app: Flask) -> None:
    """Give the templates their words."""
    for name in ("when", "at_time", "ago", "soon", "day"):
        app.add_template_filter(_at_present(name), name)
    for name in (
        "clock",
        "exact",
        "first_name",
        "initials",
        "sentence",
        "linked",
        "value",
        "yours",
    ):
        app.add_template_filter(getattr(words, name), name)
    app.add_template_filter(counted, "counted")
    app.add_template_filter(located)
    app.add_template_filter(grouped)
    app.add_template_filter(beginning)
    app.add_template_filter(rfc3339, "rfc3339")
    for helper in (asset, navigation, page_url, read_beat, acts, rungs, wires, viewer, config_url):
        app.add_template_global(helper, helper.__name__)
    app.add_template_global(own_trouble)
    app.add_template_global(can_rehearse)


def _at_present(name: str) -> Callable[[datetime], str]:
    relative = getattr(words, name)

    def filtered(at: datetime) -> str:
        return cast(str, relative(at, web.deps().clock.now()))

    return filtered


def asset(filename: str) -> str:
    """The address of a static file, which changes with every start of the program."""
    return url_for("static", filename=filename, v=current_app.config["STATIC_VERSION"])


def page_url(path: str) -> str:
    """The address of a page whose path is promised, also behind a proxy that adds a prefix."""
    return f"{request.script_root}{path}"


def wires(field: object, described: str) -> dict[str, str]:
    """The attributes that tie a control to its hint and its fault, for screen readers."""
    attributes = {"aria_describedby": described} if described else {}
    if getattr(field, "errors", ()):
        attributes["aria_invalid"] = "true"
    return attributes


def viewer() -> Person | None:
    """Who reads the page; None before the sign-in."""
    return signed_in.person()


def located(step: str) -> str:
    """The step, in which an admin reads where on this machine the instance folder is."""
    reader = viewer()
    if reader is None or not reader.is_admin:
        return step
    return step.replace("(the instance folder)", f"({web.deps().instance})")


def acts(mailbox: Glance, full: bool = False) -> str:
    """Who must act on this mailbox, as the reader of the page calls them."""
    return words.who_acts(mailbox, viewer(), full=full)


def config_url(mailbox: Glance) -> str:
    """Where a mailbox is configured and tested: one's own, or as its admin."""
    person = viewer()
    if person is not None and person.mailbox_id == mailbox.id:
        return page_url("/mailbox")
    return page_url(f"/mailboxes/{mailbox.id}/config")


def read_beat() -> beat.Beat:
    """The scheduler's sign of life, read once a request."""
    if "beat" not in g:
        expected = current_app.config["SCHEDULER_EXPECTED"]
        g.beat = beat.read_beat(web.deps(), expected=expected)
    return cast(beat.Beat, g.beat)


def own_trouble() -> Glance | None:
    """The reader's own mailbox when it waits for somebody; None on a page that tells of it."""
    person = viewer()
    if person is None or person.mailbox_id is None or _tells_of(person):
        return None
    mailbox = board.mailbox(web.deps(), person.mailbox_id)
    return mailbox if mailbox.state is State.NEEDS_ACTION and mailbox.finding else None


def can_rehearse() -> bool:
    """Whether there is a page on which findings are played."""
    return web.rehearsals() is not None


def _tells_of(person: Person) -> bool:
    """The page is about the reader's own mailbox, or shows everything that is broken."""
    if request.path in ("/mailbox", "/mail"):
        return True
    if person.is_admin and request.endpoint == "board.index":
        return True
    return (request.view_args or {}).get("mailbox_id") == person.mailbox_id


def navigation() -> tuple[NavItem, ...]:
    """The side navigation of who reads the page."""
    person = viewer()
    if person is None:
        return ()
    return _admins(person) if person.is_admin else _staffs(person)


def _admins(person: Person) -> tuple[NavItem, ...]:
    needing = board.count_needing(web.deps())
    return (
        _item("Board", "/", count=needing, also="/mailboxes"),
        _item("Activity", "/activity"),
        _item("Troubleshooting", "/troubleshooting"),
        _item("Staff", "/staff"),
        _item("Settings", "/settings"),
        _item("My mailbox", "/mailbox"),
        *_inbox("My mail", person),
    )


def _staffs(person: Person) -> tuple[NavItem, ...]:
    own = f"/mailboxes/{person.mailbox_id}" if person.mailbox_id else "/"
    return (
        *_inbox("Inbox", person),
        _item("My mailbox", own),
        _item("Mailbox Config", "/mailbox"),
        _item("Activity", "/activity"),
    )


def _inbox(label: str, person: Person) -> Iterator[NavItem]:
    if person.mailbox_id is not None:
        yield _item(label, "/mail", unread=count_unread(web.deps(), person.mailbox_id))


def _item(
    label: str, path: str, *, count: int | None = None, also: str = "", unread: int = 0
) -> NavItem:
    starts = [start for start in (path, also) if len(start) > 1]
    inside = any(request.path == start or request.path.startswith(f"{start}/") for start in starts)
    here = request.path == path or inside
    return NavItem(label=label, url=page_url(path), here=here, count=count, unread=unread)
