"""What a monitor asks: /healthz, /metrics, and the mark of the site."""

import os
import re
from pathlib import Path

import pytest

from mailboxadmin.domain.mailbox import State
from tests.support import states
from tests.support.office import Office
from tests.support.scraping import TOKEN, everything
from tests.support.visitor import Visitor

DOCS = Path(__file__).parents[2] / "docs"


def test_health_is_yes_or_no_and_no_details(office: Office, visitor: Visitor):
    states.tick(office)
    well = visitor.get("/healthz")
    office.clock.advance(minutes=2)
    ill = visitor.get("/healthz")

    assert (well.status_code, well.text) == (200, "ok\n")
    assert (ill.status_code, ill.text) == (503, "not ok\n")


def test_without_a_tick_it_is_ill_where_the_scheduler_should_run(office: Office, visitor: Visitor):
    here = visitor.get("/healthz").status_code
    office.app.config["SCHEDULER_EXPECTED"] = True

    assert (here, visitor.get("/healthz").status_code) == (200, 503)


def test_a_database_that_does_not_answer_is_ill(
    office: Office, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
):
    path = office.deps.store.engine.url.database
    office.deps.store.engine.dispose()
    os.truncate(str(path), 0)
    for suffix in ("-wal", "-shm"):
        if os.path.exists(f"{path}{suffix}"):
            os.remove(f"{path}{suffix}")

    assert visitor.get("/healthz").status_code == 503


def test_metrics_are_not_there_without_a_token(office: Office, visitor: Visitor):
    assert visitor.get("/metrics").status_code == 404
    assert visitor.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize("given", ["", "Bearer wrong", "Basic s3cret", "s3cret", "Bearer s3cretö"])
def test_metrics_need_the_right_token(office: Office, visitor: Visitor, given: str):
    office.app.config["METRICS_TOKEN"] = "s3cret"

    answer = visitor.get("/metrics", headers={"Authorization": given})

    assert answer.status_code == 401
    assert "mailboxadmin_" not in answer.text


def test_metrics_tell_the_board_in_numbers(office: Office, visitor: Visitor):
    office.app.config["METRICS_TOKEN"] = "s3cret"
    now = office.clock.now()
    box = states.put(office, states.somebody(office, "Anna"), State.OK, last_success_at=now)
    states.put_mail(office, box, 3)
    states.put(office, states.somebody(office, "Ben"), State.NEEDS_ACTION, states.finding())
    states.tick(office)
    office.clock.advance(seconds=10)

    lines = visitor.get("/metrics", headers=TOKEN).text.splitlines()

    assert 'mailboxadmin_mailboxes{state="ok"} 1.0' in lines
    assert 'mailboxadmin_mailboxes{state="needs_action"} 1.0' in lines
    assert 'mailboxadmin_mailboxes{state="paused"} 0.0' in lines
    assert 'mailboxadmin_last_success_age_seconds{mailbox="anna@example.org"} 10.0' in lines
    assert 'mailboxadmin_messages{mailbox="anna@example.org"} 3.0' in lines
    assert "mailboxadmin_scheduler_beat_age_seconds 10.0" in lines
    assert "mailboxadmin_scheduler_stale 0.0" in lines


def test_each_metric_of_the_alert_file_and_of_the_page_exists(office: Office, visitor: Visitor):
    office.app.config["METRICS_TOKEN"] = "s3cret"
    everything(office)
    visitor.get("/login")

    text = visitor.get("/metrics", headers=TOKEN).text

    there = set(re.findall(r"^(mailboxadmin_\w+?)(?:\{| )", text, re.MULTILINE))
    alerts = (DOCS / "alerts.yml").read_text()
    named = set(re.findall(r"mailboxadmin_\w+", "\n".join(re.findall(r"expr: (.*)", alerts))))
    told = set(re.findall(r"`(mailboxadmin_\w+)", (DOCS / "monitoring.md").read_text()))
    assert len(named) > 10 and named <= there
    assert "mailboxadmin_page_seconds" in told
    assert told - there <= {"mailboxadmin_page_seconds", "mailboxadmin_runs_last_day"}
    families = {re.sub(r"_(bucket|count|sum|created)$", "", each) for each in there}
    assert families <= told
    for value in ('broken{code="auth.bad_credentials"} 1.0', 'warnings{code="certificate.exp'):
        assert f"mailboxadmin_{value}" in text


def test_pages_are_timed_by_their_endpoint_and_not_by_their_address(
    office: Office, visitor: Visitor
):
    office.app.config["METRICS_TOKEN"] = "s3cret"
    office.admin()
    for path in ("/login", "/nowhere/1", "/nowhere/2", "/invitation/a-token"):
        visitor.get(path)

    text = visitor.get("/metrics", headers=TOKEN).text

    assert 'mailboxadmin_page_seconds_count{endpoint="auth.login",status="2xx"} 1.0' in text
    assert 'mailboxadmin_page_seconds_count{endpoint="none",status="4xx"} 2.0' in text
    assert "a-token" not in text and "nowhere" not in text


def test_the_mark_is_there_before_the_set_up(office: Office, visitor: Visitor):
    answer = visitor.get("/favicon.ico")

    assert answer.mimetype == "image/svg+xml"
    assert b"<svg" in answer.data
