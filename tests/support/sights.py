"""An office where something of everything is to be seen, for tests that walk all pages."""

import itertools
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from mailboxadmin.app import hand_over
from mailboxadmin.domain.activity import Code, Level
from mailboxadmin.domain.certificate import Certificate, Pin
from mailboxadmin.domain.erasure import Wish
from mailboxadmin.domain.errors import Facts, Happening
from mailboxadmin.domain.finding import Fixer, Phase
from mailboxadmin.domain.mailbox import Encryption, Server, State, Step
from mailboxadmin.domain.oauth import AppKey, TokenSet
from mailboxadmin.domain.people import Person, Role
from mailboxadmin.domain.run import Counts, Outcome
from mailboxadmin.services.debug.debugging import switch_on
from mailboxadmin.services.debug.recording import Recording
from mailboxadmin.services.office.settings import change_settings
from mailboxadmin.services.sign_in import permission
from mailboxadmin.services.sign_in.draft import NewConsent
from mailboxadmin.services.staff.leaving import REMAINS
from mailboxadmin.services.staff.sessions import sign_in
from mailboxadmin.services.verdict.findings import finding_for
from mailboxadmin.store import runs
from mailboxadmin.store.certificates import pin_certificate
from mailboxadmin.store.tables_leaving import ErasureRow
from mailboxadmin.web.access import ROUTES, is_allowed
from tests.support import inbox
from tests.support.office import DESK, PASSWORD, Office
from tests.support.rehearsed import StillRehearsal
from tests.support.states import finding, log, put, put_mail, somebody, tick

#: Files, fragments of pages, and what monitors ask for.
NO_PAGES = {
    "activity.csv",
    "debug.download",
    "mail.body",
    "mail.download",
    "mail.news",
    "mail.part",
    "mailbox.progress",
    "oauth.callback",
    "ops.beat",
    "ops.favicon",
    "ops.healthz",
    "ops.metrics",
    "static",
    "troubleshooting.answers",
}
#: For who is not signed in; they have a test of their own.
DOOR = {
    "auth.invitation": "/invitation/x",
    "auth.login": "/login",
    "auth.setup": "/setup",
    "oauth.result": "/oauth/result/1",
    "oauth.returned": "/oauth/returned/gmail/used",
    "repair.mend": "/repair/x",
}
GRACE, ANNA = "grace@example.org", "anna@example.org"
PINNED = "cd" * 32
CLIENT_ID = "11111111-2222-3333-4444-555555555555"
CLIMBED = (
    Step(phase=Phase.DNS, ok=True, ms=3, detail="192.0.2.7"),
    Step(phase=Phase.TCP, ok=True, ms=20, detail="port 993"),
    Step(phase=Phase.TLS, ok=True, ms=31, detail="TLSv1.3"),
    Step(phase=Phase.GREETING, ok=True, ms=12, detail="OK ready"),
    Step(phase=Phase.AUTH, ok=False, ms=240, detail="refused"),
)
DIALOGUE = (
    "       0 ms  --  connecting to 192.0.2.7, port 993",
    "      33 ms  S:  * OK [CAPABILITY IMAP4rev1 " + "AUTH=SOMETHING-LONG-" * 9 + "] ready",
    "      34 ms  C:  ABCD1 LOGIN ••••",
    "    1290 ms  S!  ABCD1 NO [AUTHENTICATIONFAILED] Invalid credentials",
    "    1291 ms  -!  raw: imaplib.IMAP4.error: b'[AUTHENTICATIONFAILED] Invalid credentials'",
)
NOWHERE = Server(host="mail.example.org", port=993, encryption=Encryption.SSL)


