"""`sync --due` tells people too, and no command prints what it tells them with."""

from mailboxadmin.demo.ports import LOOPBACK, free_port
from mailboxadmin.domain.mailbox import Encryption, Server
from tests.support.hook_server import HookServer
from tests.support.mailstore import Account
from tests.support.office import Office
from tests.support.smtp_server import SmtpServer
from tests.support.telling import HOOK_CANARY, SMTP_CANARY, TO

NOWHERE = Server(host=LOOPBACK, port=free_port(), encryption=Encryption.NONE)


def test_a_timer_tells_at_once_and_gives_a_sign_of_life(office: Office, run):
    office.mailbox_at(NOWHERE, Account("anna@example.org", "a password"))
    with SmtpServer(auth=("ann", SMTP_CANARY)) as server, HookServer() as monitor:
        for key, value in (
            ("notify_to", TO),
            ("smtp_host", server.host),
            ("smtp_port", str(server.port)),
            ("smtp_encryption", "none"),
            ("smtp_username", "ann"),
            ("ping_url", monitor.url),
        ):
            assert run("settings", "set", key, value).status == 0
        run("settings", "set", "smtp_password", "--value-stdin", stdin=SMTP_CANARY)
        run("settings", "set", "webhook_secret", "--value-stdin", stdin=HOOK_CANARY)
        ran = [run("sync", "--due", "--json")]
        office.clock.advance(minutes=40)
        ran.append(run("sync", "--due", "--json"))

    assert [outcome["outcome"] for outcome in ran[0].objects] == ["failed"]
    assert len(server.subjects) == 1 and server.subjects[0].startswith("anna@example.org: ")
    assert [came.method for came in monitor.came] == ["GET", "GET"]
    ran += [run("settings", "list"), run("activity", "--json"), run("doctor"), run("answers")]
    said = "".join(each.out + each.err for each in ran)
    assert SMTP_CANARY not in said and HOOK_CANARY not in said


def test_a_password_for_one_server_does_not_follow_to_another(office: Office, run):
    run("settings", "set", "smtp_host", "smtp.example.org")
    run("settings", "set", "smtp_password", "--value-stdin", stdin=SMTP_CANARY)

    moved = run("settings", "set", "smtp_host", "elsewhere.example.org")
    run("settings", "set", "smtp_password", "")
    again = run("settings", "set", "smtp_host", "elsewhere.example.org")

    assert (moved.status, again.status) == (2, 0)
    assert "smtp.example.org:587/starttls" in moved.complaint
    assert SMTP_CANARY not in moved.err
