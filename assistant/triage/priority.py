"""Which item needs somebody first: points from 0 to 100, each with its reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from assistant.ask.impact import worth_of
from assistant.ask.ledger import View
from assistant.ask.words import split
from assistant.insight.shares import EPOCH
from assistant.scope import Scope
from index.terms import numbers_of

MOST = 100
WORTH, WAITING = 15, 10  # points for the dearest customer, and for having waited
LONG = 14  # days after which waiting gives no further points
DUE_DAYS = {4: 1, 3: 2, 2: 4}  # by urgency; anything else has a week
DUE_ELSE = 7
Floats = NDArray[np.float64]

# Of each signal the term with the most points counts.
SIGNALS: Mapping[str, Mapping[str, int]] = {
    "wish to leave": {"churn=leaving": 30, "churn=at_risk": 22, "churn=left": 15},
    "urgency": {"urgency=4": 25, "urgency=3": 15, "urgency=2": 6},
    "empathy gap": {"gap=": 15},
    "gap in the replies": {"conversation_gap=2": 12, "conversation_gap=1": 6},
    "not resolved": {"conversation_resolved=no": 8, "conversation_resolved=unclear": 4},
    "effort": {"effort=high": 8},
    "feeling": {"emotion=anger": 7, "emotion=anxiety": 6, "emotion=disappointment": 4},
    "tone": {"sentiment=negative": 5, "sentiment=mixed": 3},
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """Points of a priority and what they are for."""

    name: str
    points: float
    because: str


@dataclass(frozen=True, kw_only=True)
class Priorities:
    """The points of every item at one version of the data; waiting is added on the day of the question."""

    view: View
    held: Mapping[
        str, Sequence[tuple[int, str, BitMap]]
    ]  # signal -> points, term and its items, most points first
    still: Floats
    worth: Floats
    worth_name: str | None

    @classmethod
    def of(cls, view: View) -> "Priorities":
        """Count the points of all items at once."""
        held = {name: _held(view, terms) for name, terms in SIGNALS.items()}
        still = np.zeros(len(view.terms.day))
        for terms in held.values():
            best = np.zeros(len(still))
            for points, _, items in reversed(terms):
                best[numbers_of(items)] = points
            still += best
        worth, name = _worth(view)
        return cls(view=view, held=held, still=still, worth=worth, worth_name=name)

    def points(self, today: date) -> Floats:
        """Points by item number, from 0 to 100."""
        is_calm = self.still == 0  # praise does not become urgent by waiting, nor by who wrote it
        found = self.still + self.worth + self._waiting(today)
        return np.minimum(MOST, np.where(is_calm, 0, found))

    def ordered(self, items: BitMap, today: date) -> NDArray[np.intp]:
        """The numbers of items, most points first, of equals the latest first."""
        numbers = numbers_of(items)
        points = self.points(today)[numbers]
        return numbers[np.lexsort((-numbers, -self.view.terms.day[numbers], -points))]

    def reasons(self, number: int, today: date) -> list[Reason]:
        """What the points of an item are for, most first."""
        found = [reason for name in self.held if (reason := self._signal(name, number))]
        if not found:
            return []
        if self.worth[number] > 0:
            found.append(
                Reason(
                    name="customer",
                    points=float(self.worth[number]),
                    because=(self.worth_name or "").replace("_", " "),
                )
            )
        if (waited := float(self._waiting(today)[number])) > 0:
            days = (today - EPOCH).days - int(self.view.terms.day[number])
            found.append(
                Reason(name="waiting", points=waited, because=f"for {days} {'day' if days == 1 else 'days'}")
            )
        return sorted(found, key=lambda reason: -reason.points)

    def late(self, today: date) -> BitMap:
        """The items whose answer is late, if nobody has dealt with them; what has no reason to be answered never is."""
        day = self.view.terms.day
        days = np.full(len(day), DUE_ELSE)
        for urgency, given in DUE_DAYS.items():
            days[numbers_of(self.view.terms.get(f"urgency={urgency}"))] = given
        found = np.flatnonzero((day >= 0) & (self.still > 0) & (day + days < (today - EPOCH).days))
        return BitMap(found.tolist()) & self.view.terms.all

    def _signal(self, name: str, number: int) -> Reason | None:
        carried = [(points, term) for points, term, items in self.held[name] if number in items]
        if not carried:
            return None
        most = carried[0][0]
        words = [self._words(term) for points, term in carried if points == most]
        return Reason(name=name, points=float(most), because=" and ".join(words[:2]))

    def _words(self, term: str) -> str:
        field, label, _ = split(term)
        if field == "urgency":
            return f"{label} of 4"
        if field.startswith("conversation_"):
            return {"2": "clear", "1": "some"}.get(label, label)
        return self.view.names.noun(term)

    def _waiting(self, today: date) -> Floats:
        day = self.view.terms.day
        waited = np.clip((today - EPOCH).days - day, 0, LONG) / LONG * WAITING
        return np.where(day < 0, 0, waited)


def due(said: date | None, urgency: int | None) -> date | None:
    """By when an item wants an answer: a day to a week after it was said, by its urgency."""
    return said + timedelta(days=DUE_DAYS.get(urgency or 0, DUE_ELSE)) if said else None


def _held(view: View, terms: Mapping[str, int]) -> list[tuple[int, str, BitMap]]:
    """Points, term and its items; a term without a label stands for all that begin so."""
    named = {
        term: points for start, points in terms.items()
        for term in ([start] if not start.endswith("=") else view.terms.terms(start))
    }  # fmt: skip
    return sorted(
        ((points, term, view.terms.get(term)) for term, points in named.items()), key=lambda one: -one[0]
    )


def _worth(view: View) -> tuple[Floats, str | None]:
    """Points for what the customer is worth: the share of known customers who are worth less."""
    found = np.zeros(len(view.terms.day))
    worth = worth_of(view, Scope())
    if worth is None:
        return found, None
    name, values = worth
    codes = np.flatnonzero(~np.isnan(values))
    ranks = np.zeros(len(values))
    ranks[codes] = np.argsort(np.argsort(values[codes])) / max(1, len(codes) - 1)
    known = view.terms.customer >= 0
    found[known] = np.round(WORTH * ranks[view.terms.customer[known]], 1)
    return found, name
