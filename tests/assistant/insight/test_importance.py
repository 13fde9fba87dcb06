"""Relative importance: against what can be worked out by hand, and its interval by simulation."""

import numpy as np
import pytest

from assistant.insight.importance import key_drivers


def test_independent_predictors_share_by_their_own_variance() -> None:
    """y = 2a + b with a and b independent: 4/5 and 1/5 of what is explained."""
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=8_000), rng.normal(size=8_000)
    found = key_drivers(2 * a + b, {"a": a, "b": b})
    assert found is not None
    assert found.r2 == pytest.approx(1)
    assert {one.label: one.importance for one in found.found} == pytest.approx({"a": 0.8, "b": 0.2}, abs=0.01)
    assert [one.effect for one in found.found] == pytest.approx([2, 1])


def test_correlated_predictors_share_what_they_explain_together() -> None:
    """With correlation r, LMG of equal effects is one half each; a mere companion gets r²/2 of the first's."""
    rng = np.random.default_rng(1)
    common = rng.normal(size=8_000)
    a = common
    b = 0.6 * common + 0.8 * rng.normal(size=8_000)
    found = key_drivers(a + rng.normal(size=8_000), {"a": a, "b": b})
    assert found is not None
    by = {one.label: one.importance for one in found.found}
    assert by["b"] == pytest.approx(0.36 / 2, abs=0.01)  # (r² R²) / 2 of R², its own effect being 0
    assert by["a"] + by["b"] == pytest.approx(1)


def test_the_parts_add_up_to_what_all_explain() -> None:
    """R² of the whole model by least squares."""
    rng = np.random.default_rng(2)
    x = rng.normal(size=(300, 4))
    y = x @ [1.0, 0.5, -0.7, 0.0] + rng.normal(size=300)
    found = key_drivers(y, {str(n): x[:, n] for n in range(4)})
    assert found is not None
    residual = (
        y
        - np.column_stack([np.ones(300), x])
        @ np.linalg.lstsq(np.column_stack([np.ones(300), x]), y, rcond=None)[0]
    )
    assert found.r2 == pytest.approx(1 - residual.var() / y.var())
    assert sum(one.importance for one in found.found) == pytest.approx(1)
    assert found.found[0].label == "0"


def test_the_intervals_cover() -> None:
    """Of 60 corpora, the intervals of a share that is 0.8 hold it."""
    held = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        a, b = rng.normal(size=250), rng.normal(size=250)
        found = key_drivers(2 * a + b + rng.normal(size=250), {"a": a, "b": b}, seed=seed)
        assert found is not None
        low, high = next(one.ci for one in found.found if one.label == "a")
        held += low <= 0.8 <= high
    assert held >= 52  # binomial(60, 0.95): fewer in 1 of 100 runs


def test_too_little_is_not_taken_apart() -> None:
    """Ten items for each predictor and one more, and something that varies."""
    x = np.arange(19.0)
    assert key_drivers(x, {"a": x}) is None
    assert key_drivers(np.ones(100), {"a": np.arange(100.0)}) is None
    assert key_drivers(np.arange(100.0), {"a": np.ones(100)}) is None
    with pytest.raises(ValueError, match="at most"):
        key_drivers(x, {str(n): x for n in range(9)})
