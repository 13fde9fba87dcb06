"""What goes with an outcome: labels compared between the items that have it and the rest of the scope."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from pyroaring import BitMap

from assistant.insight.statistics import (
    FALSE_DISCOVERY,
    Odds,
    Table,
    benjamini_hochberg,
    cochran_mantel_haenszel,
    fisher_mid_p,
    mantel_haenszel,
    shrunken_odds,
)

LEAST_OUTCOME = 10  # fewer items with the outcome: quotes and counts only
LEAST_EXPOSED = 5  # a label on fewer items of the scope is not tested
OVERLAP = 0.6


@dataclass(frozen=True, kw_only=True)
class Driver:
    """One label tested against the outcome within the scope.

    `p` is the larger of that of the plain table and that within strata: a label that only tone or length brings
    along is not told from chance (intersection-union test, Berger 1982). `plain_p` is that of the plain table alone.
    Each `q` is adjusted over all labels tested. `adjusted` is the odds ratio within strata (None: no stratum tells);
    `reversed` says that adjusting turned its direction round.
    """

    label: str
    table: Table
    odds: Odds
    adjusted: Odds | None
    p: float
    q: float
    plain_p: float
    plain_q: float
    overlaps: tuple[str, float] | None = None

    @property
    def reversed(self) -> bool:
        return self.adjusted is not None and (self.adjusted.ratio - 1) * (self.odds.ratio - 1) < 0

    @property
    def bound(self) -> float:
        """The lower confidence bound that drivers are ranked by: of the weaker of the two ratios."""
        return min(self.odds.low, self.adjusted.low if self.adjusted else self.odds.low)

    @property
    def is_driver(self) -> bool:
        """More frequent with the outcome, beyond chance, and not only through the strata."""
        return self.q < FALSE_DISCOVERY and self.table.difference > 0 and self.bound > 1 and not self.reversed

    @property
    def is_frequent(self) -> bool:
        """More frequent with the outcome beyond chance, but no driver: not more than tone or length alone explain."""
        return not self.is_driver and self.plain_q < FALSE_DISCOVERY and self.table.difference > 0


@dataclass(frozen=True, kw_only=True)
class Contrast:
    """All labels tested for one outcome, drivers first, ranked by their lower confidence bound."""

    outcome: BitMap
    rest: BitMap
    tested: Sequence[Driver]

    @property
    def drivers(self) -> list[Driver]:
        return [driver for driver in self.tested if driver.is_driver]

    @property
    def frequent(self) -> list[Driver]:
        """Labels more frequent with the outcome that are no drivers, the largest difference first."""
        return sorted((d for d in self.tested if d.is_frequent), key=lambda d: -d.table.interval[0])

    @property
    def alike(self) -> list[Driver]:
        """Labels that many of both sides share: they are common and do not distinguish, nor seem to."""
        both = [d for d in self.tested if d.plain_p >= FALSE_DISCOVERY and min(d.table.shares) > 0]
        return sorted(both, key=lambda d: -(d.table.a + d.table.c))


def contrast(
    scope: BitMap, outcome: BitMap, labels: Mapping[str, BitMap], strata: Sequence[BitMap]
) -> Contrast:
    """Test every label for going with the outcome inside the scope.

    Args:
        scope: the items compared.
        outcome: the items of interest; only those inside the scope count.
        labels: label -> items that carry it, evidence that also shows the outcome already taken out.
        strata: disjoint groups to adjust for (sentiment by length); items in none are left out there.
    """
    inside = scope & outcome
    rest = scope - inside
    kept = {label: items & scope for label, items in labels.items()}
    kept = {label: items for label, items in kept.items() if LEAST_EXPOSED <= len(items) < len(scope)}
    tables = [_table(items, inside, rest) for items in kept.values()]
    parts = [(inside & part, rest & part) for part in strata]
    layers = [[_table(items, *part) for part in parts] for items in kept.values()]
    plain_p = np.asarray(fisher_mid_p(tables))
    within = np.array([cochran_mantel_haenszel(layer) for layer in layers], float)
    p, plain_q = np.maximum(plain_p, within), benjamini_hochberg(plain_p)
    q = benjamini_hochberg(p)
    tested = [
        Driver(
            label=label,
            table=table,
            odds=shrunken_odds(table),
            adjusted=mantel_haenszel(layer),
            p=float(p[at]),
            q=float(q[at]),
            plain_p=float(plain_p[at]),
            plain_q=float(plain_q[at]),
        )
        for at, (label, table, layer) in enumerate(zip(kept, tables, layers, strict=True))
    ]
    tested.sort(key=lambda d: (not d.is_driver, -d.bound, d.q, d.label))
    return Contrast(outcome=inside, rest=rest, tested=_with_overlaps(tested, kept, inside))


def _table(exposed: BitMap, outcome: BitMap, rest: BitMap) -> Table:
    a, c = exposed.intersection_cardinality(outcome), exposed.intersection_cardinality(rest)
    return Table(a=a, b=len(outcome) - a, c=c, d=len(rest) - c)


def _with_overlaps(tested: list[Driver], labels: Mapping[str, BitMap], outcome: BitMap) -> list[Driver]:
    """Say of each driver which stronger one it mostly coincides with."""
    found: list[Driver] = []
    stronger: list[str] = []
    for driver in tested:
        note = None
        if driver.is_driver:
            items = labels[driver.label] & outcome
            shares = [(name, labels[name].intersection_cardinality(items) / len(items)) for name in stronger]
            best = max(shares, key=lambda pair: pair[1], default=None)
            note = best if best and best[1] >= OVERLAP else None
            stronger.append(driver.label)
        found.append(replace(driver, overlaps=note))
    return found
