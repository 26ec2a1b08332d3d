"""`mailboxadmin serve` as the process it is: its start, its end, and its second on one machine."""

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from mailboxadmin.demo.ports import free_port
from mailboxadmin.services.overview.activity import Filter, iter_entries
from mailboxadmin.store.secrets import put_password
from tests.support.examined import letter, put
from tests.support.office import Office

PATIENCE_S = 60
#: As `python -m mailboxadmin`, with a tick every second instead of every fifteen. What it waits
#: for never ends within a test: a stop that is in time was not waited for.
PROGRAM = """
import os
from datetime import timedelta
from mailboxadmin.cli import main
from mailboxadmin.imap import climb
from mailboxadmin.jobs import scheduler
from mailboxadmin.store import store

scheduler.TICK = timedelta(seconds=1)
climb.RUNG_LIMIT_S = store.BUSY_TIMEOUT_S = 600
exec(os.environ.get("BEFORE", ""))
main()
"""
#: Ends itself the moment it has said how to end it.
STOPPED_AT_THE_WORD = """
import click, signal
say = click.echo
def echo(words):
    say(words)
    if "stop with Ctrl-C" in words:
        os.kill(os.getpid(), signal.SIGTERM)
click.echo = echo
"""
#: Says when it was asked for a page, and takes its time for the answer.
THOUGHTFUL = """
import time
from flask import request_started
def asked(app):
    print("asked", flush=True)
    time.sleep(0.3)
request_started.connect(asked)
"""


class Server:
    """A process, and what it printed so far."""

    def __init__(self, instance: Path, output: Path, *options: str, **environment: str) -> None:
        self.port = free_port()
        self.output = output
        command = [sys.executable, "-c", PROGRAM, "serve", "--port", str(self.port)]
        with output.open("wb") as sink:
            self.process = subprocess.Popen(
                [*command, *options],
                env=os.environ | {"MAILBOXADMIN_INSTANCE": str(instance)} | environment,
                stdout=sink,
                stderr=subprocess.STDOUT,
            )

    @property
    def said(self) -> str:
        return self.output.read_text()

    def ready(self) -> "Server":
        self.wait_for("stop with Ctrl-C")
        return self

    def wait_for(self, words: str) -> None:
        end = time.monotonic() + PATIENCE_S
        while words not in self.said:
            assert self.process.poll() is None and time.monotonic() < end, self.said
            time.sleep(0.05)

    def status(self, path: str) -> int:
        url = f"http://127.0.0.1:{self.port}{path}"
        try:
            with urllib.request.urlopen(url, timeout=PATIENCE_S) as page:
                return int(page.status)
        except urllib.error.HTTPError as refusal:
            return refusal.code

    def end(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)


@pytest.fixture
def serve(instance: Path, tmp_path: Path) -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def start(*options: str, **environment: str) -> Server:
        output = tmp_path / f"output-{len(servers)}.txt"
        servers.append(Server(instance, output, *options, **environment))
        return servers[-1]

    yield start
    for server in servers:
        server.process.kill()
        server.process.wait()


