"""Whose sign-ins are refused again and again waits; nobody else does."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from mailboxadmin.domain.activity import Code, Level
from mailboxadmin.domain.run import Counts, Outcome
from mailboxadmin.services.checking.guessing import TooManyRefused
from mailboxadmin.services.checking.live_check import start_check
from mailboxadmin.services.mailboxes.configure import NotSaved
from mailboxadmin.services.sign_in.draft import Draft
from mailboxadmin.store import runs
from tests.support import states
from tests.support.configuring import ADMIN, save
from tests.support.dovecot import Dovecot
from tests.support.office import Box, Office


@pytest.fixture
def box(office: Office, dovecot: Dovecot) -> Box:
    return office.mailbox(server=dovecot)


def refused_tests(office: Office, box: Box, times: int, code: str = "auth.bad_credentials") -> None:
    for _ in range(times):
        states.log(
            office,
            Code.CHECK_FINISHED,
            "Tested.",
            mailbox_id=box.id,
            level=Level.WARNING,
            actor=box.person.email,
            code=code,
        )
        office.clock.advance(seconds=1)


def refused_syncs(office: Office, box: Box, times: int) -> None:
    now = office.clock.now()
    with office.deps.store.write() as db:
        for _ in range(times):
            run = runs.add_run(db, box.id, box.person.email, now)
            wrong = states.finding()
            runs.end_run(
                db, run.id, outcome=Outcome.FAILED, counts=Counts(), finding=wrong, now=now
            )


def test_a_wrong_password_that_is_really_tried_counts(office: Office, box: Box):
    refused_tests(office, box, 9)
    draft = Draft(username="colleague@example.org", password="a guess")

    with pytest.raises(NotSaved):
        save(office, box.person, username=draft.username, password=draft.password)

    with pytest.raises(TooManyRefused):
        start_check(office.deps, box.id, draft, actor=box.person.email, set_by="staff")


@pytest.mark.parametrize("refuse", [refused_tests, refused_syncs])
def test_after_ten_it_waits_until_an_hour_after_the_first(
    office: Office, box: Box, refuse: Callable[[Office, Box, int], None]
):
    began = office.clock.now()
    refuse(office, box, 10)

    with pytest.raises(TooManyRefused) as pause:
        save(office, box.person, check_every_minutes="9", test=False)

    assert pause.value.again_at == began + timedelta(hours=1)
    office.clock.advance(hours=1)
    save(office, box.person, check_every_minutes="9", test=False)


def test_the_admin_and_the_operator_may_still_enter_it(office: Office, box: Box):
    refused_tests(office, box, 10)

    start_check(office.deps, box.id, Draft(), actor=ADMIN, set_by="admin")
    save(office, box.person, set_by="operator", test=False)


def test_a_server_that_was_away_is_no_guess(office: Office, box: Box):
    refused_tests(office, box, 12, code="network.refused")

    save(office, box.person, check_every_minutes="9", test=False)
