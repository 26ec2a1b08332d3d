"""An erased mailbox leaves no byte of mail or secrets; its owner and everybody else's mail stay."""

import secrets
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from mailboxadmin.domain.activity import Code
from mailboxadmin.domain.errors import AlreadyRunning, Cancelled, MailFailure, NotFound
from mailboxadmin.domain.mail_query import parse
from mailboxadmin.domain.mailbox import Encryption, Server, State
from mailboxadmin.domain.oauth import App, AppKey
from mailboxadmin.oauth.client import PROVIDERS
from mailboxadmin.services.debug.debugging import switch_on
from mailboxadmin.services.files.export import Format, export_mailbox
from mailboxadmin.services.keeping.backup import create_backup
from mailboxadmin.services.machine.log_file import write_log
from mailboxadmin.services.new_mail import big, fetch
from mailboxadmin.services.office.oauth_apps import app_of
from mailboxadmin.services.overview.activity import Filter, iter_entries
from mailboxadmin.services.reading.examine import examine_messages
from mailboxadmin.services.reading.index_mail import index_mail
from mailboxadmin.services.reading.mail_search import search_mail
from mailboxadmin.services.staff import erasing, people
from mailboxadmin.services.staff.erasing import Erased, erase_mailbox, what_would_go
from mailboxadmin.services.work.runs import begin_run, held
from mailboxadmin.store import leases, overwriting
from mailboxadmin.store.base import Base
from mailboxadmin.store.mailboxes import replace_own_texts
from mailboxadmin.store.tables import MailboxRow, MailboxSettingRow, SecretRow
from mailboxadmin.store.tables_mail import MessageRow
from mailboxadmin.store.tables_notices import NoticeRow, ToldCaseRow
from mailboxadmin.store.tables_oauth import GrantRow
from tests.support import mails
from tests.support.examined import letter, put
from tests.support.office import Box, Office
from tests.support.token_office import TokenOffice
from tests.support.waiting import PATIENCE_S

ACTOR = "grace@example.org"
BEN = "ben@example.org"
FIRST = datetime(2026, 3, 1, tzinfo=UTC)


class Canaries:
    """Words that are nowhere else; of each the end is looked for, as indexes share beginnings."""

    def __init__(self) -> None:
        self.subject, self.body, self.sender, self.attachment, self.folder, self.tail = (
            secrets.token_hex(16) for _ in range(6)
        )

    @property
    def all(self) -> dict[str, str]:
        return vars(self)

    def message(self) -> bytes:
        return (
            f"From: {self.sender} <{self.sender}@example.net>\r\nTo: ann@example.org\r\n"
            f"Message-ID: <{self.sender}@example.net>\r\nSubject: {self.subject}\r\n"
            "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
            f"--b\r\nContent-Type: text/plain\r\n\r\nDear {self.body}\r\n"
            f"--b\r\nContent-Type: text/plain; name={self.attachment}.txt\r\n"
            f"Content-Disposition: attachment; filename={self.attachment}.txt\r\n\r\n"
            + "a line\r\n" * 20_000
            + f"{self.tail}\r\n--b--\r\n"
        ).encode()


def where(folder: Path, words: dict[str, str]) -> dict[str, set[str]]:
    """The words that stand anywhere in a folder, and in which files."""
    found: dict[str, set[str]] = {}
    for file in folder.rglob("*"):
        content = file.read_bytes().lower() if file.is_file() else b""
        for name, word in words.items():
            if word[6:].lower().encode() in content or word[6:].lower() in file.name:
                found.setdefault(name, set()).add(file.name)
    return found


def fill(office: TokenOffice, box: Box, canaries: Canaries) -> None:
    """Mail among other mail, synced, read, searched, recorded; and a line of the log file."""
    office.dovecot.create_folder(box.account, canaries.folder)
    office.dovecot.deliver_many(box.account, mails.generate(12))
    office.dovecot.deliver(box.account, canaries.message())
    office.dovecot.deliver(box.account, canaries.message(), canaries.folder)
    folders = f"INBOX\n{canaries.folder}"
    with office.deps.store.write() as db:
        db.add(MailboxSettingRow(mailbox_id=box.id, key="folders", value=folders))
    switch_on(office.deps, mailbox_id=box.id, minutes=60, actor=ACTOR)
    report = office.office.sync(box)
    assert report.counts.new == 14
    examine_messages(office.deps)
    index_mail(office.deps)
    erasing.log.error("a fault that quotes %s", canaries.subject)


