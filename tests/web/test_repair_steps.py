"""The steps in the link: the provider's own, or the catalogue's, said for who is not signed in."""

import tomllib
from pathlib import Path
from typing import Any

from mailboxadmin import diagnosis
from mailboxadmin.diagnosis import load_providers
from mailboxadmin.domain.finding import Fixer
from mailboxadmin.domain.mailbox import State
from mailboxadmin.domain.repair import Way, way_to_mend
from mailboxadmin.services.mailboxes.repair import Repair, make_repair_link
from mailboxadmin.web.repair.steps import steps_for
from tests.support.asked import ADMIN
from tests.support.office import Office
from tests.support.states import finding, put
from tests.support.visitor import Visitor

CODES = tomllib.loads((Path(diagnosis.__file__).parent / "codes.toml").read_text())["codes"]


def found(office: Office, **changes: Any) -> Repair:
    said: dict[str, Any] = {
        "mailbox_id": 1,
        "address": "anna@example.org",
        "owner_name": "Anna",
        "finding": finding(),
        "way": Way.PASSWORD,
        "app": None,
        "server": None,
        "provider": None,
        "contact": "",
        "valid_until": office.clock.now(),
        "password_may_be_right": False,
        "usernames": ("anna@example.org", "anna"),
    }
    return Repair(**said | changes)


def test_no_step_in_the_link_leads_to_a_page_that_needs_a_sign_in(office: Office):
    shown = []
    for code, known in CODES.items():
        field, fixer = known.get("field"), Fixer(known["fix_by"])
        wrong = finding(code, field=field, fix_by=fixer, steps=tuple(known["steps"]))
        if way_to_mend(wrong, only_oauth=False) is Way.PASSWORD:
            shown += steps_for(found(office), wrong)

    assert len(shown) > 8
    assert [step for step in shown if "Mailbox Config" in step or "Test connection" in step] == []


def test_a_known_provider_shows_the_way_to_a_new_password(office: Office):
    google = load_providers().by_host("imap.gmail.com")

    refused = steps_for(found(office, provider=google), finding())
    switched_off = steps_for(
        found(office, provider=google), finding("auth.imap_disabled", field=None, steps=("Go.",))
    )

    assert google is not None and refused == google.steps
    assert switched_off == ("Go.",)


def test_where_only_a_consent_helps_there_is_no_field_and_nothing_is_tried(
    office: Office, visitor: Visitor
):
    office.admin(ADMIN)
    fred = office.person("fred@outlook.com")
    mailbox_id = put(office, fred, State.NEEDS_ACTION, finding(steps=("Connect Outlook again.",)))
    link = make_repair_link(office.deps, mailbox_id, actor=ADMIN).partition("8000")[2]

    page = visitor.get(link).text
    sent = {"csrf_token": visitor.token("/login"), "password": "x"}
    answer = visitor.client.post(link, data=sent)

    assert "Connect Outlook again." in page and "Sign in to Mailbox Admin" in page
    assert 'name="password"' not in page and "Test and save" not in page
    assert answer.status_code == 400
    assert "takes no passwords" in answer.text
