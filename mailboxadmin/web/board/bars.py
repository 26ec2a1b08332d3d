"""The bars of a small chart, all in one path: two hundred charts of single bars are slow."""

from collections.abc import Iterator, Sequence
from functools import lru_cache

#: A bar and what is between two, and the tallest bar, in the units of the chart (96 by 20).
_STEP, _WIDTH, _TALLEST, _FLOOR = 4, 3, 18, 20


def bars(counts: Sequence[int], *, empty: bool) -> str:
    """The path of the bars of those that are not 0, or (`empty`) of those that are.

    The highest count is the tallest bar; what is not 0 is seen, however little it is.
    """
    return _path(tuple(counts), empty)


@lru_cache(maxsize=1024)
def _path(counts: tuple[int, ...], empty: bool) -> str:
    return "".join(_bars(counts, empty))


def _bars(counts: tuple[int, ...], empty: bool) -> Iterator[str]:
    most = max(counts, default=0) or 1
    for number, count in enumerate(counts):
        if (count == 0) is empty:
            height = max(round(_TALLEST * count / most), 1)
            yield f"M{_STEP * number} {_FLOOR}v-{height}h{_WIDTH}v{height}z"
