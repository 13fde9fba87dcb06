"""What is new or growing: the share of each label lately against the weeks before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pyroaring import BitMap
from scipy import special

from assistant.insight.shares import Share
from assistant.insight.statistics import FALSE_DISCOVERY, benjamini_hochberg, newcombe

LEAST_NOW = 5  # items lately, from which a rise is worth a word
LEAST_WEEKS = 8  # of baseline


@dataclass(frozen=True, kw_only=True, slots=True)
class Rise:
    """A label whose share is higher lately than before, with `p` and the `q` over all that was tested."""

    label: str
    now: Share
    before: Share
    p: float
    q: float

    @property
    def change(self) -> float:
        return self.now.value - self.before.value

    @property
    def ci(self) -> tuple[float, float]:
        """95 % interval of the change."""
        return newcombe(self.now.n, self.now.of, self.before.n, self.before.of)


@dataclass(frozen=True, kw_only=True, slots=True)
class Emerging:
    """What has risen beyond chance, strongest first, and how many labels were tested."""

    rises: Sequence[Rise]
    tested: int


def emerging(now: BitMap, before: BitMap, labels: Mapping[str, BitMap]) -> Emerging:
    """Compare what is said lately with what was said before, label by label.

    Given how often a label occurs in all, its items fall into the recent time with the recent share of all items
    (volume as offset), so the recent count is binomial: exact one-sided test (Przyborowski and Wilenski 1940), with
    Benjamini-Hochberg over all labels that have `LEAST_NOW` items at all.

    Args:
        now: items of the recent time.
        before: items of the baseline, disjoint from `now`.
        labels: items by label.
    """
    counts = {
        label: (found.intersection_cardinality(now), found.intersection_cardinality(before))
        for label, found in labels.items()
    }
    tested = {label: both for label, both in counts.items() if sum(both) >= LEAST_NOW}
    if not tested or not now or not before:
        return Emerging(rises=(), tested=0)
    share = len(now) / (len(now) + len(before))
    # P(X >= k) of X ~ Binomial(k + m, share)
    p = [float(special.bdtrc(k - 1, k + m, share)) if k else 1.0 for k, m in tested.values()]
    rises = [
        Rise(
            label=label, now=Share(label=label, n=k, of=len(now)), before=Share(label=label, n=m, of=len(before)),
            p=one, q=float(q),
        )
        for (label, (k, m)), one, q in zip(tested.items(), p, benjamini_hochberg(p), strict=True)
        if k >= LEAST_NOW and q < FALSE_DISCOVERY
    ]  # fmt: skip
    return Emerging(rises=sorted(rises, key=lambda rise: -rise.ci[0]), tested=len(tested))
