"""Fits how the evidence for a theme of one's own is weighed, and measures it on themes left out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.calibrate import FloatArray
from nlp.data import Example
from nlp.metrics import micro_f1
from nlp.own_themes import FEATURES, GENERAL, OwnThemeModel
from nlp.phrase_vectors import Vectors
from nlp.tagger import Tagger
from nlp.taxonomy import Taxonomy, Theme

FOLDS = 6
ROUNDS = 3
NEARLY = 0.98  # of the best F1
_UNFITTED = OwnThemeModel(weights=(1.0, 1.0, 1.0, 0.0, 0.0, 0.0), bias=0.0, threshold=0.5)


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """What the clauses of labelled items say of each theme.

    Attributes:
        features: (clauses, themes, 6).
        item: (clauses,) the row of `labels` that a clause belongs to.
        labels: (items, themes) of 0 and 1.
    """

    features: FloatArray
    item: NDArray[np.int64]
    labels: FloatArray

    def strongest(self, scores: NDArray[np.float64], column: int) -> NDArray[np.int64]:
        """The clause of each item that has the best score for a theme, (items,)."""
        order = np.lexsort((scores[:, column], self.item))
        last = np.append(np.flatnonzero(np.diff(self.item[order])), len(order) - 1)
        return np.asarray(order[last], np.int64)


def described(taxonomy: Taxonomy) -> list[Theme]:
    """The trained themes as a user would add them: name and sentence."""
    return [
        Theme(id=theme.id, name=theme.name, sentence=theme.sentence)
        for theme in taxonomy.themes
        if theme.id != GENERAL
    ]


def evidence(tagger: Tagger, examples: Sequence[Example], themes: Sequence[Theme]) -> Evidence:
    """Compare labelled items with themes; items without a clause are left out."""
    matcher = tagger.matcher(themes, _UNFITTED)
    texts = [example.text for example in examples]
    said = [clauses for clauses, _ in tagger.clauses(texts)]
    flat = [clause for clauses in said for clause in clauses]
    item = np.repeat(np.arange(len(texts)), [len(clauses) for clauses in said])
    whole: Vectors = tagger.embed(texts)[item]
    labels = np.array(
        [[theme.id in example.labels["themes"] for theme in themes] for example in examples], float
    )
    _, kept = np.unique(item, return_inverse=True)
    return Evidence(
        features=matcher.features(flat, tagger.embed(flat), whole),
        item=kept.astype(np.int64),
        labels=labels[np.unique(item)],
    )


def fit_own_themes(found: Evidence) -> OwnThemeModel:
    """Weights from all themes, the threshold from themes left out.

    Of the thresholds that are about as good by F1 the highest is taken: themes of one's own are mostly rarer than
    those that it is chosen on, and then it is precision that suffers.
    """
    left_out = _left_out(found)
    cuts = np.quantile(left_out, np.linspace(0.5, 0.99, 80))
    scores = [micro_f1(found.labels, (left_out >= cut).astype(float)) for cut in cuts]
    good = [float(cut) for cut, score in zip(cuts, scores, strict=True) if score >= NEARLY * max(scores)]
    model = _fit(found, range(found.labels.shape[1]))
    return OwnThemeModel(weights=model.weights, bias=model.bias, threshold=max(good))


def own_theme_decisions(model: OwnThemeModel, found: Evidence) -> FloatArray:
    """Which themes are tagged, (items, themes) of 0 and 1."""
    return (_best(model, found) >= model.threshold).astype(float)


def _left_out(found: Evidence) -> FloatArray:
    """Scores (items, themes), each theme's by weights from other themes."""
    out = np.zeros_like(found.labels)
    for some, others in _folds(found.labels.shape[1]):
        out[:, some] = _best(_fit(found, others), found)[:, some]
    return out


def _folds(themes: int) -> Iterator[tuple[list[int], list[int]]]:
    for fold in range(FOLDS):
        some = list(range(fold, themes, FOLDS))
        yield some, [theme for theme in range(themes) if theme not in some]


def _fit(found: Evidence, themes: Sequence[int]) -> OwnThemeModel:
    """Only items are labelled, so the clause that speaks for a theme is guessed anew in each round."""
    from sklearn.linear_model import LogisticRegression

    model = _UNFITTED
    spread = found.features.reshape(-1, len(FEATURES)).std(axis=0)
    for _ in range(ROUNDS):
        scores = model.probabilities(found.features)
        rows = [found.features[found.strongest(scores, theme), theme] for theme in themes]
        truth = [found.labels[:, theme] for theme in themes]
        fitted = LogisticRegression(C=0.3, max_iter=500).fit(
            np.concatenate(rows) / spread, np.concatenate(truth)
        )
        weights = tuple(float(weight) for weight in fitted.coef_[0] / spread)
        model = OwnThemeModel(weights=weights, bias=float(fitted.intercept_[0]), threshold=0.5)
    return model


def _best(model: OwnThemeModel, found: Evidence) -> FloatArray:
    scores = model.probabilities(found.features)
    columns = [scores[found.strongest(scores, theme), theme] for theme in range(scores.shape[1])]
    return np.stack(columns, axis=1)