@pytest.fixture
def crowd(token_office: TokenOffice, monkeypatch: pytest.MonkeyPatch) -> TokenOffice:
    """An office with a log file in which others have mail; half a canary's message is big."""
    for name in ("BATCH_BYTES", "BIG_BYTES"):
        monkeypatch.setattr(fetch, name, 80_000)
    monkeypatch.setattr(big, "PART_BYTES", 40_000)
    office = token_office.office
    write_log(office.deps.instance)
    put(office, office.person(BEN).mailbox_id, [letter(f"ben{n} " * 40) for n in range(300)])
    return token_office


def with_password(office: TokenOffice) -> Box:
    return office.office.mailbox(server=office.dovecot)


def with_permission(office: TokenOffice) -> Box:
    return office.connected(AppKey.GMAIL)


def sealed(office: TokenOffice, box: Box) -> dict[str, str]:
    """What is stored in place of its secrets, by their names."""
    with office.deps.store.read() as db:
        rows = db.scalars(select(SecretRow).where(SecretRow.mailbox_id == box.id))
        return {row.name: row.sealed.decode() for row in rows}


def erase(office: Office, box: Box, **options: bool) -> Erased:
    return erase_mailbox(office.deps, box.id, actor=ACTOR, **options)


def uids_of(office: Office, mailbox_id: int) -> int:
    with office.deps.store.read() as db:
        count = select(func.count()).where(MessageRow.mailbox_id == mailbox_id)
        return db.scalar(count) or 0


@pytest.mark.parametrize("connected", [with_password, with_permission])
def test_no_byte_of_mail_or_secrets_is_left(crowd: TokenOffice, tmp_path: Path, connected):
    office, canaries = crowd.office, Canaries()
    box = connected(crowd)
    fill(crowd, box, canaries)
    export_mailbox(office.deps, box.id, tmp_path / "out", form=Format.EML, removed=False, actor="x")
    words = canaries.all | sealed(crowd, box)
    before = where(office.deps.instance, words)

    erased = erase(office, box)

    assert before.keys() == words.keys()
    assert len(words) > 6
    assert where(office.deps.instance, words) == {}
    assert (erased.messages, erased.remains, erased.backups) == (14, "", ())


def test_what_was_only_forgotten_before_is_overwritten_too(office: Office):
    ann, word = office.person("ann@example.org").mailbox_id, {"folder": secrets.token_hex(16)}
    for value in (word["folder"] + "x" * 200, "INBOX"):
        with office.deps.store.write() as db:
            # As SQLite comes; some systems' own overwrites by itself.
            db.execute(text("PRAGMA secure_delete = OFF"))
            replace_own_texts(db, ann, {"folders": value})
    overwriting.cut_log_back(office.deps.store)
    before = where(office.deps.instance, word)

    erase_mailbox(office.deps, ann, actor=ACTOR)

    assert before == {"folder": {"mailboxadmin.db"}}
    assert where(office.deps.instance, word) == {}


def test_the_person_and_an_empty_new_mailbox_stay(crowd: TokenOffice):
    office = crowd.office
    box = with_password(crowd)
    fill(crowd, box, Canaries())
    created_at = office.row(box).created_at
    office.clock.advance(days=1)

    erase(office, box)

    row = office.row(box)
    fresh = MailboxRow(id=box.id, staff_id=box.person.id, state=State.NEW.value)
    assert (row.id, row.staff_id, row.state) == (fresh.id, fresh.staff_id, fresh.state)
    assert row.created_at > created_at
    assert (row.last_success_at, row.configured_at, row.next_attempt_at) == (None, None, None)
    assert people.person(office.deps, box.person.id).email == box.person.email
    there = what_would_go(office.deps, box.id)
    assert (there.messages, there.folders, there.secrets, there.recordings) == (0, 0, 0, 0)


def test_one_entry_is_left_and_says_nothing_of_the_mail(crowd: TokenOffice):
    office = crowd.office
    box = with_password(crowd)
    fill(crowd, box, Canaries())

    erase(office, box)

    [entry] = iter_entries(office.deps, Filter(mailbox_id=box.id))
    assert (entry.code, entry.actor) == (Code.MAILBOX_ERASED, ACTOR)
    assert entry.detail == {"messages": 14}


