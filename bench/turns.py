"""Contestants in turn, so that what else the machine does meets all of them."""

import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

#: One measurement: what it found, by name.
Measure = Callable[[], Mapping[str, float]]


def medians(rounds: int, measures: Iterable[Measure]) -> dict[str, float]:
    """The median of everything that the measurements found, over so many rounds."""
    turn = tuple(measures)
    found: defaultdict[str, list[float]] = defaultdict(list)
    for _ in range(rounds):
        for measure in turn:
            for name, value in measure().items():
                found[name].append(value)
    return {name: statistics.median(values) for name, values in found.items()}
