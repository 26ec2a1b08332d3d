"""The alert rules in docs/alerts.yml: made of what is really there, and firing when they should."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from mailboxadmin.domain.mailbox import State
from tests.support import states
from tests.support.office import Office
from tests.support.promql import Scrapes, evaluate, tokens
from tests.support.scraping import everything, scrape

FILE = Path(__file__).parents[2] / "docs" / "alerts.yml"
EXPRESSIONS = dict(re.findall(r"- alert: (\w+)\n(?:\s+#.*\n)*\s+expr: (.*)", FILE.read_text()))
DAY = 86_400


def now(*lines: str, time: float = 0.0) -> Scrapes:
    """One scrape; `mailboxadmin_` is put before each line."""
    return Scrapes(now=text(lines), time=time)


def pages(before: tuple[str, ...], *lines: str) -> Scrapes:
    """Two scrapes, ten minutes apart."""
    return Scrapes(before=text(before), now=text(lines))


def text(lines: tuple[str, ...]) -> str:
    return "".join(f"mailboxadmin_{line}\n" for line in lines)


def timed(**by_bound: int) -> tuple[str, ...]:
    """How many pages took at most that long: `timed(s1=9, s3=10, Inf=10)`."""
    of_board = 'endpoint="board.index",status="2xx"'
    bounds = {key: "+Inf" if key == "Inf" else key.removeprefix("s") for key in by_bound}
    return tuple(
        f'page_seconds_bucket{{{of_board},le="{bounds[key]}"}} {count}'
        for key, count in by_bound.items()
    )


def failed(endpoint: str, count: int) -> str:
    return f'page_seconds_count{{endpoint="{endpoint}",status="5xx"}} {count}'


#: By rule: when it fires, and when it must not.
SAMPLES: dict[str, tuple[list[Scrapes], list[Scrapes]]] = {
    "MailboxAdminNotChecking": (
        [
            now("scheduler_stale 1"),
            now("scheduler_stale 0", "scheduler_beat_age_seconds 121"),
        ],
        [now("scheduler_stale 0", "scheduler_beat_age_seconds 15"), now("scheduler_stale 0")],
    ),
    "MailboxAdminGone": ([now()], [now("scheduler_stale 0"), now("scheduler_stale 1")]),
    "MailboxNeedsSomeone": (
        [now('mailboxes{state="needs_action"} 1')],
        [now('mailboxes{state="needs_action"} 0', 'mailboxes{state="retrying"} 7')],
    ),
    "MailboxesBrokenByOneCause": (
        [now('broken{code="tcp.refused"} 3', 'broken{code="unknown"} 1')],
        [now('broken{code="tcp.refused"} 2', 'broken{code="unknown"} 2'), now()],
    ),
    "MailboxNotUpToDate": (
        [now("oldest_success_age_seconds 21601")],
        [now("oldest_success_age_seconds 21600"), now()],
    ),
    "TokensNotRenewed": (
        [now('token_refreshes_last_day{outcome="failed"} 4')],
        [now('token_refreshes_last_day{outcome="renewed"} 400')],
    ),
    "MailServerCertificateEnds": (
        [now('certificate_ends_timestamp_seconds{server="a:993"} 518400')],
        [now('certificate_ends_timestamp_seconds{server="a:993"} 691200'), now(time=DAY)],
    ),
    "MailboxAdminForesees": (
        [now('warnings{code="oauth.expiring"} 1')],
        [now('warnings{code="oauth.expiring"} 0'), now()],
    ),
    "MailboxAdminDiskLow": ([now("disk_free_bytes 9e8")], [now("disk_free_bytes 2e9")]),
    "MailboxAdminBackupOld": (
        [now("backup_age_seconds 172801")],
        [now("backup_age_seconds 172800"), now()],
    ),
    "MailboxAdminMemoryLow": (
        [now("memory_bytes 9e8", "memory_limit_bytes 1e9")],
        [now("memory_bytes 8e8", "memory_limit_bytes 1e9"), now("memory_bytes 9e8")],
    ),
    "MailboxAdminWorkWaits": (
        [now('queue{state="waiting"} 51')],
        [now('queue{state="waiting"} 50', 'queue{state="busy"} 64')],
    ),
    "MailboxAdminPagesFail": (
        [
            pages((), failed("board.index", 1)),
            pages((failed("board.index", 1),), failed("board.index", 2)),
            pages((failed("board.index", 1),), failed("board.index", 1), failed("staff.add", 1)),
        ],
        [
            pages((), 'page_seconds_count{endpoint="none",status="4xx"} 99'),
            pages((failed("board.index", 3),), failed("board.index", 3)),
            # The process began anew.
            pages((failed("board.index", 3),)),
        ],
    ),
    "MailboxAdminPagesSlow": (
        [pages(timed(s1=0, s3=0, s10=0, Inf=0), *timed(s1=90, s3=90, s10=100, Inf=100))],
        [
            pages(timed(s1=0, s3=0, s10=0, Inf=0), *timed(s1=90, s3=98, s10=100, Inf=100)),
            # Slow ones were before.
            pages(timed(s1=0, s3=0, s10=9, Inf=9), *timed(s1=90, s3=90, s10=99, Inf=99)),
            pages(timed(s1=0, s3=0, s10=9, Inf=9), *timed(s1=0, s3=0, s10=9, Inf=9)),
        ],
    ),
}


def test_each_rule_has_samples():
    assert len(EXPRESSIONS) == FILE.read_text().count("- alert:") == len(SAMPLES)
    assert set(EXPRESSIONS) == set(SAMPLES)


@pytest.mark.parametrize("rule", SAMPLES)
def test_it_fires_when_it_should_and_only_then(rule: str):
    fires, quiet = SAMPLES[rule]

    assert [bool(evaluate(EXPRESSIONS[rule], each)) for each in fires] == [True] * len(fires)
    assert [evaluate(EXPRESSIONS[rule], each) for each in quiet] == [{}] * len(quiet)


def selected() -> Iterator[tuple[str, frozenset[str]]]:
    """Each metric that a rule reads, with the labels that it names there or tells about."""
    told = dict(re.findall(r"- alert: (\w+)((?:\n(?!\s+- alert).*)*)", FILE.read_text()))
    for rule, expression in EXPRESSIONS.items():
        spoken = frozenset(re.findall(r"\$labels\.(\w+)", told[rule]))
        for word in tokens(expression):
            if word.text.startswith("mailboxadmin_"):
                yield word.text, spoken | {name for name, _ in word.labels}


def test_each_rule_reads_what_is_there_by_labels_that_are_there(office: Office):
    everything(office)

    there: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(scrape(office)):
        for sample in family.samples:
            there.setdefault(sample.name, set()).update(sample.labels)

    needed = set(selected())
    assert len(needed) > 12
    assert {(name, labels) for name, labels in needed if not labels <= there[name]} == set()


def test_in_an_office_in_order_nothing_fires(office: Office):
    states.tick(office)
    now = office.clock.now()
    states.put(office, states.somebody(office, "Anna"), State.OK, last_success_at=now)

    assert firing(office) == set()


def test_what_needs_somebody_fires(office: Office):
    everything(office)
    office.clock.advance(hours=7)

    assert firing(office) == {
        "MailboxAdminForesees",
        "MailboxAdminNotChecking",
        "MailboxNeedsSomeone",
        "MailboxNotUpToDate",
        "MailServerCertificateEnds",
    }


def firing(office: Office) -> set[str]:
    """The rules that fire for two real scrapes."""
    read = Scrapes(before=scrape(office), now=scrape(office), time=office.clock.now().timestamp())
    return {rule for rule, expression in EXPRESSIONS.items() if evaluate(expression, read)}
