"""*Trust this certificate …*: who sees it, what it pins, and how it ends."""

import re
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from mailboxadmin.domain.certificate import Certificate, Pin
from mailboxadmin.domain.errors import Facts, Happening
from mailboxadmin.domain.finding import Fixer, Phase, Scope
from mailboxadmin.domain.mailbox import Encryption, Server, State
from mailboxadmin.services.office.settings import change_settings
from mailboxadmin.services.verdict.pins import read_pins
from mailboxadmin.store.certificates import pin_certificate
from tests.support import states
from tests.support.dovecot import Dovecot
from tests.support.log import logged
from tests.support.office import Box, Office
from tests.support.visitor import Visitor
from tests.support.watching import ended

GRACE = "grace@example.org"
#: The button; the steps of the finding name it, too.
TRUST = ">Trust this certificate …"
OLD = "ab" * 32
SHOWN = Certificate(
    fingerprint="0123456789abcdef" * 4,
    issuer="<i>Nobody</i>",
    self_signed=False,
    names=("nas.local", "<b>nas</b>"),
    starts_at=datetime(2025, 5, 3, tzinfo=UTC),
    ends_at=datetime(2099, 5, 3, tzinfo=UTC),
    host="nas.local",
)


@pytest.fixture
def grace(office: Office, at_desk) -> Visitor:
    office.admin(GRACE)
    visitor: Visitor = at_desk(GRACE)
    return visitor


@pytest.fixture
def nas(office: Office, dovecot: Dovecot) -> Box:
    """A mailbox on a server that nobody vouches for, which a sync has found out."""
    where = Server(host=dovecot.host, port=dovecot.ssl_port, encryption=Encryption.SSL)
    box = office.mailbox_at(where, dovecot.user())
    office.sync(box)
    return box


def refused(
    office: Office,
    shown: Certificate = SHOWN,
    code: str = "tls.untrusted_certificate",
    owner: str = "Anna Keller",
):
    """A mailbox, by itself Anna's, whose server showed that certificate."""
    anna = states.somebody(office, owner)
    wrong = states.finding(code, phase=Phase.TLS, scope=Scope.MAIL_SERVER, fix_by=Fixer.MAIL_HOST)
    facts = Facts(
        phase=Phase.TLS,
        happening=Happening.CERTIFICATE_UNTRUSTED,
        host=shown.host,
        certificate=shown,
    )
    return states.put(office, anna, State.NEEDS_ACTION, wrong, facts=facts)


def pin(office: Office, host: str, fingerprint: str = OLD) -> None:
    trusted = Pin(
        host=host,
        fingerprint=fingerprint,
        pinned_at=office.clock.now(),
        pinned_by="bea@example.org",
    )
    with office.deps.store.write() as db:
        pin_certificate(db, trusted)


def pinned(office: Office) -> list[str]:
    return [each.fingerprint for each in read_pins(office.deps)]


def grouped_in(page: str) -> str:
    """The fingerprint as somebody copies it from the page."""
    [found] = re.findall(r'<span class="fingerprint" id="fingerprint-\w+">(.*?)</span>\s', page)
    return re.sub("<[^>]+>", "", found)


def test_the_page_of_the_mailbox_shows_the_certificate_and_the_way_to_trust_it(office, grace):
    mailbox = refused(office)

    page = grace.get(f"/mailboxes/{mailbox}").text

    assert grouped_in(page) == ":".join(["01:23:45:67:89:AB:CD:EF"] * 4)
    assert "nas.local, &lt;b&gt;nas&lt;/b&gt;" in page and "&lt;i&gt;Nobody&lt;/i&gt;" in page
    assert "2025</time> to <time" in page and "2099</time>" in page
    assert "good until" not in page
    where = f"/mailboxes/{mailbox}/certificate?fingerprint={SHOWN.fingerprint}"
    assert f'href="{where}"{TRUST}</a>' in page


def test_the_page_of_the_sync_shows_it_too(office, grace, nas, dovecot):
    page = grace.get(f"/mailboxes/{nas.id}").text
    [run] = re.findall(rf'href="(/mailboxes/{nas.id}/runs/\d+)"', page)[:1]

    assert grouped_in(grace.get(run).text) == grouped_in(page)
    assert TRUST in grace.get(run).text


