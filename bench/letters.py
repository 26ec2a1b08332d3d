"""The mail that is measured with, put into the mailboxes of a server."""

from collections.abc import Iterable

from bench.peers import RawSocket
from tests.support import mails
from tests.support.dovecot import Dovecot
from tests.support.mailstore import Account


def realistic(count: int) -> list[bytes]:
    """As an office receives them, about 27 kB each."""
    return list(mails.generate(count))


def small(count: int) -> Iterable[bytes]:
    """For measurements in which only their number matters."""
    return (b"Subject: letter %d\r\n\r\nHello\r\n" % number for number in range(count))


def mailbox(server: Dovecot, letters: Iterable[bytes], *, name: str | None = None) -> Account:
    """A user with these letters, whom a mail program has visited already.

    Else everybody would pay for the server's own work: it builds its index at the first look,
    and as long as nobody has opened the folder for writing it reads the names of all files that
    are new, each time.
    """
    account = server.user(name)
    server.deliver_many(account, letters)
    with server.client(account) as mail_program:
        mail_program.select_folder("INBOX")
    RawSocket(server, account).fetch_all()
    return account
