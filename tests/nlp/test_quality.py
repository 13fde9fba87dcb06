"""How good a tagger is on unseen domains: counted by hand, kept and read again."""

import numpy as np
import pytest

from nlp.held_out import field_quality
from nlp.quality import Confusion, quality, write_quality


def test_confusions_are_counted_by_label():
    """Of four texts, the last of which nobody judged for the second label."""
    truth = np.array([[1, 0], [1, 1], [0, 0], [0, 1]], float)
    said = np.array([[1, 1], [0, 1], [1, 0], [0, 1]], float)
    known = np.array([[1, 1], [1, 1], [1, 1], [1, 0]], float)

    found = field_quality(["a", "b"], truth, said, known)

    assert found is not None
    assert found.labels["a"] == Confusion(1, 1, 1, 1)
    assert found.labels["b"] == Confusion(1, 1, 0, 1)
    assert (found.precision, found.recall) == pytest.approx((2 / 4, 2 / 3))


def test_leaving_counts_as_one_label_too():
    """Taking one kind of leaving for another is no error for the question whether customers leave."""
    labels = ["left", "leaving", "at_risk", "loyal"]
    truth = np.eye(4)[[0, 1, 3, 3]]
    said = np.eye(4)[[1, 1, 2, 3]]

    found = field_quality(labels, truth, said, np.ones((4, 4)))

    assert found is not None
    assert found.labels["risk"] == Confusion(2, 1, 0, 1)
    assert found.labels["left"] == Confusion(0, 0, 1, 3)


def test_nothing_true_is_no_quality():
    """A field that nobody labelled."""
    assert field_quality(["a"], np.zeros((3, 1)), np.ones((3, 1)), np.zeros((3, 1))) is None


def test_it_is_kept_with_the_weights(tmp_path):
    """What is written is read."""
    found = field_quality(["a"], np.array([[1], [0]]), np.array([[1], [1]]), np.ones((2, 1)))
    assert found is not None

    write_quality(tmp_path, {"themes": found})

    assert quality(tmp_path) == {"themes": found}
    assert quality(tmp_path / "none") == {}
