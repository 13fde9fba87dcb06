"""Measures a tagger on labelled data: a row per label, headline figures with intervals, per source."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.calibrate import Thresholds, calibration_error
from nlp.data import Example, goemotions, json_lines, labelled
from nlp.heads import HEADS, slices
from nlp.metrics import Figure, LabelScore, f1, figure, macro_f1, micro_f1, weighted_kappa
from nlp.tagger import Tagger
from nlp.tags import ConversationTags, Document, Tags
from nlp.targets import UNKNOWN, targets

PLACE = slices(HEADS)
ENOUGH = 5
Progress = Callable[[str], None]
GRADES = ("acknowledges", "understands", "explores", "acts")


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


def evaluate(tagger: Tagger, data_dir: Path, labels_dir: Path, progress: Progress = print) -> Report:
    """Measures on `dev.jsonl` (messages), `dialogues_dev.jsonl` (conversations) and GoEmotions' dev part."""
    examples = labelled(labels_dir / "dev.jsonl")
    progress(f"tagging {len(examples)} messages")
    judged, abstained = judge(tagger, examples)
    report_figures = message_figures(judged)
    progress("tagging conversations")
    report_figures += conversation_figures(tagger, list(json_lines(labels_dir / "dialogues_dev.jsonl")))
    progress("tagging GoEmotions")
    fine = goemotions(data_dir / "goemotions" / "dev.tsv")
    emotional = judge(tagger, fine)[0]
    report_figures.append(_fine_figure(emotional))
    rows = [row for row in label_scores(judged) if row.field != "fine_emotions"]
    return Report(
        model=tagger.model_id,
        labels=rows + [row for row in label_scores(emotional) if row.field == "fine_emotions"],
        figures=[*report_figures, *_calibration_figures(judged, emotional)],
        sources={
            source: message_figures(judged.rows(np.array([s == source for s in judged.sources])))
            for source in sorted(set(judged.sources))
        },
        abstained=abstained,
    )


def judge(tagger: Tagger, examples: Sequence[Example]) -> tuple[Judged, float]:
    """Tags examples and lays truth and tags side by side; also the share of items that was left untagged."""
    every = tagger.probabilities([e.text for e in examples])
    read = [tagger.read(Document(id="", text=e.text), s) for e, s in zip(examples, every, strict=True)]
    kept = [n for n, one in enumerate(read) if not one.abstained]
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


def _calibration_figures(judged: Judged, emotional: Judged) -> list[Figure]:
    def mean_error(part: Judged, fields: Sequence[str]) -> Callable[[NDArray[np.int64]], float]:
        columns = np.concatenate([np.arange(PLACE[f].start, PLACE[f].stop) for f in fields])
        return lambda rows: float(
            np.mean(
                [
                    calibration_error(part.scores[rows, c], part.truth[rows, c].astype(np.float64))
                    for c in columns
                ]
            )
        )

    own = [head.field for head in HEADS if head.field not in ("fine_emotions", "any_gap")]
    return [
        figure("calibration error", len(judged.truth), mean_error(judged, own), draws=50),
        figure(
            "calibration error, fine emotions",
            len(emotional.truth),
            mean_error(emotional, ["fine_emotions"]),
            draws=20,
        ),
    ]


def _fine_figure(judged: Judged) -> Figure:
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


def conversation_figures(tagger: Tagger, rows: Sequence[dict[str, Any]]) -> list[Figure]:
    """Agreement with the labels of conversations: quadratically weighted kappa of gap and reply grades."""
    talks = [tuple((role, text) for role, text in row["turns"]) for row in rows]
    tagged = [
        t.tags for t in tagger.tag([Document(id=r["id"], turns=t) for r, t in zip(rows, talks, strict=True)])
    ]
    pairs: dict[str, list[tuple[int, int]]] = defaultdict(list)
    turn_hits, gaps, gaps_said = [], [], []
    for row, tags in zip(rows, tagged, strict=True):
        if not isinstance(tags, ConversationTags) or tags.abstained or tags.gap is None:
            continue
        pairs["gap"].append((row["gap"], tags.gap))
        gaps.append(bool(row["empathy_gaps"]))
        gaps_said.append(bool(tags.empathy_gaps))
        if row["gap"] and tags.gap:
            turn_hits.append(float(row["gap_turn"] == tags.gap_turn))
        said = {reply.turn: reply for reply in tags.replies}
        for reply in row["replies"]:
            for grade in GRADES:
                pairs[grade].append((reply[grade], getattr(said[reply["turn"]], grade)))
            pairs["scripted"].append((int(reply["scripted"]), int(said[reply["turn"]].scripted)))
        pairs["resolved"].append((int(row["resolved"] == tags.resolved), 1))
    out = [_kappa(f"conversation {name} kappa", pairs[name]) for name in ("gap", *GRADES, "scripted")]
    found, gold = np.array(gaps_said, float)[:, None], np.array(gaps, float)[:, None]
    resolved = np.array([hit for hit, _ in pairs["resolved"]], float)
    turns = np.array(turn_hits or [np.nan])
    return [
        *out,
        figure("conversation any gap F1", len(gold), lambda r: float(f1(gold[r], found[r])[0])),
        figure("conversation gap turn accuracy", len(turns), lambda r: float(turns[r].mean())),
        figure("conversation resolved accuracy", len(resolved), lambda r: float(resolved[r].mean())),
    ]


def _kappa(name: str, pairs: list[tuple[int, int]]) -> Figure:
    values = np.array(pairs, dtype=np.int64)
    return figure(name, len(values), lambda rows: weighted_kappa(values[rows, 0], values[rows, 1], 3))
