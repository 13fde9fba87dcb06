"""Measures how well conversations are judged: agreement with the labels on gap, replies and resolution."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nlp.heads import REPLY_GRADES
from nlp.metrics import Figure, f1, figure, weighted_kappa
from nlp.tagger import Tagger
from nlp.tags import ConversationTags, Document

Row = Mapping[str, Any]


def conversation_figures(tagger: Tagger, rows: Sequence[Row]) -> list[Figure]:
    """Quadratically weighted kappa of gap and reply grades; hits of gap turn and resolution."""
    documents = [
        Document(id=row["id"], turns=tuple((role, text) for role, text in row["turns"])) for row in rows
    ]
    judged = [
        (row, one.tags)
        for row, one in zip(rows, tagger.tag(documents), strict=True)
        if isinstance(one.tags, ConversationTags) and one.tags.gap is not None
    ]
    turns = [(row["gap_turn"], tags.gap_turn) for row, tags in judged if row["gap"] and tags.gap]
    gaps = np.array([[bool(row["empathy_gaps"]), bool(tags.empathy_gaps)] for row, tags in judged], float)
    return [
        _kappa("conversation gap kappa", [(row["gap"], tags.gap or 0) for row, tags in judged]),
        *(
            _kappa(f"conversation {field} kappa", _grades(judged, field))
            for field in (*REPLY_GRADES, "scripted")
        ),
        figure("conversation any gap F1", len(gaps), lambda r: float(f1(gaps[r, :1], gaps[r, 1:])[0])),
        _share("conversation gap turn accuracy", [wanted == found for wanted, found in turns]),
        _share("conversation resolved accuracy", [row["resolved"] == tags.resolved for row, tags in judged]),
    ]


def _grades(judged: Sequence[tuple[Row, ConversationTags]], field: str) -> list[tuple[int, int]]:
    """Labelled and tagged grade of every agent turn."""
    pairs = []
    for row, tags in judged:
        said = {reply.turn: int(getattr(reply, field)) for reply in tags.replies}
        pairs += [(int(reply[field]), said[reply["turn"]]) for reply in row["replies"]]
    return pairs


def _kappa(name: str, pairs: list[tuple[int, int]]) -> Figure:
    values = np.array(pairs, dtype=np.int64)
    return figure(name, len(values), lambda rows: weighted_kappa(values[rows, 0], values[rows, 1], 3))


def _share(name: str, hits: list[bool]) -> Figure:
    values = np.array(hits, float) if hits else np.array([np.nan])
    return figure(name, len(values), lambda rows: float(values[rows].mean()))
