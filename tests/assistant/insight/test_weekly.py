"""Weeks that stand out: against SciPy, and how often by chance."""

from datetime import date

import numpy as np
import pytest
from pyroaring import BitMap
from scipy import stats

from assistant.insight.shares import EPOCH
from assistant.insight.weekly import Direction, Weeks, change_in, drifts, q_scores, weeks

MONDAY = date(2026, 1, 5)


def made(n: list[int], of: int | list[int] = 100) -> Weeks:
    sizes = np.full(len(n), of) if isinstance(of, int) else np.array(of)
    return Weeks(first=MONDAY, n=np.array(n), of=sizes)


def simulated(rng: np.random.Generator, rates: list[float], size: int = 120) -> Weeks:
    of = rng.poisson(size, len(rates))
    return Weeks(first=MONDAY, n=rng.binomial(of, rates), of=of)


def test_only_whole_weeks_count() -> None:
    """Days before the first Monday and after the last Sunday belong to no week; undated items neither."""
    start = (MONDAY - EPOCH).days
    day = np.array([start - 2, start, start + 6, start + 7, start + 13, start + 14, -1], np.int32)
    found = weeks(BitMap([1, 3, 5]), BitMap(range(7)), day)
    assert found is not None
    assert (found.first, found.n.tolist(), found.of.tolist()) == (MONDAY, [1, 1], [2, 2])
    assert weeks(BitMap(), BitMap([6]), day) is None


def test_the_p_value_is_that_of_the_exact_binomial_test() -> None:
    """SciPy's one-sided test with the week's part of the volume; doubled for either direction."""
    found = made([4, 6, 5, 3, 7, 5, 4, 6, 16])
    change = change_in(found, 8, "rise")
    assert change is not None
    assert change.p == pytest.approx(stats.binomtest(16, 56, 100 / 900, alternative="greater").pvalue)
    both = change_in(found, 8)
    assert both is not None
    assert both.p == pytest.approx(2 * change.p)
    assert (change.kind, change.share, change.before) == ("rise", 0.16, 0.05)
    assert change_in(found, 8, "fall") is None


@pytest.mark.parametrize(
    ("n", "of", "direction"),
    [([5] * 7 + [30], 100, "rise"), ([0] * 8 + [4], 100, "rise"), ([1] * 8 + [0], 100, "fall"), ([5] * 8 + [9], 100, "rise")],
    ids=["seven weeks are no baseline", "four items are no rise", "nothing to fall from", "within chance"],
)  # fmt: skip
def test_what_is_too_little_is_no_change(n: list[int], of: int, direction: Direction) -> None:
    """Few weeks, few items and chance fire nothing."""
    assert change_in(made(n, of), len(n) - 1, direction) is None


def test_more_feedback_alone_is_no_rise() -> None:
    """Five times the volume at the same share."""
    assert change_in(made([5] * 8 + [25], [100] * 8 + [500]), 8) is None


def test_weeks_of_constant_rate_rarely_fire() -> None:
    """At most 1 % of weeks, the level of the test (and the margin of chance)."""
    rng = np.random.default_rng(3)
    fired = tested = 0
    for _ in range(60):
        found = simulated(rng, [0.08] * 40)
        fired += sum(change_in(found, at) is not None for at in range(8, 40))
        tested += 32
    assert fired <= 0.015 * tested


def test_normal_scores_are_normal() -> None:
    """Mean 0, deviation 1, without knowing the rate."""
    rng = np.random.default_rng(5)
    scores = np.concatenate([q_scores(simulated(rng, [0.1] * 60))[8:] for _ in range(40)])
    assert abs(scores.mean()) < 0.06
    assert scores.std() == pytest.approx(1, abs=0.06)


def test_a_slow_drift_is_found_and_constant_rates_give_few() -> None:
    """A share that doubles over 20 weeks shows in most runs; a year of nothing in few."""
    rng = np.random.default_rng(7)
    creeping = [0.05] * 20 + list(np.linspace(0.05, 0.1, 20))
    found = [drifts(simulated(rng, creeping), "rise") for _ in range(60)]
    assert sum(any(one.at >= 20 for one in made_) for made_ in found) >= 50
    false = sum(bool(drifts(simulated(rng, [0.05] * 52))) for _ in range(100))
    assert false <= 25  # two sides, 44 weeks each: the average run of one side is about 465 weeks


def test_a_drift_tells_since_when() -> None:
    """The weeks of the drift are compared with those before it."""
    rng = np.random.default_rng(9)
    [one] = drifts(simulated(rng, [0.05] * 20 + [0.12] * 10, 300), "rise")[:1]
    assert 17 <= one.first <= 22
    assert one.share > 1.5 * one.before
    assert one.ci[0] > 0
