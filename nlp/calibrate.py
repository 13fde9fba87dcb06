"""Logits to calibrated probabilities, and probabilities to decisions.

`many` fields: Platt scaling per label (Platt 1999), pulled towards the field's common slope where a
label is rare. `one` fields: temperature and a bias per class (vector scaling, Guo et al. 2017).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.heads import HEADS, Head, slices, width

FloatArray = NDArray[np.float64]


def sigmoid(values: FloatArray) -> FloatArray:
    """Logistic function without overflow."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * values)))


def softmax(values: FloatArray) -> FloatArray:
    """Softmax over the last axis."""
    powers = np.exp(values - values.max(-1, keepdims=True))
    return np.asarray(powers / powers.sum(-1, keepdims=True))


@dataclass(frozen=True, kw_only=True, slots=True)
class Calibration:
    """Per label a slope and a shift, applied to the logit before sigmoid or softmax."""

    heads: tuple[Head, ...]
    slope: FloatArray
    shift: FloatArray

    @classmethod
    def identity(cls, heads: tuple[Head, ...]) -> "Calibration":
        """Leaves the logits as they are."""
        return cls(heads=heads, slope=np.ones(width(heads)), shift=np.zeros(width(heads)))

    @classmethod
    def fit(
        cls, heads: tuple[Head, ...], logits: FloatArray, labels: FloatArray, known: FloatArray
    ) -> "Calibration":
        """Fits on texts that the tagger was not trained on; all arrays (items, labels)."""
        slope, shift = np.ones(width(heads)), np.zeros(width(heads))
        for head, place in zip(heads, slices(heads).values(), strict=True):
            rows = known[:, place].max(1) > 0
            if rows.sum() < 20:
                continue
            fit = _fit_one if head.kind == "one" else _fit_many
            slope[place], shift[place] = fit(logits[rows, place], labels[rows, place], known[rows, place])
        return cls(heads=heads, slope=slope, shift=shift)

    def probabilities(self, logits: NDArray[np.floating[Any]]) -> FloatArray:
        """(items, labels) logits -> calibrated probabilities."""
        scaled = logits * self.slope + self.shift
        out = sigmoid(scaled)
        for head, place in zip(self.heads, slices(self.heads).values(), strict=True):
            if head.kind == "one":
                out[:, place] = softmax(scaled[:, place])
        return out

    def to_json(self) -> dict[str, Any]:
        """Slope and shift per field."""
        return {
            field: {"slope": _rounded(self.slope[place]), "shift": _rounded(self.shift[place])}
            for field, place in slices(self.heads).items()
        }

    @classmethod
    def from_json(cls, heads: tuple[Head, ...], raw: dict[str, Any]) -> "Calibration":
        """Reads what `to_json` wrote."""
        slope = np.concatenate([raw[head.field]["slope"] for head in heads])
        return cls(
            heads=heads, slope=slope, shift=np.concatenate([raw[head.field]["shift"] for head in heads])
        )


def _rounded(values: FloatArray) -> list[float]:
    return [round(float(value), 5) for value in values]


def _fit_one(logits: FloatArray, labels: FloatArray, known: FloatArray) -> tuple[FloatArray, FloatArray]:
    del known
    classes = labels.shape[1]

    def loss(parameters: FloatArray) -> float:
        scaled = np.exp(parameters[0]) * logits + parameters[1:]
        likely = np.log(np.maximum(softmax(scaled), 1e-12))
        return float(-(labels * likely).sum() + 1.0 * (parameters[1:] ** 2).sum() + 2.0 * parameters[0] ** 2)

    from scipy.optimize import minimize  # half a second, which only fitting should take

    best = minimize(loss, np.zeros(classes + 1), method="L-BFGS-B").x
    return np.full(classes, np.exp(best[0])), best[1:]


def _fit_many(logits: FloatArray, labels: FloatArray, known: FloatArray) -> tuple[FloatArray, FloatArray]:
    common = _platt(logits[known > 0], labels[known > 0], start=(1.0, 0.0), pull=(0.5, 0.1))
    fits = []
    for label in range(labels.shape[1]):
        rows = known[:, label] > 0
        fits.append(_platt(logits[rows, label], labels[rows, label], start=common, pull=(20.0, 1.0)))
    return np.array([a for a, _ in fits]), np.array([b for _, b in fits])


def _platt(
    logits: FloatArray, labels: FloatArray, *, start: tuple[float, float], pull: tuple[float, float]
) -> tuple[float, float]:
    """Slope and shift with the least log loss, pulled towards `start` with the strengths `pull`."""

    def loss(parameters: FloatArray) -> float:
        scaled = parameters[0] * logits + parameters[1]
        likely = np.logaddexp(0, scaled) - labels * scaled
        away = pull[0] * (parameters[0] - start[0]) ** 2 + pull[1] * (parameters[1] - start[1]) ** 2
        return float(likely.sum() + away)

    from scipy.optimize import minimize  # half a second, which only fitting should take

    best = minimize(loss, np.array(start), method="L-BFGS-B", bounds=[(0.05, 5), (-12, 12)]).x
    return float(best[0]), float(best[1])


