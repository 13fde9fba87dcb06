"""The formulas, against values worked by hand or by an independent implementation, and by simulation."""

import numpy as np
import pytest
from pyroaring import BitMap
from scipy import stats

from assistant.insight.drivers import contrast
from assistant.insight.statistics import (
    Table,
    benjamini_hochberg,
    cochran_mantel_haenszel,
    fisher_mid_p,
    mantel_haenszel,
    newcombe,
    shrunken_odds,
    trend_test,
    wilson,
)


@pytest.mark.parametrize(("n", "of"), [(0, 20), (1, 29), (15, 148), (81, 263), (40, 40)], ids=str)
def test_wilson_equals_the_independent_implementation(n: int, of: int) -> None:
    """SciPy computes the same interval."""
    reference = stats.binomtest(n, of).proportion_ci(method="wilson")
    assert wilson(n, of) == pytest.approx((reference.low, reference.high), abs=1e-9)


def test_newcombe_equals_the_published_example() -> None:
    """56 of 70 against 48 of 80: 0.0524 to 0.3339 (Newcombe 1998, table II, method 10)."""
    assert newcombe(56, 70, 48, 80) == pytest.approx((0.0524, 0.3339), abs=5e-5)


@pytest.mark.parametrize(
    ("a", "b", "c", "d"),
    [(12, 5, 3, 14), (0, 9, 6, 20), (7, 3, 900, 40_000), (500, 700, 900, 1_000)],
    ids=str,
)
def test_mid_p_equals_the_hypergeometric_law_of_scipy(a: int, b: int, c: int, d: int) -> None:
    """Twice the smaller tail, with the observed table counted half."""
    law = stats.hypergeom(a + b + c + d, a + b, a + c)
    at = law.pmf(a)
    expected = min(1.0, 2 * min(law.cdf(a) - at / 2, law.sf(a) + at / 2))
    assert fisher_mid_p([Table(a=a, b=b, c=c, d=d)])[0] == pytest.approx(expected, rel=1e-6)


def test_benjamini_hochberg_equals_scipy() -> None:
    """SciPy computes the same adjusted values."""
    p = np.random.default_rng(3).random(40) ** 3
    assert benjamini_hochberg(p) == pytest.approx(stats.false_discovery_control(p))


def test_benjamini_hochberg_by_hand() -> None:
    """Four p-values, adjusted by hand."""
    assert benjamini_hochberg([0.01, 0.04, 0.03, 0.5]) == pytest.approx([0.04, 0.0533333, 0.0533333, 0.5])


def test_thin_data_is_pulled_to_one() -> None:
    """The same crude ratio counts less when fewer items stand behind it."""
    thin, thick = shrunken_odds(Table(a=3, b=1, c=1, d=3)), shrunken_odds(Table(a=300, b=100, c=100, d=300))
    assert 1 < thin.ratio < thick.ratio < 9
    assert thin.low < 1 < thick.low


def test_strata_remove_a_confounder() -> None:
    """Within each stratum nothing differs, the pooled table differs: the adjusted ratio is about 1."""
    strata = [Table(a=80, b=20, c=40, d=10), Table(a=5, b=45, c=20, d=180)]
    pooled = Table(a=85, b=65, c=60, d=190)
    assert shrunken_odds(pooled).low > 2
    adjusted = mantel_haenszel(strata)
    assert adjusted is not None
    assert adjusted.ratio == pytest.approx(1, abs=0.01)


def test_the_test_within_strata_gives_the_published_value() -> None:
    """Eight centres of a clinical trial (Agresti 2002, table 6.9): chi-square 6.38, p .012."""
    centres = [
        (11, 25, 10, 27), (16, 4, 22, 10), (14, 5, 7, 12), (2, 14, 1, 16),
        (6, 11, 0, 12), (1, 10, 0, 10), (1, 4, 1, 8), (4, 2, 6, 1),
    ]  # fmt: skip
    tables = [Table(a=a, b=b, c=c, d=d) for a, b, c, d in centres]
    assert cochran_mantel_haenszel(tables) == pytest.approx(0.0115, abs=1e-4)
    assert cochran_mantel_haenszel([Table(a=3, b=0, c=5, d=0)]) == 1.0


def test_what_a_confounder_brings_along_is_no_driver() -> None:
    """Long texts carry the label and the outcome more often; within them the two have nothing to do with each other."""
    rng = np.random.default_rng(3)
    named = 0
    for _ in range(40):
        long = rng.random(1500) < 0.4
        exposed = rng.random(1500) < np.where(long, 0.5, 0.1)
        happens = rng.random(1500) < np.where(long, 0.4, 0.1)
        items, part, outcome, label = (
            BitMap(np.flatnonzero(rows).tolist()) for rows in (np.ones(1500), long, happens, exposed)
        )
        named += bool(contrast(items, outcome, {"label": label}, [part, items - part]).drivers)
    assert named <= 4


def test_newcombe_covers_the_truth() -> None:
    """Over 4,000 simulated pairs the 95 % interval covers the true difference in 93 to 97 %."""
    rng = np.random.default_rng(7)
    a, c = rng.binomial(60, 0.35, 4000), rng.binomial(110, 0.2, 4000)
    covered = [
        low <= 0.15 <= high
        for low, high in (newcombe(int(x), 60, int(y), 110) for x, y in zip(a, c, strict=True))
    ]
    assert 0.93 <= np.mean(covered) <= 0.97


def test_false_discoveries_stay_under_five_percent() -> None:
    """With nothing to find in 30 labels, at most 5 % of 300 corpora show any label at q < 0.05."""
    rng = np.random.default_rng(11)
    wrong = 0
    for _ in range(300):
        exposed = rng.random((260, 30)) < 0.2
        outcome = rng.random(260) < 0.3
        tables = [
            Table(a=int(a), b=int(outcome.sum() - a), c=int(c), d=int((~outcome).sum() - c))
            for a, c in zip(exposed[outcome].sum(0), exposed[~outcome].sum(0), strict=True)
        ]
        wrong += bool((benjamini_hochberg(fisher_mid_p(tables)) < 0.05).any())
    assert wrong / 300 <= 0.065  # 5 % and two standard errors of the simulation


def test_trend_sees_a_rise_and_not_a_flat_line() -> None:
    """A steady rise is significant, equal shares are not."""
    assert trend_test([5, 9, 14, 22], [100, 100, 100, 100]) < 0.001
    assert trend_test([10, 10, 10, 10], [100, 100, 100, 100]) == pytest.approx(1)


def test_what_mood_brings_along_is_seldom_named() -> None:
    """Mood brings the outcome and twelve of forty labels; none has to do with it otherwise."""
    rng, wrong = np.random.default_rng(6), 0
    for _ in range(200):
        bad = rng.random(500) < 0.5
        outcome = rng.random(500) < np.where(bad, 0.5, 0.1)
        rates = np.where(np.arange(40) < 12, 0.35, 0.12)
        carried = rng.random((40, 500)) < np.where(bad, rates[:, None], 0.12)
        items, part, happens, *labels = (
            BitMap(np.flatnonzero(rows).tolist()) for rows in (np.ones(500), bad, outcome, *carried)
        )
        found = contrast(items, happens, {str(n): one for n, one in enumerate(labels)}, [part, items - part])
        wrong += bool(found.drivers)
    assert wrong / 200 <= 0.08
