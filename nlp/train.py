"""Trains a tagger from the data at hand and writes its folder.

First the fork learns from public data (GoEmotions and sources that know some fields), then from the
texts labelled by our guide, with some of the public texts mixed in. Thresholds and calibration come from
texts of whole industries that the network has not seen.
"""

import random
import tempfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from nlp.backbone import Backbone, read_backbone
from nlp.blend import ThemeBlend
from nlp.calibrate import Thresholds
from nlp.card import Card, write_card
from nlp.checkpoint import Checkpoint, encoder_sum, read_checkpoint, write_checkpoint
from nlp.clause_map import fit_clause_map
from nlp.data import (
    Example,
    conversation_examples,
    goemotions,
    read_conversations,
    read_labelled,
    read_public,
    with_tone,
)
from nlp.encoder import encoder_folder
from nlp.evaluate import evaluate
from nlp.fitting import Prepared, Progress, Recipe, fit, fit_heads, prepare
from nlp.heads import HEADS, slices
from nlp.held_out import HeldOut, Outputs, field_quality, fit_decisions, measured, run
from nlp.losses import ClassWeights, class_weights
from nlp.network import Network
from nlp.own_theme_fit import described, evidence, fit_own_themes
from nlp.quality import quality, write_quality
from nlp.sentences import clauses
from nlp.tagger import Tagger
from nlp.taxonomy import Taxonomy

