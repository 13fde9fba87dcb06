"""Trains a tagger from the data at hand and writes its folder.

First the fork learns from public data (GoEmotions and sources that know some fields), then from the
texts labelled by our guide. Thresholds and calibration come from cross-validation over whole domains.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file

from nlp.backbone import read_backbone
from nlp.calibrate import Calibration, FloatArray, Thresholds
from nlp.checkpoint import Checkpoint, encoder_sum, write_checkpoint
from nlp.data import Example, goemotions, read_conversations, read_labelled, read_public
from nlp.encoder import encoder_folder
from nlp.fitting import Prepared, Progress, Recipe, cached_batch, fit, prepare
from nlp.heads import HEADS, REPLY_HEADS, width
from nlp.losses import ClassWeights, class_weights
from nlp.network import Network
from nlp.sentences import clauses

MODEL = "earmark-tagger-1"
PUBLIC_SIZES = {"mams_acsa": 4000, "clothing_ratings": 1500, "banking77": 2500, "natcs_intents": 800}
PUBLIC = Recipe(epochs=2, shares=tuple((source, 0.5) for source in PUBLIC_SIZES))
LABELLED = Recipe(
    epochs=6,
    rate_fork=1.5e-4,
    shares=(("goemotions", 0.12), *((source, 0.1) for source in PUBLIC_SIZES)),
    trust=(("goemotions", 1.0),),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What to train: recipes of the two stages, number of cross-validation folds, languages of the texts."""

    public: Recipe = PUBLIC
    labelled: Recipe = LABELLED
    folds: int = 3
    model: str = MODEL
    languages: tuple[str, ...] = ("en",)
    dropout: float = 0.1


@dataclass(frozen=True, kw_only=True, slots=True)
class Trained:
    """Where the tagger was written, and the texts that it was trained on."""

    folder: Path
    examples: int
    tokens: int


def train(
    data_dir: Path,
    labels_dir: Path,
    out: Path,
    *,
    plan: Plan | None = None,
    encoder: str | Path | None = None,
    extra: Sequence[Example] = (),
    base: Path | None = None,
    progress: Progress = print,
) -> Trained:
    """Trains a tagger and writes its folder to `out`.

    `extra` are further labelled examples, such as corrections. `base` is a file that keeps the result of
    the first stage; when it exists that stage is skipped.
    """
    plan = plan or Plan()
    backbone = read_backbone(encoder_folder(encoder))
    network = Network(backbone, plan.dropout)
    emotional = goemotions(data_dir / "goemotions" / "train.tsv")
    public = read_public(data_dir, seed=plan.public.seed, sizes=PUBLIC_SIZES)
    own = [*read_labelled(labels_dir), *read_conversations(labels_dir), *extra]
    progress(f"preparing {len(emotional) + len(public) + len(own)} texts")
    data = prepare(network, backbone.tokenizer, [*emotional, *public, *own], clauses)
    is_own = np.array([bool(e.group) for e in data.examples])
    weights = class_weights(data.targets)
    _first_stage(network, data, ~is_own, weights, plan.public, base, progress)
    start = {name: tensor.clone() for name, tensor in network.trained().items()}
    held_out = _cross_validate(network, start, data, is_own, weights, plan, progress)
    progress("training on everything")
    network.load_state_dict(start, strict=False)
    fit(network, data, weights, plan.labelled, progress)
    dev = prepare(network, backbone.tokenizer, goemotions(data_dir / "goemotions" / "dev.tsv"), clauses)
    held_out = held_out.joined(run(network, dev))
    _write(network, held_out, out, plan, encoder)
    return Trained(folder=out, examples=len(data.examples), tokens=int(data.lengths().sum()))


def _first_stage(
    network: Network,
    data: Prepared,
    rows: NDArray[np.bool_],
    weights: ClassWeights,
    recipe: Recipe,
    base: Path | None,
    progress: Progress,
) -> None:
    if base is not None and base.is_file():
        network.load_state_dict(load_file(base), strict=False)
        return
    progress("training on public data")
    fit(network, data.rows(rows), weights, recipe, progress)
    if base is not None:
        save_file({name: tensor.contiguous() for name, tensor in network.trained().items()}, base)


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldOut:
    """Logits of texts that were not trained on, with what is true and known: (items, labels) each."""

    logits: FloatArray
    labels: FloatArray
    known: FloatArray
    reply_logits: FloatArray
    reply_labels: FloatArray
    reply_known: FloatArray

    def joined(self, other: "HeldOut") -> "HeldOut":
        """Both, one after the other."""
        return HeldOut(
            **{name: np.concatenate([getattr(self, name), getattr(other, name)]) for name in self.__slots__}
        )