def test_others_keep_all_they_have(crowd: TokenOffice):
    office = crowd.office
    box = with_password(crowd)
    fill(crowd, box, Canaries())
    ben = people.person_by_email(office.deps, BEN).mailbox_id
    entries = len(list(iter_entries(office.deps, Filter())))
    theirs = len(list(iter_entries(office.deps, Filter(mailbox_id=box.id))))

    erase(office, box)

    assert uids_of(office, ben) == 300
    assert len(search_mail(office.deps, ben, parse("ben17")).hits) == 1
    assert len(list(iter_entries(office.deps, Filter()))) == entries - theirs + 1


def test_it_can_be_connected_again_and_brings_the_mail_anew(crowd: TokenOffice):
    office = crowd.office
    box = with_password(crowd)
    fill(crowd, box, Canaries())
    erase(office, box)
    where_ = Server(host=crowd.dovecot.host, port=crowd.dovecot.port, encryption=Encryption.NONE)

    office.connect(box.id, where_, box.account.password)

    assert office.sync(box).counts.new == 13


def test_the_permission_is_ended_at_the_provider(crowd: TokenOffice):
    box = with_permission(crowd)
    _, refresh_token = crowd.tokens(box)

    erased = erase(crowd.office, box)

    assert erased.end_at == ()
    app = app_at(crowd)
    with pytest.raises(MailFailure) as refused:
        crowd.deps.tokens.refresh(app, refresh_token)
    assert refused.value.facts.token.error == "invalid_grant"


def app_at(office: TokenOffice) -> App:
    with office.deps.store.read() as db:
        app = app_of(db, office.deps, AppKey.GMAIL)
    assert app is not None
    return app


def test_where_it_cannot_be_ended_the_pages_are_named(crowd: TokenOffice):
    box = crowd.connected(AppKey.OUTLOOK)

    erased = erase(crowd.office, box)

    assert erased.end_at == PROVIDERS[AppKey.OUTLOOK].CONSENT_PAGES


def test_one_that_the_provider_ended_asks_nobody_for_anything(crowd: TokenOffice):
    box = crowd.connected(AppKey.OUTLOOK)
    with crowd.deps.store.write() as db:
        db.get_one(GrantRow, box.id).ended_at = crowd.office.clock.now()

    assert erase(crowd.office, box).end_at == ()


def test_a_run_is_stopped_first(office: Office):
    box = office.mailbox_at(Server(host="h.example.org", port=993, encryption=Encryption.SSL))
    put(office, box.id, [letter("one")])
    run = begin_run(office.deps, box.id, actor=ACTOR)
    stopped = []

    def work() -> None:
        with held(office.deps, run):
            stopped.append(run.control.wait(PATIENCE_S))
        with office.deps.store.write() as db:
            leases.end_lease(db, run.mailbox_id, run.id)

    thread = threading.Thread(target=work)
    thread.start()
    erase(office, box)
    thread.join(PATIENCE_S)

    assert stopped == [True]
    assert uids_of(office, box.id) == 0


def test_a_run_that_does_not_end_leaves_the_mail_and_says_so(office: Office, monkeypatch):
    box = office.mailbox_at(Server(host="h.example.org", port=993, encryption=Encryption.SSL))
    put(office, box.id, [letter("one")])
    begin_run(office.deps, box.id, actor=ACTOR)
    monkeypatch.setattr(erasing, "RUN_ENDS_WITHIN_S", 0.0)

    with pytest.raises(AlreadyRunning):
        erase(office, box)

    assert uids_of(office, box.id) == 1
    assert office.row(box).state == State.NEW


def test_a_run_that_lost_its_mailbox_writes_nothing_more(office: Office, monkeypatch):
    box = office.mailbox_at(Server(host="h.example.org", port=993, encryption=Encryption.SSL))
    run = begin_run(office.deps, box.id, actor=ACTOR)
    monkeypatch.setattr(erasing, "_wait_for_the_run", lambda *_: None)

    erase(office, box)

    with office.deps.store.write() as db, pytest.raises(Cancelled):
        run.confirm(db)


def test_what_people_were_told_of_it_goes_too(office: Office):
    ann, ben = (office.person(f"{name}@example.org").mailbox_id for name in ("ann", "ben"))
    with office.deps.store.write() as db:
        db.add_all([told({ann: "ann"}), told({ann: "ann", ben: "ben"}), told({ben: "ben"})])
        db.add_all(
            [
                notice("ann", sent=True),
                notice("ann", sent=False),
                notice("ann", "ben", sent=True),
                notice("ann", "ben", sent=False),
                notice("ben", sent=True),
            ]
        )

    erase_mailbox(office.deps, ann, actor=ACTOR)

    with office.deps.store.read() as db:
        members = [row.members for row in db.scalars(select(ToldCaseRow))]
        bodies = [(row.body, row.sent_at is None) for row in db.scalars(select(NoticeRow))]
    assert members == [{str(ben): "ben@example.org"}] * 2
    assert bodies == [("ann ben", True), ("ben", False)]


