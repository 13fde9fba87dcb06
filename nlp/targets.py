"""Labels to arrays: what the heads should say about an example, and which of it is known."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.data import Example
from nlp.heads import HEADS, NONE, POLARITIES, REPLY_HEADS, Head, slices, width
from nlp.labels import THEMES
from nlp.tags import Span

FloatArray = NDArray[np.float32]
UNKNOWN = -1


@dataclass(frozen=True, kw_only=True, slots=True)
class Targets:
    """Targets of one example.

    Attributes:
        labels: (labels,) 0 or 1, one-hot inside `one` fields.
        known: (labels,) 1 where the label is known.
        polarity: (themes,) number in `POLARITIES`, -1 where there is none.
        why: (clauses,) 1 for the clauses that overlap the stated reason.
        reply: (reply labels,) and `reply_known` likewise, for pairs.
    """

    labels: FloatArray
    known: FloatArray
    polarity: NDArray[np.int64]
    why: FloatArray
    reply: FloatArray
    reply_known: FloatArray


def targets(example: Example, clauses: Sequence[Span]) -> Targets:
    """Targets of an example whose text was cut into `clauses`."""
    row, known = _fill(HEADS, _values(example))
    places = slices(HEADS)
    for head in HEADS:
        if head.field in example.judged:
            is_known = [label in example.judged[head.field] for label in head.labels]
            known[places[head.field]] = np.array(is_known, np.float32)
    reply, reply_known = _fill(REPLY_HEADS, _reply_values(example.labels.get("reply")))
    return Targets(
        labels=row,
        known=known,
        polarity=_polarity(example.labels.get("themes", {})),
        why=_why(example, clauses),
        reply=reply,
        reply_known=reply_known,
    )


def _values(example: Example) -> dict[str, list[str]]:
    """The labels that apply, per known field."""
    out: dict[str, list[str]] = {}
    labels = example.labels
    for field in ("sentiment", "churn", "effort", "intent", "intensity", "urgency"):
        if labels.get(field) is not None:
            out[field] = [str(labels[field])]
    for field in ("emotions", "fine_emotions", "empathy_gaps", "values"):
        if field in labels:
            out[field] = list(labels[field])
    if "empathy_gaps" in labels:
        out["any_gap"] = ["any_gap"] if labels["empathy_gaps"] else []
    if "spectrum" in labels:
        out["spectrum"] = [labels["spectrum"] or NONE]
    if "forces" in labels:
        out["forces"] = [force + polarity for force, polarity in labels["forces"].items()]
    if "themes" in labels:
        out["themes"] = list(labels["themes"])
    return out


def _reply_values(reply: dict[str, Any] | None) -> dict[str, list[str]]:
    if reply is None:
        return {}
    out = {field: [str(reply[field])] for field in reply if field != "scripted"}
    if "scripted" in reply:
        out["scripted"] = ["scripted"] if reply["scripted"] else []
    return out


def _fill(heads: tuple[Head, ...], values: dict[str, list[str]]) -> tuple[FloatArray, FloatArray]:
    row, known = np.zeros(width(heads), np.float32), np.zeros(width(heads), np.float32)
    for head, place in zip(heads, slices(heads).values(), strict=True):
        if head.field not in values:
            continue
        known[place] = 1
        for label in values[head.field]:
            if label not in head.labels:
                raise ValueError(
                    f"{head.field} has no label {label!r}. It must be one of {', '.join(head.labels)}."
                )
            row[place.start + head.labels.index(label)] = 1
    return row, known


def _polarity(themes: dict[str, str | None]) -> NDArray[np.int64]:
    out = np.full(len(THEMES), UNKNOWN, np.int64)
    for number, theme in enumerate(THEMES):
        polarity = themes.get(theme)
        if polarity is not None:
            out[number] = POLARITIES.index(polarity)
    return out


def _why(example: Example, clauses: Sequence[Span]) -> FloatArray:
    out = np.zeros(len(clauses), np.float32)
    reason = example.labels.get("why") or ""
    start = example.text.find(reason) if reason else -1
    if start < 0:
        return out
    end = start + len(reason)
    for number, (first, last) in enumerate(clauses):
        shared = min(end, last) - max(start, first)
        out[number] = float(shared > 0 and shared >= 0.5 * min(last - first, len(reason)))
    return out
