"""Corpora whose truth is known: tags of real items drawn anew, with an outcome that is decided by a formula."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from assistant.ask.ledger import COUNTED, View
from assistant.ask.words import split
from index.terms import TermView, bitmap, numbers_of

OUTCOME = "churn=leaving"
BAD = ("sentiment=negative", "sentiment=mixed")
_DECIDED = ("churn=", "cue=")  # terms that tell of the outcome which the items really had
_RARE, _COMMON = 0.05, 0.30  # share of items that carry a label which is planted
_ALIKE = 0.3  # Jaccard index from which two labels are not planted together
_RATE = 0.15  # of the outcome, where nothing goes with it

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Pool:
    """Items to draw from: which terms each carries (terms, items), and how many words it has (items,)."""

    names: Sequence[str]
    carried: Bools
    words: NDArray[np.int32]
    base: View

    @classmethod
    def of(cls, view: View) -> "Pool":
        """The items of a workspace that count. Raises ValueError when there are too few to draw from."""
        terms = view.terms
        items = terms.all - terms.any(COUNTED)
        numbers = numbers_of(items)
        if len(numbers) < 100:
            raise ValueError(f"{len(numbers)} items are too few to draw corpora from; import 100 or more")
        places = np.full(int(numbers.max()) + 1, -1)
        places[numbers] = np.arange(len(numbers))
        found = {
            term: kept
            for term, carriers in terms.terms("").items()
            if not term.startswith(_DECIDED) and (kept := carriers & items)
        }
        carried = np.zeros((len(found), len(numbers)), bool)
        for row, kept in enumerate(found.values()):
            carried[row, places[numbers_of(kept)]] = True
        return cls(names=list(found), carried=carried, words=terms.words[numbers], base=view)

    def row(self, term: str) -> Bools:
        """Which items carry a term; none where nobody knows it."""
        return self.carried[self.names.index(term)] if term in self.names else np.zeros(len(self.words), bool)

    def chance(self) -> Floats:
        """Probability of the outcome per item when nothing goes with it."""
        return np.full(len(self.words), _RATE)

    def confounded(self) -> Floats:
        """When only the tone and the length of a text go with it: both carry more of every label."""
        bad, long = self.row(BAD[0]) | self.row(BAD[1]), self.words > np.quantile(self.words, 2 / 3)
        return _logistic(-2.6 + 1.2 * bad + 0.7 * long)

    def planted(self, labels: Sequence[str], ratio: float) -> Floats:
        """When each of some labels multiplies the odds by `ratio`."""
        return _logistic(-2.4 + np.log(ratio) * sum(self.row(label).astype(float) for label in labels))

    def choose(self, labels: Sequence[str], many: int, chance: np.random.Generator) -> list[str]:
        """Labels that are neither rare nor common, and do not mostly stand on the same items."""
        chosen: list[str] = []
        for label in chance.permutation(list(labels)).tolist():
            own = self.row(label)
            if _RARE <= own.mean() <= _COMMON and all(
                _jaccard(own, self.row(one)) < _ALIKE for one in chosen
            ):
                chosen.append(label)
            if len(chosen) == many:
                break
        return chosen

    def draw(self, probability: Floats, size: int, chance: np.random.Generator) -> View:
        """A corpus: items drawn with replacement, each with the outcome at its probability."""
        drawn = chance.integers(len(self.words), size=size)
        outcome = chance.random(size) < probability[drawn]
        own = {
            name: bitmap(found)
            for name, row in zip(self.names, self.carried, strict=True)
            if len(found := np.flatnonzero(row[drawn]))
        }
        own |= {OUTCOME: bitmap(np.flatnonzero(outcome)), "churn=none": bitmap(np.flatnonzero(~outcome))}
        nobody = np.full(size, -1, np.int32)
        terms = TermView(
            items=bitmap(np.arange(size)),
            own={name: own[name] for name in sorted(own)},
            day=nobody,
            customer=nobody,
            words=self.words[drawn].astype(np.int32),
        )
        return replace(self.base, terms=terms)

    def differences(self, probability: Floats) -> Mapping[str, float]:
        """Per term, its true share where the outcome happens less that where it does not."""
        yes = self.carried @ probability / probability.sum()
        no = self.carried @ (1 - probability) / (1 - probability).sum()
        return dict(zip(self.names, (yes - no).tolist(), strict=True))


def related(one: str, other: str, parents: Mapping[str, str]) -> bool:
    """Whether two labels are the same, or a theme and its sub-theme."""
    first, second = split(one)[1], split(other)[1]
    return first == second or parents.get(first) == second or parents.get(second) == first


def _logistic(logits: Floats | NDArray[np.bool_]) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.asarray(logits, float))))


def _jaccard(one: Bools, other: Bools) -> float:
    return float((one & other).sum() / max(1, (one | other).sum()))