def eventually(condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + PATIENCE_S
    while not condition() and time.monotonic() < end:
        time.sleep(0.2)
    return condition()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_and_stops_cleanly(serve, open_office, number):
    server = serve().ready()
    healthy = eventually(lambda: server.status("/healthz") == 200)
    page = server.status("/login")

    status = server.end(number)

    assert healthy
    assert page == 200
    assert status == 0, server.said
    codes = [entry.code for entry in iter_entries(open_office().deps, Filter(code="scheduler"))]
    assert codes == ["scheduler.stopped", "scheduler.started"]


def test_it_stops_cleanly_from_the_moment_it_says_how(serve):
    server = serve(BEFORE=STOPPED_AT_THE_WORD)

    assert server.process.wait(PATIENCE_S) == 0, server.said


def test_it_prints_its_address_and_the_set_up_code_until_there_is_an_admin(serve, open_office):
    first = serve().ready()
    first.end()
    open_office().admin()
    second = serve().ready()
    second.end()

    assert f"http://localhost:{first.port}" in first.said
    assert re.search(r"/setup with the code ([A-Z2-9]{4}-?){4}", first.said)
    assert "/setup" not in second.said


def test_it_stops_in_time_while_a_mail_server_is_silent(serve, open_office):
    office = open_office()
    anna = office.person("anna@example.org")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        from mailboxadmin.domain.mailbox import Encryption
        from mailboxadmin.domain.mailbox import Server as MailServer

        host, port = silent.getsockname()
        office.connect(
            anna.mailbox_id, MailServer(host=host, port=port, encryption=Encryption.NONE), "secret"
        )
        server = serve().ready()
        silent.settimeout(PATIENCE_S)
        connection, _ = silent.accept()

        status = server.end()
        connection.close()

    assert status == 0, server.said


def test_it_stops_in_time_while_another_process_holds_the_database(serve, instance):
    server = serve().ready()
    with closing(sqlite3.connect(instance / "mailboxadmin.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        # Long enough for a tick to begin, which then waits for the database.
        time.sleep(3)

        status = server.end()

    assert status == 0, server.said


def test_an_answer_that_is_on_its_way_is_still_given(serve):
    server = serve("--no-scheduler", BEFORE=THOUGHTFUL).ready()
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE_S) as browser:
        browser.sendall(b"GET /login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        server.wait_for("asked")
        status = server.end()
        answer = b"".join(iter(lambda: browser.recv(65536), b""))

    assert status == 0
    assert answer.startswith(b"HTTP/1.1 ")
    assert b"</html>" in answer or b"Location:" in answer


def test_a_port_in_use_is_one_sentence_and_status_2(serve, run):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = run("serve", "--port", str(taken.getsockname()[1]))

    assert done.status == 2
    assert done.complaint.endswith("already in use; choose another with --port.")
    assert done.out == ""


def test_an_address_of_another_machine_is_one_sentence(run):
    foreign = run("serve", "--host", "192.0.2.1")
    unknown = run("serve", "--host", "no such host.invalid")

    assert (foreign.status, unknown.status) == (2, 2)
    assert foreign.complaint.startswith("host: ") and foreign.complaint.endswith("with --host.")
    assert unknown.complaint.endswith("choose another with --host.")


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        ("UPDATE alembic_version SET version_num = '9999'", "newer version"),
        (None, "not a database"),
    ],
)
def test_a_database_that_cannot_be_used_is_one_sentence_and_status_1(serve, instance, spoil, word):
    database = instance / "mailboxadmin.db"
    if spoil:
        with sqlite3.connect(database) as opened:
            opened.execute(spoil)
    else:
        database.write_bytes(b"rubbish" * 1000)

    server = serve()
    status = server.process.wait(PATIENCE_S)

    [line] = server.said.splitlines()
    assert status == 1
    assert line.startswith("mailboxadmin: The database")
    assert word in line


def test_a_second_server_does_not_run_the_scheduler_and_takes_over_when_the_first_is_killed(
    serve, open_office
):
    first = serve().ready()
    second = serve().ready()
    where = second.said

    first.process.kill()
    first.process.wait()

    office: Office = open_office()
    assert f"scheduler runs in process {first.process.pid}" in where

    def took_over() -> bool:
        entries = iter_entries(office.deps, Filter(code="scheduler.took_over"))
        return [entry.detail["process"] for entry in entries] == [second.process.pid]

    assert eventually(took_over)
    assert second.end() == 0


def test_the_open_network_is_said_to_be_one(serve):
    server = serve("--host", "0.0.0.0", "--no-scheduler").ready()
    server.end()

    assert "Everyone on the network can reach it" in server.said
    assert "runs no scheduler" in server.said


@pytest.mark.parametrize(("proxies", "believed"), [("1", True), ("0", False)])
def test_a_proxy_is_believed_only_when_it_was_named(serve, open_office, proxies, believed):
    office = open_office()
    office.admin()
    server = serve("--no-scheduler", MAILBOXADMIN_TRUSTED_PROXIES=proxies).ready()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    url = f"http://127.0.0.1:{server.port}/login"
    page = browser.open(url, timeout=PATIENCE_S).read().decode()
    [token] = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    form = {"csrf_token": token, "email": "x@example.org", "password": "not the one"}
    headers = {"X-Forwarded-For": "203.0.113.9", "Referer": url}

    request = urllib.request.Request(url, urllib.parse.urlencode(form).encode(), headers)
    try:
        browser.open(request, timeout=PATIENCE_S)
    except urllib.error.HTTPError as refusal:
        assert refusal.code < 500

    [entry] = iter_entries(office.deps, Filter(code="login.failed"))
    assert ("203.0.113.9" in str(entry.detail)) is believed


def test_with_another_key_it_starts_and_says_how_many_secrets_it_does_not_open(serve, office):
    person = office.person("ann@example.org")
    lost = Fernet(Fernet.generate_key()).encrypt(b"a password")
    with office.deps.store.write() as db:
        put_password(db, person.mailbox_id, lost, "h:993/ssl", office.clock.now())

    server = serve().ready()

    assert "1 of 1 stored secrets cannot be opened with the key file" in server.said
    assert server.status("/login") == 200
    assert server.end() == 0, server.said


@pytest.mark.parametrize("command", [("secrets", "rotate"), ("erase", "ann@example.org", "--yes")])
def test_beside_it_the_key_is_replaced_and_a_mailbox_erased(serve, office, command):
    person = office.person("ann@example.org")
    put(office, person.mailbox_id, [letter(f"letter {number}") for number in range(20)])
    server = serve().ready()

    beside = subprocess.run(
        [sys.executable, "-m", "mailboxadmin", *command],
        env=os.environ | {"MAILBOXADMIN_INSTANCE": str(office.deps.instance)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert beside.returncode == 0, beside.stderr
    assert server.status("/login") == 200
    assert server.end() == 0, server.said
    assert "Traceback" not in server.said
