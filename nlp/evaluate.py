"""Measures a tagger on labelled data: a row per label, headline figures with intervals, per source."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.calibrate import Thresholds, calibration_error
from nlp.data import Example, goemotions, json_lines, labelled
from nlp.evaluate_conversations import conversation_figures
from nlp.heads import HEADS, slices
from nlp.metrics import Figure, LabelScore, f1, figure, macro_f1, micro_f1
from nlp.own_theme_fit import described, evidence, own_theme_decisions
from nlp.tagger import Tagger
from nlp.tags import Document, Tags, is_untagged
from nlp.targets import UNKNOWN, targets
from nlp.taxonomy import Taxonomy

PLACE = slices(HEADS)
ENOUGH = 5
Progress = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What was measured: `labels` per field and label, `figures` overall, `sources` per source, share abstained."""

    model: str
    labels: list[LabelScore]
    figures: list[Figure]
    sources: dict[str, list[Figure]]
    abstained: float

    def value(self, name: str) -> float:
        """A figure by its name."""
        return next(figure.value for figure in self.figures if figure.name == name)


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """Truth and tags of the same items as arrays (items, labels); polarity (items, themes)."""

    truth: NDArray[np.float32]
    known: NDArray[np.float32]
    said: NDArray[np.float32]
    scores: NDArray[np.float64]
    polarity: NDArray[np.int64]
    polarity_said: NDArray[np.int64]
    reasons: NDArray[np.float64]  # share of overlap with the stated reason, NaN where there is none
    sources: list[str]

    def rows(self, chosen: NDArray[np.int64] | NDArray[np.bool_]) -> "Judged":
        """Only some of the items."""
        arrays = {name: getattr(self, name)[chosen] for name in self.__slots__ if name != "sources"}
        return Judged(**arrays, sources=[self.sources[n] for n in np.arange(len(self.sources))[chosen]])


def evaluate(tagger: Tagger, data_dir: Path | None, labels_dir: Path, progress: Progress = print) -> Report:
    """Measures on `dev.jsonl`, `dialogues_dev.jsonl` and, where `data_dir` is given, GoEmotions' dev part."""
    examples = labelled(labels_dir / "dev.jsonl")
    progress(f"tagging {len(examples)} messages")
    judged, abstained = judge(tagger, examples)
    progress("tagging conversations")
    talks = list(json_lines(labels_dir / "dialogues_dev.jsonl"))
    figures = [*message_figures(judged), *conversation_figures(tagger, talks), _calibration(judged)]
    rows = [row for row in label_scores(judged) if row.field != "fine_emotions"]
    if data_dir is not None:
        progress("tagging GoEmotions")
        emotional = judge(tagger, goemotions(data_dir / "goemotions" / "dev.tsv"))[0]
        figures.append(_fine_emotions(emotional))
        rows += [row for row in label_scores(emotional) if row.field == "fine_emotions"]
    figures += _own_themes(tagger, examples, progress)
    sources = np.array(judged.sources)
    return Report(
        model=tagger.model_id,
        labels=rows,
        figures=figures,
        sources={str(name): message_figures(judged.rows(sources == name)) for name in np.unique(sources)},
        abstained=abstained,
    )


def _own_themes(tagger: Tagger, examples: Sequence[Example], progress: Progress) -> list[Figure]:
    """F1 of the trained themes as if somebody had added them by name and sentence; no theme saw its own labels."""
    if tagger.own_theme_model is None:
        return []
    progress("matching themes by their sentences alone")
    found = evidence(tagger, examples, described(Taxonomy.load()))
    truth, said = found.labels, own_theme_decisions(tagger.own_theme_model, found)
    often = truth.sum(0) >= ENOUGH
    return [
        figure("own themes micro-F1", len(truth), lambda rows: micro_f1(truth[rows], said[rows])),
        figure(
            "own themes macro-F1",
            len(truth),
            lambda rows: _mean(f1(truth[rows][:, often], said[rows][:, often]).astype(float)),
        ),
    ]


