"""A figure beside its goal, and the table of all."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One row of the table: smaller is better."""

    what: str
    goal: float
    #: None: it could not be measured.
    value: float | None
    #: Of value and goal; a ratio has none.
    unit: str = ""
    #: What the figure was made from, or why there is none.
    basis: str = ""

    @property
    def verdict(self) -> str:
        """Whether the goal was reached."""
        if self.value is None:
            return "not measured"
        return "reached" if self.value <= self.goal else "not reached"

    @property
    def shown(self) -> tuple[str, str]:
        """The value and the goal, as they are read."""
        unit = f" {self.unit}" if self.unit else ""
        value = "–" if self.value is None else f"{_short(self.value)}{unit}"
        return value, f"≤ {_short(self.goal)}{unit}"


def ratio(what: str, goal: float, seconds: Mapping[str, float], one: str, other: str) -> Figure:
    """How many times as long `one` took as `other`, by their names in `seconds`."""
    missing = [name for name in (one, other) if name not in seconds]
    if missing:
        basis = f"{' and '.join(missing)}: not on this machine"
        return Figure(what=what, goal=goal, value=None, basis=basis)
    basis = f"{one} {seconds[one]:.3f} s, {other} {seconds[other]:.3f} s"
    return Figure(what=what, goal=goal, value=seconds[one] / seconds[other], basis=basis)


def line(figure: Figure) -> str:
    """One figure as it is printed when it is there."""
    value, goal = figure.shown
    return f"{figure.what}: {value} (goal {goal}), {figure.verdict}\n    {figure.basis}"


def table(figures: Iterable[Figure]) -> str:
    """All of them, in Markdown."""
    rows = ["| figure | measured | goal | | from |", "|---|---|---|---|---|"]
    for figure in figures:
        value, goal = figure.shown
        rows.append(f"| {figure.what} | {value} | {goal} | {figure.verdict} | {figure.basis} |")
    return "\n".join(rows)


def _short(number: float) -> str:
    if number >= 100 or number == int(number):
        return f"{number:.0f}"
    return f"{number:.3f}" if number < 0.1 else f"{number:.2f}"
