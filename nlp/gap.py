"""The empathy gap of a whole conversation, from what the customer feels and how the replies meet it.

A ridge regression on a dozen calibrated probabilities, cut into the grades 0, 1, 2: a conversation has
one gap, and a few hundred labelled conversations are too few for more.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.calibrate import FloatArray
from nlp.heads import HEADS, REPLY_GRADES, REPLY_HEADS, slices
from nlp.labels import EMOTIONS
from nlp.metrics import weighted_kappa

ITEM = slices(HEADS)
REPLY = slices(REPLY_HEADS)
GRADES = np.arange(3)
FEATURES = (
    *(f"mean {grade}" for grade in REPLY_GRADES),
    "scripted",
    "most scripted",
    "turn gap",
    "last turn gap",
    "any gap",
    "negative",
    "anger",
    "gratitude",
    "intensity",
    "resolved",
    "unresolved",
)


def conversation_features(customer: FloatArray, replies: FloatArray) -> FloatArray:
    """(features,) from the customer's probabilities (labels,) and those of the replies and the end (turns + 1, labels)."""
    turns, end = replies[:-1], replies[-1]
    gaps = turns[:, REPLY["gap"]] @ GRADES
    scripted = turns[:, REPLY["scripted"]][:, 0]
    emotions = dict(zip(EMOTIONS, customer[ITEM["emotions"]], strict=True))
    return np.array(
        [
            *(float((turns[:, REPLY[grade]] @ GRADES).mean()) for grade in REPLY_GRADES),
            scripted.mean(),
            scripted.max(),
            gaps.max(),
            gaps[-1],
            customer[ITEM["any_gap"]][0],
            customer[ITEM["sentiment"]][0],
            emotions["anger"],
            emotions["gratitude"],
            customer[ITEM["intensity"]] @ np.arange(4),
            end[REPLY["resolved"]][0],
            end[REPLY["resolved"]][1],
        ]
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class GapModel:
    """Standardises features, adds them up by `weights`, and cuts the sum at two points."""

    mean: FloatArray
    scale: FloatArray
    weights: FloatArray
    offset: float
    cuts: tuple[float, float]

    @classmethod
    def fit(cls, features: FloatArray, gaps: NDArray[np.int64], *, ridge: float = 10.0) -> "GapModel":
        """Fits on (conversations, features) from replies that the network was not trained on."""
        mean, scale = features.mean(0), np.maximum(features.std(0), 1e-3)
        rows = (features - mean) / scale
        offset = float(gaps.mean())
        inner = rows.T @ rows + ridge * np.eye(rows.shape[1])
        weights = np.linalg.solve(inner, rows.T @ (gaps - offset))
        cuts = _best_cuts(rows @ weights + offset, gaps)
        return cls(mean=mean, scale=scale, weights=weights, offset=offset, cuts=cuts)

    def score(self, features: FloatArray) -> float:
        """Expected gap, about 0 to 2."""
        return float((features - self.mean) / self.scale @ self.weights + self.offset)

    def grade(self, features: FloatArray) -> int:
        """The gap: 0, 1 or 2."""
        return int(np.searchsorted(self.cuts, self.score(features), side="right"))

    def to_json(self) -> dict[str, Any]:
        """Plain values, features by name."""
        columns = zip(FEATURES, self.mean, self.scale, self.weights, strict=True)
        return {
            "offset": round(self.offset, 5),
            "cuts": [round(cut, 5) for cut in self.cuts],
            "features": {
                name: {"mean": round(float(m), 5), "scale": round(float(s), 5), "weight": round(float(w), 5)}
                for name, m, s, w in columns
            },
        }

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> "GapModel":
        """Reads what `to_json` wrote."""
        rows = [raw["features"][name] for name in FEATURES]
        low, high = raw["cuts"]
        return cls(
            mean=np.array([row["mean"] for row in rows]),
            scale=np.array([row["scale"] for row in rows]),
            weights=np.array([row["weight"] for row in rows]),
            offset=raw["offset"],
            cuts=(low, high),
        )


def _best_cuts(scores: FloatArray, gaps: NDArray[np.int64]) -> tuple[float, float]:
    """The two cuts with the highest weighted kappa."""
    grid = np.quantile(scores, np.linspace(0.05, 0.95, 31))
    pairs = [(float(low), float(high)) for low in grid for high in grid if low <= high]
    return max(pairs, key=lambda cuts: weighted_kappa(gaps, np.searchsorted(cuts, scores, side="right"), 3))
