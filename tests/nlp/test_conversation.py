import numpy as np

from nlp.calibrate import Thresholds
from nlp.conversation import (
    PLACE,
    closing_pair,
    customer_spans,
    reply_pair,
    reply_tags,
    resolution,
    worst_turn,
)
from nlp.gap import FEATURES, GapModel
from nlp.heads import REPLY_HEADS, width
from nlp.pieces import customer_side, message
from nlp.tags import transcript

TURNS = (
    ("C", "The kettle leaks.\nAnd nobody wrote back."),
    ("A", "Sorry to hear that. Which model is it?"),
    ("C", "K200, as I said twice."),
    ("A", "Please see our FAQ."),
    ("C", "Forget it."),
)


def test_customer_spans_point_into_the_transcript():
    """Each span cuts out exactly what the customer wrote, without the name in front."""
    text = transcript(TURNS)

    found = [text[start:end] for start, end in customer_spans(TURNS)]

    assert found == ["The kettle leaks. And nobody wrote back.", "K200, as I said twice.", "Forget it."]


def test_the_customers_side_keeps_its_place_in_the_transcript():
    """Clauses are read from the customer's words alone and stored as spans of the whole conversation."""
    text = transcript(TURNS)
    piece = customer_side(TURNS, text)

    assert "FAQ" not in piece.text
    for (a, b), (first, last) in zip(piece.spans, piece.stored, strict=True):
        assert piece.text[a:b] == text[first:last]


def test_a_conversation_without_customer_has_nothing_to_read():
    """Only agent turns: an empty text."""
    turns = (("A", "Hello, anybody there?"),)

    assert customer_side(turns, transcript(turns)).text == ""


def test_a_message_without_letters_is_one_clause():
    """Even a lone emoji has a clause, so that scores have somewhere to stand."""
    assert list(message("👍").spans) == [(0, 1)]


def test_a_reply_is_read_with_what_came_before_it():
    """Later turns do not colour the judgement of a reply."""
    pair = reply_pair(TURNS, 1)
    (a, b), (c, d) = pair.parts

    assert pair.text[a:b] == "The kettle leaks. And nobody wrote back."
    assert pair.text[c:d] == "Sorry to hear that. Which model is it?"


def test_the_end_is_read_with_the_customers_last_words():
    """Whether the case was resolved shows in what the customer says at the end."""
    pair = closing_pair(TURNS)

    assert "Forget it." in pair.text
    assert pair.text.endswith("Please see our FAQ.")


def probabilities() -> np.ndarray:
    """Two replies and the end: the first good, the second with a gap, unresolved."""
    rows = np.full((3, width(REPLY_HEADS)), 0.1)
    rows[0, PLACE["explores"].start + 2] = 0.8
    rows[1, PLACE["gap"].start + 2] = 0.9
    rows[1, PLACE["scripted"]] = 0.7
    rows[2, PLACE["resolved"].start + 1] = 0.9
    return rows


def test_replies_are_graded_turn_by_turn():
    """Each agent turn gets its grades under its number in the conversation."""
    first, second = reply_tags(TURNS, probabilities(), Thresholds.flat(REPLY_HEADS))

    assert (first.turn, first.explores, first.scripted) == (1, 2, False)
    assert (second.turn, second.scripted) == (3, True)
    assert worst_turn(TURNS, probabilities()) == 3
    assert resolution(probabilities(), Thresholds.flat(REPLY_HEADS)) == "no"


def test_the_gap_model_learns_which_feature_matters():
    """The gap follows the feature that it depends on, and cuts it into three grades."""
    chance = np.random.default_rng(2)
    features = chance.random((300, len(FEATURES)))
    gaps = np.digitize(features[:, 3], [0.33, 0.66])

    model = GapModel.fit(features, gaps, ridge=1.0)

    said = np.array([model.grade(row) for row in features])
    assert (said == gaps).mean() > 0.9


def test_the_gap_model_survives_json():
    """What is written is what is read."""
    features = np.random.default_rng(3).random((50, len(FEATURES)))
    model = GapModel.fit(features, np.arange(50) % 3)

    again = GapModel.from_json(model.to_json())

    assert [again.grade(row) for row in features] == [model.grade(row) for row in features]
