"""Finds themes that the taxonomy misses: groups of clauses with one meaning, named, dated and tested.

Which clauses it misses is asked of `missed`, `discover` groups them, and `keep_ids` carries the ids of an
earlier discovery over, so that a candidate that was seen before is known again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.candidates import Candidate, Discovery, keep_ids, new_id
from nlp.cluster_names import Namer
from nlp.communities import LEAST_FIT, NONE, Ints
from nlp.content_words import content_words
from nlp.phrase_vectors import Vectors, unit
from nlp.stability import FEWEST, stable_groups

__all__ = ["Candidate", "Discovery", "discover", "keep_ids", "missed"]

# Of clauses on a theme that was taken out of the taxonomy, 75 % are less like every other theme than this.
MISSED_LIKENESS = 0.45
MISSED_WORDS = 3
MIN_ITEMS = 10
MIN_STABILITY = 0.5
SAMPLE = 5000
LATEST_DAYS = 56
LEAST_DATED = 5  # dated items of a candidate from which its growth is told
QUOTES = 3


def missed(
    texts: Sequence[str],
    likeness: NDArray[Any],
    covered: Sequence[bool] | NDArray[np.bool_],
    *,
    least_words: int = MISSED_WORDS,
    threshold: float = MISSED_LIKENESS,
) -> NDArray[np.bool_]:
    """Which clauses say something that the taxonomy has no place for, (n,).

    `likeness` (n, themes) is what `SubThemes.likeness` gives for their vectors, `covered` (n,) whether a span of
    a tagged theme covers them. Clauses of fewer than `least_words` content words say too little.
    """
    if not len(texts) == len(likeness) == len(covered):
        raise ValueError(
            f"{len(texts)} texts, {len(likeness)} rows of likeness and {len(covered)} of covered."
        )
    unlike = np.max(likeness, axis=1, initial=-1.0) < threshold
    says = np.array([len(content_words(text)) >= least_words for text in texts], dtype=bool)
    return np.asarray(unlike & says & ~np.asarray(covered, dtype=bool))


def discover(
    texts: Sequence[str],
    vectors: NDArray[Any],
    items: Sequence[int] | Ints,
    days: Sequence[int] | Ints,
    *,
    seed: int = 0,
    min_items: int = MIN_ITEMS,
    min_stability: float = MIN_STABILITY,
    progress: Callable[[float], None] | None = None,
) -> Discovery:
    """Candidate themes among clauses; equal input and seed give equal candidates.

    `vectors` (n, d) are their embeddings, `items` (n,) the items they stand in, `days` (n,) the number of the
    day of the item, -1 where it is not known. `progress` is told shares of the work from 0 to 1.

    Raises:
        ValueError: when the four differ in length.
    """
    n = len(texts)
    if not n == len(vectors) == len(items) == len(days):
        raise ValueError(f"{n} texts, {len(vectors)} vectors, {len(items)} items and {len(days)} days.")
    if n < max(min_items, 2):
        return Discovery(candidates=(), looked_at=n, outliers=n)
    clauses = _Clauses(texts, unit(vectors), np.asarray(items), np.asarray(days, dtype=np.int64))
    groups = _groups(clauses, seed=seed, min_items=min_items, min_stability=min_stability, progress=progress)
    namer = Namer(texts)
    candidates = tuple(
        _candidate(clauses, rows, stability, namer)
        for rows, stability in sorted(
            groups.kept, key=lambda kept: (-clauses.count(kept[0]), int(kept[0][0]))
        )
    )
    return Discovery(
        candidates=candidates,
        looked_at=n,
        outliers=n - sum(len(candidate.members) for candidate in candidates),
        too_small=groups.too_small,
        unstable=groups.unstable,
    )


@dataclass(frozen=True, slots=True)
class _Clauses:
    texts: Sequence[str]
    vectors: Vectors
    items: Ints
    days: Ints

    def count(self, rows: Ints) -> int:
        """How many items some clauses stand in."""
        return len(np.unique(self.items[rows]))


@dataclass(frozen=True, slots=True)
class _Groups:
    """Rows and stability of the groups that were kept, and how many were not."""

    kept: list[tuple[Ints, float]]
    too_small: int
    unstable: int


def _groups(
    clauses: _Clauses,
    *,
    seed: int,
    min_items: int,
    min_stability: float,
    progress: Callable[[float], None] | None,
) -> _Groups:
    """Groups that are large and stable, joined by the clauses near them that are in none of these.

    Beyond `SAMPLE` clauses the groups are found in a sample.
    """
    n = len(clauses.vectors)
    rows = np.sort(np.random.default_rng(seed).choice(n, min(n, SAMPLE), replace=False))
    least = max(FEWEST, min_items * len(rows) // n)
    labels, stability = stable_groups(
        clauses.vectors[rows], clauses.items[rows], seed=seed, least=least, progress=progress
    )
    found = [rows[labels == group] for group in range(len(stability))]
    large = [group for group, own in enumerate(found) if clauses.count(own) >= least]
    kept = [group for group in large if stability[group] >= min_stability]
    joined = _joined(clauses.vectors, [found[group] for group in kept])
    sized = [
        (own, float(stability[group]))
        for group, own in zip(kept, joined, strict=True)
        if clauses.count(own) >= min_items
    ]
    return _Groups(
        kept=sized,
        too_small=len(found) - len(large) + len(kept) - len(sized),
        unstable=len(large) - len(kept),
    )


def _joined(vectors: Vectors, groups: list[Ints]) -> list[Ints]:
    """The groups with the rows that are in none of them and near enough to the nearest."""
    if not groups:
        return []
    centroids = unit(np.stack([vectors[rows].mean(axis=0) for rows in groups]))
    cosines = vectors @ centroids.T
    labels = np.where(cosines.max(axis=1) >= LEAST_FIT, cosines.argmax(axis=1), NONE)
    for group, rows in enumerate(groups):
        labels[rows] = group
    return [np.flatnonzero(labels == group) for group in range(len(groups))]


def _candidate(clauses: _Clauses, rows: Ints, stability: float, namer: Namer) -> Candidate:
    centroid = unit(clauses.vectors[rows].mean(axis=0))[0]
    cosines = clauses.vectors[rows] @ centroid
    nearest_first = rows[np.argsort(-cosines, kind="stable")]
    quotes = _quotes(clauses, nearest_first)
    naming = namer.name(nearest_first.tolist())
    return Candidate(
        id=new_id([clauses.texts[row] for row in quotes]),
        name=naming.name,
        sentence=naming.sentence,
        phrases=naming.phrases,
        quotes=quotes,
        members=tuple(rows.tolist()),
        items=clauses.count(rows),
        growth=_growth(clauses, rows),
        cohesion=round(float(cosines.mean()), 4),
        stability=stability,
        centroid=centroid,
    )


def _quotes(clauses: _Clauses, nearest_first: Ints) -> tuple[int, ...]:
    """The medoid and the clauses nearest it, from different items and in different words."""
    # The unit vector with the greatest cosine to the centroid is the one with the greatest mean cosine to all.
    medoid = clauses.vectors[nearest_first[0]]
    order = nearest_first[np.argsort(-(clauses.vectors[nearest_first] @ medoid), kind="stable")]
    chosen: list[int] = []
    items: set[Any] = set()
    words: set[str] = set()
    for row in order.tolist():
        said = " ".join(clauses.texts[row].casefold().split())
        if clauses.items[row] not in items and said not in words:
            chosen.append(row)
            items.add(clauses.items[row])
            words.add(said)
        if len(chosen) == QUOTES:
            break
    return tuple(chosen)


def _growth(clauses: _Clauses, rows: Ints) -> float | None:
    """Rate ratio of the latest weeks against those before, half an item added to each count (Haldane 1956)."""
    dated = clauses.days >= 0
    if not dated.any():
        return None
    since = int(clauses.days.max()) - LATEST_DAYS
    late = np.unique(clauses.items[dated & (clauses.days > since)])
    early = np.unique(clauses.items[dated & (clauses.days <= since)])
    if not len(early):
        return None
    own = np.unique(clauses.items[rows])
    if np.isin(clauses.items[dated], own).sum() < LEAST_DATED:
        return None
    now, before = np.isin(late, own).sum() + 0.5, np.isin(early, own).sum() + 0.5
    return round(float(now / (len(late) + 1) / (before / (len(early) + 1))), 3)
