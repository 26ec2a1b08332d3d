"""What is set for a mailbox and is the office's anyway: told once, and only where that is so."""

from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.services.office.settings import change_settings
from mailboxadmin.services.trouble.doctor import examine


def told_of(token_office, address: str) -> str:
    """What the check of settings says, of that one's server."""
    name = address.partition("@")[0].title()
    said = next(each for each in examine(token_office.deps) if each.code == "settings")
    return " ".join(point.what for point in said.points if name in point.what)


def have_the_office_name(token_office) -> None:
    server = token_office.dovecot
    change_settings(
        token_office.deps,
        {"imap_host": server.host, "imap_port": str(server.port), "imap_encryption": "none"},
        actor=COMMAND_LINE,
    )


def test_a_server_that_is_the_offices_is_told_once(token_office):
    ann = token_office.office.mailbox(server=token_office.dovecot)
    have_the_office_name(token_office)

    assert told_of(token_office, ann.person.email).count("is what the office has anyway") == 1


def test_a_server_that_a_permission_would_leave_is_no_repetition(token_office):
    """With the field empty the provider's own server would be in force."""
    ben = token_office.connected()
    have_the_office_name(token_office)

    assert "anyway" not in told_of(token_office, ben.person.email)
