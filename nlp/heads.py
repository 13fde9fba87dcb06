"""What the tagger predicts: one flat row of logits, cut into fields.

A `many` field has independent labels (sigmoid), a `one` field has exactly one label (softmax).
`polarity` and `why` are read per clause and stand apart.
"""

from dataclasses import dataclass
from typing import Literal

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
    URGENCY,
    VALUES,
)

NONE = "none"
POLARITIES = ("-", "+", "0")
REPLY_GRADES = ("acknowledges", "understands", "explores", "acts")


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """One field: its labels in order, and whether one or many of them apply."""

    field: str
    labels: tuple[str, ...]
    kind: Literal["one", "many"]
    weight: float  # share in the training loss


HEADS = (
    Head(field="sentiment", labels=SENTIMENTS, kind="one", weight=1.5),
    Head(field="emotions", labels=tuple(EMOTIONS), kind="many", weight=2.0),
    Head(field="intensity", labels=("0", "1", "2", "3"), kind="one", weight=0.5),
    Head(field="fine_emotions", labels=FINE_EMOTIONS, kind="many", weight=3.0),
    Head(field="themes", labels=tuple(THEMES), kind="many", weight=3.0),
    Head(field="empathy_gaps", labels=tuple(EMPATHY_GAPS), kind="many", weight=2.0),
    Head(field="any_gap", labels=("any_gap",), kind="many", weight=0.7),
    Head(field="churn", labels=tuple(CHURN), kind="one", weight=1.5),
    Head(field="effort", labels=EFFORT, kind="one", weight=0.7),
    Head(field="urgency", labels=tuple(str(u) for u in URGENCY), kind="one", weight=0.8),
    Head(field="intent", labels=INTENTS, kind="one", weight=1.0),
    Head(field="forces", labels=tuple(f + p for f in FORCES for p in "-+"), kind="many", weight=1.0),
    Head(field="spectrum", labels=(NONE, *SPECTRUM), kind="one", weight=0.4),
    Head(field="values", labels=VALUES, kind="many", weight=0.5),
)
REPLY_HEADS = (
    *(Head(field=grade, labels=("0", "1", "2"), kind="one", weight=1.0) for grade in REPLY_GRADES),
    Head(field="scripted", labels=("scripted",), kind="many", weight=1.0),
    Head(field="gap", labels=("0", "1", "2"), kind="one", weight=1.0),
    Head(field="resolved", labels=("yes", "no", "unclear"), kind="one", weight=1.0),
)


def slices(heads: tuple[Head, ...]) -> dict[str, slice]:
    """Where each field stands in the row of logits."""
    out, start = {}, 0
    for head in heads:
        out[head.field] = slice(start, start + len(head.labels))
        start += len(head.labels)
    return out


def width(heads: tuple[Head, ...]) -> int:
    """Number of logits of all fields together."""
    return sum(len(head.labels) for head in heads)
