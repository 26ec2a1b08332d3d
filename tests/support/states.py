"""Mailboxes in the states that pages show, without a server that puts them there."""

from datetime import timedelta
from typing import Any

from mailboxadmin.domain.activity import COMMAND_LINE, Code, Entry, Level
from mailboxadmin.domain.errors import Facts
from mailboxadmin.domain.finding import Finding, Fixer, Phase, Scope
from mailboxadmin.domain.mailbox import State, Step
from mailboxadmin.domain.people import Person, Role
from mailboxadmin.services.staff.people import add_person
from mailboxadmin.store.activity import add_entry
from mailboxadmin.store.incidents import begin_incident
from mailboxadmin.store.message_counts import count_added
from mailboxadmin.store.secrets import put_password
from mailboxadmin.store.tables import HeartbeatRow, MailboxRow
from mailboxadmin.store.tables_mail import FolderRow, MessageRow
from tests.support.office import PASSWORD, Office


def finding(code: str = "auth.bad_credentials", **changes: Any) -> Finding:
    """Something that is wrong; by itself a password that the server refused."""
    said: dict[str, Any] = {
        "phase": Phase.AUTH,
        "summary": "The server does not accept the password.",
        "cause": "It was changed, see [the provider’s page](https://example.org/help).",
        "fix_by": Fixer.OWNER,
        "steps": ("Make an app password.", "Enter it under Mailbox Config."),
        "field": "password",
        "scope": Scope.MAILBOX,
        "temporary": False,
        "server_said": "NO [AUTHENTICATIONFAILED] <b>no</b>",
    }
    return Finding(code=code, **said | changes)


def somebody(office: Office, name: str, role: Role = Role.STAFF) -> Person:
    """A person of that name, who can sign in."""
    email = f"{name.split()[0].lower()}@example.org"
    return add_person(
        office.deps, email=email, name=name, role=role, actor=COMMAND_LINE, password=PASSWORD
    )


def put(
    office: Office,
    person: Person,
    state: State,
    wrong: Finding | None = None,
    *,
    steps: tuple[Step, ...] = (),
    facts: Facts | None = None,
    **columns: Any,
) -> int:
    """Put the person's mailbox into a state, with a password but for a new one; its id.

    Args:
        facts: of what is wrong; its incident keeps what it shares with others.
    """
    assert person.mailbox_id is not None
    now = office.clock.now()
    with office.deps.store.write() as db:
        row = db.get_one(MailboxRow, person.mailbox_id)
        row.state = state.value
        if wrong:
            began = now - timedelta(hours=1)
            incident = begin_incident(db, row, wrong, facts, began)
            incident.times, incident.last_at = 3, now
        row.finding = wrong.as_json() if wrong else None
        row.finding_since = now - timedelta(hours=1) if wrong else None
        row.failures = 3 if wrong else 0
        row.last_success_at = now if state is State.OK else None
        row.ladder = [step.as_json() for step in steps] or None
        for column, value in columns.items():
            setattr(row, column, value)
        if state is not State.NEW:
            sealed = office.deps.vault.seal("a password")
            put_password(db, person.mailbox_id, sealed, "mail.example.org:993/ssl", now)
    return person.mailbox_id


def put_mail(office: Office, mailbox_id: int, count: int, *, hours_ago: float = 0) -> None:
    """Store so many messages in its INBOX, without their bytes."""
    at = office.clock.now() - timedelta(hours=hours_ago)
    with office.deps.store.write() as db:
        folder = db.query(FolderRow).filter_by(mailbox_id=mailbox_id, name="INBOX").first()
        if folder is None:
            folder = FolderRow(mailbox_id=mailbox_id, name="INBOX")
            db.add(folder)
            db.flush()
        count_added(db, [folder.id] * count)
        db.add_all(
            MessageRow(
                mailbox_id=mailbox_id,
                folder_id=folder.id,
                arrived_at=at,
                size=1,
                digest=b"",
                seen=False,
                server_seen=False,
            )
            for _ in range(count)
        )


def log(
    office: Office,
    code: Code,
    message: str,
    /,
    *,
    mailbox_id: int | None = None,
    level: Level = Level.INFO,
    minutes_ago: float = 0,
    actor: str = "scheduler",
    **detail: Any,
) -> int:
    """Write an entry; its id."""
    entry = Entry(
        code=code, message=message, mailbox_id=mailbox_id, level=level, actor=actor, detail=detail
    )
    with office.deps.store.write() as db:
        return add_entry(db, entry, office.clock.now() - timedelta(minutes=minutes_ago))


def tick(office: Office, kind: str = "scheduler") -> None:
    """The scheduler gives a sign of life."""
    now = office.clock.now()
    with office.deps.store.write() as db:
        row = HeartbeatRow(
            id=1,
            kind=kind,
            host="mailhost",
            pid=4121,
            started_at=now,
            ticked_at=now,
            next_tick_at=now + timedelta(seconds=15),
        )
        db.merge(row)
