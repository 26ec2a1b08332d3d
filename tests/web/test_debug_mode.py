"""Debug mode in the browser: switched on and off, said on every page, read by whom it concerns."""

import re

import pytest

from mailboxadmin.services.debug.debugging import switch_on, switches_on
from mailboxadmin.services.debug.recording import Recording, folder_of
from mailboxadmin.services.debug.recordings import list_recordings
from mailboxadmin.web.access import ROUTES, Need
from tests.support import mails
from tests.support.log import logged
from tests.support.office import Office
from tests.support.visitor import Visitor

GRACE, ANNA = "grace@example.org", "anna@example.org"
BANNER = "is being recorded until"
#: No pages: files, fragments, and what leads elsewhere.
#: Files, and parts of a page that stands there already.
NO_PAGES = {"activity.csv", "debug.download", "mail.news", "troubleshooting.answers", "static"}


@pytest.fixture
def grace(office: Office, at_desk) -> Visitor:
    office.admin(GRACE)
    return at_desk(GRACE)


@pytest.fixture
def anna(office: Office) -> int:
    """Anna's mailbox."""
    mailbox_id = office.person(ANNA).mailbox_id
    assert mailbox_id is not None
    return mailbox_id


def record(office: Office, mailbox_id: int, *lines: str) -> str:
    """A recording of that mailbox; its name."""
    until = switch_on(office.deps, mailbox_id=mailbox_id, minutes=60, actor=GRACE).until
    begun = Recording.begin(office.deps, mailbox_id, "run-7", until)
    assert begun is not None
    for line in lines or (
        "       0 ms  C:  ABCD1 NOOP",
        "       3 ms  S!  ABCD1 NO <b>not</b> now",
    ):
        begun.write(line)
    begun.end()
    return begun.file.stem


def test_an_admin_switches_it_on_for_one_mailbox(office: Office, grace: Visitor, anna: int):
    answer = grace.post(
        "/troubleshooting/debug", form_at="/troubleshooting", mailbox=str(anna), minutes="30"
    )

    assert (answer.status_code, answer.location) == (302, "/troubleshooting/debug")
    [switch] = switches_on(office.deps)
    assert (switch.mailbox_id, switch.by) == (anna, GRACE)
    assert (switch.until - switch.began_at).total_seconds() == 1800
    assert len(logged(office, "debug.enabled")) == 1


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"mailbox": "", "minutes": "0"}, "Give 1 to 1440 minutes."),
        ({"mailbox": "", "minutes": "1441"}, "Give 1 to 1440 minutes."),
        ({"mailbox": "", "minutes": "an hour"}, "Give 1 to 1440 minutes."),
        ({"mailbox": "4711", "minutes": "60"}, "That mailbox is not there any more."),
    ],
)
def test_what_cannot_be_is_said_beside_the_field(office: Office, grace: Visitor, fields, words):
    answer = grace.post("/troubleshooting/debug", form_at="/troubleshooting/debug", **fields)

    assert answer.status_code == 400
    assert words in answer.text
    assert switches_on(office.deps) == ()


def test_one_is_switched_off_and_the_other_stays(office: Office, grace: Visitor, anna: int):
    one = switch_on(office.deps, mailbox_id=anna, minutes=60, actor=GRACE)
    every = switch_on(office.deps, mailbox_id=None, minutes=60, actor=GRACE)

    grace.post("/troubleshooting/debug/off", form_at="/troubleshooting/debug", switch=str(every.id))

    assert switches_on(office.deps) == (one,)
    grace.post("/troubleshooting/debug/off", form_at="/troubleshooting/debug", switch=str(one.id))
    assert switches_on(office.deps) == ()


@pytest.mark.parametrize("email", [GRACE, ANNA])
def test_every_page_says_so_to_admins_and_to_the_owner(
    office: Office, grace: Visitor, anna: int, at_desk, email: str
):
    name = record(office, anna)
    visitor = grace if email == GRACE else at_desk(ANNA)
    silent, seen = [], 0
    for rule in office.app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint in NO_PAGES:
            continue
        values = {"mailbox_id": anna, "staff_id": 1, "name": name, "key": "gmail", "why": "used"}
        path = office.app.url_map.bind("localhost").build(
            rule.endpoint, {each: values.get(each, 1) for each in rule.arguments}
        )
        answer = visitor.get(path)
        if answer.mimetype != "text/html" or answer.status_code in (302, 303):
            continue
        seen += 1
        if BANNER not in answer.text:
            silent.append((path, answer.status_code))

    assert seen > 12
    assert silent == []


def test_the_banner_says_whose_until_when_and_by_whom(
    office: Office, grace: Visitor, anna: int, at_desk
):
    switch_on(office.deps, mailbox_id=anna, minutes=60, actor=GRACE)
    words = {
        who: plain(visitor.get("/activity").text)
        for who, visitor in (("admin", grace), ("owner", at_desk(ANNA)))
    }

    until = f"{switches_on(office.deps)[0].until.astimezone():%H:%M}"
    assert (
        f"The dialogue with the mail server of Anna is being recorded until {until}."
        in words["admin"]
    )
    assert f"The dialogue with your mail server is being recorded until {until}." in words["owner"]
    assert all(f"Switched on by {GRACE}." in each for each in words.values())


