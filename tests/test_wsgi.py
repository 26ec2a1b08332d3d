"""`wsgi:app`, as a WSGI server imports it."""

import os
import subprocess
import sys
from pathlib import Path

from mailboxadmin.services.overview.activity import Filter, iter_entries

ROOT = Path(__file__).parents[1]
#: A worker that has answered one request and ends as its server tells it.
WORKER = """
import wsgi
print(wsgi.app.test_client().get("/healthz").status_code)
"""


def import_wsgi(instance: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", WORKER],
        cwd=ROOT,
        env=os.environ | {"MAILBOXADMIN_INSTANCE": str(instance)} | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_worker_runs_the_scheduler_and_ends_it(instance, open_office):
    done = import_wsgi(instance)

    assert (done.stdout, done.stderr, done.returncode) == ("200\n", "", 0)
    codes = [entry.code for entry in iter_entries(open_office().deps, Filter(code="scheduler"))]
    assert codes == ["scheduler.stopped", "scheduler.started"]


def test_the_environment_can_keep_the_scheduler_out(instance, open_office):
    import_wsgi(instance, MAILBOXADMIN_SCHEDULER="off")

    assert list(iter_entries(open_office().deps, Filter(code="scheduler"))) == []


def test_a_fault_is_one_line(instance):
    done = import_wsgi(instance, MAILBOXADMIN_BASE_URL="nonsense")

    [line] = done.stderr.splitlines()
    assert line.startswith("mailboxadmin: MAILBOXADMIN_BASE_URL: ")
    assert done.returncode == 1


def test_a_fault_is_one_line_of_the_flask_command_too(instance):
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "mailboxadmin.app:create_app", "routes"],
        cwd=ROOT,
        env=os.environ
        | {"MAILBOXADMIN_INSTANCE": str(instance), "MAILBOXADMIN_SCHEDULER": "maybe"},
        capture_output=True,
        text=True,
        timeout=60,
    )

    [line] = done.stderr.splitlines()
    assert line.startswith("Error: MAILBOXADMIN_SCHEDULER: 'maybe' is not allowed")
    assert done.returncode == 2


def test_two_workers_may_make_one_new_instance(tmp_path):
    workers = [
        subprocess.Popen(
            [sys.executable, "-m", "mailboxadmin", "settings", "list"],
            env=os.environ | {"MAILBOXADMIN_INSTANCE": str(tmp_path / "new")},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]

    ends = [(worker.communicate(timeout=60)[1], worker.returncode) for worker in workers]

    assert ends == [("", 0)] * 3
