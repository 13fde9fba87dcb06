"""What is at stake: how much less of an outcome there would be without a trouble, under a stated assumption."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from pyroaring import BitMap

from assistant.insight.drivers import FALSE_DISCOVERY
from assistant.insight.statistics import Table, benjamini_hochberg, cochran_mantel_haenszel, fisher_mid_p

LEAST_EXPOSED = 5  # items with a trouble, from which its weight is worth a word


@dataclass(frozen=True, kw_only=True, slots=True)
class Stake:
    """A trouble and its weight. Of the table, `a` of `a + b` items with it have the outcome, `c` of `c + d` without."""

    label: str
    table: Table
    p: float
    q: float
    test: str = "Fisher mid-p and Mantel-Haenszel, the larger p"

    @property
    def exposed(self) -> int:
        return self.table.a + self.table.b

    @property
    def avoidable(self) -> float:
        """Outcome items beyond those expected if items with the trouble had it as rarely as those without.

        The attributable number among the exposed, n (p1 - p0): Miettinen 1974.
        """
        return self.exposed * self.table.difference

    @property
    def ci(self) -> tuple[float, float]:
        """95 % interval of `avoidable`, from that of the difference."""
        low, high = self.table.interval
        return self.exposed * low, self.exposed * high


@dataclass(frozen=True, kw_only=True, slots=True)
class Stakes:
    """Troubles that go with the outcome beyond chance, heaviest first by the lower bound, and how many were tested."""

    found: Sequence[Stake]
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
    inside, parts = outcome & items, [part & items for part in strata]
    tables = {
        label: _table(found & items, items, inside)
        for label, found in troubles.items()
        if found.intersection_cardinality(items) >= LEAST_EXPOSED
    }
    if not tables:
        return Stakes(found=(), tested=0)
    within = [
        cochran_mantel_haenszel([_table(troubles[label] & part, part, inside & part) for part in parts])
        for label in tables
    ]
    p = np.maximum(fisher_mid_p(list(tables.values())), within)
    found = [
        Stake(label=label, table=table, p=float(one), q=float(q))
        for (label, table), one, q in zip(tables.items(), p, benjamini_hochberg(p), strict=True)
        if q < FALSE_DISCOVERY and table.interval[0] > 0
    ]
    return Stakes(found=sorted(found, key=lambda stake: -stake.ci[0]), tested=len(tables))


def stake(label: str, items: BitMap, outcome: BitMap, exposed: BitMap) -> Stake:
    """One trouble that was chosen beforehand, whatever its weight; `q` is `p`."""
    table = _table(exposed & items, items, outcome & items)
    p = float(fisher_mid_p([table])[0])
    return Stake(label=label, table=table, p=p, q=p, test="Fisher mid-p")


def _table(exposed: BitMap, items: BitMap, inside: BitMap) -> Table:
    a = exposed.intersection_cardinality(inside)
    b, c = len(exposed) - a, len(inside) - a
    return Table(a=a, b=b, c=c, d=len(items) - len(exposed) - c)
