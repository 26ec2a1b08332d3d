"""Long lists in short ones, for one `IN (…)` each."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

#: Values in one IN (...); SQLite allows 32,766.
SLICE = 500

T = TypeVar("T")


def slices(values: Iterable[T], size: int = SLICE) -> Iterator[list[T]]:
    """`values` in their order, at most `size` at a time."""
    left = iter(values)
    while some := list(islice(left, size)):
        yield some
