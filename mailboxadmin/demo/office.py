"""Furnishing the sample office: people, settings, mailboxes and their first sync.

Everything goes through the use cases that the web pages and the command line
call, so what a newcomer sees was done by the program itself: the mail was fetched
over IMAP, Ben agreed at the local provider, and Anna's mailbox is broken because the
server refused her password.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from mailboxadmin.demo.agreeing import agree
from mailboxadmin.demo.letter import INBOX
from mailboxadmin.demo.letters import letters_for
from mailboxadmin.demo.people import SamplePerson
from mailboxadmin.demo.provider import LocalProvider
from mailboxadmin.demo.recent import recent_letters
from mailboxadmin.demo.server import DemoImapServer
from mailboxadmin.demo.welcome import Welcome
from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.mailbox import Encryption
from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.mailboxes.configure import configure_mailbox
from mailboxadmin.services.office.settings import change_settings
from mailboxadmin.services.sign_in.draft import Draft
from mailboxadmin.services.staff.people import add_person, ensure_mailbox
from mailboxadmin.services.syncing.rounds import sync_many

#: The shortest interval there is, so that new mail shows while somebody watches.
CHECK_EVERY_MINUTES = 3
#: The shortest run there is, so that nobody waits long for the rehearsal of a time-out.
SYNC_TIMEOUT_S = 30
#: The longest that Microsoft offers for a client secret.
_SECRET_LIVES = timedelta(days=730)


def open_office(
    deps: Deps, server: DemoImapServer, provider: LocalProvider, people: Sequence[SamplePerson]
) -> Welcome:
    """Furnish an empty instance and sync every mailbox once; what to tell the newcomer.

    Args:
        server: running, with nothing in its folders yet; it takes the provider's tokens.
        provider: running, at the addresses that `deps` asks.
        people: as `sample_people` gives them, the admin first.

    Raises:
        InvalidInput: somebody of that address is in the instance already.
    """
    _fill_server(deps, server, people)
    _set_office_defaults(deps, server, people[0])
    _set_up_apps(deps, provider)
    for person in people:
        _move_in(deps, server, person)
    reports = tuple(sync_many(deps, None, due=False, actor=COMMAND_LINE))
    return Welcome(address=deps.base_url, people=tuple(people), reports=reports)


def _fill_server(deps: Deps, server: DemoImapServer, people: Sequence[SamplePerson]) -> None:
    now = deps.clock.now()
    for person in people:
        letters = [*letters_for(person, now), *recent_letters(person, now)]
        server.fill(person.email, sorted(letters, key=lambda letter: letter.at))


def _set_office_defaults(deps: Deps, server: DemoImapServer, admin: SamplePerson) -> None:
    texts = {
        **_where(server),
        "allowed_internal_hosts": server.host,
        "check_every_minutes": str(CHECK_EVERY_MINUTES),
        "sync_timeout_seconds": str(SYNC_TIMEOUT_S),
        "help_contact": f"{admin.name}, extension 12",
        # Nobody's mail is at stake here, and so it can be tried.
        "allow_changes": "yes",
    }
    change_settings(deps, texts, actor=COMMAND_LINE)


def _where(server: DemoImapServer) -> Mapping[str, str]:
    return {
        "imap_host": server.host,
        "imap_port": str(server.port),
        "imap_encryption": Encryption.NONE.value,
    }


def _set_up_apps(deps: Deps, provider: LocalProvider) -> None:
    """Register the office's app at both, and enter what they gave for it."""
    last_day = (deps.clock.now() + _SECRET_LIVES).date()
    texts = {
        "outlook_tenant_id": provider.app(AppKey.OUTLOOK).tenant,
        "outlook_secret_expires_on": last_day.isoformat(),
    }
    for key in AppKey:
        app = provider.app(key)
        texts |= {f"{key}_client_id": app.client_id, f"{key}_client_secret": app.client_secret}
    provider.serve(deps.base_url)
    change_settings(deps, texts, actor=COMMAND_LINE)


def _move_in(deps: Deps, server: DemoImapServer, person: SamplePerson) -> None:
    """Let somebody sign in, and give them the mailbox that the office's server has for them."""
    added = add_person(
        deps,
        email=person.email,
        name=person.name,
        role=person.role,
        actor=COMMAND_LINE,
        password=person.sign_in_password,
    )
    mailbox_id = ensure_mailbox(deps, added.id)
    folders = (INBOX, person.folders.sent, person.folders.archive)
    texts = {"folders": "\n".join(folders)}
    if person.app is not None:
        # For commands beside the demo, to which the providers' servers are the real ones.
        texts |= _where(server)
    configure_mailbox(
        deps,
        mailbox_id,
        Draft(texts=texts, password=person.entered_password or None),
        actor=COMMAND_LINE,
        set_by="operator",
        # Anna's would be refused here; the first sync is to find that out.
        test=False,
    )
    if person.app is not None:
        agree(deps, mailbox_id, person.app, address=person.email)
