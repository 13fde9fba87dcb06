"""Customers by what they said: how many contacts, when last, how strong the relationship, whether they are leaving."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from assistant.ask.impact import worth_of
from assistant.ask.ledger import View, counted
from assistant.ask.plan import RISK
from assistant.insight.relationship import by_customer, scores
from assistant.scope import Scope
from index.terms import numbers_of

Order = Literal["strength", "last", "items", "worth"]
Ints = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, slots=True)
class People:
    """Customers who wrote, as columns: `code`, number of `items`, days of the `first` and `last` (since 1970, -1 none).

    `strength` is the index from 0 to 100; `is_at_risk` tells whose latest word on staying or leaving was a wish to leave;
    `worth` is NaN where it is not known, `worth_name` the attribute that it was read from.
    """

    code: Ints
    items: Ints
    first: Ints
    last: Ints
    strength: NDArray[np.float64]
    is_at_risk: NDArray[np.bool_]
    worth: NDArray[np.float64]
    worth_name: str | None

    def __len__(self) -> int:
        return len(self.code)

    def ordered(self, by: Order) -> NDArray[np.intp]:
        """Places in an order: weakest, latest, most talkative or dearest first; unknown worth last.

        The weakest by their strength as if each had a bond and a strain more: one bad contact does not lead the list.
        """
        keys = {
            "strength": (self.strength - 50) * self.items / (self.items + 2),
            "last": -self.last,
            "items": -self.items,
            "worth": -np.nan_to_num(self.worth, nan=-np.inf),
        }
        return np.lexsort((self.code, -self.last, keys[by]))


def people(
    view: View, asked: Scope, codes: Sequence[int] | None = None, *, only_at_risk: bool = False
) -> People:
    """The customers behind the items of a scope.

    Args:
        view: the feedback.
        asked: the items; copies and untagged ones are left out.
        codes: keeps these customers only.
        only_at_risk: keeps those whose latest word was a wish to leave.
    """
    items = _known(view, view.items(counted(asked)), codes)
    numbers = numbers_of(items)
    unique, means = by_customer(view.terms, items, scores(view.terms, items))
    place = np.searchsorted(unique, view.terms.customer[numbers])
    days = view.terms.day[numbers].astype(np.int64)
    worth = worth_of(view, Scope())
    found = People(
        code=unique,
        items=np.bincount(place, minlength=len(unique)),
        first=_earliest(days, place, len(unique)),
        last=_latest(days, place, len(unique)),
        strength=50 + 50 * means,
        is_at_risk=_leaving(view, items, days, place, len(unique)),
        worth=worth[1][unique] if worth else np.full(len(unique), np.nan),
        worth_name=worth[0] if worth else None,
    )
    return _kept(found, found.is_at_risk) if only_at_risk else found


def _known(view: View, items: BitMap, codes: Sequence[int] | None) -> BitMap:
    """The items of known customers, of `codes` only where given."""
    numbers = numbers_of(items)
    owners = view.terms.customer[numbers]
    is_kept = owners >= 0 if codes is None else np.isin(owners, np.asarray(codes, np.int64))
    return BitMap(numbers[is_kept].tolist())


def _latest(days: Ints, place: NDArray[np.intp], size: int) -> Ints:
    found = np.full(size, -1, np.int64)
    np.maximum.at(found, place, days)
    return found


def _earliest(days: Ints, place: NDArray[np.intp], size: int) -> Ints:
    none = np.iinfo(np.int64).max
    found = np.full(size, none, np.int64)
    np.minimum.at(found, place, np.where(days < 0, none, days))
    return np.where(found == none, -1, found)


def _leaving(view: View, items: BitMap, days: Ints, place: NDArray[np.intp], size: int) -> NDArray[np.bool_]:
    """Whose latest word on staying or leaving was a wish to leave; of one day the later item counts."""
    risk = view.terms.any([f"churn={label}" for label in RISK])
    numbers = numbers_of(items)
    is_risk = np.isin(numbers, numbers_of(items & risk))
    says = is_risk | np.isin(numbers, numbers_of(items & view.terms.get("churn=loyal")))
    order = np.lexsort((numbers[says], days[says]))
    found = np.zeros(size, bool)
    found[place[says][order]] = is_risk[says][order]  # the last assignment stays
    return found


def _kept(found: People, which: NDArray[np.bool_]) -> People:
    return People(
        code=found.code[which], items=found.items[which], first=found.first[which], last=found.last[which],
        strength=found.strength[which], is_at_risk=found.is_at_risk[which], worth=found.worth[which],
        worth_name=found.worth_name,
    )  # fmt: skip
