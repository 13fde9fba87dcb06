import numpy as np
import pytest

from nlp.metrics import f1, figure, macro_f1, micro_f1, weighted_kappa

TRUTH = np.array([[1, 0], [1, 0], [0, 0], [0, 1]], float)
SAID = np.array([[1, 0], [0, 0], [1, 0], [0, 1]], float)


def test_f1_by_hand():
    """One hit, one miss, one false alarm make .5; a perfect label makes 1."""
    assert f1(TRUTH, SAID).tolist() == [0.5, 1.0]
    assert macro_f1(TRUTH, SAID) == 0.75
    assert micro_f1(TRUTH, SAID) == pytest.approx(2 / 3)


def test_macro_f1_leaves_out_labels_with_too_few_items():
    """A label with fewer than `least` true items does not count."""
    assert macro_f1(TRUTH, SAID, least=2) == 0.5


@pytest.mark.parametrize(
    ("said", "kappa"),
    [([0, 1, 2, 2], 1.0), ([2, 1, 0, 0], -0.8462), ([1, 1, 1, 1], 0.0)],
    ids=["the same", "turned round", "always one"],
)
def test_weighted_kappa_by_hand(said, kappa):
    """Agreement beyond chance, where two steps off cost four times as much as one."""
    found = weighted_kappa(np.array([0, 1, 2, 2]), np.array(said), 3)

    assert found == pytest.approx(kappa, abs=1e-4)


def test_an_interval_holds_its_value():
    """The bootstrap interval surrounds the figure, and the seed fixes it."""
    hits = np.array([1.0] * 70 + [0.0] * 30)
    one = figure("share", 100, lambda rows: float(hits[rows].mean()))
    two = figure("share", 100, lambda rows: float(hits[rows].mean()))

    assert one == two
    assert one.value == 0.7
    assert 0.55 < one.low < 0.7 < one.high < 0.85
