"""Candidate themes: what a discovery says of each, and how their ids live on in the next discovery."""

import hashlib
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from nlp.phrase_vectors import Vectors

# Centroids of one intent on two halves of banking77: .97 or more for 95 % of the intents; of the nearest other
# intent: .87 at the median. Groups that were found are less sharp than intents that people drew.
SAME_COSINE = 0.90
SAME_OVERLAP = 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A theme that customers speak of and the taxonomy does not hold. Members and quotes are rows of the call.

    `growth` is the share of items of the latest eight weeks that speak of it over that share before, None
    without dates. `cohesion` is the mean cosine to the centroid, `stability` the share of redrawn samples in
    which it is found again.
    """

    id: str
    name: str
    sentence: str
    phrases: tuple[str, ...]
    quotes: tuple[int, ...]
    members: tuple[int, ...]
    items: int
    growth: float | None
    cohesion: float
    stability: float
    centroid: Vectors = field(compare=False, repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Discovery:
    """Candidates, those with most items first, and what became of all clauses that were looked at.

    `outliers` counts clauses that belong to no candidate. `too_small` and `unstable` count groups that were
    dropped; their clauses are among the outliers.
    """

    candidates: tuple[Candidate, ...]
    looked_at: int
    outliers: int
    too_small: int = 0
    unstable: int = 0


def keep_ids(
    old: Sequence[Candidate],
    new: Sequence[Candidate],
    *,
    old_keys: Sequence[Hashable] | None = None,
    new_keys: Sequence[Hashable] | None = None,
) -> tuple[Candidate, ...]:
    """The new candidates, those that continue an old one under its id; each old id is given once at most.

    `old_keys` and `new_keys` say of each row of the two discoveries which clause it is, for instance item and
    span; without them only centroids are compared. Pairs are chosen for the greatest sum of likeness
    (Hungarian method).
    """
    from scipy.optimize import linear_sum_assignment

    if not old or not new:
        return tuple(new)
    cosine = np.stack([one.centroid for one in new]) @ np.stack([one.centroid for one in old]).T
    overlap = np.zeros_like(cosine)
    if old_keys is not None and new_keys is not None:
        before = [{old_keys[row] for row in one.members} for one in old]
        now = [{new_keys[row] for row in one.members} for one in new]
        overlap = np.array([[len(a & b) / max(min(len(a), len(b)), 1) for b in before] for a in now])
    is_same = (cosine >= SAME_COSINE) | (overlap >= SAME_OVERLAP)
    rows, columns = linear_sum_assignment(np.where(is_same, cosine + overlap, 0.0), maximize=True)
    kept = {
        int(row): old[column].id for row, column in zip(rows, columns, strict=True) if is_same[row, column]
    }
    taken = {one.id for one in old}
    return tuple(replace(one, id=kept.get(at) or _free(one.id, taken)) for at, one in enumerate(new))


def new_id(texts: Sequence[str]) -> str:
    """Ten letters that stand for the texts."""
    code = hashlib.sha256("\0".join(texts).encode()).hexdigest()[:10]
    return code.translate(str.maketrans("0123456789", "ghijklmnop"))


def _free(wanted: str, taken: set[str]) -> str:
    """The id, or another made from it when an old candidate had it that does not continue."""
    while wanted in taken:
        wanted = new_id([wanted])
    return wanted