def test_staff_see_the_details_and_whom_to_ask_and_nothing_to_press(office, at_desk):
    office.admin(GRACE)
    mailbox = refused(office)
    change_settings(office.deps, {"help_contact": "Grace, room 12"}, actor=GRACE)
    anna = at_desk("anna@example.org")

    page = anna.get(f"/mailboxes/{mailbox}").text

    assert grouped_in(page) and TRUST not in page
    assert "show this fingerprint to Grace, room 12." in page
    for path in ("", f"/stop/nas.local/{OLD}"):
        assert anna.get(f"/mailboxes/{mailbox}/certificate{path}").status_code == 403
    sent = {"host": SHOWN.host, "fingerprint": SHOWN.fingerprint}
    answer = anna.post(f"/mailboxes/{mailbox}/certificate", form_at=f"/mailboxes/{mailbox}", **sent)
    assert answer.status_code == 403 and pinned(office) == []


def test_before_it_is_trusted_it_is_shown_again_with_what_that_means(office, grace, nas):
    page = grace.get(f"/mailboxes/{nas.id}/certificate").text

    assert "Trust this certificate for 127.0.0.1?" in page
    assert "1 mailbox here is on that server" in page
    assert "Proton Bridge" in page and "openssl x509" in page
    assert pinned(office) == [] and logged(office, "certificate.trusted") == []


def test_the_fingerprint_of_a_file_can_be_had_on_windows_too(office, grace, nas):
    page = grace.get(f"/mailboxes/{nas.id}/certificate").text

    assert "X509Certificate2 &#34;$PWD\\cert.pem&#34;).RawData" in page or (
        'X509Certificate2 "$PWD\\cert.pem").RawData' in page
    )
    assert "it puts - between the pairs" in page


@pytest.mark.parametrize("names", [("Anna Keller",), ("Anna Keller", "Ben Ode", "Cleo Fry")])
def test_the_card_on_the_board_leads_there_from_one_or_from_several(office, grace, names):
    first = min(refused(office, owner=name) for name in names)

    card = grace.get("/").text
    page = grace.get(f"/mailboxes/{first}/certificate").text

    assert card.count(f'href="/mailboxes/{first}/certificate"{TRUST}') == 1
    assert card.count(TRUST) == 1
    assert "Trust this certificate for nas.local?" in page


def test_a_card_about_something_else_does_not_lead_there(office, grace):
    refused(office, code="tls.expired_certificate")

    assert TRUST not in grace.get("/").text


def test_an_admin_pins_exactly_what_was_shown_and_the_mailbox_works(office, grace, nas, dovecot):
    sent = {"host": "127.0.0.1", "fingerprint": dovecot.certificate.fingerprint}
    office.clock.advance(minutes=1)

    answer = grace.post(f"/mailboxes/{nas.id}/certificate", **sent)
    page = grace.get(answer.location).text

    assert answer.location == f"/mailboxes/{nas.id}"
    assert "Exactly this certificate is trusted for 127.0.0.1 now." in page
    assert "1 mailbox that waits for it is tried at once." in page
    assert TRUST not in page and "by grace@example.org; the next try uses it." in page
    assert pinned(office) == [dovecot.certificate.fingerprint]
    assert office.row(nas).next_attempt_at == office.clock.now()
    [entry] = logged(office, "certificate.trusted")
    assert (entry.actor, entry.mailbox_id) == (GRACE, nas.id)
    assert office.sync(nas).finding is None


@pytest.mark.parametrize(
    "changes", [{"fingerprint": OLD}, {"host": "elsewhere.example"}, {"fingerprint": "no"}]
)
def test_what_was_not_shown_is_refused_in_one_sentence(office, grace, nas, dovecot, changes):
    sent = {"host": "127.0.0.1", "fingerprint": dovecot.certificate.fingerprint} | changes

    answer = grace.post(f"/mailboxes/{nas.id}/certificate", **sent)

    assert answer.status_code == 400 and 'role="alert"' in answer.text
    assert "Nothing was pinned" in answer.text or "64 hexadecimal digits" in answer.text
    assert pinned(office) == []


def test_without_the_token_of_a_form_nothing_is_pinned(office, grace, nas, dovecot):
    sent = {"host": "127.0.0.1", "fingerprint": dovecot.certificate.fingerprint}

    answer = grace.post_without_token(f"/mailboxes/{nas.id}/certificate", **sent)

    assert answer.status_code == 400 and pinned(office) == []