def told(members: dict[int, str]) -> ToldCaseRow:
    began = FIRST
    return ToldCaseRow(
        key="k",
        code="c",
        needs_someone=True,
        name="n",
        short="s",
        began_at=began,
        noted_at=began,
        members={str(key): f"{name}@example.org" for key, name in members.items()},
    )


def notice(*names: str, sent: bool) -> NoticeRow:
    return NoticeRow(
        uid=secrets.token_hex(8),
        event="e",
        channel="mail",
        subject="s",
        body=" ".join(names),
        cases=[{"mailboxes": [f"{name}@example.org" for name in names]}],
        made_at=FIRST,
        sent_at=FIRST if sent else None,
    )


def test_a_backup_in_the_instance_folder_is_named_and_left(crowd: TokenOffice):
    office = crowd.office
    box = with_password(crowd)
    file = office.deps.instance / "backups" / "monday.db"
    file.parent.mkdir()
    create_backup(office.deps, file, actor=ACTOR)
    fill(crowd, box, Canaries())
    later = file.with_name("tuesday.db")
    create_backup(office.deps, later, actor=ACTOR)

    erased = erase(office, box)

    assert erased.backups == (file, later)
    assert later.exists()


def test_a_backup_without_the_mailbox_is_not_named(office: Office):
    create_backup(office.deps, office.deps.instance / "old.db", actor=ACTOR)
    box = office.mailbox_at(Server(host="h.example.org", port=993, encryption=Encryption.SSL))

    assert what_would_go(office.deps, box.id).backups == ()


def test_in_bites(office: Office, monkeypatch):
    ann = office.person("ann@example.org").mailbox_id
    put(office, ann, [letter(str(number)) for number in range(7)])
    monkeypatch.setattr(erasing, "BITE", 3)

    erased = erase_mailbox(office.deps, ann, actor=ACTOR)

    assert erased.messages == 7
    assert uids_of(office, ann) == 0


def test_begun_again_after_a_kill_it_ends_the_same(crowd: TokenOffice, monkeypatch):
    office, canaries = crowd.office, Canaries()
    box = with_password(crowd)
    fill(crowd, box, canaries)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(erasing, "_begin_anew", killed)
        erase(office, box)
    erased = erase(office, box)

    assert where(office.deps.instance, canaries.all) == {}
    assert erased.messages == 0


def test_where_the_file_cannot_be_written_anew_it_is_said(office: Office, monkeypatch):
    ann = office.person("ann@example.org").mailbox_id
    put(office, ann, [letter(str(number)) for number in range(50)])
    monkeypatch.setattr(overwriting, "LOOK_EVERY", 1)
    monkeypatch.setattr(erasing, "OTHERS_WAIT_S", -1.0)

    erased = erase_mailbox(office.deps, ann, actor=ACTOR)

    assert "stop the server" in erased.remains
    assert "others use it" in erased.remains
    assert erase_mailbox(office.deps, ann, actor=ACTOR, alone=True).remains == ""


def test_nobody_reading_holds_up_the_end_of_the_log(office: Office, monkeypatch):
    ann = office.person("ann@example.org").mailbox_id
    put(office, ann, [letter("one")])
    monkeypatch.setattr(overwriting, "TRIES", 1)
    monkeypatch.setattr(overwriting, "TRY_S", 0)
    with office.deps.store.read() as db:
        db.scalar(select(func.count()).select_from(MessageRow))

        erased = erase_mailbox(office.deps, ann, actor=ACTOR)

    assert "reads an older state" in erased.remains


def test_a_mailbox_that_nobody_has_is_not_found(office: Office):
    with pytest.raises(NotFound):
        erase_mailbox(office.deps, 99, actor=ACTOR)


def test_every_table_of_a_mailbox_goes_with_its_row():
    """A table that is added has a cascade, or is thought of here."""
    by_hand = {"activity", "ended_grants"}
    loose = {
        table.name
        for table in Base.metadata.tables.values()
        if "mailbox_id" in table.columns
        and not any(key.ondelete == "CASCADE" for key in table.columns["mailbox_id"].foreign_keys)
    }

    assert loose == by_hand
