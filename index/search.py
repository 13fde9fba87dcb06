"""Finds items by words and by meaning together, and chooses quotes that differ from one another."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from pyroaring import BitMap

from index.fulltext import FullText, words_of
from index.records import Vector
from index.store import Store
from index.vectors import Near

_K = 60  # of reciprocal rank fusion, Cormack, Clarke and Buettcher 2009
_MIN_DEPTH = 100

STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        """a about after again all also am an and any are as at be because been before being but by can could did
        do does doing for from had has have having he her here hers him his how i if in into is it its just me
        more most my no nor not of on once only or other our ours out over own same she should so some such than
        that the their theirs them then there these they this those through to too under until up very was we
        were what when where which while who whom why will with would you your yours
        customer customers feedback find people say saying says show tell""",
    )
)

Why = Literal["words", "meaning"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Hit:
    """An item that was found, its fused score (higher is better), and by what it was found."""

    number: int
    score: float
    why: tuple[Why, ...]


class Nearest(Protocol):
    """The part of a vector index that search needs."""

    def search(self, vector: Vector, k: int, within: BitMap | None = None) -> list[Near]:
        """The k nearest (number, cosine), best first."""
        ...


class HybridSearch:
    """Reciprocal rank fusion of full text and vectors. The same question always gets the same order.

    What is less near than `min_cosine` has nothing to do with the question and gets no rank.
    """

    def __init__(
        self, fulltext: FullText, vectors: Nearest, store: Store, *, min_cosine: float = 0.1
    ) -> None:
        self._fulltext = fulltext
        self._vectors = vectors
        self._store = store
        self._min_cosine = min_cosine

    def search(
        self, query: str, vector: Vector | None, limit: int = 20, within: BitMap | None = None
    ) -> list[Hit]:
        """The best items for a question and its embedding (None: words only), `within` a set where given."""
        depth = max(4 * limit, _MIN_DEPTH)
        rankings: dict[Why, list[Near]] = {
            "words": self._fulltext.search(content_words(query), depth, within)
        }
        if vector is not None:
            near = self._vectors.search(vector, depth, within)
            rankings["meaning"] = [hit for hit in near if hit[1] >= self._min_cosine]
        hits = fused(rankings)[: 2 * limit]
        # A vector index may be behind the store; what was deleted there must not be found here.
        alive = self._store.existing([hit.number for hit in hits])
        return [hit for hit in hits if hit.number in alive][:limit]


def content_words(query: str) -> str:
    """The query without words that say nothing; all of it when nothing else is left."""
    words = words_of(query)
    kept = [word for word in words if word.casefold() not in STOP_WORDS]
    return " ".join(kept or words)


def fused(rankings: dict[Why, list[Near]]) -> list[Hit]:
    """One order from several: the sum of 1 / (60 + rank), equal sums by number."""
    scores: dict[int, float] = {}
    why: dict[int, list[Why]] = {}
    for name, ranking in rankings.items():
        for rank, (number, _) in enumerate(ranking, start=1):
            scores[number] = scores.get(number, 0.0) + 1 / (_K + rank)
            why.setdefault(number, []).append(name)
    order = sorted(scores, key=lambda number: (-scores[number], number))
    return [Hit(number=number, score=scores[number], why=tuple(why[number])) for number in order]


def mmr(vectors: Vector, relevance: Sequence[float], k: int, weight: float = 0.7) -> list[int]:
    """Rows to show: relevant, and unlike those already chosen (Carbonell and Goldstein 1998).

    `vectors` of shape (n, dim); `weight` 1 is relevance alone, 0 difference alone. Returns at most k indices.
    """
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    rows = vectors / np.where(length > 0, length, 1)
    value = weight * np.asarray(relevance, np.float64)
    nearest = np.full(len(rows), -np.inf)
    left = np.ones(len(rows), np.bool_)
    chosen: list[int] = []
    for _ in range(min(k, len(rows))):
        penalty = (1 - weight) * nearest if chosen else np.zeros(len(rows))
        best = int(np.argmax(np.where(left, value - penalty, -np.inf)))
        chosen.append(best)
        left[best] = False
        nearest = np.maximum(nearest, rows @ rows[best])
    return chosen