def run(network: Network, data: Prepared, size: int = 32) -> HeldOut:
    """Logits of prepared examples, in no particular order."""
    network.eval()
    parts: list[HeldOut] = []
    pairs = np.array([e.parts is not None for e in data.examples])
    for is_pair in (False, True):
        rows = np.flatnonzero(pairs == is_pair)
        rows = rows[np.argsort(data.lengths()[rows])]
        starts = range(0, len(rows), size)
        parts += [_run_batch(network, data, rows[n : n + size].tolist(), is_pair=is_pair) for n in starts]
    out = parts[0]
    return HeldOut(**{name: np.concatenate([getattr(p, name) for p in parts]) for name in out.__slots__})


def _run_batch(network: Network, data: Prepared, rows: list[int], *, is_pair: bool) -> HeldOut:
    states, batch = cached_batch(data, rows, network.config.pad_token_id)
    with torch.inference_mode():
        pooled = network.pool(states, batch)
        logits = (
            network.heads.replies(pooled) if is_pair else network.heads(pooled, batch.item_of_clause).item
        )
    wanted = [data.targets[row] for row in rows]
    found = logits.double().numpy()
    none, no_reply = np.zeros((0, width(HEADS))), np.zeros((0, width(REPLY_HEADS)))
    if is_pair:
        true, known = np.stack([t.reply for t in wanted]), np.stack([t.reply_known for t in wanted])
        items: tuple[FloatArray, ...] = (none, none, none)
        replies: tuple[FloatArray, ...] = (found, true.astype(float), known.astype(float))
    else:
        true, known = np.stack([t.labels for t in wanted]), np.stack([t.known for t in wanted])
        items, replies = (found, true.astype(float), known.astype(float)), (no_reply, no_reply, no_reply)
    return HeldOut(
        logits=items[0],
        labels=items[1],
        known=items[2],
        reply_logits=replies[0],
        reply_labels=replies[1],
        reply_known=replies[2],
    )


def fold_of(group: str, folds: int) -> int:
    """The fold of an industry or source: the same in every run."""
    return zlib.crc32(group.encode()) % folds


def _cross_validate(
    network: Network,
    start: dict[str, torch.Tensor],
    data: Prepared,
    is_own: NDArray[np.bool_],
    weights: ClassWeights,
    plan: Plan,
    progress: Progress,
) -> HeldOut:
    """Held-out logits of all labelled texts, each by a network that has not seen their industry or source."""
    fold = np.array([fold_of(e.group, plan.folds) for e in data.examples])
    parts = []
    for number in range(plan.folds):
        progress(f"fold {number + 1} of {plan.folds}")
        network.load_state_dict(start, strict=False)
        out = is_own & (fold == number)
        fit(network, data.rows(~out), weights, plan.labelled, progress)
        parts.append(run(network, data.rows(out)))
    joined = parts[0]
    for part in parts[1:]:
        joined = joined.joined(part)
    return joined


def _write(network: Network, held_out: HeldOut, out: Path, plan: Plan, encoder: str | Path | None) -> None:
    calibration = Calibration.fit(HEADS, held_out.logits, held_out.labels, held_out.known)
    replies = Calibration.fit(REPLY_HEADS, held_out.reply_logits, held_out.reply_labels, held_out.reply_known)
    probabilities = calibration.probabilities(held_out.logits)
    reply_probabilities = replies.probabilities(held_out.reply_logits)
    checkpoint = Checkpoint(
        model=plan.model,
        encoder=None if encoder is None else str(encoder),
        encoder_sha256=encoder_sum(encoder),
        languages=plan.languages,
        calibration=calibration,
        thresholds=Thresholds.fit(HEADS, probabilities, held_out.labels, held_out.known),
        reply_calibration=replies,
        reply_thresholds=Thresholds.fit(
            REPLY_HEADS, reply_probabilities, held_out.reply_labels, held_out.reply_known
        ),
    )
    write_checkpoint(out, checkpoint)
    tensors = {name: tensor.to(torch.float16).contiguous() for name, tensor in network.trained().items()}
    save_file(tensors, out / "model.safetensors")