def test_the_banner_is_gone_when_it_ends_also_on_a_page_that_stays_open(
    office: Office, grace: Visitor, anna: int
):
    switch_on(office.deps, mailbox_id=None, minutes=60, actor=GRACE)
    during = grace.get("/beat").text
    office.clock.advance(minutes=60)

    after = grace.get("/beat").text

    assert BANNER in during and 'id="recording" hx-swap-oob="true"' in during
    assert BANNER not in after and 'id="recording" hx-swap-oob="true"' in after


def test_others_are_told_nothing_of_it(office: Office, grace: Visitor, anna: int, at_desk, visitor):
    office.person("ben@example.org")
    switch_on(office.deps, mailbox_id=anna, minutes=60, actor=GRACE)

    assert BANNER not in at_desk("ben@example.org").get("/").text
    assert BANNER not in visitor.get("/login").text


def test_a_recording_is_read_with_who_said_what(office: Office, grace: Visitor, anna: int):
    name = record(office, anna)

    page = grace.get(f"/mailboxes/{anna}/recordings/{name}").text

    assert '<li class="ours">' in page and '<li class="refused">' in page
    assert "The server refuses: </span>ABCD1 NO &lt;b&gt;not&lt;/b&gt; now" in page
    assert "1 refused or failed" in page


def test_a_recording_is_downloaded_as_text(office: Office, grace: Visitor, anna: int):
    name = record(office, anna)

    answer = grace.get(f"/mailboxes/{anna}/recordings/{name}/text")

    assert answer.mimetype == "text/plain"
    assert answer.headers["Content-Disposition"] == f"attachment; filename={name}.txt"
    assert answer.text == (folder_of(office.deps.instance) / f"{name}.txt").read_text()


def test_a_long_recording_shows_its_beginning_and_its_end(
    office: Office, grace: Visitor, anna: int
):
    name = record(office, anna, *(f"{n:>8} ms  S:  * {n} EXISTS" for n in range(4000)))

    page = grace.get(f"/mailboxes/{anna}/recordings/{name}").text

    assert "* 0 EXISTS" in page and "* 3999 EXISTS" in page and "* 2500 EXISTS" not in page
    assert "1,003 lines left out here" in page


def test_one_and_all_are_deleted(office: Office, grace: Visitor, anna: int):
    names = [record(office, anna) for _ in range(3)]
    here = f"/mailboxes/{anna}/recordings"

    grace.post(f"{here}/{names[0]}/delete", form_at=here)
    assert len(list_recordings(office.deps)) == 2
    grace.post(f"{here}/delete", form_at=here)
    assert list_recordings(office.deps) == []
    record(office, anna)
    grace.post("/troubleshooting/debug/delete", form_at="/troubleshooting/debug")
    assert list_recordings(office.deps) == []


def test_only_the_owner_and_admins_reach_a_recording(office: Office, grace, anna: int, at_desk):
    office.person("ben@example.org")
    name, ben, owner = record(office, anna), at_desk("ben@example.org"), at_desk(ANNA)
    paths = [f"/mailboxes/{anna}/recordings{end}" for end in ("", f"/{name}", f"/{name}/text")]

    assert [owner.get(path).status_code for path in paths] == [200, 200, 200]
    assert [ben.get(path).status_code for path in paths] == [404, 404, 404]
    assert owner.get("/troubleshooting/debug").status_code == 403
    for endpoint, need in ROUTES.items():
        if endpoint.startswith("debug."):
            assert need in (Need.ADMIN, Need.OWNER)


def test_an_owner_cannot_name_a_recording_of_somebody_else(office: Office, anna: int, at_desk):
    office.admin(GRACE)
    ben = office.person("ben@example.org").mailbox_id
    name = record(office, anna)

    answer = at_desk("ben@example.org").get(f"/mailboxes/{ben}/recordings/{name}")

    assert answer.status_code == 404


def test_admins_read_a_recorded_sync_and_see_no_mail(office: Office, grace: Visitor, dovecot):
    ann = office.mailbox(server=dovecot)
    raw = b"Subject: xylophone\r\nFrom: x <xylophone@example.org>\r\n\r\nxylophone\r\n"
    dovecot.deliver(ann.account, raw)
    dovecot.deliver(ann.account, mails.message(1))
    switch_on(office.deps, mailbox_id=None, minutes=60, actor=GRACE)
    office.sync(ann)
    [found] = list_recordings(office.deps)
    here = f"/mailboxes/{ann.id}/recordings"

    pages = [
        grace.get(path).text for path in (here, f"{here}/{found.name}", f"{here}/{found.name}/text")
    ]

    assert "BODY.PEEK[]" in pages[1]
    assert not any("xylophone" in page for page in pages)


def test_the_raw_error_is_shown_to_admins_while_it_is_on(office: Office, grace, dovecot, at_desk):
    ann = office.mailbox(server=dovecot)
    dovecot.change_password(ann.account, "another one")
    switch_on(office.deps, mailbox_id=ann.id, minutes=60, actor=GRACE)
    office.sync(ann)
    page = f"/mailboxes/{ann.id}"

    during, owners = grace.get(page).text, at_desk(ann.person.email).get(page).text
    office.clock.advance(minutes=60)
    after = grace.get(page).text

    assert "The raw error" in during and "AUTHENTICATIONFAILED" in during
    assert "The raw error" not in owners + after
    assert ann.account.password not in during


def plain(html: str) -> str:
    """Its words."""
    return " ".join(re.sub(r"<[^>]+>", "", html).split())
