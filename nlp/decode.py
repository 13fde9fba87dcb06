"""Probabilities of one item to its tags, with the clauses that carry them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.calibrate import FloatArray, Thresholds
from nlp.heads import HEADS, NONE, POLARITIES, slices
from nlp.labels import (
    CHURN,
    EFFORT,
    EMOTIONS,
    EMPATHY_GAPS,
    FINE_EMOTIONS,
    FORCES,
    INTENTS,
    SENTIMENTS,
    SPECTRUM,
    THEMES,
    VALUES,
)
from nlp.tags import Abstention, ForceTag, Span, SpanTag, Tag, ThemeTag

PLACE = slices(HEADS)
MOST_EMOTIONS = 3
MOST_FINE_EMOTIONS = 5
MOST_CLAUSES = 3  # a tag is shown by its strongest clauses
GENERAL_THEME = "overall"
LEAST_SURE = 0.4  # probability of the likeliest label below which a field is left open
SECOND_REASON = 0.5  # a second clause is given as reason only when it states one more likely than not


@dataclass(frozen=True, kw_only=True, slots=True)
class Scores:
    """What the network said about one item, calibrated.

    Attributes:
        item: (labels,) probabilities.
        said: (labels,) which labels apply.
        clause: (clauses, labels) probabilities.
        polarity: (themes, 3) probabilities in the order of `POLARITIES`.
        why: (clauses,) probability that the clause states the main reason.
        clauses: their spans in the item's text.
        vectors: (clauses, d) embeddings of the clauses as read in their text; None where nobody asks for them.
    """

    item: FloatArray
    said: NDArray[np.bool_]
    clause: FloatArray
    polarity: FloatArray
    why: FloatArray
    clauses: Sequence[Span]
    vectors: NDArray[np.float32] | None = None


def fields(scores: Scores, thresholds: Thresholds) -> dict[str, Any]:
    """The judged fields of `Tags`, by name."""
    said = scores.said
    sentiment = _one(scores, said, "sentiment", SENTIMENTS)
    intent = _one(scores, said, "intent", INTENTS)
    unsure = [field for field in ("sentiment", "intent") if scores.item[PLACE[field]].max() < LEAST_SURE]
    emotions = _many(scores, said, "emotions", tuple(EMOTIONS))[:MOST_EMOTIONS]
    return {
        "sentiment": None if "sentiment" in unsure else sentiment,
        "emotions": emotions,
        "intensity": _intensity(scores, feels=bool(emotions)),
        "fine_emotions": _many(scores, said, "fine_emotions", FINE_EMOTIONS)[:MOST_FINE_EMOTIONS],
        "themes": _themes(scores, said, thresholds),
        "empathy_gaps": _gaps(scores, said, thresholds),
        "churn": _churn(scores, said),
        "effort": _one(scores, said, "effort", EFFORT),
        "urgency": 1 + _median(scores.item[PLACE["urgency"]]),
        "intent": None if "intent" in unsure else intent,
        "forces": _forces(scores, said),
        "spectrum": _spectrum(scores, said),
        "values": _many(scores, said, "values", VALUES),
        "why": _why(scores) if sentiment.label in ("negative", "mixed") else [],
        "abstained": [Abstention(field=field, reason="low_confidence") for field in unsure],
    }


def _score(value: float) -> float:
    return round(float(value), 4)


def _one(scores: Scores, said: NDArray[np.bool_], field: str, labels: Sequence[str]) -> Tag:
    number = int(said[PLACE[field]].argmax())
    return Tag(label=tuple(labels)[number], score=_score(scores.item[PLACE[field]][number]))


def _many(scores: Scores, said: NDArray[np.bool_], field: str, labels: Sequence[str]) -> list[Tag]:
    """Labels that apply, likeliest first."""
    values = scores.item[PLACE[field]]
    order = [number for number in np.argsort(-values) if said[PLACE[field]][number]]
    return [Tag(label=labels[number], score=_score(values[number])) for number in order]


def _median(probabilities: FloatArray) -> int:
    """The class in which half of the probability is reached: the best guess when steps count."""
    return min(int(np.searchsorted(np.cumsum(probabilities), 0.5)), len(probabilities) - 1)


def _intensity(scores: Scores, *, feels: bool) -> int:
    return max(1, _median(scores.item[PLACE["intensity"]])) if feels else 0


def spans(scores: Scores, column: int, threshold: float) -> list[Span]:
    """The strongest clauses that carry a label, at least the best one; neighbours are joined."""
    values = scores.clause[:, column]
    strongest = np.sort(np.argsort(-values, kind="stable")[:MOST_CLAUSES])
    return joined(
        strongest[values[strongest] >= min(threshold, float(values.max()))].tolist(), scores.clauses
    )


def joined(numbers: Sequence[int], clauses: Sequence[Span]) -> list[Span]:
    """The spans of some clauses in order, neighbours as one."""
    out: list[Span] = []
    for number in numbers:
        start, end = clauses[number]
        if out and number > 0 and out[-1][1] == clauses[number - 1][1]:
            out[-1] = (out[-1][0], end)
        else:
            out.append((start, end))
    return out


def _themes(scores: Scores, said: NDArray[np.bool_], thresholds: Thresholds) -> list[ThemeTag]:
    place = PLACE["themes"]
    names = tuple(THEMES)
    found = [number for number in np.argsort(-scores.item[place]) if said[place][number]]
    specific = [number for number in found if names[number] != GENERAL_THEME]
    return [
        ThemeTag(
            label=names[number],
            score=_score(scores.item[place][number]),
            polarity=POLARITIES[int(scores.polarity[number].argmax())],
            spans=spans(scores, place.start + int(number), float(thresholds.values[place][number])),
        )
        for number in (specific or found)
    ]


def _gaps(scores: Scores, said: NDArray[np.bool_], thresholds: Thresholds) -> list[SpanTag]:
    """Gaps over their thresholds; the likeliest one where it is only sure that there is some gap."""
    place = PLACE["empathy_gaps"]
    values = scores.item[place]
    found = [int(number) for number in np.argsort(-values) if said[place][number]]
    if not found and said[PLACE["any_gap"]][0]:
        found = [int(values.argmax())]
    names = tuple(EMPATHY_GAPS)
    return [
        SpanTag(
            label=names[number],
            score=_score(values[number]),
            spans=spans(scores, place.start + number, float(thresholds.values[place][number])),
        )
        for number in found
    ]


def _churn(scores: Scores, said: NDArray[np.bool_]) -> SpanTag:
    tag = _one(scores, said, "churn", tuple(CHURN))
    column = PLACE["churn"].start + tuple(CHURN).index(tag.label)
    where = [] if tag.label == NONE else spans(scores, column, 0.5)
    return SpanTag(label=tag.label, score=tag.score, spans=where)


def _forces(scores: Scores, said: NDArray[np.bool_]) -> list[ForceTag]:
    """Each force at most once, with its likelier polarity; likeliest first."""
    place = PLACE["forces"]
    values, out = scores.item[place].reshape(-1, 2), []
    for force, pair, applies in zip(FORCES, values, said[place].reshape(-1, 2), strict=True):
        if applies.any():
            side = int(np.where(applies, pair, -1).argmax())
            out.append(ForceTag(label=force, score=_score(pair[side]), polarity="-+"[side]))
    return sorted(out, key=lambda tag: -tag.score)


def _spectrum(scores: Scores, said: NDArray[np.bool_]) -> Tag | None:
    tag = _one(scores, said, "spectrum", (NONE, *SPECTRUM))
    return None if tag.label == NONE else tag


def _why(scores: Scores) -> list[Span]:
    """The clause that states the main reason, and a second one where it does too."""
    order = np.argsort(-scores.why)[:2]
    chosen = sorted(int(n) for n in order if n == order[0] or scores.why[n] >= SECOND_REASON)
    return [scores.clauses[number] for number in chosen]
