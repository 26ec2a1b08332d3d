"""`serve`: database, scheduler and web server in one process."""

import os
from dataclasses import replace

import click

from mailboxadmin.app import create_app, start_background
from mailboxadmin.cli.listening import announce, listen, run_until_stopped, url_of
from mailboxadmin.cli.output import complain
from mailboxadmin.config import PREFIX, Config
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.keeping.key_check import repair_mode
from mailboxadmin.services.staff.setup import admin_exists, new_setup_code


@click.command
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--no-scheduler", is_flag=True, help="Only answer; another process checks for mail.")
def serve(host: str, port: int, no_scheduler: bool) -> None:
    """Upgrade the database, check for mail and serve the pages, until SIGTERM or Ctrl-C."""
    config = Config.from_environment()
    with listen(host, port) as listening:
        if not os.environ.get(f"{PREFIX}BASE_URL"):
            # Links that are made here are opened on this machine, as long as nothing else is said.
            config = replace(config, base_url=f"http://localhost:{port}")
        if no_scheduler:
            config = replace(config, scheduler=False)
        app = create_app(config)
        background = start_background(app)

        def say() -> None:
            url = url_of(host, port)
            announce(host, url)
            deps: Deps = app.extensions["mailboxadmin"]
            _print_setup_code(deps, url)
            if words := repair_mode(deps):
                complain(words)
            click.echo(f"{background.where.capitalize()}; stop with Ctrl-C.")

        behind_proxy = config.trusted_proxies > 0
        run_until_stopped(app, listening, background, behind_proxy=behind_proxy, say=say)


def _print_setup_code(deps: Deps, url: str) -> None:
    if not admin_exists(deps):
        click.echo(f"Make the first admin at {url}/setup with the code {new_setup_code(deps)}")
