import numpy as np
import pytest

from nlp.calibrate import Thresholds
from nlp.churn import MOOD, NAMES, PLACE, settle
from nlp.heads import HEADS, width
from nlp.labels import SENTIMENTS


def settled(sentiment: str, *churn: float) -> tuple[np.ndarray, str]:
    """Churn of an item of a clear sentiment, given the probabilities of left, leaving, at_risk, none, loyal."""
    row = np.full((1, width(HEADS)), 0.01)
    row[0, MOOD.start + SENTIMENTS.index(sentiment)] = 0.9
    row[0, PLACE] = churn
    probabilities, said = settle(row, Thresholds.flat(HEADS).decide(row))
    return probabilities[0, PLACE], NAMES[int(said[0, PLACE].argmax())]


@pytest.mark.parametrize(
    ("sentiment", "churn", "label"),
    [
        ("negative", (0.0, 0.3, 0.0, 0.1, 0.6), "leaving"),
        ("positive", (0.0, 0.3, 0.0, 0.1, 0.6), "loyal"),
        ("negative", (0.12, 0.15, 0.13, 0.6, 0.0), "leaving"),
        ("negative", (0.0, 0.05, 0.05, 0.9, 0.0), "none"),
        ("positive", (0.0, 0.0, 0.0, 0.5, 0.5), "loyal"),
    ],
    ids=[
        "never again",
        "again and again",
        "evidence in three parts",
        "a complaint only",
        "praise with a promise",
    ],
)
def test_leaving_and_staying_go_with_the_sentiment(sentiment, churn, label):
    """An angry text is hardly loyal, and risk counts as a whole before its kind is named."""
    assert settled(sentiment, *churn)[1] == label


def test_settled_probabilities_still_sum_to_one():
    """They stay probabilities."""
    assert settled("negative", 0.2, 0.2, 0.2, 0.2, 0.2)[0].sum() == pytest.approx(1)


def test_other_fields_stay_as_they_are():
    """Only churn is touched."""
    row = np.random.default_rng(1).random((3, width(HEADS)))
    said = Thresholds.flat(HEADS).decide(row)

    probabilities, decided = settle(row, said)

    others = np.r_[0 : PLACE.start, PLACE.stop : width(HEADS)]
    np.testing.assert_array_equal(probabilities[:, others], row[:, others])
    np.testing.assert_array_equal(decided[:, others], said[:, others])
