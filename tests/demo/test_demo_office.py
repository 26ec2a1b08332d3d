"""The sample office, furnished: the real app, real IMAP, and a way to mend what is broken."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from mailboxadmin.app import create_app
from mailboxadmin.demo.at_home import at_home
from mailboxadmin.demo.letter import INBOX
from mailboxadmin.demo.letters import letters_for
from mailboxadmin.demo.office import open_office
from mailboxadmin.demo.people import SamplePerson, sample_people
from mailboxadmin.demo.provider import LocalProvider
from mailboxadmin.demo.provider_pages import Choice
from mailboxadmin.demo.recent import recent_letters
from mailboxadmin.demo.server import DemoImapServer
from mailboxadmin.demo.welcome import Welcome
from mailboxadmin.domain.consent import Outcome as Consented
from mailboxadmin.domain.finding import Fixer
from mailboxadmin.domain.mailbox import State
from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.domain.people import Role
from mailboxadmin.domain.run import Outcome
from mailboxadmin.services.checklist.look import Look
from mailboxadmin.services.checklist.suspicious import settings as suspicious_settings
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.mailboxes.configure import configure_mailbox
from mailboxadmin.services.mailboxes.consent import (
    Returned,
    begin_consent,
    finish_consent,
    read_result,
)
from mailboxadmin.services.office.effective import effective_with
from mailboxadmin.services.overview.board import mailbox_by_address
from mailboxadmin.services.sign_in.draft import Draft
from mailboxadmin.services.sign_in.permission import disconnect, read_permission
from mailboxadmin.services.sign_in.tokens import refresh_now
from mailboxadmin.services.staff.sessions import session_person, sign_in
from mailboxadmin.services.syncing.rounds import sync_many
from mailboxadmin.store.mailboxes import own_texts
from tests.support.clock import MovableClock
from tests.support.office import DESK, config_for
from tests.support.token_office import no_link, press


@pytest.fixture(scope="module")
def people() -> tuple[SamplePerson, ...]:
    return sample_people()


@pytest.fixture(scope="module")
def provider() -> Iterator[LocalProvider]:
    with LocalProvider() as running:
        yield running


@pytest.fixture(scope="module")
def server(people: tuple[SamplePerson, ...], provider: LocalProvider) -> Iterator[DemoImapServer]:
    with DemoImapServer(people, accepts=provider.opens) as running:
        yield running


@pytest.fixture(scope="module")
def deps(
    tmp_path_factory: pytest.TempPathFactory, server: DemoImapServer, provider: LocalProvider
) -> Iterator[Deps]:
    clock = MovableClock()
    provider.manner.now = clock.now
    config = config_for(tmp_path_factory.mktemp("demo"), provider_urls=provider.urls)
    app = create_app(config, clock=clock)
    deps = at_home(app.extensions["mailboxadmin"], server.address)
    yield deps
    deps.pool.close(timeout_s=20)
    deps.store.engine.dispose()


@pytest.fixture(scope="module")
def welcome(
    deps: Deps,
    server: DemoImapServer,
    provider: LocalProvider,
    people: tuple[SamplePerson, ...],
) -> Welcome:
    return open_office(deps, server, provider, people)


def test_every_letter_of_the_synced_folders_is_stored(deps: Deps, welcome: Welcome) -> None:
    connecting = [person for person in welcome.people if person.connects]

    stored = {p.email: mailbox_by_address(deps, p.email) for p in connecting}

    sent = {p.email: len(_synced_letters(deps, p)) for p in connecting}
    assert {email: mailbox.messages for email, mailbox in stored.items()} == sent
    assert {mailbox.state for mailbox in stored.values()} == {State.OK}
    assert welcome.messages == sum(sent.values()) > 300


def test_annas_mailbox_is_broken_until_the_printed_password_is_entered(
    deps: Deps, welcome: Welcome
) -> None:
    anna = welcome.broken
    report = next(report for report in welcome.reports if report.mailbox == anna.email)
    mailbox = mailbox_by_address(deps, anna.email)

    check = configure_mailbox(
        deps,
        mailbox.id,
        Draft(password=anna.imap_password),
        actor=anna.email,
        set_by="staff",
        test=True,
    )
    [mended] = sync_many(deps, [anna.email], due=False, actor=anna.email)

    assert anna.first_name == "Anna"
    assert mailbox.finding is not None
    assert (mailbox.state, mailbox.finding.code) == (State.NEEDS_ACTION, "auth.bad_credentials")
    assert mailbox.finding.fix_by is Fixer.OWNER
    assert report.finding == mailbox.finding
    assert check is not None and check.ok
    assert (mended.outcome, mended.counts.new) == (Outcome.OK, len(_synced_letters(deps, anna)))


def test_ben_agreed_at_the_local_provider_and_stays_connected(
    deps: Deps, welcome: Welcome, provider: LocalProvider
) -> None:
    ben = welcome.works
    mailbox = mailbox_by_address(deps, ben.email)
    with deps.store.read() as db:
        permission = read_permission(db, mailbox.id)

    refresh_now(deps, mailbox.id, actor=ben.email)
    [report] = sync_many(deps, [ben.email], due=False, actor=ben.email)

    assert permission is not None
    assert (permission.app, permission.connected_by) == (AppKey.OUTLOOK, ben.email)
    assert [each.grant_type for each in provider.asked if each.address == ben.email] == [
        "authorization_code",
        "refresh_token",
    ]
    assert report.outcome is Outcome.OK


@pytest.mark.parametrize(
    ("choice", "outcome", "code"),
    [
        (Choice.CANCEL, Consented.CANCELLED, None),
        (Choice.SOMEBODY_ELSE, Consented.REFUSED, "oauth.wrong_account"),
        (Choice.WITHOUT_MAIL, Consented.REFUSED, "oauth.scope_missing"),
        (Choice.BRIEFLY, Consented.CONNECTED, None),
        (Choice.ALLOW, Consented.CONNECTED, None),
    ],
)
@pytest.mark.parametrize("key", AppKey)
def test_emil_can_try_to_connect_in_every_way(
    deps: Deps, welcome: Welcome, key: AppKey, choice: Choice, outcome: Consented, code: str | None
) -> None:
    emil = welcome.joins
    mailbox = mailbox_by_address(deps, emil.email)

    page = begin_consent(deps, mailbox.id, key, browser="his", actor=emil.email)
    returned = Returned(
        app=key, query=press(page, choice, account_for(choice, emil)), browser="his"
    )
    done = finish_consent(deps, returned, claim_for=no_link)
    result = read_result(deps, done, browser="his")

    assert mailbox.state is State.NEW
    assert result is not None
    assert (result.outcome, result.finding.code if result.finding else None) == (outcome, code)
    if outcome is Consented.CONNECTED:
        [report] = sync_many(deps, [emil.email], due=False, actor=emil.email)
        disconnect(deps, mailbox.id, actor=emil.email)
        ended = "oauth.grant_expired" if choice is Choice.BRIEFLY else None
        assert (report.finding.code if report.finding else None) == ended


def test_nobody_has_a_setting_of_their_own_that_the_office_has_anyway(
    deps: Deps, welcome: Welcome
) -> None:
    found = [point.what for point in suspicious_settings(Look(deps)).points]

    assert [what for what in found if "is what the office has anyway" in what] == []


def test_no_token_of_anybody_leaves_for_a_real_server(
    deps: Deps, welcome: Welcome, server: DemoImapServer
) -> None:
    anna = welcome.broken
    mailbox = mailbox_by_address(deps, anna.email)

    for key in AppKey:
        with deps.store.read() as db:
            texts = own_texts(db, mailbox.id)
            in_force = effective_with(db, deps.providers, mailbox.id, texts, app=key)
        assert in_force.server == server.address


def account_for(choice: Choice, person: SamplePerson) -> str | None:
    return None if choice is Choice.SOMEBODY_ELSE else person.email


def test_the_last_day_has_mail_for_everybody_and_some_of_it_unread(
    deps: Deps, people: tuple[SamplePerson, ...]
) -> None:
    now = deps.clock.now()

    for person in people:
        letters = recent_letters(person, now)
        ages = [now - letter.at for letter in letters]
        assert len(letters) >= 3
        assert len({letter.raw for letter in letters}) == len(letters)
        assert ages == sorted(ages, reverse=True)
        assert timedelta(0) < min(ages) and max(ages) <= timedelta(hours=24)
        assert not all(letter.seen for letter in letters)


def test_the_printed_sign_ins_open_the_door(deps: Deps, welcome: Welcome) -> None:
    printed = str(welcome)

    for person in (welcome.admin, welcome.works, welcome.broken, welcome.joins):
        token = sign_in(deps, person.email, person.sign_in_password, browser=DESK)
        entered = session_person(deps, token)
        line = next(line for line in printed.splitlines() if f" {person.email} " in line)
        assert entered is not None and entered.email == person.email
        assert line.split() == [person.role.value, person.email, person.sign_in_password]
    assert welcome.admin.role is Role.ADMIN


def test_the_terminal_says_where_to_go_and_fits_a_window(deps: Deps, welcome: Welcome) -> None:
    lines = str(welcome).splitlines()

    assert f"  {deps.base_url}" in lines
    assert f"{welcome.messages} messages of 6 mailboxes" in lines[0]
    assert any(welcome.broken.imap_password in line for line in lines)
    assert max(map(len, lines)) <= 100


def _synced_letters(deps: Deps, person: SamplePerson) -> list[object]:
    synced = {INBOX, person.folders.sent, person.folders.archive}
    now = deps.clock.now()
    letters = [*letters_for(person, now), *recent_letters(person, now)]
    return [letter for letter in letters if letter.folder in synced]