def test_a_changed_certificate_is_shown_beside_the_old_one_which_it_replaces(
    office, grace, nas, dovecot
):
    pin(office, "127.0.0.1")
    office.sync(nas)

    finding = grace.get(f"/mailboxes/{nas.id}").text
    asked = grace.get(f"/mailboxes/{nas.id}/certificate").text
    sent = {"host": "127.0.0.1", "fingerprint": dovecot.certificate.fingerprint}
    grace.post(f"/mailboxes/{nas.id}/certificate", **sent)

    assert "another certificate than the one that is trusted here" in finding and TRUST in finding
    assert "Trusted so far, and replaced by it" in asked and "AB:AB:AB" in asked
    assert pinned(office) == [dovecot.certificate.fingerprint]
    assert office.sync(nas).finding is None


def test_where_authorities_vouch_for_the_new_one_the_old_one_can_just_end(open_office, dovecot):
    office = open_office(ca_file=str(dovecot.ca_file))
    office.admin(GRACE)
    grace = Visitor(office.app)
    grace.sign_in(GRACE)
    where = Server(host=dovecot.host, port=dovecot.ssl_port, encryption=Encryption.SSL)
    box = office.mailbox_at(where, dovecot.user())
    pin(office, "127.0.0.1")
    office.sync(box)
    stop = f"/mailboxes/{box.id}/certificate/stop/127.0.0.1/{OLD}"

    finding = grace.get(f"/mailboxes/{box.id}").text
    before = pinned(office), grace.get(stop).text, pinned(office)
    answer = grace.post(stop)

    assert f'href="{stop}"' in finding and "Stop trusting the old one …" in finding
    assert before[0] == before[2] == [OLD] and "the usual check holds again" in before[1]
    assert "is not trusted for 127.0.0.1 any more" in grace.get(answer.location).text
    assert pinned(office) == [] and office.sync(box).finding is None


def test_what_is_pinned_stands_in_mailbox_config_and_admins_can_end_it(office, grace, nas, at_desk):
    pin(office, "127.0.0.1")

    for_admin = grace.get(f"/mailboxes/{nas.id}/config").text
    for_owner = at_desk(nas.account.name).get("/mailbox").text

    for page in (for_admin, for_owner):
        assert "Trusted certificate for 127.0.0.1" in page and "by bea@example.org" in page
    assert "Stop trusting it …" in for_admin and "Stop trusting it …" not in for_owner


def test_a_pin_that_is_not_there_cannot_be_ended(office, grace, nas):
    pin(office, "127.0.0.1")
    stop = f"/mailboxes/{nas.id}/certificate/stop/127.0.0.1/{'cd' * 32}"

    gone = grace.get(stop)
    answer = grace.post(stop, form_at=f"/mailboxes/{nas.id}")

    assert gone.status_code == 404
    assert answer.status_code == 400 and "not pinned for 127.0.0.1" in answer.text
    assert pinned(office) == [OLD]


def test_an_expired_certificate_is_shown_and_not_offered(office, grace):
    mailbox = refused(office, code="tls.expired_certificate")

    page = grace.get(f"/mailboxes/{mailbox}").text
    asked = grace.get(f"/mailboxes/{mailbox}/certificate").text

    assert grouped_in(page) and TRUST not in page
    assert "waits for an answer" in asked and 'name="fingerprint"' not in asked


def test_a_test_of_what_is_not_saved_yet_leads_there_and_back(office, grace, dovecot):
    """The way in which a NAS is connected: nothing is saved, and the form stays in its tab."""
    anna = states.somebody(office, "Anna Keller")
    config = f"/mailboxes/{anna.mailbox_id}/config"
    account = dovecot.user()
    typed = {
        "imap_host": dovecot.host,
        "imap_port": str(dovecot.ssl_port),
        "imap_encryption": "ssl",
        "username": account.name,
        "password": account.password,
    }

    tested = ended(grace, config, grace.post(config, do="test", **typed)).text
    asked = f"/mailboxes/{anna.mailbox_id}/certificate"
    sent = {"host": dovecot.host, "fingerprint": dovecot.certificate.fingerprint}
    answer = grace.post(asked, **sent)
    again = ended(grace, config, grace.post(config, do="test", **typed)).text

    assert grouped_in(tested) and f'target="_blank" rel="noopener"{TRUST}' in tested
    assert answer.location == config
    assert "It works." in again


def test_one_without_a_last_day_is_shown_east_of_greenwich_too(
    office: Office, grace: Visitor, monkeypatch: pytest.MonkeyPatch
):
    for_ever = replace(SHOWN, ends_at=datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC))
    with monkeypatch.context() as east:
        east.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        page = grace.get(f"/mailboxes/{refused(office, for_ever)}")
    time.tzset()

    assert page.status_code == 200
    assert "31 Dec 9999</time> · good without end" in page.text
