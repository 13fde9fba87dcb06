"""Groups of like vectors: communities of a nearest-neighbour graph.

Modularity is climbed as by Blondel et al. 2008 (Louvain), with the queue of Traag, Waltman and van Eck 2019.
What other ways of clustering score is printed by `tests/benchmarks/discovery_scores.py`.
"""

from collections import deque
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.phrase_vectors import Vectors, unit

Ints = NDArray[np.int64]
Graph = Any  # scipy.sparse.csr_array (n, n), symmetric

NONE = -1
NEIGHBOURS = 15
# Cosines of all-MiniLM-L6-v2. Half of all unrelated remarks have no neighbour above .45, and hardly any remark
# that shares its intent with others has fewer than five.
LEAST_COSINE = 0.45
LEAST_FIT = 0.50
# Length of the mean vector of one intent as people labelled them: .77 to .84 at the median of four data sets.
TYPICAL_COHESION = 0.79
RESOLUTIONS = (0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0)
_ROWS_AT_ONCE = 1024


def neighbour_graph(vectors: Vectors) -> Graph:
    """Each unit vector (n, d) tied to its nearest, weighted by cosine; one that is far from all has no ties."""
    from scipy import sparse

    n = len(vectors)
    k = min(NEIGHBOURS, n - 1)
    if k < 1:
        return sparse.csr_array((n, n))
    near, weights = np.zeros((n, k), np.int64), np.zeros((n, k))
    for start in range(0, n, _ROWS_AT_ONCE):
        rows = np.arange(start, min(start + _ROWS_AT_ONCE, n))
        cosines = vectors[rows] @ vectors.T
        cosines[rows - start, rows] = -1
        near[rows] = np.argpartition(-cosines, k - 1, axis=1)[:, :k]
        weights[rows] = np.take_along_axis(cosines, near[rows], axis=1)
    ties = np.where(weights >= LEAST_COSINE, weights, 0.0).ravel()
    graph = sparse.csr_array((ties, (np.repeat(np.arange(n), k), near.ravel())), shape=(n, n))
    return tidy(graph.maximum(graph.T))


def tidy(graph: Graph) -> Graph:
    """The graph as sorted rows without empty ties, so that equal graphs are walked in equal order."""
    rows = graph.tocsr()
    rows.eliminate_zeros()
    rows.sort_indices()
    return rows


def communities(graph: Graph, resolution: float, chance: np.random.Generator) -> Ints:
    """The community of each node, (n,), numbered from 0; a higher resolution gives smaller ones."""
    from scipy import sparse

    labels: Ints = np.arange(graph.shape[0])
    total = float(graph.sum())
    while total > 0:
        names, groups = np.unique(_move(graph, resolution / total, chance), return_inverse=True)
        labels = groups[labels]
        if len(names) == graph.shape[0]:
            break
        members = sparse.csr_array((np.ones(len(groups)), (groups, np.arange(len(groups)))))
        graph = tidy(members @ graph @ members.T)
    return labels


def choose_resolution(vectors: Vectors, graph: Graph, least: int, chance: np.random.Generator) -> float:
    """The coarsest resolution whose communities are as close as those that people draw.

    A fixed one cuts a theme that makes up a quarter of all clauses into pieces, or throws small ones together.
    """
    for resolution in RESOLUTIONS:
        labels = fitting(vectors, communities(graph, resolution, chance), least)
        kept = labels != NONE
        if kept.any() and np.median(_cohesions(vectors, labels)[labels[kept]]) >= TYPICAL_COHESION:
            return resolution
    return RESOLUTIONS[-1]


def fitting(vectors: Vectors, labels: Ints, least: int) -> Ints:
    """The labels without members far from their centroid, then without groups of fewer than `least`."""
    kept = labels != NONE
    if not kept.any():
        return labels
    centroids = unit(_means(vectors, labels))
    fits = kept & (np.einsum("nd,nd->n", vectors, centroids[labels]) >= LEAST_FIT)
    sizes = np.bincount(labels[fits], minlength=len(centroids))
    return np.where(fits & (sizes[labels] >= least), labels, NONE)


def _cohesions(vectors: Vectors, labels: Ints) -> NDArray[np.floating[Any]]:
    """Length of the mean vector of each group, by its number."""
    return np.asarray(np.linalg.norm(_means(vectors, labels), axis=1))


def _means(vectors: Vectors, labels: Ints) -> Vectors:
    """Mean vector of each group, (greatest label + 1, d)."""
    from scipy import sparse

    kept = np.flatnonzero(labels != NONE)
    groups = labels[kept]
    sizes = np.bincount(groups)
    weights = 1 / np.maximum(sizes[groups], 1)
    share = sparse.csr_array((weights, (groups, kept)), shape=(len(sizes), len(vectors)))
    return np.asarray(share @ vectors, dtype=np.float32)


def _move(graph: Graph, penalty: float, chance: np.random.Generator) -> list[int]:
    """Communities after each node went where modularity gains most, until none gains."""
    # Plain lists and not arrays: a node has few neighbours, and reading single numbers from arrays is slow.
    n = graph.shape[0]
    starts, ends, weights = graph.indptr.tolist(), graph.indices.tolist(), graph.data.tolist()
    degrees = np.asarray(graph.sum(axis=1)).ravel().tolist()
    home, totals = list(range(n)), list(degrees)
    queue = deque(chance.permutation(n).tolist())
    waits = [True] * n
    while queue:
        node = queue.popleft()
        waits[node] = False
        own = home[node]
        ties = range(starts[node], starts[node + 1])
        drawn = {own: 0.0}
        for at in ties:
            if ends[at] != node:
                group = home[ends[at]]
                drawn[group] = drawn.get(group, 0.0) + weights[at]
        totals[own] -= degrees[node]
        cost = penalty * degrees[node]
        best, most = own, drawn[own] - cost * totals[own] + 1e-12
        for group, pull in drawn.items():
            if pull - cost * totals[group] > most:
                best, most = group, pull - cost * totals[group]
        totals[best] += degrees[node]
        if best == own:
            continue
        home[node] = best
        for at in ties:
            other = ends[at]
            if not waits[other] and home[other] != best:
                waits[other] = True
                queue.append(other)
    return home
