"""The log as a file."""

import csv
import io
import json

import pytest

from mailboxadmin.domain.activity import Code, Level
from mailboxadmin.web.activity.sheet import COLUMNS, safe
from tests.support import states
from tests.support.office import Office
from tests.support.visitor import Visitor


@pytest.fixture
def grace(office: Office, at_desk) -> Visitor:
    office.admin("grace@example.org")
    return at_desk("grace@example.org")


def rows(visitor: Visitor, query: str = "") -> list[dict[str, str]]:
    answer = visitor.get(f"/activity.csv?{query}")
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_it_holds_what_is_filtered_all_of_it(office: Office, grace: Visitor):
    for number in range(1203):
        states.log(office, Code.SYNC_FINISHED, f"sync {number}")
    states.log(office, Code.SYNC_FAILED, "failed", level=Level.ERROR, finding={"code": "x"})

    finished, failed = rows(grace, "code=sync.finished"), rows(grace, "level=error")

    assert [row["message"] for row in finished] == [f"sync {n}" for n in reversed(range(1203))]
    assert list(failed[0]) == COLUMNS
    assert failed[0]["at"] == "2026-03-02T09:00:00Z"
    assert (failed[0]["level"], failed[0]["code"]) == ("error", "sync.failed")
    assert json.loads(failed[0]["detail"]) == {"finding": {"code": "x"}}


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(office: Office, grace: Visitor, start: str):
    formula = f"{start}HYPERLINK(1)"
    states.log(office, Code.SYNC_FAILED, formula, level=Level.ERROR, actor=formula)

    [row] = rows(grace, "level=error")

    assert row["message"].startswith("'")
    assert row["actor"].startswith("'")
    assert safe(formula) == f"'{formula}"
    assert safe("3 - 2 = 1") == "3 - 2 = 1"


def test_staff_get_their_own(office: Office, at_desk):
    office.admin()
    anna = states.somebody(office, "Anna")
    states.log(office, Code.SYNC_FINISHED, "mine", mailbox_id=anna.mailbox_id)
    states.log(office, Code.SYNC_FINISHED, "not mine", mailbox_id=99)

    own = rows(at_desk("anna@example.org"), "mailbox=99&period=all&code=sync")

    assert {row["message"] for row in own} == {"mine"}
