"""`demo`: the sample office, with a mail server and an OAuth provider of its own."""

import random
import shutil
import socket
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask import Flask

from mailboxadmin.app import create_app, hand_over, start_background
from mailboxadmin.cli.listening import listen, run_until_stopped
from mailboxadmin.config import Config, prepare_instance
from mailboxadmin.domain.errors import MailboxAdminError
from mailboxadmin.services.keeping.daily_backup import backups_folder
from mailboxadmin.services.machine.file_lock import alone_in

if TYPE_CHECKING:
    from mailboxadmin.demo.welcome import Welcome

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
    with ExitStack() as until_stopped:
        app, listening, welcome = _open(port, until_stopped)
        background = start_background(app)

        def say() -> None:
            click.echo(f"\n{welcome}")

        run_until_stopped(app, listening, background, behind_proxy=False, say=say)


def _open(port: int, until_stopped: ExitStack) -> tuple[Flask, socket.socket, "Welcome"]:
    """The sample office with its servers, and what its people are told; not yet served."""
    from mailboxadmin.demo.at_home import at_home
    from mailboxadmin.demo.office import open_office
    from mailboxadmin.demo.people import sample_people
    from mailboxadmin.demo.props import props
    from mailboxadmin.demo.provider import LocalProvider
    from mailboxadmin.demo.rehearsal import OfficeRehearsal
    from mailboxadmin.demo.server import DemoImapServer
    from mailboxadmin.demo.trickle import Trickle

    people = sample_people()
    provider = until_stopped.enter_context(LocalProvider())
    config = _fresh_instance(port, provider.urls)
    listening = until_stopped.enter_context(listen(HOST, port))
    server = until_stopped.enter_context(DemoImapServer(people, accepts=provider.opens))
    at_hand = until_stopped.enter_context(props())
    app = create_app(config)
    deps = at_hand.at_hand(at_home(app.extensions["mailboxadmin"], server.address))
    app.extensions["mailboxadmin"] = deps
    click.echo("Fetching the sample mail over IMAP …")
    welcome = open_office(deps, server, provider, people)
    stage = at_hand.stage(deps, server, provider, people)
    hand_over(app, until_stopped.enter_context(OfficeRehearsal(stage)))
    until_stopped.enter_context(Trickle(server, people, deps.clock, random.Random()))
    return app, listening, welcome


def _fresh_instance(port: int, provider_urls: Mapping[str, str]) -> Config:
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
        provider_urls=provider_urls,
    )
    prepare_instance(demo)
    with alone_in(folder):
        _forget(folder)
    return demo


def _forget(folder: Path) -> None:
    for name in ("mailboxadmin.db", "mailboxadmin.db-wal", "mailboxadmin.db-shm"):
        (folder / name).unlink(missing_ok=True)
    # Of a database that is not there any more: the last good backup is one of this office.
    shutil.rmtree(backups_folder(folder), ignore_errors=True)
