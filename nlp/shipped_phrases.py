"""Vectors of the shipped taxonomy's words, so that a first start need not compute them.

    python -m nlp.shipped_phrases

writes them anew; a test says when that is due.
"""

from collections.abc import Iterator
from pathlib import Path

from nlp.phrase_vectors import SHIPPED, phrase_vectors
from nlp.tagger import Tagger
from nlp.taxonomy import Taxonomy


def words_of(taxonomy: Taxonomy) -> Iterator[str]:
    """Everything of a taxonomy that is compared with what customers say."""
    for theme in taxonomy.themes:
        yield from (theme.name, theme.sentence)
        for sub in theme.sub_themes:
            yield from (*sub.phrases, sub.name, sub.sentence)


def ship() -> Path:
    """Compute the vectors and write them."""
    for old in SHIPPED.glob("phrases-*.npz"):
        old.unlink()
    taxonomy = Taxonomy.load()
    phrase_vectors(list(words_of(taxonomy)), Tagger.load().embed, SHIPPED)
    [file] = SHIPPED.glob("phrases-*.npz")
    return file


if __name__ == "__main__":
    ship()
