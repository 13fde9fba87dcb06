"""Themes of one's own: tagged from one sentence, and examples if given, without training.

A clause is compared with the theme's words in six ways: with its sentence, its name, the nearest of its phrases,
against the trained themes (a clause that is more like one of those is about that one), by the words that they
share, and as part of the whole item. Cosines are taken after the mean of the taxonomy's phrases is removed: what
all feedback has in common says nothing ("all but the top", Mu & Viswanath 2018). A logistic regression joins the
six; it is fitted on themes that it then never meets, so its weights belong to no theme.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from nlp.calibrate import FloatArray, sigmoid
from nlp.content_words import content_stems
from nlp.phrase_vectors import Embed, Vectors, cosines, phrase_vectors, unit
from nlp.taxonomy import Taxonomy, Theme

FEATURES = ("sentence", "name", "phrase", "lead", "words", "whole")
GENERAL = "overall"
MOST_WORDS = 2
WEAKEST = 0.1  # odds of a clause, as a share of those of the strongest, from which it carries a theme too


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnThemeModel:
    """Weights of `FEATURES`, a bias, and the least probability with which a theme is tagged."""

    weights: tuple[float, ...]
    bias: float
    threshold: float

    def probabilities(self, features: NDArray[Any], shift: FloatArray | float = 0.0) -> FloatArray:
        """Features (..., themes, 6) -> probabilities (..., themes); `shift` moves log-odds, one per theme."""
        return sigmoid(np.asarray(features, float) @ np.array(self.weights) + self.bias + shift)

    @property
    def least_worth(self) -> float:
        """The probability from which a second look is worth its time: one logit below the threshold."""
        odds = self.threshold / (1 - self.threshold) / np.e
        return float(odds / (1 + odds))

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "weights": [round(weight, 4) for weight in self.weights],
            "bias": round(self.bias, 4),
            "threshold": round(self.threshold, 4),
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`."""
        return cls(weights=tuple(raw["weights"]), bias=raw["bias"], threshold=raw["threshold"])


@dataclass(frozen=True, kw_only=True, slots=True)
class ThemeHit:
    """A theme of one's own, its probability and the clauses that carry it, the strongest first."""

    theme: str
    score: float
    clauses: tuple[int, ...]


class OwnThemes:
    """Matches clauses with themes that the tagger was not trained for.

    Args:
        themes: what to match; a name and a sentence are enough.
        embed: texts -> vectors (n, d).
        model: how the evidence is weighed.
        cache: folder where the vectors of the words are kept.
        trained: the themes of the tagger.
    """

    def __init__(
        self,
        themes: Sequence[Theme],
        embed: Embed,
        model: OwnThemeModel,
        *,
        cache: Path | None = None,
        trained: Taxonomy | None = None,
    ) -> None:
        self.themes = tuple(themes)
        self._model = model
        trained = trained or Taxonomy.load()
        usual = [phrase for theme in trained.themes for sub in theme.sub_themes for phrase in sub.phrases]
        rivals = [theme for theme in trained.themes if theme.id != GENERAL]
        parts = [_parts(theme) for theme in self.themes]
        groups = [
            usual, [theme.sentence for theme in rivals], [theme.name for theme in rivals],
            [theme.sentence for theme in self.themes], [theme.name for theme in self.themes], *parts,
        ]  # fmt: skip
        vectors = phrase_vectors([text for group in groups for text in group], embed, cache)
        shared, *rest = np.split(vectors, np.cumsum([len(group) for group in groups])[:-1])
        self._mean = shared.mean(axis=0)
        self._rival_sentences, self._rival_names, self._sentences, self._names, *self._phrases = (
            self._centred(group) for group in rest
        )
        self._is_rival = np.array(
            [[rival.id != theme.id for rival in rivals] for theme in self.themes], bool
        ).reshape(len(self.themes), len(rivals))
        self._shift = np.zeros(len(self.themes))
        self._words = [content_stems(" ".join(_named(theme))) for theme in self.themes]

    def adjust(self, shifts: Mapping[str, float]) -> None:
        """Move the log-odds of themes by id, as people's verdicts ask for."""
        self._shift = np.array([shifts.get(theme.id, 0.0) for theme in self.themes])

    def match(self, texts: Sequence[str], vectors: Vectors, whole: Vectors) -> list[ThemeHit]:
        """Themes of one item, likeliest first.

        Args:
            texts: its clauses.
            vectors: theirs, (clauses, d), each clause embedded alone.
            whole: the item's, (d,).
        """
        if not self.themes or not len(texts):
            return []
        scores = self._model.probabilities(self.features(texts, vectors, whole), self._shift)
        best = scores.max(axis=0)
        odds = scores / np.maximum(1 - scores, 1e-9)
        carries = (scores >= self._model.threshold) & (odds >= WEAKEST * odds.max(axis=0))
        hits = [
            ThemeHit(
                theme=self.themes[column].id,
                score=float(best[column]),
                clauses=tuple(
                    int(row) for row in np.argsort(-scores[:, column], kind="stable") if carries[row, column]
                ),
            )
            for column in np.flatnonzero(best >= self._model.threshold)
        ]
        return sorted(hits, key=lambda hit: (-hit.score, hit.theme))

    def candidates(self, texts: Sequence[str], vectors: Vectors, whole: Vectors) -> NDArray[np.int64]:
        """The clauses that are worth reading alone, from vectors of the clauses as read in their text.

        On labelled items these are a tenth of the clauses and hold 99 % of what `match` then finds.
        """
        if not self.themes or not len(texts):
            return np.zeros(0, np.int64)
        scores = self._model.probabilities(self.features(texts, vectors, whole), self._shift)
        return np.flatnonzero(scores.max(axis=1) >= self._model.least_worth)

    def features(self, texts: Sequence[str], vectors: Vectors, whole: Vectors) -> FloatArray:
        """The evidence of each clause for each theme, (clauses, themes, 6); `whole` is (d,) or (clauses, d)."""
        clauses, item = self._centred(vectors), self._centred(whole)
        sentence, name = cosines(clauses, self._sentences), cosines(clauses, self._names)
        phrase = np.stack([cosines(clauses, words).max(axis=1) for words in self._phrases], axis=1)
        rivals = (cosines(clauses, self._rival_sentences) + cosines(clauses, self._rival_names)) / 2
        strongest = np.where(self._is_rival[None], rivals[:, None, :], -1.0).max(axis=2)
        lead = (sentence + name) / 2 - strongest
        said = [content_stems(text) for text in texts]
        shared = np.array([[len(own & one) for own in self._words] for one in said], float)
        share = np.broadcast_to(cosines(item, self._sentences), sentence.shape)
        return np.stack([sentence, name, phrase, lead, shared.clip(0, MOST_WORDS), share], axis=-1)

    def _centred(self, vectors: NDArray[Any]) -> Vectors:
        return unit(unit(vectors) - self._mean)


def _parts(theme: Theme) -> list[str]:
    """A sentence often lists what belongs to a theme: each part stands for itself, like an example."""
    listed = theme.sentence.replace(":", ",").replace(";", ",").rstrip(".").split(",")
    return [*(part.strip() for part in listed if part.strip()), *theme.synonyms, *theme.phrases]


def _named(theme: Theme) -> tuple[str, ...]:
    return (theme.name, theme.sentence, *theme.synonyms)
