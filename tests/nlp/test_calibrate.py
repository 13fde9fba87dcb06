import numpy as np
import pytest

from nlp.calibrate import Calibration, Thresholds, calibration_error
from nlp.heads import Head

HEADS = (
    Head(field="topics", labels=("price", "staff"), kind="many", weight=1.0),
    Head(field="mood", labels=("bad", "good", "odd"), kind="one", weight=1.0),
)


def texts(count: int = 4000) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Logits that are three times too sure, with the truth that they should have told."""
    chance = np.random.default_rng(1)
    logits = chance.normal(0, 2, (count, 5))
    labels = np.zeros((count, 5))
    labels[:, :2] = chance.random((count, 2)) < 1 / (1 + np.exp(-(logits[:, :2] - 1) / 3))
    odds = np.exp(logits[:, 2:] / 3)
    mood = (chance.random((count, 1)) > np.cumsum(odds / odds.sum(1, keepdims=True), 1)).sum(1)
    labels[np.arange(count), 2 + mood] = 1
    return logits, labels, np.ones_like(labels)


def test_calibration_makes_probabilities_honest():
    """After fitting, a probability of .7 means that seven of ten are right."""
    logits, labels, known = texts()
    plain = Calibration.identity(HEADS).probabilities(logits)
    fitted = Calibration.fit(HEADS, logits, labels, known).probabilities(logits)

    for column in range(5):
        assert calibration_error(plain[:, column], labels[:, column]) > 0.06
        assert calibration_error(fitted[:, column], labels[:, column]) < 0.03


def test_probabilities_of_one_field_sum_to_one():
    """Exclusive labels share the probability, independent ones do not."""
    found = Calibration.identity(HEADS).probabilities(np.zeros((1, 5)))

    assert found[0, 2:].sum() == pytest.approx(1)
    assert found[0, :2].tolist() == [0.5, 0.5]


def test_labels_that_are_not_known_change_nothing():
    """Texts whose field is unknown take no part in the fit."""
    logits, labels, known = texts()
    known[2000:, 0] = 0
    flipped = labels.copy()
    flipped[2000:, 0] = 1 - flipped[2000:, 0]

    one = Calibration.fit(HEADS, logits, labels, known)
    other = Calibration.fit(HEADS, logits, flipped, known)

    np.testing.assert_allclose(one.slope, other.slope)


def test_a_threshold_rises_where_the_label_is_often_said_in_vain():
    """A label whose false alarms score up to .5 gets a threshold above them."""
    scores = np.concatenate([np.linspace(0.0, 0.5, 400), np.linspace(0.6, 0.9, 100)])
    labels = np.concatenate([np.zeros(400), np.ones(100)])
    rows = np.zeros((500, 5))
    rows[:, 0], rows[:, 2] = scores, 1
    truth = np.zeros((500, 5))
    truth[:, 0], truth[:, 2] = labels, 1

    found = Thresholds.fit(HEADS, rows, truth, np.ones_like(rows))

    assert 0.45 < found.values[0] < 0.65


def test_exactly_one_label_of_an_exclusive_field_is_chosen():
    """The likeliest class wins, after its factor."""
    thresholds = Thresholds(heads=HEADS, values=np.array([0.5, 0.5, 0.2, 1.0, 1.0]))
    said = thresholds.decide(np.array([[0.6, 0.4, 0.7, 0.2, 0.1]]))

    assert said.tolist() == [[True, False, False, True, False]]


def test_calibration_and_thresholds_survive_json():
    """What is written is what is read."""
    logits, labels, known = texts(300)
    calibration = Calibration.fit(HEADS, logits, labels, known)
    again = Calibration.from_json(HEADS, calibration.to_json())
    thresholds = Thresholds.flat(HEADS, 0.3)

    np.testing.assert_allclose(again.probabilities(logits), calibration.probabilities(logits), atol=1e-4)
    np.testing.assert_allclose(Thresholds.from_json(HEADS, thresholds.to_json()).values, thresholds.values)


def test_calibration_error_by_hand():
    """Two bins: .1 with nobody right is off by .1, .9 with half right is off by .4."""
    error = calibration_error(np.array([0.1, 0.1, 0.9, 0.9]), np.array([0.0, 0.0, 1.0, 0.0]))

    assert error == pytest.approx(0.25)
