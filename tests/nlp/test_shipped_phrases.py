"""The vectors that come with the product are those of its taxonomy."""

import numpy as np
import pytest

from nlp.phrase_vectors import SHIPPED, phrase_vectors
from nlp.shipped_phrases import words_of
from nlp.tagger import Tagger
from nlp.taxonomy import Taxonomy


def test_no_word_of_the_taxonomy_is_embedded_at_a_first_start() -> None:
    """Otherwise it takes ten seconds longer. Mended by: python -m nlp.shipped_phrases."""
    tagger = Tagger.load()
    asked: list[str] = []

    def embed(texts: list[str]) -> np.ndarray:
        if len(texts) > 1:
            asked.extend(texts)
        return tagger.embed(texts)

    words = list(words_of(Taxonomy.load()))
    vectors = phrase_vectors(words, embed)

    assert asked == []
    some = [0, len(words) // 2, len(words) - 1]
    fresh = tagger.embed([words[at] for at in some])
    assert (vectors[some] * fresh).sum(axis=1) == pytest.approx(1, abs=1e-3)
    assert len(list(SHIPPED.glob("*.npz"))) == 1
