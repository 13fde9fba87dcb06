"""The strength of relationships: by hand, over customers, and its interval by simulation."""

import numpy as np
import pytest
from pyroaring import BitMap

from assistant.insight.relationship import by_customer, scores, strength, validity
from index.terms import TermView


def view(customer: list[int], **terms: list[int]) -> TermView:
    """Items 0.. with their customers; `sentiment_negative=[0]` stands for the term `sentiment=negative`."""
    own = {name.replace("_", "=", 1).replace("__", ":"): BitMap(items) for name, items in terms.items()}
    return TermView(items=BitMap(range(len(customer))), own=own, customer=np.array(customer, np.int32))


def test_an_item_has_the_mean_of_the_signals_it_carries() -> None:
    """Glad and loyal is 1; angry with a gap that was easy is (-1 - 1 + 1) / 3; nothing said is 0."""
    terms = view(
        [0, 1, 2],
        sentiment_positive=[0],
        churn_loyal=[0],
        sentiment_negative=[1],
        gap_unheard=[1],
        effort_low=[1],
    )
    assert scores(terms, terms.all) == pytest.approx([1, -1 / 3, 0])


def test_a_force_both_met_and_missed_cancels_out() -> None:
    """It is shown, so it counts as a signal of 0."""
    terms = view([0, 1], **{"force_control:+": [0, 1], "force_status:-": [0]}, sentiment_positive=[0, 1])
    assert scores(terms, terms.all) == pytest.approx([0.5, 1])


def test_customers_count_once_and_unknown_ones_each() -> None:
    """Three items of one customer are one customer; two without an id are two."""
    terms = view([7, 7, 7, -1, -1], sentiment_negative=[0, 1, 2], sentiment_positive=[3])
    codes, means = by_customer(terms, terms.all, scores(terms, terms.all))
    assert sorted(zip(codes.tolist(), means.tolist(), strict=True)) == [(-5, 0.0), (-4, 1.0), (7, -1.0)]
    found = strength(means)
    assert found is not None
    assert found.index == pytest.approx(50)
    assert found.customers == 3


def test_the_interval_covers() -> None:
    """Of 500 samples of 30 customers, 95 % intervals hold the true mean."""
    rng, held = np.random.default_rng(1), 0
    for _ in range(500):
        found = strength(rng.choice([-1.0, 0.0, 1.0], 30, p=[0.5, 0.3, 0.2]))
        assert found is not None
        assert found.ci is not None
        held += found.ci[0] <= 50 + 50 * -0.3 <= found.ci[1]
    assert 0.92 <= held / 500 <= 0.98


def test_validity_is_the_chance_to_tell_two_customers_apart() -> None:
    """All strained customers below all others is 1, the same on both sides one half."""
    means = np.array([-1.0] * 6 + [1.0] * 9)
    found = validity(means, np.arange(15) < 6)
    assert found is not None
    assert (found.auc, found.with_outcome, found.without) == (1.0, 6, 9)
    same = validity(np.zeros(20), np.arange(20) < 10)
    assert same is not None
    assert same.auc == 0.5
    assert validity(means, np.arange(15) < 4) is None


def test_nobody_has_no_strength() -> None:
    """An empty group is not 50."""
    assert strength(np.empty(0)) is None