class Sights:
    """An office where something of everything is to be seen, and the ids that addresses name."""

    def __init__(self, office: Office) -> None:
        self.office = office
        tick(office)
        self.grace = somebody(office, "Grace Hopper", Role.ADMIN)
        self.anna, bert, cleo, dora, emil = (
            somebody(office, name)
            for name in ("Anna Keller", "Bert von der Lange-Straße", "Cleo", "Dora Maar", "Emil")
        )
        known = [office.person(f"fred@{domain}") for domain in ("gmail.com", "outlook.com")]
        now = office.clock.now()
        self._break(self.anna)
        slow = finding("tcp.timeout", phase=Phase.TCP, fix_by=Fixer.NOBODY, temporary=True)
        put(office, bert, State.RETRYING, slow, steps=CLIMBED[:1], next_attempt_at=now)
        put_mail(office, put(office, cleo, State.OK, last_success_at=now), 1234)
        put(office, dora, State.PAUSED)
        self.gina = self._refuse(somebody(office, "Gina"))
        set_up_apps(office)
        hugo, ines = (connect(office, somebody(office, name)) for name in ("Hugo", "Ines"))
        lost = finding("oauth.grant_expired", phase=Phase.TOKEN, field=None)
        put(office, ines, State.NEEDS_ACTION, lost, steps=CLIMBED[:1])
        hand_over(office.app, StillRehearsal(mailbox_id=self.anna.mailbox_id or 0))
        for email in (GRACE, ANNA) * 2:
            sign_in(office.deps, email, PASSWORD, browser=DESK)
        self.recording = self.record()
        self.messages = self._write(self.anna)
        self.erasures = [self._erased(done=done) for done in (True, False)]
        self.runs = [self._run(outcome) for outcome in (None, Outcome.PARTIAL, Outcome.FAILED)]
        #: Whom pages about several people are looked at with; else it is Anna.
        self.people = {
            "mailboxes.detail": [self.anna, bert, cleo, dora, emil, self.gina, hugo, ines],
            "certificate.index": [self.anna, self.gina],
            "mailbox.config": [self.anna, emil, hugo, ines, *known],
            "oauth.ask": [hugo],
            "staff.change": [self.anna, emil],
        }

    def _break(self, person: Person) -> None:
        """The server does not take the password, and the log is full of it."""
        assert person.mailbox_id is not None
        self.office.connect(person.mailbox_id, NOWHERE, "not the one")
        put(self.office, person, State.NEEDS_ACTION, finding(), steps=CLIMBED)
        put_mail(self.office, person.mailbox_id, 3)
        said = "[MOONPHASE] Not before the moon is full, " + "see the calendar. " * 20
        unknown = Facts(phase=Phase.AUTH, happening=Happening.ANSWER_NO, server_said=said)
        finding_for(self.office.deps, person.mailbox_id, unknown)
        for level in Level:
            log(
                self.office,
                Code.SYNC_FAILED,
                "mail.example.org does not accept the password.",
                level=level,
                mailbox_id=person.mailbox_id,
                finding=finding().as_json(),
            )

    def _refuse(self, person: Person) -> Person:
        """The server shows another certificate than the one that was pinned."""
        now, host = self.office.clock.now(), "nas.example.org"
        shown = Certificate(
            fingerprint="ab" * 32,
            issuer="nas",
            self_signed=True,
            names=(host,),
            starts_at=now - timedelta(days=30),
            ends_at=now + timedelta(days=60),
            host=host,
            vouched=True,
        )
        changed = Happening.CERTIFICATE_CHANGED
        facts = Facts(phase=Phase.TLS, happening=changed, host=host, certificate=shown)
        wrong = finding("tls.untrusted_certificate", phase=Phase.TLS, fix_by=Fixer.ADMIN)
        put(self.office, person, State.NEEDS_ACTION, wrong, steps=CLIMBED[:2], facts=facts)
        with self.office.deps.store.write() as db:
            pin_certificate(db, Pin(host=host, fingerprint=PINNED, pinned_at=now, pinned_by=GRACE))
        return person

    def record(self) -> str:
        """Debug mode is on for Anna, and one sync was recorded; its name."""
        mailbox_id = self.anna.mailbox_id or 0
        until = switch_on(self.office.deps, mailbox_id=mailbox_id, minutes=60, actor=GRACE).until
        begun = Recording.begin(self.office.deps, mailbox_id, "run-1", until)
        assert begun is not None
        for line in DIALOGUE:
            begun.write(line)
        begun.end()
        return begun.file.stem

    def _write(self, person: Person) -> list[int]:
        """Messages with something of everything, one of them in a conversation; their ids."""
        lying = '<a href="https://evil.example">www.bank.example</a><img src="https://x.example/1">'
        raws = [
            inbox.letter("Yes.", subject="Re: plan", number="b", answers=["a"]),
            inbox.page(f"<p>Hello</p>{lying}"),
            inbox.enclosing(("a.pdf", "application/pdf", b"%PDF"), ("p.png", "image/png", b"x")),
            inbox.letter(sender='"a@bank.example" <x@evil.example>', number="a"),
        ]
        return inbox.fill(self.office, person, raws)

    def _erased(self, *, done: bool) -> int:
        """Something that was asked to be erased, done with all that may be left, or going on."""
        with self.office.deps.store.write() as db:
            row = ErasureRow(
                mailbox=0 if done else self.anna.mailbox_id or 0,
                staff_id=0,
                address="left@example.org",
                wish=(Wish.PERSON if done else Wish.MAIL).value,
                asked_by=GRACE,
                asked_at=self.office.clock.now(),
                total=1234,
                finished_at=self.office.clock.now() if done else None,
                fault="" if done else "A sync of this mailbox does not end.",
                end_at=["https://account.example.org/permissions"] if done else [],
                backups=["/srv/mailboxadmin/instance/friday.db"] if done else [],
                remains=REMAINS if done else "",
            )
            db.add(row)
            db.flush()
            return row.id

    def _run(self, outcome: Outcome | None) -> int:
        """A run that ended so, or goes on; its id."""
        now = self.office.clock.now()
        wrong = finding() if outcome is Outcome.FAILED else None
        with self.office.deps.store.write() as db:
            run_id = runs.add_run(db, self.anna.mailbox_id or 0, GRACE, now).id
            counts = Counts(new=1200, remaining=50 if outcome is Outcome.PARTIAL else 0)
            runs.note_progress(db, run_id, folder="INBOX", done=1200, total=2000, counts=counts)
            if outcome:
                runs.end_run(db, run_id, outcome=outcome, counts=counts, finding=wrong, now=now)
        return run_id

    def values(self, endpoint: str, viewer: Person) -> dict[str, list[Any]]:
        """What stands in the place of each name in an address."""
        people = self.people.get(endpoint, [self.anna]) if viewer.is_admin else [viewer]
        return {
            "mailbox_id": [person.mailbox_id for person in people],
            "staff_id": [person.id for person in people],
            "erasure_id": self.erasures,
            "run_id": self.runs,
            "name": [self.recording],
            "message_id": self.messages if viewer == self.anna else [],
            "host": ["nas.example.org"],
            "fingerprint": [PINNED],
        }


