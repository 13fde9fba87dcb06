"""How strong the relationship with customers is, from what each item lets show."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from index.terms import numbers_of

Floats = NDArray[np.float64]
# Each signal of an item is 1 for a bond, -1 for a strain; either is shown by terms that (begin, end) so.
SIGNALS = {
    "mood": ([("sentiment=positive", "")], [("sentiment=negative", "")]),
    "loyalty": ([("churn=loyal", "")], [("churn=left", ""), ("churn=leaving", ""), ("churn=at_risk", "")]),
    "effort": ([("effort=low", "")], [("effort=high", "")]),
    "empathy": ([], [("gap=", "")]),
    "forces": ([("force=", ":+")], [("force=", ":-")]),
}
LEAST_CUSTOMERS = 5  # fewer say nothing of a group


class Columns(Protocol):
    """The tag bitmaps, and the customer of each item (-1: not known)."""

    @property
    def customer(self) -> NDArray[np.int32]: ...
    def any(self, terms: Iterable[str]) -> BitMap: ...
    def terms(self, prefix: str) -> Mapping[str, BitMap]: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Strength:
    """Relationship strength from 0 (all strain) to 100 (all bonds), 50 being neither, over `customers`.

    `ci` is the 95 % interval of the mean over customers (Student's t); None for fewer than two of them. An item
    without a customer id counts as a customer of its own.
    """

    index: float
    ci: tuple[float, float] | None
    customers: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Validity:
    """How well the strength tells customers apart by what operations recorded.

    `auc` is the probability that a customer without the outcome has the stronger relationship than one with it
    (Mann-Whitney; ties count half): 0.5 is chance, 1 perfect.
    """

    auc: float
    with_outcome: int
    without: int
    p: float


def scores(terms: Columns, items: BitMap) -> Floats:
    """One score in [-1, 1] per item, in the order of `items`: the mean of the signals it carries.

    Mood is always a signal (0 where it is neutral or mixed), the others only where the item shows them.
    """
    found = signals(terms, items)
    total = np.nansum(found, axis=0)
    return np.asarray(total / np.count_nonzero(~np.isnan(found), axis=0), float)


def signals(terms: Columns, items: BitMap) -> Floats:
    """Each of SIGNALS (rows) in each item (columns, in the order of `items`): 1, 0 or -1; NaN where it does not show."""
    found = np.empty((len(SIGNALS), len(items)))
    for row, (name, (bonds, strains)) in enumerate(SIGNALS.items()):
        good, bad = _carried(terms, items, bonds), _carried(terms, items, strains)
        found[row] = np.where(good | bad | (name == "mood"), good.astype(float) - bad, np.nan)
    return found


def by_customer(terms: Columns, items: BitMap, found: Floats) -> tuple[NDArray[np.int64], Floats]:
    """The mean score of each customer, and their codes; items without one have codes below 0, each its own."""
    codes = terms.customer[numbers_of(items)].astype(np.int64)
    codes = np.where(codes < 0, -1 - np.arange(len(codes)), codes)
    unique, place = np.unique(codes, return_inverse=True)
    sums = np.bincount(place, weights=found, minlength=len(unique))
    return unique, np.asarray(sums / np.bincount(place, minlength=len(unique)), float)


def strength(customers: Floats) -> Strength | None:
    """The index of a group from its customers' mean scores; None for a group of nobody."""
    n = len(customers)
    if not n:
        return None
    mean = float(customers.mean())
    if n < 2:
        return Strength(index=_index(mean), ci=None, customers=n)
    from scipy import stats  # half a second, which other questions should not wait for

    half = float(stats.t.ppf(0.975, n - 1) * customers.std(ddof=1) / np.sqrt(n))
    ci = (max(0.0, _index(mean - half)), min(100.0, _index(mean + half)))
    return Strength(index=_index(mean), ci=ci, customers=n)


def strength_of(terms: Columns, items: BitMap) -> Strength | None:
    """The index of the customers behind some items; None where there are none."""
    _codes, means = by_customer(terms, items, scores(terms, items))
    return strength(means)


def apart(terms: Columns, group: BitMap, others: BitMap) -> float:
    """How likely a difference as large between two groups of customers is by chance (Welch's t); 1 without others."""
    one, other = (by_customer(terms, items, scores(terms, items))[1] for items in (group, others))
    if min(len(one), len(other)) < LEAST_CUSTOMERS:
        return 1.0
    from scipy import stats  # half a second, which other questions should not wait for

    p = float(stats.ttest_ind(one, other, equal_var=False).pvalue)
    return 1.0 if np.isnan(p) else p  # nobody differs from anybody


def validity(customers: Floats, outcome: NDArray[np.bool_]) -> Validity | None:
    """Whether customers with an outcome have the weaker relationship; None with fewer than five on either side."""
    strained, rest = customers[outcome], customers[~outcome]
    if min(len(strained), len(rest)) < LEAST_CUSTOMERS:
        return None
    from scipy import stats  # half a second, which other questions should not wait for

    found = stats.mannwhitneyu(rest, strained, alternative="two-sided")
    return Validity(
        auc=float(found.statistic / (len(strained) * len(rest))),
        with_outcome=len(strained),
        without=len(rest),
        p=float(found.pvalue),
    )


def _index(mean: float) -> float:
    return 50 + 50 * mean


def _carried(terms: Columns, items: BitMap, shapes: Sequence[tuple[str, str]]) -> NDArray[np.bool_]:
    """Which of the items carry any term that begins and ends as one of the shapes."""
    found = BitMap()
    for start, end in shapes:
        found |= terms.any([name for name in terms.terms(start) if name.endswith(end)])
    numbers = numbers_of(items)
    carried = np.zeros(int(numbers[-1]) + 1 if len(numbers) else 0, bool)
    carried[numbers_of(found & items)] = True
    return carried[numbers]
