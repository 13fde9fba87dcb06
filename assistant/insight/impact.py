"""What is at stake: how much less of an outcome there would be without a trouble, under a stated assumption."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from pyroaring import BitMap

from assistant.insight.statistics import (
    FALSE_DISCOVERY,
    FISHER,
    Table,
    benjamini_hochberg,
    cochran_mantel_haenszel,
    fisher_mid_p,
)

LEAST_EXPOSED = 5  # items with a trouble, from which its weight is worth a word


@dataclass(frozen=True, kw_only=True, slots=True)
class Stake:
    """A trouble and its weight. Of the table, `a` of `a + b` items with it have the outcome, `c` of `c + d` without.

    `layers` are the same tables within strata, by default the whole as the only one.
    """

    label: str
    table: Table
    layers: Sequence[Table]
    p: float
    q: float
    test: str = "Fisher mid-p and Mantel-Haenszel, the larger p"

    @property
    def exposed(self) -> int:
        return self.table.a + self.table.b

    @property
    def avoidable(self) -> float:
        """Outcome items beyond those expected if items with the trouble had it as rarely as those without.

        The attributable number among the exposed, n (p1 - p0) summed over the strata: Miettinen 1974. A stratum in
        which every item has the trouble tells nothing and adds nothing.
        """
        return sum(size * layer.difference for size, layer in self._told)

    @property
    def ci(self) -> tuple[float, float]:
        """95 % interval of `avoidable`, from those of the differences within strata (MOVER: Zou and Donner 2008)."""
        below = above = 0.0
        for size, layer in self._told:
            low, high = layer.interval
            below += (size * (layer.difference - low)) ** 2
            above += (size * (high - layer.difference)) ** 2
        return self.avoidable - math.sqrt(below), self.avoidable + math.sqrt(above)

    @property
    def _told(self) -> list[tuple[int, Table]]:
        """The strata with items both with the trouble and without, each with the number of the former."""
        return [(t.a + t.b, t) for t in self.layers if t.a + t.b and t.c + t.d]


@dataclass(frozen=True, kw_only=True, slots=True)
class Stakes:
    """Troubles that go with the outcome beyond chance, heaviest first by the lower bound, and how many were tested.

    `frequent` are those that do so only as long as the strata are left aside.
    """

    found: Sequence[Stake]
    frequent: Sequence[Stake]
    tested: int


def stakes(
    items: BitMap, outcome: BitMap, troubles: Mapping[str, BitMap], strata: Sequence[BitMap]
) -> Stakes:
    """Weigh each trouble by what it adds to the outcome.

    Args:
        items: all items in question.
        outcome: those of them with the outcome.
        troubles: items by label.
        strata: disjoint groups; a trouble counts only when it goes with the outcome within them too.
    """
    inside = outcome & items
    parts = [(part & items, part & inside) for part in strata]
    tables = {
        label: _table(found & items, items, inside)
        for label, found in troubles.items()
        if found.intersection_cardinality(items) >= LEAST_EXPOSED
    }
    if not tables:
        return Stakes(found=(), frequent=(), tested=0)
    layers = {label: [_table(troubles[label] & part, part, lost) for part, lost in parts] for label in tables}
    plain = fisher_mid_p(list(tables.values()))
    within = np.array([cochran_mantel_haenszel(layer) for layer in layers.values()], float)
    both = np.maximum(plain, within)
    frequent = [
        Stake(label=label, table=table, layers=[table], p=float(p), q=float(q), test=FISHER)
        for (label, table), p, q in zip(tables.items(), plain, benjamini_hochberg(plain), strict=True)
    ]
    stratified = [
        Stake(label=label, table=table, layers=layers[label], p=float(p), q=float(q))
        for (label, table), p, q in zip(tables.items(), both, benjamini_hochberg(both), strict=True)
    ]
    found = _beyond_chance(stratified)
    named = {stake.label for stake in found}
    return Stakes(
        found=found,
        frequent=[stake for stake in _beyond_chance(frequent) if stake.label not in named],
        tested=len(tables),
    )


def stake(label: str, items: BitMap, outcome: BitMap, exposed: BitMap) -> Stake:
    """One trouble that was chosen beforehand, whatever its weight; `q` is `p`."""
    table = _table(exposed & items, items, outcome & items)
    p = float(fisher_mid_p([table])[0])
    return Stake(label=label, table=table, layers=[table], p=p, q=p, test=FISHER)


def _beyond_chance(found: Sequence[Stake]) -> list[Stake]:
    kept = [stake for stake in found if stake.q < FALSE_DISCOVERY and stake.table.interval[0] > 0]
    return sorted((stake for stake in kept if stake.avoidable > 0), key=lambda stake: -stake.ci[0])


def _table(exposed: BitMap, items: BitMap, inside: BitMap) -> Table:
    a = exposed.intersection_cardinality(inside)
    b, c = len(exposed) - a, len(inside) - a
    return Table(a=a, b=b, c=c, d=len(items) - len(exposed) - c)
