"""`demo`: the sample office, with a mail server of its own."""

import random
from contextlib import ExitStack
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailboxadmin.app import create_app, start_background
from mailboxadmin.cli.listening import listen, run_until_stopped, url_of
from mailboxadmin.config import Config, prepare_instance
from mailboxadmin.domain.errors import MailboxAdminError
from mailboxadmin.services.file_lock import alone_in

if TYPE_CHECKING:
    from mailboxadmin.demo.people import SamplePerson

HOST = "127.0.0.1"


class DemoMissing(MailboxAdminError):
    """Raised when the package was installed without the embedded mail server."""

    def __init__(self) -> None:
        super().__init__("The sample office needs more: pip install 'mailboxadmin[demo]'.")


@click.command
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
def demo(port: int) -> None:
    """Show a sample office whose mail is really fetched, until Ctrl-C."""
    if find_spec("pymap") is None:
        raise DemoMissing
    from mailboxadmin.demo.furnish import connect_everybody, first_sync
    from mailboxadmin.demo.letters import letters_for
    from mailboxadmin.demo.people import sample_people
    from mailboxadmin.demo.server import DemoImapServer
    from mailboxadmin.demo.trickle import Trickle

    staff = sample_people()
    config = _fresh_instance(port)
    with ExitStack() as until_stopped:
        listening = until_stopped.enter_context(listen(HOST, port))
        server = until_stopped.enter_context(DemoImapServer(staff))
        app = create_app(config)
        deps = app.extensions["mailboxadmin"]
        for person in staff:
            server.fill(person.email, letters_for(person, deps.clock.now()))
        connect_everybody(deps, staff, server.host, server.port)
        click.echo("Fetching the sample mail over IMAP …")
        messages = first_sync(deps)
        background = start_background(app)
        until_stopped.enter_context(Trickle(server, staff, deps.clock, random.Random()))
        _welcome(url_of(HOST, port), staff, messages)
        run_until_stopped(app, listening, background, behind_proxy=False)


def _fresh_instance(port: int) -> Config:
    """The sample office begins anew each time: its mail server forgets, its passwords change."""
    config = Config.from_environment()
    folder = config.instance / "demo"
    demo = replace(
        config,
        instance=folder,
        database_url=f"sqlite:///{folder / 'mailboxadmin.db'}",
        base_url=f"http://localhost:{port}",
        scheduler=True,
        secret_keys=None,
        trusted_proxies=0,
    )
    prepare_instance(demo)
    with alone_in(folder):
        _forget(folder)
    return demo


def _forget(folder: Path) -> None:
    for name in ("mailboxadmin.db", "mailboxadmin.db-wal", "mailboxadmin.db-shm"):
        (folder / name).unlink(missing_ok=True)


def _welcome(url: str, staff: "tuple[SamplePerson, ...]", messages: int) -> None:
    admin = next(person for person in staff if person.role == "admin")
    broken = next(person for person in staff if not person.connects)
    fine = next(person for person in staff if person.connects and person is not admin)
    click.echo(
        f"""
The sample office is open, with {messages} messages: {url}

  The admin       {admin.email:<20}  {admin.sign_in_password}
  A staff member  {fine.email:<20}  {fine.sign_in_password}
  A broken one    {broken.email:<20}  {broken.sign_in_password}

What to click first:
  1. Sign in as {admin.first_name}: the board says why {broken.first_name}'s mailbox is broken.
  2. Sign in as {broken.first_name} in another window, open Mailbox Config, and enter the
     app password that works:  {broken.imap_password}
     Press Test connection, then Save: the mail comes by itself.
  3. Look at Activity: it tells the whole story. New mail trickles in all the time.

Stop with Ctrl-C."""
    )
