"""What is new: the exact test against SciPy, and false discoveries where nothing changes."""

import numpy as np
import pytest
from pyroaring import BitMap
from scipy import stats

from assistant.insight.emerging import emerging


def test_the_p_value_is_that_of_the_exact_binomial_test() -> None:
    """SciPy's one-sided test with the recent share of the volume."""
    now, before = BitMap(range(100)), BitMap(range(100, 500))
    label = BitMap([*range(12), *range(100, 115)])
    found = emerging(now, before, {"a": label})
    expected = stats.binomtest(12, 27, 100 / 500, alternative="greater").pvalue
    assert found.rises[0].p == pytest.approx(expected)
    assert found.rises[0].now.value == 0.12


def test_false_discoveries_are_held() -> None:
    """Over 300 corpora without a change, at most 5 in 100 name something (and the margin of chance)."""
    rng = np.random.default_rng(11)
    now, before = BitMap(range(120)), BitMap(range(120, 1200))
    wrong = 0
    for _ in range(300):
        labels = {
            str(at): BitMap(np.flatnonzero(rng.random(1200) < rate).tolist())
            for at, rate in enumerate(rng.uniform(0.01, 0.2, 40))
        }
        wrong += bool(emerging(now, before, labels).rises)
    assert wrong <= 300 * 0.065


def test_few_items_are_no_rise() -> None:
    """Four items are none, however sharp the contrast."""
    found = emerging(
        BitMap(range(50)), BitMap(range(50, 1000)), {"a": BitMap(range(4)), "b": BitMap(range(6))}
    )
    assert [rise.label for rise in found.rises] == ["b"]
    assert found.tested == 1


def test_nothing_to_compare() -> None:
    """An empty recent time tests nothing."""
    assert emerging(BitMap(), BitMap(range(9)), {"a": BitMap(range(9))}).tested == 0
