"""The drill of docs/operating.md, its very lines, on an office that goes on meanwhile."""

import json
import os
import re
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest

from mailboxadmin.domain.mailbox import Encryption, Server
from mailboxadmin.services.keeping.daily_backup import back_up_if_due
from tests.cli.conftest import store_messages
from tests.support.office import Office

PAGE = Path(__file__).parents[2] / "docs" / "operating.md"
SOMEWHERE = Server(host="mail.example.org", port=993, encryption=Encryption.SSL)


@pytest.fixture
def drill(office: Office, tmp_path: Path) -> str:
    """The lines, with the folders of this test in place of those of the page."""
    section = PAGE.read_text().partition("### The drill")[2].partition("\n## ")[0]
    [block] = re.findall(r"(?:^    .*\n)+", section, re.MULTILINE)
    lines = textwrap.dedent(block)
    places = {
        "/srv/mailboxadmin/instance": str(office.deps.instance),
        "/srv/drill": str(tmp_path / "drill"),
        "/safe": str(tmp_path / "safe"),
    }
    for place, here in places.items():
        assert place in lines
        lines = lines.replace(place, here)
    return lines


def test_the_drill_of_the_page_shows_that_the_backup_is_good(
    office: Office, drill: str, tmp_path: Path
):
    anna = office.person("anna@example.org")
    office.connect(anna.mailbox_id, SOMEWHERE, "a password")
    store_messages(office, anna.mailbox_id, 5)
    (tmp_path / "safe").mkdir()
    key = (office.deps.instance / "secret.key").read_bytes()
    (tmp_path / "safe" / "secret.key").write_bytes(key)
    back_up_if_due(office.deps, threading.Event())
    office.person("ben@example.org")

    done = subprocess.run(
        [
            "bash",
            "-euo",
            "pipefail",
            "-c",
            f"mailboxadmin() {{ {sys.executable} -m mailboxadmin "
            f'"$@" || [ "$1" = doctor ]; }}\n{drill}',
        ],
        env=os.environ | {"PYTHONPATH": str(PAGE.parents[1])},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
    )

    assert done.returncode == 0, done.stderr
    objects = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    checks = {each["code"]: each["ok"] for each in objects if "code" in each}
    assert checks == {"database": True, "key_file": True}
    assert "anna@example.org" in done.stdout and "ben@example.org" not in done.stdout
    assert [each["uid"] for each in objects if "uid" in each] == [5, 4, 3]
    assert not (tmp_path / "drill").exists()
    assert len(list((office.deps.instance / "backups").iterdir())) == 1
