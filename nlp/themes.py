"""Sub-themes, matched by meaning: no training, only a sentence and phrases.

A clause is compared with the words of a sub-theme by the mean of two cosines: to the nearest phrase and
to the centroid of all. Figures stand in `tests/benchmarks/sub_themes.jsonl` and its test.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from nlp.labels import THEMES
from nlp.phrase_vectors import Embed, Vectors, phrase_vectors, unit
from nlp.taxonomy import SubTheme, Taxonomy, TaxonomyError, Theme

__all__ = ["SubTheme", "SubThemes", "Taxonomy", "TaxonomyError", "Theme"]

Clauses = Sequence[str] | NDArray[Any]

# A named sub-theme is quoted as a reason, so precision comes first: .88 at a recall of .55 on tests/benchmarks/sub_themes.jsonl
# (.78 and .66 with 0.22 and 0.03, which have the best F1).
SUB_THEME_THRESHOLD = 0.30
SUB_THEME_MARGIN = 0.05


class SubThemes:
    """Finds the sub-theme of the clauses that carry a theme.

    Phrases are embedded once, here. `threshold` is the least score and `margin` the least lead over the
    second best; below either, no sub-theme is named.
    """

    def __init__(
        self,
        taxonomy: Taxonomy,
        embed: Embed,
        *,
        cache: Path | None = None,
        threshold: float = SUB_THEME_THRESHOLD,
        margin: float = SUB_THEME_MARGIN,
    ) -> None:
        self.threshold = threshold
        self.margin = margin
        self._embed = embed
        words = {sub.id: _words(sub) for theme in taxonomy.themes for sub in theme.sub_themes}
        self._prototypes = _Prototypes(words, embed, cache)
        self._sub_themes = {theme.id: theme.sub_themes for theme in taxonomy.themes}
        synonyms = {theme.id: theme.synonyms for theme in taxonomy.themes}
        self._named = [_any_word(synonyms.get(theme, ())) for theme in THEMES]

    def match(self, theme_id: str, clauses: Clauses, polarity: str | None = None) -> str | None:
        """The sub-theme of clauses given as texts or as vectors (n, d); None when none is clear.

        With the theme's `polarity` (`-` or `+`), sub-themes of the other polarity are left out.
        """
        scores = sorted(
            ((score, sub) for sub, score in self.scores(theme_id, clauses, polarity).items()), reverse=True
        )
        if not scores or scores[0][0] < self.threshold:
            return None
        if len(scores) > 1 and scores[0][0] - scores[1][0] < self.margin:
            return None
        return scores[0][1]

    def named(self, texts: Sequence[str]) -> Vectors:
        """Which themes a text names by one of their words, (n, themes) of 0 and 1."""
        return np.array(
            [[bool(words.search(text)) for words in self._named] for text in texts], np.float32
        ).reshape(len(texts), len(THEMES))

    def likeness(self, vectors: Vectors) -> Vectors:
        """How alike clauses (n, d) are to each theme of `labels.THEMES`, (n, themes): to its nearest sub-theme."""
        out = np.zeros((len(vectors), len(THEMES)), np.float32)
        scores = self._prototypes.score(vectors)
        for column, theme in enumerate(THEMES):
            places = [self._prototypes.places[sub.id] for sub in self._sub_themes.get(theme, ())]
            out[:, column] = scores[:, places].max(axis=1, initial=0)
        return out

    def scores(self, theme_id: str, clauses: Clauses, polarity: str | None = None) -> dict[str, float]:
        """Best score over the clauses, per sub-theme of the theme; empty for a theme without sub-themes."""
        candidates = [sub.id for sub in self._sub_themes.get(theme_id, ()) if _agrees(sub, polarity)]
        if not candidates or len(clauses) == 0:
            return {}
        best = self._prototypes.score(_as_vectors(clauses, self._embed)).max(axis=0)
        return {sub: float(best[self._prototypes.places[sub]]) for sub in candidates}


class _Prototypes:
    """What the words of each entry look like: their unit vectors, and the unit centroid of each entry's."""

    def __init__(self, words: Mapping[str, Sequence[str]], embed: Embed, cache: Path | None) -> None:
        vectors = phrase_vectors([text for texts in words.values() for text in texts], embed, cache)
        self.places = {entry: place for place, entry in enumerate(words)}
        sizes = [len(texts) for texts in words.values()]
        self._starts = np.cumsum([0, *sizes[:-1]])
        parts = np.split(vectors, self._starts[1:])
        centroids = [unit(part.mean(axis=0))[0] for part in parts] if words else []
        # In double as `cosines` adds, made once, (d, words + entries); multiplied by torch, whose threads are awake.
        self._all = torch.from_numpy(
            np.concatenate([vectors, *(one[None] for one in centroids)]).astype(np.float64).T
        )
        self._words = len(vectors)

    def score(self, vectors: Vectors) -> Vectors:
        """Mean of the cosines to the nearest word and to the centroid, (n, entries), for clauses (n, d)."""
        if not self.places:
            return np.zeros((len(vectors), 0), np.float32)
        likeness = (torch.from_numpy(vectors.astype(np.float64)) @ self._all).numpy()
        nearest = np.maximum.reduceat(likeness[:, : self._words], self._starts, axis=1)
        return np.asarray((nearest + likeness[:, self._words :]) / 2, dtype=np.float32)


def _any_word(words: Sequence[str]) -> re.Pattern[str]:
    """Finds one of the words, also with an English ending: "return" finds "returned" and "returns"."""
    ending = r"(?:s|es|ed|d|ing|ment|ments)?"
    either = "|".join(re.escape(word).replace(r"\ ", r"\s+") + ending for word in words)
    return re.compile(rf"\b(?:{either})\b" if words else r"(?!)", re.IGNORECASE)


def _words(entry: SubTheme | Theme) -> list[str]:
    """Everything that says what an entry means: phrases, name and sentence."""
    return [*entry.phrases, entry.name, entry.sentence]


def _agrees(sub: SubTheme, polarity: str | None) -> bool:
    return sub.polarity is None or polarity not in ("-", "+") or sub.polarity == polarity


def _as_vectors(clauses: Clauses, embed: Embed) -> Vectors:
    return unit(clauses) if isinstance(clauses, np.ndarray) else unit(embed(list(clauses)))
