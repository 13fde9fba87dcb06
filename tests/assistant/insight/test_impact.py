"""What is at stake: the arithmetic by hand, and false discoveries where nothing is at stake."""

import numpy as np
import pytest
from pyroaring import BitMap

from assistant.insight.impact import Stake, stake, stakes
from assistant.insight.statistics import Table


def test_the_gain_is_what_the_others_rate_would_spare() -> None:
    """20 of 40 with the trouble and 10 of 60 without: 40 (20/40 - 10/60) = 13.3 would be spared."""
    items, exposed = BitMap(range(100)), BitMap(range(40))
    outcome = BitMap([*range(20), *range(40, 50)])
    found = stakes(items, outcome, {"a": exposed}, [items]).found[0]
    assert found.avoidable == pytest.approx(40 * (20 / 40 - 10 / 60))
    assert found.ci[0] < found.avoidable < found.ci[1]
    assert found.exposed == 40


def test_a_chosen_trouble_is_weighed_even_when_it_weighs_nothing() -> None:
    """The question named it, so it is answered."""
    items = BitMap(range(100))
    found = stake("a", items, BitMap(range(0, 100, 2)), BitMap(range(50)))
    assert found.avoidable == pytest.approx(0)
    assert found.p > 0.9


def test_false_discoveries_are_held() -> None:
    """Over 300 corpora where no trouble matters, at most 5 in 100 name one (and the margin of chance)."""
    rng = np.random.default_rng(4)
    items, wrong = BitMap(range(400)), 0
    for _ in range(300):
        outcome = BitMap(np.flatnonzero(rng.random(400) < 0.3).tolist())
        troubles = {
            str(at): BitMap(np.flatnonzero(rng.random(400) < rate).tolist())
            for at, rate in enumerate(rng.uniform(0.03, 0.3, 30))
        }
        wrong += bool(stakes(items, outcome, troubles, [items]).found)
    assert wrong <= 300 * 0.065


def test_few_items_weigh_nothing() -> None:
    """Four items are not weighed."""
    assert (
        stakes(BitMap(range(50)), BitMap(range(4)), {"a": BitMap(range(4))}, [BitMap(range(50))]).tested == 0
    )


def test_the_gain_is_counted_among_those_of_like_strata() -> None:
    """10 (8/10 - 20/40) + 40 (4/40 - 1/10) = 3 within strata, and 50 (12/50 - 21/50) by the plain table."""
    strata = [BitMap(range(50)), BitMap(range(50, 100))]
    exposed = BitMap([*range(10), *range(50, 90)])
    outcome = BitMap([*range(8), *range(10, 30), *range(50, 54), 90])
    layers = [Table(a=8, b=2, c=20, d=20), Table(a=4, b=36, c=1, d=9)]
    one = Stake(label="a", table=Table(a=12, b=38, c=21, d=29), layers=layers, p=0.01, q=0.01)
    assert one.avoidable == pytest.approx(3)
    assert stakes(strata[0] | strata[1], outcome, {"a": exposed}, strata).found == []


def test_the_interval_within_strata_covers() -> None:
    """Of 600 corpora, 95 % intervals hold what those with the trouble have beyond the others' risk."""
    rng, held = np.random.default_rng(8), 0
    rates, sizes = ((0.5, 0.3), (0.2, 0.1), (0.05, 0.03)), ((25, 60), (40, 90), (15, 200))
    expected = sum(n * (one - other) for (one, other), (n, _) in zip(rates, sizes, strict=True))
    for _ in range(600):
        layers = [
            Table(a=int(a), b=n - int(a), c=int(c), d=m - int(c))
            for (one, other), (n, m) in zip(rates, sizes, strict=True)
            for a, c in [(rng.binomial(n, one), rng.binomial(m, other))]
        ]
        low, high = Stake(label="a", table=layers[0], layers=layers, p=0, q=0).ci
        held += low <= expected <= high
    assert 0.93 <= held / 600 <= 0.98


def test_what_only_the_strata_bring_along_is_merely_frequent() -> None:
    """Bad mood brings both the trouble and the outcome: nothing may be won by the trouble."""
    rng = np.random.default_rng(2)
    bad = rng.random(600) < 0.4
    outcome = BitMap(np.flatnonzero(rng.random(600) < np.where(bad, 0.6, 0.05)).tolist())
    trouble = BitMap(np.flatnonzero(rng.random(600) < np.where(bad, 0.6, 0.1)).tolist())
    strata = [BitMap(np.flatnonzero(bad).tolist()), BitMap(np.flatnonzero(~bad).tolist())]
    found = stakes(strata[0] | strata[1], outcome, {"a": trouble}, strata)
    assert not found.found
    assert [one.label for one in found.frequent] == ["a"]
