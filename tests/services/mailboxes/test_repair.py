"""Ask the owner to fix it: the link in which they enter a password, which is tried first."""

import time

import pytest

from mailboxadmin.demo.ports import free_port
from mailboxadmin.domain.errors import InvalidInput, InvalidInputs
from mailboxadmin.domain.mailbox import Encryption, Server, State
from mailboxadmin.domain.repair import Way
from mailboxadmin.services.checking.guessing import TooManyRefused
from mailboxadmin.services.mailboxes.configure import NotSaved
from mailboxadmin.services.mailboxes.pausing import pause_mailbox
from mailboxadmin.services.mailboxes.repair import make_repair_link, open_repair, repair
from mailboxadmin.services.mailboxes.repair_links import Over, RepairEnded
from mailboxadmin.services.overview.asking import read_asking
from tests.support.asked import ADMIN, NEW_PASSWORD, lock_out, nonce_of, token_for
from tests.support.dovecot import Dovecot
from tests.support.log import logged
from tests.support.office import Box, Office

PATIENCE_S = 60


@pytest.fixture
def ann(office: Office, dovecot: Dovecot) -> Box:
    return lock_out(office, dovecot)


def until_it_works(office: Office, box: Box) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not logged(office, "mailbox.recovered"):
        assert time.monotonic() < deadline, office.state(box)
        time.sleep(0.05)


def test_the_link_says_whose_it_is_what_is_wrong_and_where_the_password_goes(
    office: Office, ann: Box, dovecot: Dovecot
):
    found = open_repair(office.deps, token_for(office, ann))

    assert (found.address, found.owner_name) == (ann.person.email, ann.person.name)
    assert found.finding.code == "auth.bad_credentials"
    assert found.way is Way.PASSWORD
    assert found.server is not None and found.server.port == dovecot.port
    assert (found.valid_until - office.clock.now()).days == 3


def test_the_right_password_is_saved_and_the_mail_comes_again(office: Office, ann: Box):
    done = repair(office.deps, token_for(office, ann), NEW_PASSWORD)

    assert done.syncing
    until_it_works(office, ann)
    assert office.state(ann) is State.OK


def test_it_is_logged_as_done_by_the_owner_and_without_the_link(office: Office, ann: Box):
    token = token_for(office, ann)

    repair(office.deps, token, NEW_PASSWORD)

    [made], [used] = logged(office, "mailbox.link_made"), logged(office, "mailbox.link_used")
    saved = logged(office, "mailbox.configured")[-1]
    assert (made.actor, made.mailbox_id) == (ADMIN, ann.id)
    assert (used.actor, used.detail["by"]) == (ann.person.email, "link")
    assert (saved.actor, saved.detail["set_by"]) == (ann.person.email, "staff")
    told = str([(row.message, row.detail) for row in (made, used, saved)])
    assert token not in told and NEW_PASSWORD not in told


def test_a_wrong_password_changes_nothing_and_the_link_stays_good(office: Office, ann: Box):
    token, nonce = token_for(office, ann), nonce_of(office, ann)

    with pytest.raises(NotSaved) as refused:
        repair(office.deps, token, "not the one")

    assert refused.value.check.finding is not None
    assert refused.value.check.finding.code == "auth.bad_credentials"
    assert nonce_of(office, ann) == nonce
    assert len(logged(office, "mailbox.configured")) == 1
    assert repair(office.deps, token, NEW_PASSWORD).syncing


def test_an_empty_password_is_asked_for(office: Office, ann: Box):
    with pytest.raises(InvalidInputs) as missing:
        repair(office.deps, token_for(office, ann), "")

    assert [fault.field for fault in missing.value.faults] == ["password"]
    assert len(logged(office, "check.finished")) == 0


def test_wrong_passwords_count_as_those_that_the_owner_tries_elsewhere(office: Office, ann: Box):
    token = token_for(office, ann)
    for _ in range(10):
        with pytest.raises(NotSaved):
            repair(office.deps, token, "a guess")

    with pytest.raises(TooManyRefused):
        repair(office.deps, token, NEW_PASSWORD)

    office.clock.advance(hours=1, seconds=1)
    assert repair(office.deps, token, NEW_PASSWORD).syncing


def test_the_username_can_be_mended_too(office: Office, ann: Box, dovecot: Dovecot):
    token = token_for(office, ann)

    with pytest.raises(NotSaved):
        repair(office.deps, token, NEW_PASSWORD, ann.account.name.partition("@")[0].upper())
    repair(office.deps, token, NEW_PASSWORD, f" {ann.account.name} ")

    assert office.row(ann).username == ann.account.name


def test_another_account_is_not_put_in_the_owners_place(office: Office, ann: Box, dovecot: Dovecot):
    stranger = dovecot.user()
    token = token_for(office, ann)

    with pytest.raises(InvalidInputs) as refused:
        repair(office.deps, token, stranger.password, stranger.name)

    [fault] = refused.value.faults
    assert fault.field == "username"
    assert ann.account.name in fault.sentence
    assert dovecot.logins_of(stranger).accepted == 0
    assert repair(office.deps, token, NEW_PASSWORD).syncing


def test_a_paused_mailbox_is_mended_and_stays_paused(office: Office, ann: Box):
    token = token_for(office, ann)
    pause_mailbox(office.deps, ann.id, actor=ADMIN)

    done = repair(office.deps, token, NEW_PASSWORD)

    assert not done.syncing
    assert office.state(ann) is State.PAUSED


def test_a_mailbox_that_works_needs_no_link(office: Office, dovecot: Dovecot):
    box = office.mailbox(server=dovecot)
    office.sync(box)

    with pytest.raises(InvalidInput, match="no need to ask"):
        make_repair_link(office.deps, box.id, actor=ADMIN)
    assert read_asking(office.deps, box.id) is None


def test_what_a_password_does_not_mend_gets_no_link(office: Office, dovecot: Dovecot):
    box = office.mailbox(server=dovecot, folders=("Nowhere",))
    assert office.sync(box).finding is not None

    with pytest.raises(InvalidInput, match="not mended by its owner in a link"):
        make_repair_link(office.deps, box.id, actor=ADMIN)


def test_when_something_else_is_wrong_by_now_the_link_says_what(office, ann: Box, dovecot):
    token = token_for(office, ann)
    nobody = Server(host=dovecot.host, port=free_port(), encryption=Encryption.NONE)
    office.connect(ann.id, nobody, NEW_PASSWORD)
    assert office.sync(ann).finding is not None

    with pytest.raises(RepairEnded) as ended:
        open_repair(office.deps, token)

    assert ended.value.over is Over.OTHERWISE
    assert ended.value.finding is not None and ended.value.finding.code == "tcp.refused"
