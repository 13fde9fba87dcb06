"""The corrected share: by hand, at its limits, and its interval by simulation."""

import numpy as np
import pytest

from assistant.insight.prevalence import corrected


def test_rogan_gladen_by_hand() -> None:
    """Found 80 of 100, marked 30 of 300 wrongly; 250 of 1,000 marked: (.25 - .1) / (.8 - .1) = .214."""
    found = corrected(250, 1000, found=80, missed=20, false=30, passed=270)
    assert found is not None
    assert found.share == pytest.approx(0.15 / 0.7)
    assert found.ci[0] < found.share < found.ci[1]


def test_a_perfect_detector_changes_little() -> None:
    """With a large sample the share stays what was counted."""
    found = corrected(300, 1000, found=5000, missed=0, false=0, passed=5000)
    assert found is not None
    assert found.share == pytest.approx(0.3)
    assert found.ci == pytest.approx((0.2724, 0.3292), abs=0.002)


def test_what_is_within_the_false_alarms_may_be_nothing() -> None:
    """As many marked as a detector marks where there is nothing."""
    found = corrected(100, 1000, found=80, missed=20, false=30, passed=270)
    assert found is not None
    assert found.share == pytest.approx(0, abs=0.02)
    assert found.ci[0] == 0


def test_a_detector_that_tells_nothing_corrects_nothing() -> None:
    """No better than chance, or never tried."""
    assert corrected(100, 1000, found=10, missed=90, false=40, passed=60) is None
    assert corrected(100, 1000, found=0, missed=0, false=4, passed=60) is None
    assert corrected(0, 0, found=9, missed=1, false=1, passed=9) is None


@pytest.mark.parametrize("true_share", [0.05, 0.2, 0.5])
def test_the_interval_covers(true_share: float) -> None:
    """Of 1,500 simulated samples and corpora, in 93 of 100 and more; the uncorrected share's does not."""
    rng, held, naive = np.random.default_rng(5), 0, 0
    for _ in range(1500):
        found, false = rng.binomial(120, 0.7), rng.binomial(400, 0.06)
        have = rng.binomial(800, true_share)
        n = rng.binomial(have, 0.7) + rng.binomial(800 - have, 0.06)
        one = corrected(n, 800, found=found, missed=120 - found, false=false, passed=400 - false)
        assert one is not None
        held += one.ci[0] <= true_share <= one.ci[1]
        spread = 1.96 * np.sqrt(n / 800 * (1 - n / 800) / 800)
        naive += abs(n / 800 - true_share) <= spread
    assert 0.93 <= held / 1500 <= 0.985
    assert naive / 1500 < 0.9