def judge(tagger: Tagger, examples: Sequence[Example]) -> tuple[Judged, float]:
    """Tags examples and lays truth and tags side by side; also the share of items that was left untagged."""
    every = tagger.probabilities([e.text for e in examples])
    read = [tagger.read(Document(id="", text=e.text), s) for e, s in zip(examples, every, strict=True)]
    kept = [n for n, one in enumerate(read) if not is_untagged(one.abstained)]
    examples, tags, scores = [examples[n] for n in kept], [read[n] for n in kept], [every[n] for n in kept]
    true = [targets(e, []) for e in examples]
    said = [
        targets(Example(text=e.text, source=e.source, labels=as_labels(t)), [])
        for e, t in zip(examples, tags, strict=True)
    ]
    return Judged(
        truth=np.stack([t.labels for t in true]),
        known=np.stack([t.known for t in true]),
        said=np.stack([t.labels for t in said]),
        scores=np.stack([s.item for s in scores if s is not None]),
        polarity=np.stack([t.polarity for t in true]),
        polarity_said=np.stack([t.polarity for t in said]),
        reasons=np.array([reason_overlap(e, t) for e, t in zip(examples, tags, strict=True)]),
        sources=[e.source for e in examples],
    ), 1 - len(kept) / len(read)


def as_labels(tags: Tags) -> dict[str, Any]:
    """Tags in the form of the labelling guide."""
    return {
        "sentiment": tags.sentiment and tags.sentiment.label,
        "emotions": [tag.label for tag in tags.emotions],
        "intensity": tags.intensity,
        "fine_emotions": [tag.label for tag in tags.fine_emotions],
        "themes": {tag.label: tag.polarity for tag in tags.themes},
        "empathy_gaps": [tag.label for tag in tags.empathy_gaps],
        "churn": tags.churn and tags.churn.label,
        "effort": tags.effort and tags.effort.label,
        "urgency": tags.urgency,
        "intent": tags.intent and tags.intent.label,
        "forces": {tag.label: tag.polarity for tag in tags.forces},
        "spectrum": tags.spectrum and tags.spectrum.label,
        "values": [tag.label for tag in tags.values],
    }


def reason_overlap(example: Example, tags: Tags) -> float:
    """Character F1 of the tagged reason against the labelled one (as in SQuAD, by characters); NaN without a label."""
    reason = example.labels.get("why") or ""
    start = example.text.find(reason) if reason else -1
    if start < 0:
        return float("nan")
    wanted = set(range(start, start + len(reason)))
    found = {position for first, last in tags.why for position in range(first, last)}
    return 2 * len(wanted & found) / (len(wanted) + len(found))


