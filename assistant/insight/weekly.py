"""Week by week: whether a share stands out against the weeks before, at once or by slow drift."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap
from scipy import special

from assistant.insight.emerging import LEAST_WEEKS
from assistant.insight.shares import EPOCH
from assistant.insight.statistics import newcombe
from index.terms import numbers_of

LEAST_ITEMS = 5  # in the week, or expected in it, from which a change is worth a word
BASELINE = 26  # weeks before, at most
ALPHA = 0.01  # of one week: one false alarm in two years of weeks
SHIFT, LIMIT = 0.5, 5.0  # of the CUSUM, in standard deviations
Direction = Literal["rise", "fall", "either"]
Ints = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Weeks:
    """Counts by whole week from Monday to Sunday: `n` of `of` items; `first` is the Monday of the first."""

    first: date
    n: Ints
    of: Ints

    def monday(self, at: int) -> date:
        return self.first + timedelta(weeks=at)


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A week, or the end of a drift, that stands out: its share against that of the weeks before.

    `p` is of the exact binomial test; a drift has none, its sum passed the limit. `first` is the Monday on which the time
    that is compared begins: of the week itself, or of the drift.
    """

    kind: Literal["rise", "fall", "drift up", "drift down"]
    at: int
    first: int
    baseline: int
    n: int
    of: int
    before_n: int
    before_of: int
    p: float | None

    @property
    def share(self) -> float:
        return self.n / self.of if self.of else 0.0

    @property
    def before(self) -> float:
        return self.before_n / self.before_of if self.before_of else 0.0

    @property
    def ci(self) -> tuple[float, float]:
        """95 % interval of the change (Newcombe)."""
        return newcombe(self.n, self.of, self.before_n, self.before_of)


def weeks(items: BitMap, base: BitMap, day: NDArray[np.int32]) -> Weeks | None:
    """Counts over the whole weeks that `base` covers; None when it covers none.

    Args:
        items: what is counted, a subset of `base`.
        base: all items of the population.
        day: day since 1970-01-01 by item number; -1 is undated.
    """
    days = day[numbers_of(base)]
    days = days[days >= 0]
    if not len(days):
        return None
    low, high = EPOCH + timedelta(days=int(days.min())), EPOCH + timedelta(days=int(days.max()))
    start = low if low.weekday() == 0 else low + timedelta(days=7 - low.weekday())
    count = ((high - start).days + 1) // 7
    if count < 1:
        return None
    bounds = (start - EPOCH).days + 7 * np.arange(count + 1)
    return Weeks(first=start, n=_per_week(items, day, bounds), of=_per_week(base, day, bounds))


def _per_week(items: BitMap, day: NDArray[np.int32], bounds: Ints) -> Ints:
    days = day[numbers_of(items)]
    return np.histogram(days[(days >= bounds[0]) & (days < bounds[-1])], bins=bounds)[0].astype(np.int64)


def change_in(found: Weeks, at: int, direction: Direction = "either") -> Change | None:
    """Whether a week stands out against up to 26 weeks before it; None when it does not, or they are too few.

    Given how many items there are in both times, those of the week are binomial with its part of all items (volume as
    offset): exact test (Przyborowski and Wilenski 1940), one-sided, or doubled where either direction is meant.
    """
    first = max(0, at - BASELINE)
    if at - first < LEAST_WEEKS:
        return None
    k, size = int(found.n[at]), int(found.of[at])
    m, base = int(found.n[first:at].sum()), int(found.of[first:at].sum())
    if not size or not base:
        return None
    part = size / (size + base)
    higher = float(special.bdtrc(k - 1, k + m, part)) if k else 1.0
    lower = float(special.bdtr(k, k + m, part)) if k + m else 1.0
    kind: Literal["rise", "fall"] = "rise" if higher < lower else "fall"
    if direction not in (kind, "either"):
        return None
    p = min(higher, lower) * (2 if direction == "either" else 1)
    told = k if kind == "rise" else size * m / base
    if p >= ALPHA or told < LEAST_ITEMS:
        return None
    return Change(
        kind=kind, at=at, first=at, baseline=first, n=k, of=size, before_n=m, before_of=base, p=min(1.0, p)
    )


def drifts(found: Weeks, direction: Direction = "either") -> list[Change]:
    """Slow drifts, each at the week in which it shows: a self-starting CUSUM over all weeks.

    Each week's count gives a normal score from its binomial mid-p given the weeks before it (Q statistic: Quesenberry
    1991), so that no rate has to be known; CUSUM with reference 0.5 and limit 5 (Page 1954; Hawkins 1987). After a
    signal all begins anew with the weeks of the drift, so that a new level is told once.
    """
    made: list[Change] = []
    begin = 0
    while (signal := _signal(found, begin)) is not None:
        way, first, at = signal
        one = _drift(found, way, first, at, begin)
        if one and direction in ("either", "rise" if way == "up" else "fall"):
            made.append(one)
        begin = max(first, begin + 1)
    return made


def _signal(found: Weeks, begin: int) -> tuple[str, int, int] | None:
    """Where the CUSUM that begins with a week passes its limit: which way, since which week, and at which."""
    sums, since = {"up": 0.0, "down": 0.0}, {"up": begin, "down": begin}
    for at, score in enumerate(q_scores(found, begin)):
        if np.isnan(score):
            continue
        for way, sign in (("up", 1), ("down", -1)):
            sums[way] = max(0.0, sums[way] + sign * score - SHIFT)
            if sums[way] > LIMIT:
                return way, since[way], at
            if sums[way] == 0:
                since[way] = at + 1
    return None


def _drift(found: Weeks, way: str, first: int, at: int, begun: int) -> Change | None:
    """The weeks of a drift against those before it; None when either are too few: one week alone is a rise or fall."""
    if first - begun < LEAST_WEEKS or first == at:
        return None
    n, of = int(found.n[first : at + 1].sum()), int(found.of[first : at + 1].sum())
    m, base = int(found.n[begun:first].sum()), int(found.of[begun:first].sum())
    if not base or not of or max(n, of * m / base) < LEAST_ITEMS:
        return None
    return Change(
        kind="drift up" if way == "up" else "drift down", at=at, first=first, baseline=begun,
        n=n, of=of, before_n=m, before_of=base, p=None,
    )  # fmt: skip


def q_scores(found: Weeks, begin: int = 0) -> NDArray[np.float64]:
    """Normal scores of the weeks, given those from `begin` on before each; NaN for eight weeks and where there are no items."""
    scores = np.full(len(found.n), np.nan)
    n, of = found.n.copy(), found.of.copy()
    n[:begin], of[:begin] = 0, 0
    before_n, before_of = np.cumsum(n) - n, np.cumsum(of) - of
    for at in range(begin + LEAST_WEEKS, len(found.n)):
        k, total = int(found.n[at]), int(found.n[at] + before_n[at])
        if not found.of[at] or not before_of[at] or not total:
            continue
        part = found.of[at] / (found.of[at] + before_of[at])
        below = special.bdtr(k - 1, total, part) if k else 0.0
        mid = (below + special.bdtr(k, total, part)) / 2
        scores[at] = special.ndtri(np.clip(mid, 1e-9, 1 - 1e-9))
    return scores


def series(found: Weeks, last: int = BASELINE) -> Sequence[tuple[date, int, int]]:
    """The last weeks as (Monday, n, of)."""
    first = max(0, len(found.n) - last)
    return [(found.monday(at), int(found.n[at]), int(found.of[at])) for at in range(first, len(found.n))]
