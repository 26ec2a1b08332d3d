"""What a server process does beside answering ends when the process ends."""

import threading

import pytest

from mailboxadmin.app import start_background
from mailboxadmin.domain.errors import Cancelled
from mailboxadmin.services.machine.file_lock import InUse, alone_in
from mailboxadmin.services.machine.log_file import log_file
from mailboxadmin.services.running import RunControl

PATIENCE_S = 60


def test_a_server_keeps_a_restore_out_until_it_ends(office):
    background = start_background(office.app)

    with pytest.raises(InUse, match="stop the server"), alone_in(office.deps.instance):
        pass
    background.stop(timeout_s=PATIENCE_S)

    with alone_in(office.deps.instance):
        pass


def test_no_server_begins_while_a_backup_is_restored(office):
    with alone_in(office.deps.instance), pytest.raises(InUse, match="being restored"):
        start_background(office.app)


def test_a_run_that_goes_on_is_cut_off_and_what_waits_never_begins(office):
    background = start_background(office.app)
    control, begun, waited = RunControl(1, 1), threading.Event(), []
    office.deps.running.add(control)

    def run():
        begun.set()
        control.wait(2 * PATIENCE_S)
        with pytest.raises(Cancelled):
            control.proceed()

    office.deps.pool.resize(1)
    office.deps.pool.submit(run)
    office.deps.pool.submit(lambda: waited.append(True))
    assert begun.wait(PATIENCE_S)

    ended = background.stop(timeout_s=PATIENCE_S)

    assert ended
    assert waited == []


def test_a_run_that_does_not_end_is_said(office):
    background = start_background(office.app)
    begun, go_on = threading.Event(), threading.Event()
    office.deps.pool.submit(lambda: (begun.set(), go_on.wait(PATIENCE_S)))
    assert begun.wait(PATIENCE_S)

    ended = background.stop(timeout_s=0.2)
    go_on.set()

    assert not ended
    assert "did not end in time" in log_file(office.deps.instance).read_text()


def test_the_scheduler_runs_where_the_environment_wants_it(office):
    office.app.config["SCHEDULER_EXPECTED"] = True
    background = start_background(office.app)
    where = background.where
    background.stop(timeout_s=PATIENCE_S)
    office.app.config["SCHEDULER_EXPECTED"] = False
    without = start_background(office.app)
    without.stop(timeout_s=PATIENCE_S)

    assert where == "the scheduler runs in this process"
    assert without.where == "this process runs no scheduler"
