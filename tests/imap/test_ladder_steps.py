"""The ladder on a real server, up to the sign-in."""

import pytest

from mailboxadmin.demo.ports import refusing_port
from mailboxadmin.domain.errors import Happening
from mailboxadmin.domain.finding import Phase
from mailboxadmin.domain.mailbox import Encryption
from mailboxadmin.imap.network import Network
from tests.imap.callers import account, failure, on_dovecot, phases, session
from tests.support.waiting import wait_for

ORDER = {
    Encryption.SSL: ["dns", "tcp", "tls", "greeting", "auth"],
    Encryption.STARTTLS: ["dns", "tcp", "greeting", "tls", "auth"],
    Encryption.NONE: ["dns", "tcp", "greeting", "auth"],
}


@pytest.mark.parametrize("encryption", list(Encryption))
def test_a_working_mailbox_climbs_every_rung_in_its_order(dovecot, encryption):
    user = dovecot.user()
    steps = []

    to = on_dovecot(dovecot, user, encryption, host="localhost")
    with session(to, ca_file=dovecot.ca_file, on_step=steps.append) as opened:
        names = {folder.name for folder in opened.list_folders()}

    assert phases(steps) == [(phase, True) for phase in ORDER[encryption]]
    assert opened.steps == tuple(steps)
    assert "INBOX" in names
    assert dovecot.logins_of(user).accepted == 1


def test_each_rung_says_what_it_found(dovecot):
    user = dovecot.user()

    with session(on_dovecot(dovecot, user, Encryption.SSL), ca_file=dovecot.ca_file) as opened:
        said = {step.phase: step.detail for step in opened.steps}

    assert said[Phase.DNS] == "127.0.0.1"
    assert said[Phase.TCP] == f"port {dovecot.ssl_port}"
    assert said[Phase.TLS].startswith("certificate for 127.0.0.1, from trustme")
    assert ", good until 1 Jan 3000" in said[Phase.TLS]
    greeting = said[Phase.GREETING]
    assert greeting.startswith("OK Dovecot") and "CAPABILITY" not in greeting
    assert said[Phase.AUTH] == f"signed in as {user.name}"


def test_a_host_with_several_addresses_says_which_one_answered(dovecot, dns_stub):
    dns_stub.add("imap.example.org", "A", "127.0.0.2", "127.0.0.1")
    network = Network(nameservers=((dns_stub.address, dns_stub.port),))
    to = on_dovecot(dovecot, dovecot.user(), host="imap.example.org")

    with session(to, network=network) as opened:
        tcp = opened.steps[1]

    assert tcp.detail == f"port {dovecot.port} at 127.0.0.1"


def test_a_wrong_password_is_the_servers_word_and_ends_the_ladder(dovecot):
    user = dovecot.user()

    facts, steps = failure(on_dovecot(dovecot, user, password="Tr0ub4dor"))

    assert phases(steps)[-1] == ("auth", False)
    assert facts.happening is Happening.ANSWER_NO
    assert facts.phase is Phase.AUTH
    assert facts.response_code == "AUTHENTICATIONFAILED"
    assert facts.server_said == "[AUTHENTICATIONFAILED] Authentication failed."
    assert steps[-1].detail == facts.server_said
    assert "Dovecot" in facts.greeting
    assert {"IMAP4REV1", "AUTH=PLAIN"} <= facts.capabilities
    assert dovecot.logins_of(user).refused == 1


def test_one_session_too_many_carries_the_code_and_no_verdict(start_dovecot):
    dovecot = start_dovecot(max_userip_connections=1)
    to = on_dovecot(dovecot, dovecot.user())

    with session(to):
        facts, _ = failure(to)

    assert facts.phase is Phase.AUTH
    assert facts.response_code == "LIMIT"
    assert "Maximum number of connections" in (facts.server_said or "")


@pytest.mark.parametrize(
    "password", ["pässwörd ✉", 'quo"te\\back slash', "ends with {3}", "a" * 300]
)
@pytest.mark.parametrize("encryption", [Encryption.SSL, Encryption.NONE])
def test_any_password_that_is_one_line_gets_through(dovecot, password, encryption):
    user = dovecot.user(password=password)

    with session(on_dovecot(dovecot, user, encryption), ca_file=dovecot.ca_file) as opened:
        assert opened.steps[-1].phase is Phase.AUTH


def test_a_session_leaves_by_logout_and_leaves_no_connection(dovecot):
    user = dovecot.user()

    with session(on_dovecot(dovecot, user)):
        assert dovecot.connections(user) == 1

    # It is logged a little later than it is answered.
    wait_for(lambda: "Logged out" in dovecot.log_text())


def test_who_is_told_of_a_step_may_stop_the_climb_and_nothing_stays_open(dovecot):
    user = dovecot.user()

    class Enough(Exception):
        pass

    def stop_at_auth(step):
        if step.phase is Phase.AUTH:
            raise Enough

    with pytest.raises(Enough):
        session(on_dovecot(dovecot, user), on_step=stop_at_auth)

    # Dovecot notices the end of the connection some milliseconds later.
    dovecot.kick(user) if dovecot.connections(user) else None
    assert dovecot.connections(user) == 0


def test_staff_are_kept_out_of_the_inner_network_before_a_connection_is_tried():
    with refusing_port() as port:
        facts, steps = failure(account(port, guarded=True))

    assert facts.happening is Happening.ADDRESS_NOT_ALLOWED
    assert phases(steps) == [("dns", False)]


def test_what_an_admin_allowed_is_reached(dovecot):
    user = dovecot.user()
    to = on_dovecot(dovecot, user, guarded=True, allowed_hosts=(f"127.0.0.1:{dovecot.port}",))

    with session(to) as opened:
        assert opened.steps[-1].ok