def message_figures(judged: Judged) -> list[Figure]:
    """The headline figures of single messages."""
    truth, said, n = judged.truth, judged.said, len(judged.truth)

    def columns(field: str) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        return truth[:, PLACE[field]], said[:, PLACE[field]]

    def macro(field: str, least: int = 1) -> Callable[[NDArray[np.int64]], float]:
        a, b = columns(field)
        wanted = a.sum(0) >= least
        return lambda rows: (
            float(f1(a[rows][:, wanted], b[rows][:, wanted]).mean()) if wanted.any() else float("nan")
        )

    def binary(field: str, labels: Sequence[str]) -> Callable[[NDArray[np.int64]], float]:
        a, b = (side[:, _numbers(field, labels)].max(1, keepdims=True) for side in columns(field))
        return lambda rows: float(f1(a[rows], b[rows])[0])

    themes, themes_said = columns("themes")
    both = (judged.polarity != UNKNOWN) & (judged.polarity_said != UNKNOWN)
    right = both & (judged.polarity == judged.polarity_said)
    gap, gap_said = (side.max(1, keepdims=True) for side in columns("empathy_gaps"))
    near = np.abs(columns("urgency")[0].argmax(1) - columns("urgency")[1].argmax(1)) <= 1
    scores: dict[str, Callable[[NDArray[np.int64]], float]] = {
        "sentiment macro-F1": macro("sentiment"),
        "emotions macro-F1": macro("emotions"),
        "themes micro-F1": lambda rows: micro_f1(themes[rows], themes_said[rows]),
        "themes macro-F1": macro("themes", ENOUGH),
        "polarity accuracy": lambda rows: float(right[rows].sum() / max(both[rows].sum(), 1)),
        "any gap F1": lambda rows: float(f1(gap[rows], gap_said[rows])[0]),
        "gaps macro-F1": macro("empathy_gaps"),
        "churn risk F1": binary("churn", ("left", "leaving", "at_risk")),
        "loyal F1": binary("churn", ("loyal",)),
        "effort high F1": binary("effort", ("high",)),
        "urgency within one": lambda rows: float(near[rows].mean()),
        "intent macro-F1": macro("intent"),
        "forces macro-F1": macro("forces"),
        "spectrum macro-F1": macro("spectrum"),
        "values macro-F1": macro("values"),
        "reason overlap": lambda rows: _mean(judged.reasons[rows]),
    }
    return [figure(name, n, score) for name, score in scores.items()]


def _mean(values: NDArray[np.float64]) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")


def _numbers(field: str, labels: Sequence[str]) -> list[int]:
    known = next(head.labels for head in HEADS if head.field == field)
    return [known.index(label) for label in labels]


def label_scores(judged: Judged) -> list[LabelScore]:
    """Precision, recall, F1, support and calibration error of every label that is known."""
    out = []
    for head in HEADS:
        for number, label in enumerate(head.labels, PLACE[head.field].start):
            rows = judged.known[:, number] > 0
            if not rows.any() or head.field == "any_gap":
                continue
            truth, said = judged.truth[rows, number], judged.said[rows, number]
            hits = float((truth * said).sum())
            out.append(
                LabelScore(
                    field=head.field,
                    label=label,
                    precision=hits / max(float(said.sum()), 1),
                    recall=hits / max(float(truth.sum()), 1),
                    f1=float(f1(truth[:, None], said[:, None])[0]),
                    support=int(truth.sum()),
                    ece=calibration_error(judged.scores[rows, number], truth.astype(np.float64)),
                )
            )
    return out


def _calibration(judged: Judged) -> Figure:
    """Expected calibration error, mean over all labels of the guide."""
    places = [PLACE[head.field] for head in HEADS if head.field not in ("fine_emotions", "any_gap")]
    columns = np.concatenate([np.arange(place.start, place.stop) for place in places])

    def mean_error(rows: NDArray[np.int64]) -> float:
        pairs = [(judged.scores[rows, c], judged.truth[rows, c].astype(np.float64)) for c in columns]
        return float(np.mean([calibration_error(scores, truth) for scores, truth in pairs]))

    return figure("calibration error", len(judged.truth), mean_error, draws=30)


def _fine_emotions(judged: Judged) -> Figure:
    """Macro-F1 of the 28 fine emotions, thresholds for each half of the texts chosen on the other half."""
    heads = tuple(head for head in HEADS if head.field == "fine_emotions")
    place = PLACE["fine_emotions"]
    truth, scores = judged.truth[:, place].astype(np.float64), judged.scores[:, place]
    known = np.ones_like(truth)
    odd = np.arange(len(truth)) % 2 == 1
    said = np.zeros_like(truth)
    for half in (odd, ~odd):
        thresholds = Thresholds.fit(heads, scores[~half], truth[~half], known[~half])
        said[half] = thresholds.decide(scores[half])
    return figure(
        "fine emotions macro-F1", len(truth), lambda rows: macro_f1(truth[rows], said[rows]), draws=100
    )
