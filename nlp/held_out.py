"""Runs a network over prepared examples, and fits calibration and thresholds on what it says about unseen ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from nlp.calibrate import Calibration, FloatArray, Thresholds
from nlp.churn import settle
from nlp.fitting import Prepared, cached_batch
from nlp.gap import GapModel, conversation_features
from nlp.heads import HEADS, REPLY_HEADS, slices
from nlp.network import Network
from nlp.quality import LEAVING, RISK, Confusion, FieldQuality

BoolArray = NDArray[np.bool_]

END = 10_000  # the pair that shows how a conversation ended sorts after all its turns


@dataclass(frozen=True, kw_only=True, slots=True)
class Outputs:
    """Logits of examples with what is true and known, (examples, labels) each, their texts, conversation and turn."""

    logits: FloatArray
    labels: FloatArray
    known: FloatArray
    talks: NDArray[np.str_]
    turns: NDArray[np.int64]
    texts: NDArray[np.object_]

    def joined(self, other: "Outputs") -> "Outputs":
        """Both, one after the other."""
        return Outputs(
            **{name: np.concatenate([getattr(self, name), getattr(other, name)]) for name in self.__slots__}
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldOut:
    """What a network says about texts that it was not trained on: messages and pairs of reply."""

    items: Outputs
    replies: Outputs

    def joined(self, other: "HeldOut") -> "HeldOut":
        """Both, one after the other."""
        return HeldOut(items=self.items.joined(other.items), replies=self.replies.joined(other.replies))


@dataclass(frozen=True, kw_only=True, slots=True)
class Fitted:
    """Calibration and thresholds fitted on held-out texts."""

    calibration: Calibration
    thresholds: Thresholds
    reply_calibration: Calibration
    reply_thresholds: Thresholds
    gap: GapModel


def run(network: Network, data: Prepared) -> HeldOut:
    """Logits of prepared examples, messages and pairs apart, in no particular order."""
    network.eval()
    pairs = np.array([example.parts is not None for example in data.examples], bool)
    return HeldOut(
        items=_outputs(network, data, np.flatnonzero(~pairs), pairs=False),
        replies=_outputs(network, data, np.flatnonzero(pairs), pairs=True),
    )


def _outputs(
    network: Network, data: Prepared, rows: NDArray[np.int64], *, pairs: bool, size: int = 32
) -> Outputs:
    rows = rows[np.argsort(data.lengths()[rows])]
    found = [
        _logits(network, data, rows[n : n + size].tolist(), pairs=pairs) for n in range(0, len(rows), size)
    ]
    wanted = [data.targets[row] for row in rows]
    examples = [data.examples[row] for row in rows]
    width = sum(len(head.labels) for head in (REPLY_HEADS if pairs else HEADS))
    return Outputs(
        logits=np.concatenate([np.zeros((0, width)), *found]),
        labels=np.array([t.reply if pairs else t.labels for t in wanted], float).reshape(-1, width),
        known=np.array([t.reply_known if pairs else t.known for t in wanted], float).reshape(-1, width),
        talks=np.array([e.talk for e in examples], dtype="U64"),
        turns=np.array([END if e.turn is None else e.turn for e in examples], np.int64),
        texts=np.array([e.text for e in examples], object),
    )


def _logits(network: Network, data: Prepared, rows: list[int], *, pairs: bool) -> FloatArray:
    states, batch = cached_batch(data, rows)
    with torch.inference_mode():
        pooled = network.pool(states, batch)
        logits = network.heads.replies(pooled) if pairs else network.heads(pooled, batch.item_of_clause).item
    return np.asarray(logits.double().numpy())


def fit_decisions(held_out: HeldOut, gaps: dict[str, int]) -> Fitted:
    """Calibration first, then thresholds on calibrated probabilities. `gaps` per conversation id."""
    items, replies = held_out.items, held_out.replies
    calibration = Calibration.fit(HEADS, items.logits, items.labels, items.known)
    reply_calibration = Calibration.fit(REPLY_HEADS, replies.logits, replies.labels, replies.known)
    probabilities = calibration.probabilities(items.logits)
    reply_probabilities = reply_calibration.probabilities(replies.logits)
    return Fitted(
        calibration=calibration,
        thresholds=Thresholds.fit(HEADS, probabilities, items.labels, items.known),
        reply_calibration=reply_calibration,
        reply_thresholds=Thresholds.fit(REPLY_HEADS, reply_probabilities, replies.labels, replies.known),
        gap=_gap_model(held_out, probabilities, reply_probabilities, gaps),
    )


def _gap_model(
    held_out: HeldOut, probabilities: FloatArray, reply_probabilities: FloatArray, gaps: dict[str, int]
) -> GapModel:
    features, wanted = [], []
    for talk, gap in gaps.items():
        customer = np.flatnonzero(held_out.items.talks == talk)
        rows = np.flatnonzero(held_out.replies.talks == talk)
        if len(customer) and len(rows) > 1:
            ordered = rows[np.argsort(held_out.replies.turns[rows])]
            features.append(conversation_features(probabilities[customer[0]], reply_probabilities[ordered]))
            wanted.append(gap)
    return GapModel.fit(np.stack(features), np.array(wanted))


def measured(held_out: HeldOut, fitted: Fitted) -> dict[str, FieldQuality]:
    """How good each field is on texts of domains that were not trained on."""
    items = held_out.items
    probabilities = fitted.calibration.probabilities(items.logits)
    said = settle(probabilities, fitted.thresholds.decide(probabilities))[1] * items.known
    out = {}
    for head, place in zip(HEADS, slices(HEADS).values(), strict=True):
        columns = [n for n, label in enumerate(head.labels) if label not in ("none", "0")]
        kept = [place.start + n for n in columns]
        found = field_quality(
            [head.labels[n] for n in columns], items.labels[:, kept], said[:, kept], items.known[:, kept]
        )
        if found is not None:
            out[head.field] = found
    return out


def field_quality(
    labels: Sequence[str], truth: NDArray[Any], said: NDArray[Any], known: NDArray[Any]
) -> FieldQuality | None:
    """Quality of a field from arrays (items, labels) of 0 and 1; None when nothing is true of any item."""
    judged = known > 0
    is_true, is_said = (truth > 0) & judged, (said > 0) & judged
    if not is_true.any():
        return None
    parts = {label: [n] for n, label in enumerate(labels)}
    risky = [n for n, label in enumerate(labels) if label in LEAVING]
    if len(risky) == len(LEAVING):
        parts[RISK] = risky
    hits = int((is_true & is_said).sum())
    return FieldQuality(
        precision=hits / max(int(is_said.sum()), 1),
        recall=hits / int(is_true.sum()),
        labels={
            label: _confusion(
                *(np.asarray(rows[:, columns].any(axis=1), bool) for rows in (is_true, is_said, judged))
            )
            for label, columns in parts.items()
        },
    )


def _confusion(truth: BoolArray, said: BoolArray, known: BoolArray) -> Confusion:
    return Confusion(
        int((truth & said).sum()),
        int((said & ~truth).sum()),
        int((truth & ~said).sum()),
        int((known & ~truth & ~said).sum()),
    )