def shifted(probabilities: FloatArray, shifts: Mapping[tuple[str, str], float]) -> FloatArray:
    """Probabilities (items, labels) with the log-odds of (field, label) pairs moved.

    In a `one` field the others give way, so that they still sum to 1. Unknown pairs are passed over.
    """
    moved = probabilities.copy()
    places = slices(HEADS)
    for head in HEADS:
        place = places[head.field]
        by = np.array([shifts.get((head.field, label), 0.0) for label in head.labels])
        if by.any():
            odds = moved[:, place] * np.exp(by)
            rest = odds.sum(1, keepdims=True) if head.kind == "one" else odds + 1 - moved[:, place]
            moved[:, place] = odds / np.maximum(rest, 1e-12)
    return moved


def calibration_error(probabilities: FloatArray, labels: FloatArray, bins: int = 10) -> float:
    """Expected calibration error: mean distance of probability and share of hits over equally wide bins."""
    if len(labels) == 0:
        return float("nan")
    place = np.minimum((probabilities * bins).astype(int), bins - 1)
    sizes = np.bincount(place, minlength=bins)
    gap = np.abs(np.bincount(place, probabilities, bins) - np.bincount(place, labels, bins))
    return float(gap.sum() / sizes.sum())


@dataclass(frozen=True, kw_only=True, slots=True)
class Thresholds:
    """Per label: for `many` fields the least probability, for `one` fields a factor on it before the largest wins."""

    heads: tuple[Head, ...]
    values: FloatArray

    @classmethod
    def flat(cls, heads: tuple[Head, ...], threshold: float = 0.5) -> "Thresholds":
        """One threshold for all labels; the likeliest class in `one` fields."""
        values = np.ones(width(heads))
        for head, place in zip(heads, slices(heads).values(), strict=True):
            if head.kind == "many":
                values[place] = threshold
        return cls(heads=heads, values=values)

    @classmethod
    def fit(
        cls, heads: tuple[Head, ...], probabilities: FloatArray, labels: FloatArray, known: FloatArray
    ) -> "Thresholds":
        """The thresholds with the best F1 on texts that the tagger was not trained on."""
        values = cls.flat(heads).values
        for head, place in zip(heads, slices(heads).values(), strict=True):
            rows = known[:, place].max(1) > 0
            if rows.sum() < 20:
                continue
            choose = _factors if head.kind == "one" else _cuts
            values[place] = choose(probabilities[rows, place], labels[rows, place], known[rows, place])
        return cls(heads=heads, values=values)

    def decide(self, probabilities: FloatArray) -> NDArray[np.bool_]:
        """(items, labels) probabilities -> which labels apply."""
        out = probabilities >= self.values
        for head, place in zip(self.heads, slices(self.heads).values(), strict=True):
            if head.kind == "one":
                winner = (probabilities[:, place] * self.values[place]).argmax(1)
                out[:, place] = np.arange(place.stop - place.start) == winner[:, None]
        return out

    def to_json(self) -> dict[str, Any]:
        """Values per field and label."""
        return {
            head.field: dict(zip(head.labels, _rounded(self.values[place]), strict=True))
            for head, place in zip(self.heads, slices(self.heads).values(), strict=True)
        }

    @classmethod
    def from_json(cls, heads: tuple[Head, ...], raw: dict[str, Any]) -> "Thresholds":
        """Reads what `to_json` wrote."""
        return cls(
            heads=heads, values=np.array([raw[head.field][label] for head in heads for label in head.labels])
        )


GRID = np.linspace(0.06, 0.8, 38)
PRIOR_ITEMS = (
    8  # a label with this many positives is moved half way from the field's threshold to its own best
)


def _cuts(probabilities: FloatArray, labels: FloatArray, known: FloatArray) -> FloatArray:
    hits = np.stack([((probabilities >= t) * labels * known).sum(0) for t in GRID])
    said = np.stack([((probabilities >= t) * known).sum(0) for t in GRID])
    truth = (labels * known).sum(0)
    common = float(GRID[_smooth(2 * hits.sum(1) / np.maximum(said.sum(1) + truth.sum(), 1)).argmax()])
    out = []
    for label in range(labels.shape[1]):
        curve = _smooth(2 * hits[:, label] / np.maximum(said[:, label] + truth[label], 1))
        share = truth[label] / (truth[label] + PRIOR_ITEMS)
        out.append(share * float(GRID[curve.argmax()]) + (1 - share) * common)
    return np.array(out)


def _smooth(curve: FloatArray) -> FloatArray:
    """Running mean of five points, so that a lone peak of a rare label does not win."""
    return np.convolve(np.pad(curve, 2, mode="edge"), np.full(5, 0.2), mode="valid")


def _factors(probabilities: FloatArray, labels: FloatArray, known: FloatArray) -> FloatArray:
    """Factors prior^-g, with the g that has the best macro-F1: rarer classes need less evidence."""
    del known
    prior = (labels.sum(0) + 1) / (labels.sum() + labels.shape[1])
    scores: list[tuple[float, float]] = []
    for power in np.linspace(0, 1, 11):
        said = np.eye(labels.shape[1])[(probabilities * prior**-power).argmax(1)]
        scores.append((macro_f1(said, labels), -float(power)))
    power = -max(scores)[1]
    factors = prior**-power
    return np.asarray(factors / factors.max())


def macro_f1(said: FloatArray, labels: FloatArray) -> float:
    """Mean F1 over the labels that occur."""
    truth = labels.sum(0)
    f1 = 2 * (said * labels).sum(0) / np.maximum(said.sum(0) + truth, 1)
    return float(f1[truth > 0].mean())