MODEL = "earmark-tagger-1"
PUBLIC_SIZES = {"mams_acsa": 4000, "clothing_ratings": 3000, "banking77": 2500, "natcs_intents": 800}
REPLAYED = 6_000
OWN_THEME_EXAMPLES = 900
LONG_SOURCES = ("womens_clothing", "cfpb_sample", "fewsum_gold", "fewsum", "sktod")
PUBLIC = Recipe(epochs=1.3, shares=tuple((source, 0.5) for source in PUBLIC_SIZES))
LABELLED = Recipe(
    epochs=8,
    rate_fork=2e-4,
    shares=(
        ("goemotions", 0.3),
        *((source, 0.3) for source in PUBLIC_SIZES),
        *((source, 0.4) for source in LONG_SOURCES),
    ),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What to train: recipes of the two stages, languages of the texts.

    Whole industries are dealt into `folds` parts. Part `held_out` is never trained on: calibration, thresholds
    and quality come from it. Conversations are dealt one by one into `talk_folds` parts, because few industries
    have any and their gap is fitted on those held out. The weights are the mean of `runs` networks that begin alike.
    """

    public: Recipe = PUBLIC
    labelled: Recipe = LABELLED
    folds: int = 8
    held_out: int = 3
    talk_folds: int = 4
    runs: int = 1
    model: str = MODEL
    languages: tuple[str, ...] = ("en",)
    dropout: float = 0.1

    def holds_out(self, example: Example) -> bool:
        """Whether an example is kept from training."""
        if example.talk:
            return fold_of(example.talk, self.talk_folds) == 0
        return bool(example.group) and fold_of(example.group, self.folds) == self.held_out

    def seeded(self, seed: int) -> "Plan":
        """The same plan with another seed."""
        return replace(
            self, public=replace(self.public, seed=seed), labelled=replace(self.labelled, seed=seed)
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Trained:
    """Where the tagger was written, and how many labelled texts it was trained on."""

    folder: Path
    examples: int


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
    """Trains a tagger and writes its folder, with a card that holds its scores, to `out`.

    `extra` are further labelled examples, such as corrections. `base` is a file that keeps the result of
    the first stage; when it exists that stage is skipped.
    """
    plan = plan or Plan()
    backbone = read_backbone(encoder_folder(encoder))
    network = Network(backbone, plan.dropout)
    conversations = read_conversations(labels_dir)
    own = [*read_labelled(labels_dir, data_dir), *conversation_examples(conversations), *extra]
    public = [
        *with_tone(goemotions(data_dir / "goemotions" / "train.tsv")),
        *read_public(data_dir, seed=plan.public.seed, sizes=PUBLIC_SIZES),
    ]
    _first_stage(network, backbone, public, plan.public, base, progress)
    progress("fitting the map of clauses")
    reviews = [e for e in public if e.source == "clothing_ratings"]
    fit_clause_map(network, backbone.tokenizer, [e.text for e in (*own, *reviews) if e.parts is None])
    replayed = random.Random(plan.public.seed).sample(public, min(REPLAYED, len(public)))  # noqa: S311
    progress(f"preparing {len(own)} labelled texts")
    data = prepare(network, backbone.tokenizer, [*own, *replayed], clauses)
    weights = class_weights(data.targets)
    held = np.array([plan.holds_out(example) for example in data.examples])
    progress(f"training, {held.sum()} texts held out")
    seen = data.rows(~held)
    _second_stage(network, seen, weights, plan, progress)
    emotional = goemotions(data_dir / "goemotions" / "dev.tsv")
    unseen = prepare(network, backbone.tokenizer, emotional, clauses)
    held_out = run(network, data.rows(held)).joined(run(network, unseen))
    _write(network, held_out, _gaps(conversations), out, plan, encoder)
    progress("joining head and likeness for the themes")
    with tempfile.TemporaryDirectory() as folder:
        phrases = Path(folder)  # the taxonomy's words are embedded once
        add_blend(out, held_out.items, phrases)
        progress("weighing what tells a theme of one's own")
        themed = [e for e in own if "themes" in e.labels and not (e.judged or e.talk)]
        add_own_themes(out, themed, plan.public.seed, phrases)
        report = evaluate(Tagger.load(out, cache=phrases), data_dir, labels_dir, progress)
    write_card(
        out, Card(model=plan.model, examples=own, seed=plan.public.seed, runs=plan.runs, report=report)
    )
    return Trained(folder=out, examples=len(own))


def _gaps(conversations: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    return {row["id"]: int(row["gap"]) for row in conversations}


def _first_stage(
    network: Network,
    backbone: Backbone,
    public: Sequence[Example],
    recipe: Recipe,
    base: Path | None,
    progress: Progress,
) -> None:
    """Train fork and heads on public data, or take them from `base`."""
    if base is not None and base.is_file():
        network.load_state_dict(load_file(base), strict=False)
        return
    progress(f"preparing {len(public)} public texts")
    data = prepare(network, backbone.tokenizer, public, clauses)
    progress("training on public data")
    fit(network, data, class_weights(data.targets), recipe, progress)
    if base is not None:
        save_file({name: tensor.contiguous() for name, tensor in network.trained().items()}, base)


def _second_stage(
    network: Network, seen: Prepared, weights: ClassWeights, plan: Plan, progress: Progress
) -> None:
    """Train on the labelled texts, each run in another order, and keep the mean of the runs.

    One mean network costs no more than one run where it is used, and errs less than any of them ("model soups",
    Wortsman et al. 2022).
    """
    start = {name: tensor.clone() for name, tensor in network.trained().items()}
    total: dict[str, Tensor] = {}
    for at in range(plan.runs):
        if plan.runs > 1:
            progress(f"run {at + 1} of {plan.runs}")
        network.load_state_dict(start, strict=False)
        fit_heads(network, seen, weights)
        fit(network, seen, weights, replace(plan.labelled, seed=plan.labelled.seed + at), progress)
        for name, tensor in network.trained().items():
            total[name] = tensor.clone() if at == 0 else total[name] + tensor
    network.load_state_dict({name: tensor / plan.runs for name, tensor in total.items()}, strict=False)


def fold_of(group: str, folds: int) -> int:
    """The fold of an industry or source: the same in every run."""
    return zlib.crc32(group.encode()) % folds


def _write(
    network: Network,
    held_out: HeldOut,
    gaps: dict[str, int],
    out: Path,
    plan: Plan,
    encoder: str | Path | None,
) -> None:
    fitted = fit_decisions(held_out, gaps)
    checkpoint = Checkpoint(
        model=plan.model,
        encoder=None if encoder is None else str(encoder),
        encoder_sha256=encoder_sum(encoder),
        languages=plan.languages,
        calibration=fitted.calibration,
        thresholds=fitted.thresholds,
        reply_calibration=fitted.reply_calibration,
        reply_thresholds=fitted.reply_thresholds,
        gap=fitted.gap,
    )
    write_checkpoint(out, checkpoint)
    write_quality(out, measured(held_out, fitted))
    save_weights(network, out)


def add_blend(folder: Path, items: Outputs, cache: Path | None = None) -> None:
    """Join head and likeness for the themes of a written tagger, fitted on held-out items, with new thresholds."""
    place, head = slices(HEADS)["themes"], next(head for head in HEADS if head.field == "themes")
    chosen = items.known[:, place].max(1) > 0
    logits, labels, known = (values[chosen][:, place] for values in (items.logits, items.labels, items.known))
    likeness, named = Tagger.load(folder, cache=cache).likeness(items.texts[chosen].tolist())
    blend = ThemeBlend.fit(logits, likeness, named, labels, known)
    probabilities = blend.probabilities(logits, likeness, named)
    checkpoint = read_checkpoint(folder)
    values = checkpoint.thresholds.values.copy()
    values[place] = Thresholds.fit((head,), probabilities, labels, known).values
    thresholds = replace(checkpoint.thresholds, values=values)
    write_checkpoint(folder, replace(checkpoint, blend=blend, thresholds=thresholds))
    found = field_quality(head.labels, labels, probabilities >= values[place], known)
    if found is not None:
        write_quality(folder, {**quality(folder), "themes": found})


def add_own_themes(folder: Path, examples: Sequence[Example], seed: int, cache: Path | None = None) -> None:
    """Fit how own themes are matched with a written tagger, on a sample of labelled texts."""
    sample = random.Random(seed).sample(examples, min(OWN_THEME_EXAMPLES, len(examples)))  # noqa: S311
    themes = described(Taxonomy.load())
    model = fit_own_themes(evidence(Tagger.load(folder, cache=cache), sample, themes))
    write_checkpoint(folder, replace(read_checkpoint(folder), own_themes=model))


def save_weights(network: Network, folder: Path) -> None:
    """Fork and heads as half-precision safetensors."""
    tensors = {name: tensor.to(torch.float16).contiguous() for name, tensor in network.trained().items()}
    save_file(tensors, folder / "model.safetensors")