def set_up_apps(office: Office) -> None:
    """The office has an app at both providers, which nothing here asks."""
    texts = {"gmail_client_id": "1-a.apps.googleusercontent.com", "gmail_client_secret": "x"}
    texts |= {"outlook_client_id": CLIENT_ID, "outlook_client_secret": "x"}
    change_settings(office.deps, texts, actor=GRACE)


def connect(office: Office, person: Person) -> Person:
    """They agreed at Google a moment ago."""
    tokens = TokenSet(
        access_token="a",
        refresh_token="r",
        expires_at=office.clock.now() + timedelta(hours=1),
    )
    consent = NewConsent(app=AppKey.GMAIL, tokens=tokens)
    with office.deps.store.write() as db:
        permission.connect(db, office.deps, person.mailbox_id or 0, consent, actor=person.email)
    return person


def addresses(sights: Sights, viewer: Person) -> Iterator[str]:
    """The address of every page that the person may see."""
    adapter = sights.office.app.url_map.bind("localhost")
    for rule in sights.office.app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint in NO_PAGES | set(DOOR):
            continue
        if not is_allowed(ROUTES[rule.endpoint], viewer, sights.anna.mailbox_id):
            continue
        values, names = sights.values(rule.endpoint, viewer), sorted(rule.arguments)
        for chosen in itertools.product(*(values[name] for name in names)):
            yield adapter.build(rule.endpoint, dict(zip(names, chosen, strict=True)))
