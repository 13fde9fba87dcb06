"""How frequent a label truly is, given how often the detector misses it and mistakes other items for it."""

from dataclasses import dataclass

import numpy as np

from assistant.insight.statistics import Z95


@dataclass(frozen=True, kw_only=True, slots=True)
class Prevalence:
    """The corrected share and its 95 % interval, both in [0, 1]."""

    share: float
    ci: tuple[float, float]


def corrected(n: int, of: int, *, found: int, missed: int, false: int, passed: int) -> Prevalence | None:
    """The true share behind `n` of `of` detected, from a sample with known truth.

    The share is that of Rogan and Gladen 1978, the interval that of Lang and Reiczigel 2014, which allows for the
    sample being finite on all three sides.

    Args:
        n: items that the detector marked.
        of: items that it looked at.
        found: items of the sample that have the label and were marked.
        missed: have it, and were not.
        false: lack it, and were marked.
        passed: lack it, and were not.

    Returns:
        None where the sample is empty on either side, or shows a detector no better than chance.
    """
    have, lack = found + missed, false + passed
    if not of or not have or not lack:
        return None
    n_have, n_lack = have + 2, lack + 2
    sensitivity, specificity = (found + 1) / n_have, (passed + 1) / n_lack
    told = sensitivity + specificity - 1
    if told <= 0:
        return None
    z2 = Z95 * Z95
    weight = of + z2
    apparent = (n + z2 / 2) / weight
    share = (apparent + specificity - 1) / told
    of_have = sensitivity * (1 - sensitivity) / n_have
    of_lack = specificity * (1 - specificity) / n_lack
    shift = 2 * z2 * (share * of_have - (1 - share) * of_lack)
    spread = apparent * (1 - apparent) / weight + share**2 * of_have + (1 - share) ** 2 * of_lack
    half = Z95 * np.sqrt(spread) / told
    plain = (
        (n / of + passed / lack - 1) / (found / have + passed / lack - 1)
        if found * lack > false * have
        else share
    )
    low, high = _inside(share + shift - half), _inside(share + shift + half)
    return Prevalence(share=min(max(_inside(plain), low), high), ci=(low, high))


def _inside(value: float) -> float:
    return float(min(max(value, 0.0), 1.0))
