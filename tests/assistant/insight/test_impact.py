"""What is at stake: the arithmetic by hand, and false discoveries where nothing is at stake."""

import numpy as np
import pytest
from pyroaring import BitMap

from assistant.insight.impact import stake, stakes


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
