"""`mailboxadmin demo`: what a newcomer sees first."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request

import pytest

from mailboxadmin.cli import demo as module
from mailboxadmin.demo.ports import free_port

PATIENCE_S = 90


def test_without_the_extra_it_says_what_to_install(run, monkeypatch):
    monkeypatch.setattr(module, "find_spec", lambda _name: None)

    done = run("demo")

    assert done.status == 1
    assert "pip install 'mailboxadmin[demo]'" in done.complaint


def test_the_last_office_is_forgotten_with_its_backups(tmp_path):
    (tmp_path / "backups").mkdir()
    for name in ("mailboxadmin.db", "backups/mailboxadmin-20260302-010004Z.db", "secret.key"):
        (tmp_path / name).touch()

    module._forget(tmp_path)

    assert [each.name for each in tmp_path.iterdir()] == ["secret.key"]


@pytest.fixture
def demo(tmp_path):
    pytest.importorskip("pymap")
    port, output = free_port(), tmp_path / "output.txt"
    environment = os.environ | {
        "MAILBOXADMIN_INSTANCE": str(tmp_path / "instance"),
        "MAILBOXADMIN_DATABASE_URL": f"sqlite:///{tmp_path}/real.db",
    }
    with output.open("wb") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", "mailboxadmin", "demo", "--port", str(port)],
            env=environment,
            stdout=sink,
            stderr=subprocess.STDOUT,
        )
    end = time.monotonic() + PATIENCE_S
    while "Ctrl-C ends it" not in output.read_text():
        assert process.poll() is None and time.monotonic() < end, output.read_text()
        time.sleep(0.1)
    yield process, port, output.read_text(), tmp_path
    process.kill()
    process.wait()


def test_the_office_has_mail_one_broken_mailbox_and_says_what_to_click(demo):
    process, port, said, folder = demo
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/login", timeout=20) as page:
        status = page.status
    environment = os.environ | {"MAILBOXADMIN_INSTANCE": str(folder / "instance" / "demo")}
    listed = subprocess.run(
        [sys.executable, "-m", "mailboxadmin", "mailbox", "list", "--json"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    process.send_signal(signal.SIGINT)

    mailboxes = [json.loads(line) for line in listed.stdout.splitlines()]
    broken = [line for line in mailboxes if line["finding"]]
    assert status == 200
    assert len(mailboxes) >= 5
    assert sum(line["messages"] for line in mailboxes) > 200
    assert [line["finding"]["code"] for line in broken] == ["auth.bad_credentials"]
    assert "What to click first" in said
    assert re.search(r"grace@example\.org +\S+", said)
    assert process.wait(PATIENCE_S) == 0
    assert not (folder / "real.db").exists()
