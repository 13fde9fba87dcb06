"""Shares of a whole: counting, ranking and change over time."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, TypeVar

import numpy as np
from pyroaring import BitMap

from assistant.insight.statistics import newcombe, trend_test, wilson
from index.terms import numbers_of

T = TypeVar("T")
Unit = Literal["day", "week", "month"]
EPOCH = date(1970, 1, 1)
PARTIAL = 0.1
SAME = 0.7  # share of the smaller set of items from which two labels say the same
LEAST_TOTAL = 10  # periods with fewer items have no share worth stating


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """`n` of `of` items, with its 95 % Wilson interval."""

    label: str
    n: int
    of: int

    @property
    def value(self) -> float:
        return self.n / self.of if self.of else 0.0

    @property
    def ci(self) -> tuple[float, float]:
        return wilson(self.n, self.of)


def ranked(scope: BitMap, labels: Mapping[str, BitMap]) -> list[Share]:
    """Every label by how many items of the scope carry it, most first; absent ones are left out."""
    shares = [
        Share(label=label, n=items.intersection_cardinality(scope), of=len(scope))
        for label, items in labels.items()
    ]
    return sorted((share for share in shares if share.n), key=lambda share: (-share.n, share.label))


def distinct(found: Iterable[T], items: Callable[[T], BitMap]) -> list[T]:
    """Without those whose items are mostly those of one that comes before: they say the same."""
    chosen: list[tuple[T, BitMap]] = []
    for one in found:
        own = items(one)
        if not any(
            own.intersection_cardinality(other) >= SAME * min(len(own), len(other)) for _, other in chosen
        ):
            chosen.append((one, own))
    return [one for one, _ in chosen]


def tied_with_next(shares: Sequence[Share], at: int) -> bool:
    """Whether the order of places `at` and `at + 1` is within chance.

    A multinomial comparison of two counts: their difference against its standard deviation (Goodman 1965).
    """
    one, other = shares[at].n, shares[at + 1].n
    return (one - other) ** 2 <= 3.8415 * (one + other)


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """One period: `n` of all `of` items dated in it. `partial` when the data does not cover all its days."""

    first: date
    last: date
    n: int
    of: int
    partial: bool

    @property
    def value(self) -> float:
        return self.n / self.of if self.of else 0.0


@dataclass(frozen=True, kw_only=True)
class Trend:
    """Shares by period, the test for a linear trend over whole periods, and last against first half."""

    points: Sequence[Point]
    p: float
    before: Share
    after: Share

    @property
    def change(self) -> float:
        return self.after.value - self.before.value

    @property
    def ci(self) -> tuple[float, float]:
        return newcombe(self.after.n, self.after.of, self.before.n, self.before.of)

    @property
    def peak(self) -> Point:
        steady = [point for point in self.points if point.of >= LEAST_TOTAL] or list(self.points)
        return max(steady, key=lambda point: (point.value, point.n))


def unit_for(first: date, last: date) -> Unit:
    """A unit that gives roughly 5 to 20 points."""
    days = (last - first).days + 1
    if days <= 21:
        return "day"
    return "week" if days <= 140 else "month"


def trend(items: BitMap, base: BitMap, day: np.ndarray, unit: Unit, first: date, last: date) -> Trend:
    """How the share of `items` in `base` moves.

    Args:
        items: what is counted, a subset of `base`.
        base: all items of the population, the denominator.
        day: day since 1970-01-01 by item number, shape (highest number + 1,); -1 is undated.
        unit: length of a period; weeks start on Monday.
        first: first day to look at.
        last: last day to look at, included.
    """
    edges = _edges(first, last, unit)
    bounds = np.array([(start - EPOCH).days for start, _ in edges] + [(edges[-1][1] - EPOCH).days + 1])
    n, of = (_per_period(numbers, day, bounds) for numbers in (items, base))
    points = [
        Point(first=start, last=end, n=int(n[i]), of=int(of[i]), partial=_is_partial(start, end, first, last))
        for i, (start, end) in enumerate(edges)
    ]
    whole = [point for point in points if not point.partial] or points
    half = len(whole) // 2
    return Trend(
        points=points,
        p=trend_test([point.n for point in whole], [point.of for point in whole]),
        before=_sum(whole[:half]),
        after=_sum(whole[half:]),
    )


def _is_partial(start: date, end: date, first: date, last: date) -> bool:
    """Whether more than a tenth of the days of a period lie outside of what is looked at."""
    missing = max((first - start).days, 0) + max((end - last).days, 0)
    return missing > PARTIAL * ((end - start).days + 1)


def _sum(points: Sequence[Point]) -> Share:
    label = f"{points[0].first}..{points[-1].last}" if points else ""
    return Share(label=label, n=sum(p.n for p in points), of=sum(p.of for p in points))


def _per_period(numbers: BitMap, day: np.ndarray, bounds: np.ndarray) -> np.ndarray:
    days = day[numbers_of(numbers)]
    return np.histogram(days[days >= 0], bins=bounds)[0]


def _edges(first: date, last: date, unit: Unit) -> list[tuple[date, date]]:
    """First and last day of every period that touches `first..last`."""
    edges = []
    start = _floor(first, unit)
    while start <= last:
        following = _next(start, unit)
        edges.append((start, following - timedelta(days=1)))
        start = following
    return edges


def _floor(day: date, unit: Unit) -> date:
    if unit == "month":
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if unit == "week" else day


def _next(start: date, unit: Unit) -> date:
    if unit == "month":
        return (start.replace(day=28) + timedelta(days=4)).replace(day=1)
    return start + timedelta(days=7 if unit == "week" else 1)
