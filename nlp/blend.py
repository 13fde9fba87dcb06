"""Whether an item has a theme, from three witnesses: the trained head, likeness to the taxonomy's phrases, its words.

The head knows what labelled texts look like, the likeness what a theme means, and a word such as "refund" names
it; where the labelled texts of an industry are few, the last two carry further. A logistic regression with weights common to all themes and a
shift per theme joins them (stacking, Wolpert 1992), fitted on texts that the head was not trained on.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from nlp.calibrate import FloatArray, sigmoid

SCALE = 5.0  # brings cosines to the range of logits, so that one penalty fits both


@dataclass(frozen=True, kw_only=True, slots=True)
class ThemeBlend:
    """Weights of the head's logit, of the likeness, of its distance to the most alike theme, and of being named
    by a word of the taxonomy; shifts (themes,).
    """

    logit: float
    likeness: float
    lead: float
    named: float
    shift: FloatArray

    def probabilities(self, logits: NDArray[Any], likeness: NDArray[Any], named: NDArray[Any]) -> FloatArray:
        """Logits, likeness and words, (items, themes) each -> calibrated probabilities (items, themes)."""
        alike, lead = _evidence(likeness)
        weighed = self.logit * logits + self.likeness * alike + self.lead * lead + self.named * named
        return sigmoid(weighed + self.shift)

    @classmethod
    def fit(
        cls,
        logits: NDArray[Any],
        likeness: NDArray[Any],
        named: NDArray[Any],
        labels: NDArray[Any],
        known: NDArray[Any],
    ) -> Self:
        """Fit on held-out texts; all arrays (items, themes)."""
        from sklearn.linear_model import LogisticRegression

        items, themes = logits.shape
        alike, lead = _evidence(likeness)
        evidence = np.stack([logits.ravel(), alike.ravel(), lead.ravel(), named.ravel()], axis=1)
        features = np.hstack([evidence, np.tile(np.eye(themes), (items, 1))])
        chosen = known.ravel() > 0
        model = LogisticRegression(C=10.0, max_iter=500).fit(features[chosen], labels.ravel()[chosen])
        weights = model.coef_[0]
        return cls(
            logit=float(weights[0]), likeness=float(weights[1]), lead=float(weights[2]), named=float(weights[3]),
            shift=weights[4:] + float(model.intercept_[0]),
        )  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        numbers = {name: round(getattr(self, name), 5) for name in ("logit", "likeness", "lead", "named")}
        return {**numbers, "shift": [round(float(value), 5) for value in self.shift]}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`."""
        return cls(**{**raw, "shift": np.array(raw["shift"])})


def _evidence(likeness: NDArray[Any]) -> tuple[FloatArray, FloatArray]:
    """Likeness, and how far it stays behind the most alike theme (0 for that one)."""
    alike = SCALE * np.asarray(likeness, dtype=float)
    return alike, alike - alike.max(axis=1, keepdims=True)


def strongest(likeness: NDArray[Any], ends: NDArray[np.int64]) -> FloatArray:
    """Likeness per clause -> per item, by the most alike clause; `ends` are the ends of the items' clauses."""
    starts = np.concatenate([[0], ends[:-1]])
    return np.asarray(np.maximum.reduceat(likeness, starts, axis=0), dtype=float)
