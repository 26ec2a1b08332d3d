"""As much of Prometheus' language as the alert rules in docs/alerts.yml use, over two scrapes.

    scrapes = Scrapes(before="pages 1", now="pages 7", apart_s=600)
    evaluate("rate(pages[10m]) > 0", scrapes)      # {frozenset(): 0.01}

A value is a number, or a vector: a number for each set of labels. A comparison keeps what it is
true of (prometheus.io/docs/prometheus/latest/querying/operators). What the language has and the
rules do not use is refused.
"""

import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import isinf

from prometheus_client.parser import text_string_to_metric_families

Labels = frozenset[tuple[str, str]]
Vector = dict[Labels, float]
Value = float | Vector

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?(?:e\d+)?)"
    r"|(?P<name>[a-z_]\w*)(?P<labels>\{[^}]*\})?(?P<range>\[\w+\])?(?P<past>\s+offset\s+\w+)?"
    r"|(?P<sign>==|>=|<=|[-/*()<>,]))"
)
_LABEL = re.compile(r'(\w+)="([^"]*)"')
_COMPARES: dict[str, Callable[[float, float], bool]] = {
    "==": operator.eq,
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
}
_RECKONS: dict[str, Callable[[float, float], float]] = {
    "-": operator.sub,
    "/": operator.truediv,
    "*": operator.mul,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scrapes:
    """What was read twice, in the text format."""

    now: str
    #: Of counters, so long before.
    before: str = ""
    apart_s: float = 600.0
    #: Seconds since 1970.
    time: float = 0.0


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str
    labels: tuple[tuple[str, str], ...] = ()
    #: `offset`: as it was at the scrape before.
    past: bool = False


def tokens(expression: str) -> list[Token]:
    """The words of an expression.

    Raises:
        ValueError: something in it is not one of those that are used.
    """
    found, at = [], 0
    while expression[at:].strip():
        match = _TOKEN.match(expression, at)
        if match is None:
            raise ValueError(f"not understood: {expression[at:]}")
        kind = match.lastgroup if match["name"] is None else "name"
        text = match["name"] or match["number"] or match["sign"]
        labels = tuple(_LABEL.findall(match["labels"] or ""))
        found.append(Token(str(kind), text, labels, bool(match["past"])))
        at = match.end()
    return found


def evaluate(expression: str, scrapes: Scrapes) -> Vector:
    """What an alert with that expression fires for; empty where it does not."""
    reader = _Reader(tokens(expression), scrapes)
    value = reader.either()
    assert not reader.rest, reader.rest
    assert isinstance(value, dict), f"{expression} is a number, for which no alert fires"
    return value


class _Reader:
    """Reads from the loosest word to the tightest, and reckons on the way."""

    def __init__(self, words: list[Token], scrapes: Scrapes) -> None:
        self.rest = words
        self._scrapes = scrapes

    def either(self) -> Value:
        value = self._compared()
        while self._next_is("or"):
            self._take()
            value = {**_vector(self._compared()), **_vector(value)}
        return value

    def _compared(self) -> Value:
        value = self._difference()
        if not self.rest or self.rest[0].text not in _COMPARES:
            return value
        holds = _COMPARES[self._take().text]
        limit = self._difference()
        assert isinstance(limit, float), "compared with a number only"
        return {labels: each for labels, each in _vector(value).items() if holds(each, limit)}

    def _difference(self) -> Value:
        return self._reckoned(("-",), self._product)

    def _product(self) -> Value:
        return self._reckoned(("*", "/"), self._one)

    def _reckoned(self, signs: tuple[str, ...], part: Callable[[], Value]) -> Value:
        value = part()
        while self.rest and self.rest[0].text in signs:
            sign = self._take().text
            value = _pair(_RECKONS[sign], value, part())
        return value

    def _one(self) -> Value:
        word = self._take()
        if word.text == "(":
            inside = self.either()
            self._expect(")")
            return inside
        if word.kind == "number":
            return float(word.text)
        if self._next_is("(") or word.text == "sum":
            return self._called(word.text)
        text = self._scrapes.before if word.past else self._scrapes.now
        return dict(_samples(text, word))

    def _called(self, name: str) -> Value:
        kept = self._kept() if self._next_is("by") else ()
        self._expect("(")
        value = self._arguments(name, kept)
        self._expect(")")
        return value

    def _arguments(self, name: str, kept: tuple[str, ...]) -> Value:
        if name == "time":
            return self._scrapes.time
        if name == "rate":
            return self._rate(self._take())
        if name == "histogram_quantile":
            share = self.either()
            self._expect(",")
            assert isinstance(share, float)
            return _quantile(share, _vector(self.either()))
        inner = _vector(self.either())
        if name == "vector":
            return inner
        if name == "absent":
            return {} if inner else {frozenset(): 1.0}
        assert name == "sum", f"{name} is used by no rule"
        return _sum(inner, kept)

    def _rate(self, word: Token) -> Vector:
        before = dict(_samples(self._scrapes.before, word))
        now = dict(_samples(self._scrapes.now, word))
        return {
            labels: (value - before[labels]) / self._scrapes.apart_s
            for labels, value in now.items()
            if labels in before
        }

    def _kept(self) -> tuple[str, ...]:
        self._take()
        self._expect("(")
        label = self._take().text
        self._expect(")")
        return (label,)

    def _next_is(self, text: str) -> bool:
        return bool(self.rest) and self.rest[0].text == text

    def _take(self) -> Token:
        word, *self.rest = self.rest
        return word

    def _expect(self, text: str) -> None:
        word = self._take()
        assert word.text == text, f"{text} is expected, not {word.text}"


def _samples(text: str, word: Token) -> Iterator[tuple[Labels, float]]:
    wanted = set(word.labels)
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name == word.text and wanted <= set(sample.labels.items()):
                yield frozenset(sample.labels.items()), sample.value


def _vector(value: Value) -> Vector:
    return value if isinstance(value, dict) else {frozenset(): value}


def _pair(sign: Callable[[float, float], float], one: Value, other: Value) -> Value:
    if isinstance(one, float) and isinstance(other, float):
        return sign(one, other)
    if isinstance(other, float):
        return {labels: sign(each, other) for labels, each in _vector(one).items()}
    left, right = _vector(one), _vector(other)
    return {labels: sign(left[labels], right[labels]) for labels in left if labels in right}


def _sum(vector: Vector, kept: tuple[str, ...]) -> Vector:
    """Nothing of nothing, as Prometheus has it; not 0."""
    summed: Vector = {}
    for labels, value in vector.items():
        key = frozenset((name, text) for name, text in labels if name in kept)
        summed[key] = summed.get(key, 0.0) + value
    return summed


def _quantile(share: float, buckets: Vector) -> Vector:
    """Within the bucket as if its values were spread evenly."""
    ladder = sorted((float(dict(labels)["le"]), count) for labels, count in buckets.items())
    if not ladder or not ladder[-1][1]:
        return {}
    rank, below, under = share * ladder[-1][1], 0.0, 0.0
    for bound, count in ladder:
        if count >= rank:
            if isinf(bound):
                return {frozenset(): below}
            return {frozenset(): below + (bound - below) * (rank - under) / (count - under)}
        below, under = bound, count
    raise AssertionError("the last bucket holds all")
