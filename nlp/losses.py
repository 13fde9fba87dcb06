"""The training loss: binary cross-entropy for `many` fields, cross-entropy for `one` fields, known labels only."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from nlp.heads import HEADS, POLARITIES, REPLY_HEADS, Head, slices
from nlp.network import Logits
from nlp.targets import UNKNOWN, Targets

POLARITY_WEIGHT = 1.0
WHY_WEIGHT = 0.3


@dataclass(frozen=True, kw_only=True, slots=True)
class ClassWeights:
    """How much a present label counts against an absent one, per label of `HEADS` and of `REPLY_HEADS`."""

    labels: Tensor
    reply: Tensor
    polarity: Tensor


def class_weights(items: Sequence[Targets], *, cap: float = 6.0) -> ClassWeights:
    """Square root of absent to present for `many` fields, of rarest to label for `one` fields, at most `cap`."""
    polarity = np.bincount(np.concatenate([t.polarity[t.polarity != UNKNOWN] for t in items]), minlength=3)
    return ClassWeights(
        labels=_weights(HEADS, np.stack([t.labels for t in items]), np.stack([t.known for t in items]), cap),
        reply=_weights(
            REPLY_HEADS, np.stack([t.reply for t in items]), np.stack([t.reply_known for t in items]), cap
        ),
        polarity=torch.tensor(_balance(polarity, cap), dtype=torch.float32),
    )


def _balance(counts: np.ndarray, cap: float) -> np.ndarray:
    weights = np.sqrt(counts.sum() / len(counts) / np.maximum(counts, 1))
    return np.asarray(np.clip(weights, 1 / cap, cap))


def _weights(heads: tuple[Head, ...], labels: np.ndarray, known: np.ndarray, cap: float) -> Tensor:
    present, seen = (labels * known).sum(0), known.sum(0)
    out = np.ones(labels.shape[1])
    for head, place in zip(heads, slices(heads).values(), strict=True):
        if head.kind == "one":
            out[place] = _balance(present[place], cap)
        else:
            absent = seen[place] - present[place]
            out[place] = np.clip(np.sqrt(absent / np.maximum(present[place], 1)), 1, cap)
    return torch.tensor(out, dtype=torch.float32)


def fields_loss(
    heads: tuple[Head, ...], logits: Tensor, labels: Tensor, known: Tensor, weights: Tensor, share: Tensor
) -> Tensor:
    """Weighted loss over all fields. `logits`, `labels`, `known` (items, labels); `share` (items,) item weights."""
    total = logits.new_zeros(())
    for head, place in zip(heads, slices(heads).values(), strict=True):
        has = known[:, place] * share.unsqueeze(1)
        if not bool(has.any()):
            continue
        if head.kind == "one":
            likely = functional.log_softmax(logits[:, place], 1)
            importance = labels[:, place] * weights[place] * has
            loss = -(importance * likely).sum() / has[:, 0].sum()
        else:
            each = functional.binary_cross_entropy_with_logits(
                logits[:, place], labels[:, place], pos_weight=weights[place], reduction="none"
            )
            loss = (each * has).sum() / has.sum()
        total = total + head.weight * loss * (known[:, place].amax(1) > 0).float().mean()
    return total


def clause_losses(
    logits: Logits, polarity: Tensor, why: Tensor, item_of_clause: Tensor, weights: Tensor
) -> Tensor:
    """Loss of theme polarity, `polarity` (items, themes), and of the clause that states the reason, `why` (clauses,)."""
    total = logits.item.new_zeros(())
    if bool((polarity != UNKNOWN).any()):
        flat = logits.polarity.reshape(-1, len(POLARITIES))
        total = total + POLARITY_WEIGHT * functional.cross_entropy(
            flat, polarity.flatten(), weight=weights, ignore_index=UNKNOWN
        )
    has_reason = torch.zeros(len(logits.item)).index_add(0, item_of_clause, why) > 0
    rows = has_reason[item_of_clause]
    if bool(rows.any()):
        each = functional.binary_cross_entropy_with_logits(logits.why[rows], why[rows], reduction="mean")
        total = total + WHY_WEIGHT * each
    return total
