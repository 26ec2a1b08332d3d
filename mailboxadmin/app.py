"""The one place where the rooms are introduced to each other."""

import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from mailboxadmin import web
from mailboxadmin.config import Config, prepare_instance
from mailboxadmin.diagnosis import Diagnosis, load_providers
from mailboxadmin.domain.clock import Clock, SystemClock
from mailboxadmin.domain.rehearsal import Rehearsal
from mailboxadmin.imap.network import Network
from mailboxadmin.oauth.client import TokenClient
from mailboxadmin.oauth.endpoints import Endpoints
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.keeping.damage import told_at_start
from mailboxadmin.services.machine.room import starting_in
from mailboxadmin.services.pool import Pool
from mailboxadmin.services.running import Running
from mailboxadmin.services.web_time import HearingTransport, WebTime
from mailboxadmin.store.backup import database_file
from mailboxadmin.store.base import db
from mailboxadmin.store.schema import is_current, upgrade
from mailboxadmin.store.store import Store, prepare_sqlite
from mailboxadmin.store.vault import Vault

if TYPE_CHECKING:
    from mailboxadmin.jobs.background import Background

#: The largest form that is read: a CSV of people, never a message.
LARGEST_FORM_BYTES = 1024 * 1024


def create_app(
    config: Config | None = None,
    *,
    clock: Clock | None = None,
    network: Network | None = None,
    pages: bool = True,
) -> Flask:
    """The whole program, ready to serve; without arguments as the environment says.

    Args:
        pages: False leaves the web out, for commands, which then start in half the time.
        clock: where the time comes from, when it is not the machine's.
        network: how names are resolved, when it is not the system's way.

    Raises:
        ConfigFault: the environment or the instance folder cannot be used.
        StoreUnavailable: the database cannot be used, or is from a newer version.
    """
    config = config or Config.from_environment()
    clock = clock or SystemClock()
    prepare_instance(config)
    app = _bare_app(config)
    with (
        starting_in(config.database_file.parent),
        told_at_start(config.database_file, config.instance, clock.now()),
    ):
        vault = Vault(config.keys(), file=_key_file(config))
        _configure(app, config, vault)
        store = _open_store(app, migrations=pages)
    network = network or Network(ca_file=config.ca_file)
    app.extensions["mailboxadmin"] = _introduce(config, store, vault, clock, network)
    if pages:
        web.register(app)
    return app


def hand_over(app: Flask, rehearsal: Rehearsal) -> None:
    """Show the page of the rehearsals, which is not there without one."""
    app.extensions[web.REHEARSAL] = rehearsal


def start_background(app: Flask) -> "Background":
    """Begin what a server process does beside answering; `stop()` of the result ends it.

    Raises:
        InUse: a backup is being restored into the instance.
        OSError: the instance folder cannot be written.
        StoreUnavailable: the database cannot be written.
    """
    from mailboxadmin.jobs.background import Background

    deps: Deps = app.extensions["mailboxadmin"]
    with starting_in(database_file(deps.store.engine).parent):
        background = Background(deps, scheduler=bool(app.config["SCHEDULER_EXPECTED"]))
        background.start()
    return background


def _bare_app(config: Config) -> Flask:
    return Flask(
        "mailboxadmin",
        template_folder=_folder("templates"),
        static_folder=_folder("static"),
        static_url_path="/static",
        instance_path=str(config.instance),
    )


def _introduce(config: Config, store: Store, vault: Vault, clock: Clock, network: Network) -> Deps:
    """What the use cases work with. Every answer over HTTPS also says what time it is."""
    web_time = WebTime(clock)
    transport = HearingTransport(
        resolve=network.addresses, ca_file=config.ca_file, hear=web_time.hear
    )
    endpoints = Endpoints.of(config.provider_urls)
    return Deps(
        store=store,
        clock=clock,
        vault=vault,
        network=network,
        outbound=transport,
        tokens=TokenClient(endpoints=endpoints, transport=transport, clock=clock),
        diagnosis=Diagnosis.load(),
        providers=load_providers(),
        pool=Pool(),
        running=Running(),
        instance=config.instance,
        key_file=_key_file(config),
        base_url=config.base_url,
        web_time=web_time,
    )


def _key_file(config: Config) -> Path | None:
    """Where the keys are kept; None when the environment names them."""
    return config.key_file if config.secret_keys is None else None


def _folder(name: str) -> str:
    """Inside the package when it was installed, beside it in a checkout."""
    package = Path(__file__).parent
    inside = package / name
    return str(inside if inside.is_dir() else package.parent / name)


def _configure(app: Flask, config: Config, vault: Vault) -> None:
    secure = config.base_url.startswith("https://")
    app.config.update(
        # Anew at each request, see `web.cookies`.
        SECRET_KEY=vault.derived_key("cookies"),
        SQLALCHEMY_DATABASE_URI=config.database_url,
        SESSION_COOKIE_NAME="__Host-session" if secure else "session",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=LARGEST_FORM_BYTES,
        # Pasted lists too, which Flask would cut at half a megabyte.
        MAX_FORM_MEMORY_SIZE=LARGEST_FORM_BYTES,
        METRICS_TOKEN=config.metrics_token,
        SCHEDULER_EXPECTED=config.scheduler,
        # Changes with each start, so that a browser never keeps a style of an older version.
        STATIC_VERSION=secrets.token_hex(4),
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if config.trusted_proxies:
        count = config.trusted_proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=count, x_proto=count, x_host=count
        )


def _open_store(app: Flask, *, migrations: bool) -> Store:
    db.init_app(app)
    with app.app_context():
        prepare_sqlite(db.engine)
        if migrations or not is_current(db.engine):
            # Imported here: Alembic is slow to load, and a command seldom needs it.
            from flask_migrate import Migrate

            Migrate(app, db, directory=str(Path(__file__).parent / "store" / "migrations"))
        upgrade(db.engine)
        return Store(db.engine)
