from dataclasses import replace

import numpy as np
import pytest

from nlp.calibrate import Thresholds
from nlp.decode import PLACE, Scores, fields
from nlp.heads import HEADS, width
from nlp.labels import CHURN, EMPATHY_GAPS, INTENTS, SENTIMENTS, THEMES

CLAUSES = [(0, 10), (11, 20), (21, 40)]
FLAT = Thresholds.flat(HEADS, 0.4)


def scores(**raised: float) -> Scores:
    """Scores of an item where `field__label` has the given probability and everything else is unlikely."""
    item = np.full(width(HEADS), 0.05)
    clause = np.full((3, width(HEADS)), 0.05)
    for name, value in raised.items():
        field, label = name.split("__")
        item[column(field, label)] = value
        clause[1, column(field, label)] = value
    polarity = np.tile([0.8, 0.1, 0.1], (25, 1))
    why = np.array([0.2, 0.9, 0.6])
    said = FLAT.decide(item[None])[0]
    return Scores(item=item, said=said, clause=clause, polarity=polarity, why=why, clauses=CLAUSES)


def column(field: str, label: str) -> int:
    labels = next(head.labels for head in HEADS if head.field == field)
    return PLACE[field].start + labels.index(label)


def read(**raised: float) -> dict:
    return fields(scores(**raised), FLAT)


def test_a_theme_comes_with_polarity_and_the_clause_that_carries_it():
    """Only the clause whose own score is over the threshold is a span."""
    [theme] = read(themes__delivery=0.9)["themes"]

    assert (theme.label, theme.polarity, theme.score, theme.spans) == ("delivery", "-", 0.9, [(11, 20)])


def test_the_best_clause_stands_in_when_none_is_over_the_threshold():
    """A tag always shows where it comes from."""
    given = scores(themes__delivery=0.9)
    given.clause[:, column("themes", "delivery")] = [0.1, 0.2, 0.3]

    [theme] = fields(given, FLAT)["themes"]

    assert theme.spans == [(21, 40)]


def test_neighbouring_clauses_become_one_span():
    """Two clauses in a row read as one quote, a lone one stays apart."""
    given = scores(themes__delivery=0.9)
    given.clause[:, column("themes", "delivery")] = [0.6, 0.7, 0.1]

    [theme] = fields(given, FLAT)["themes"]

    assert theme.spans == [(0, 20)]


def test_a_tag_is_shown_by_its_three_strongest_clauses():
    """In a long text not every clause that touches on a theme is quoted."""
    given = scores(themes__delivery=0.9)
    given = replace(
        given, clauses=[(10 * n, 10 * n + 8) for n in range(9)], clause=np.full((9, width(HEADS)), 0.5)
    )
    given.clause[[1, 4, 8], column("themes", "delivery")] = 0.8

    [theme] = fields(given, FLAT)["themes"]

    assert theme.spans == [(10, 18), (40, 48), (80, 88)]


def test_overall_yields_to_specific_themes():
    """`overall` means that there is nothing specific."""
    both = read(themes__overall=0.9, themes__delivery=0.6)["themes"]
    alone = read(themes__overall=0.9)["themes"]

    assert [theme.label for theme in both] == ["delivery"]
    assert [theme.label for theme in alone] == ["overall"]


def test_a_sure_gap_of_unsure_kind_is_named_by_its_likeliest_kind():
    """When it is clear that there is a gap, the likeliest of the eight is given with its low score."""
    [gap] = read(any_gap__any_gap=0.8, empathy_gaps__unheard=0.3)["empathy_gaps"]

    assert (gap.label, gap.score) == ("unheard", 0.3)


def test_reasons_are_given_for_complaints_only():
    """The best clause, and a second one only where it likely states a reason too."""
    assert read(sentiment__negative=0.9)["why"] == [(11, 20), (21, 40)]
    assert read(sentiment__positive=0.9)["why"] == []


def test_a_text_without_emotion_has_no_intensity():
    """Intensity and emotions never contradict each other."""
    assert read(intensity__3=0.9)["intensity"] == 0
    assert read(intensity__3=0.9, emotions__anger=0.9)["intensity"] == 3
    assert read(intensity__0=0.9, emotions__anger=0.9)["intensity"] == 1


def test_at_most_three_emotions_likeliest_first():
    """The guide allows three."""
    found = read(emotions__anger=0.6, emotions__joy=0.9, emotions__relief=0.7, emotions__desire=0.5)[
        "emotions"
    ]

    assert [tag.label for tag in found] == ["joy", "relief", "anger"]


def test_staying_silent_about_leaving_has_no_span():
    """`none` is a label with a score, but nothing in the text carries it."""
    churn = read(churn__none=0.9)["churn"]

    assert (churn.label, churn.spans) == ("none", [])
    assert read(churn__leaving=0.9)["churn"].spans == [(11, 20)]


def test_a_force_is_met_or_missed_not_both():
    """The likelier side of a force wins."""
    [force] = read(**{"forces__status-": 0.5, "forces__status+": 0.8})["forces"]

    assert (force.label, force.polarity) == ("status", "+")


@pytest.mark.parametrize(
    ("field", "labels"),
    [("sentiment", SENTIMENTS), ("intent", INTENTS), ("churn", CHURN)],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_exclusive_fields_always_have_one_label(field, labels):
    """One of them is named, whichever is likeliest."""
    for label in labels:
        assert read(**{f"{field}__{label}": 0.6})[field].label == label


def test_no_theme_or_gap_where_nothing_is_likely():
    """Empty lists, not guesses."""
    found = read()

    assert found["themes"] == found["empathy_gaps"] == found["values"] == []
    assert set(THEMES) & set(EMPATHY_GAPS) == set()


def test_a_field_without_a_likely_label_is_left_open():
    """Sentiment is not named below the least probability, and the tags say so."""
    unsure, sure = read(sentiment__negative=0.35, intent__complaint=0.9), read(sentiment__negative=0.5)

    assert unsure["sentiment"] is None
    assert [(one.field, one.reason) for one in unsure["abstained"]] == [("sentiment", "low_confidence")]
    assert sure["sentiment"].label == "negative"
