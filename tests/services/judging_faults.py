"""Whether a fault was told for what it is, everywhere, and hurt nobody else."""

from typing import Any

from mailboxadmin.domain.finding import Finding
from mailboxadmin.domain.mailbox import State
from mailboxadmin.domain.run import Outcome
from mailboxadmin.services.overview.board import read_board
from tests.support.faults import ECHOES, Fault
from tests.support.faults.canary import leaks
from tests.support.faults.house import House, Played
from tests.support.stored import entries, stored

#: For what ends in seconds on a machine that does nothing else.
CEILING_S = 60.0


def judge(house: House, fault: Fault) -> None:
    """Play it, and look at everything that must be true then."""
    with house.play(fault) as played:
        judge_played(house, fault, played)


def judge_played(house: House, fault: Fault, played: Played) -> None:
    """Look at what came of it."""
    _same_code_everywhere(house, fault, played)
    _the_mailbox_stands_as_it_is(house, fault, played)
    _the_board_says_it(house, fault, played)
    _same(played.stands.mistakes, [])
    assert played.report.seconds < CEILING_S, played.report.seconds
    _same(
        leaks(
            [*house.told(played), *house.pages(played.box, everywhere=fault in ECHOES)],
            played.box.account,
        ),
        [],
    )
    _same((played.neighbour.outcome, played.neighbour.counts.new), (Outcome.OK, 1))


def _same_code_everywhere(house: House, fault: Fault, played: Played) -> None:
    found = (_code(played.check.finding), _code(played.report.finding))
    _same(found, (fault.check, fault.in_sync))
    for finding in filter(None, (played.check.finding, played.report.finding)):
        assert fault.quotes in (finding.server_said or ""), finding.server_said
        assert finding.summary and finding.cause and finding.steps, finding
    tested = entries(house.office, played.box, "check.finished")
    _same([entry.detail["code"] for entry in tested], [fault.check])
    failed = entries(house.office, played.box, "sync.failed")
    _same(
        [entry.detail["finding"]["code"] for entry in failed], list(filter(None, [fault.in_sync]))
    )


def _the_mailbox_stands_as_it_is(house: House, fault: Fault, played: Played) -> None:
    row = house.office.row(played.box)
    _same(played.report.counts.quarantined, fault.quarantines)
    _same((row.state, _code(row.finding)), (fault.state, fault.in_sync))
    assert row.next_attempt_at is not None
    if fault.in_sync is None:
        whole = fault.brings + fault.later - fault.quarantines
        _same(len(stored(house.office, played.box)), whole)
    else:
        assert row.ladder and not row.ladder[-1]["ok"], row.ladder


def _the_board_says_it(house: House, fault: Fault, played: Played) -> None:
    board = read_board(house.office.deps)
    found = [
        (case.finding.code, case.needs_someone)
        for case in (*board.needing, *board.retrying)
        if played.box.id in {mailbox.id for mailbox in case.mailboxes}
    ]
    needs_someone = fault.state is State.NEEDS_ACTION
    _same(found, [] if fault.in_sync is None else [(fault.in_sync, needs_someone)])


def _same(found: object, expected: object) -> None:
    # Said in full: pytest explains only what stands in a test file.
    assert found == expected, f"{found!r} is not {expected!r}"


def _code(finding: Finding | dict[str, Any] | None) -> str | None:
    if isinstance(finding, dict):
        return str(finding["code"])
    return finding.code if finding else None
