"""`docs/asvs.md` names every requirement of level 1 that concerns us, and tests that are there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
#: Of ASVS 5.0.0, level 1, by section: V1, V3, V6, V7, V8, V10 and V13. V16 has none.
LEVEL_1 = {
    "V1.2": (1, 2, 3, 4, 5),
    "V1.3": (1, 2),
    "V1.5": (1,),
    "V3.2": (1, 2),
    "V3.3": (1,),
    "V3.4": (1, 2),
    "V3.5": (1, 2, 3),
    "V6.1": (1,),
    "V6.2": (1, 2, 3, 4, 5, 6, 7, 8),
    "V6.3": (1, 2),
    "V6.4": (1, 2),
    "V7.2": (1, 2, 3, 4),
    "V7.4": (1, 2),
    "V8.1": (1,),
    "V8.2": (1, 2),
    "V8.3": (1,),
    "V10.4": (1, 2, 3, 4, 5),
    "V13.4": (1,),
}
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def rows(text: str) -> dict[str, tuple[str, list[tuple[str, str]]]]:
    """How it is here and the tests that show it, by the number of the requirement."""
    found = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if re.fullmatch(r"V\d+\.\d+\.\d+", cells[0]):
            found[cells[0]] = (cells[2], TEST.findall(cells[3]))
    return found


def test_every_requirement_of_level_1_stands_in_its_table():
    level_1, _, beyond = (ROOT / "docs" / "asvs.md").read_text().partition("## Beyond level 1")

    wanted = [f"{section}.{number}" for section, all_ in LEVEL_1.items() for number in all_]

    assert list(rows(level_1)) == wanted
    assert rows(beyond).keys().isdisjoint(wanted)


def test_each_is_shown_by_tests_that_are_there():
    table = rows((ROOT / "docs" / "asvs.md").read_text())

    without = [
        number
        for number, (how, shown_by) in table.items()
        if not shown_by and "does not apply" not in how
    ]
    missing = [
        (number, name)
        for number, (_, shown_by) in table.items()
        for file, name in shown_by
        if f"\ndef {name}(" not in (ROOT / file).read_text()
    ]

    assert without == []
    assert missing == []
