"""Groups that hold when the items are drawn anew, and how often each of them is found again.

Runs of one clustering differ by chance, so runs over bootstrap draws vote on each edge of the graph and the
last run reads the votes (after Tandon et al. 2019). Other draws, which had no vote, then test each group:
found again means a Jaccard of one half or more (Hennig 2007).
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from nlp.communities import (
    NONE,
    Graph,
    Ints,
    choose_resolution,
    communities,
    fitting,
    neighbour_graph,
    tidy,
)
from nlp.phrase_vectors import Vectors

VOTES = 20
TESTS = 10
FEWEST = 3  # members of a group
LEAST_VOTES = 0.5
FOUND_AGAIN = 0.5

Progress = Callable[[float], None]


def stable_groups(
    vectors: Vectors, items: Ints, *, seed: int, least: int, progress: Progress | None = None
) -> tuple[Ints, NDArray[np.float64]]:
    """The group of each unit vector (n, d), -1 for none, and the stability of each group from 0 to 1.

    `items` (n,) says which vectors are drawn together. How fine the groups are is set by those of `least`
    members or more; smaller ones are given too.
    """
    tell = progress or (lambda _: None)
    chance = np.random.default_rng(seed)
    graph = neighbour_graph(vectors)
    resolution = choose_resolution(vectors, graph, least, chance)

    def run(number: int) -> tuple[Ints, Ints]:
        drawn = _draw(items, chance)
        found = communities(tidy(graph[drawn][:, drawn]), resolution, chance)
        tell((number + 1) / (VOTES + TESTS))
        return drawn, found

    voted = _consensus(graph, [run(number) for number in range(VOTES)])
    labels = _numbered(fitting(vectors, communities(voted, resolution, chance), FEWEST))
    again = np.zeros(int(labels.max(initial=NONE)) + 1)
    for number in range(VOTES, VOTES + TESTS):
        drawn, found = run(number)
        again += best_jaccard(labels[drawn], fitting(vectors[drawn], found, 1), len(again)) >= FOUND_AGAIN
    return labels, again / TESTS


def best_jaccard(labels: Ints, other: Ints, groups: int) -> NDArray[np.float64]:
    """How well each of `groups` groups of `labels` is matched by its nearest group of `other`."""
    shared = np.zeros((groups, int(other.max(initial=NONE)) + 1))
    both = (labels != NONE) & (other != NONE)
    np.add.at(shared, (labels[both], other[both]), 1)
    own = np.bincount(labels[labels != NONE], minlength=groups)
    theirs = np.bincount(other[other != NONE], minlength=shared.shape[1])
    union = own[:, None] + theirs[None, :] - shared
    return np.asarray((shared / np.maximum(union, 1)).max(axis=1, initial=0.0))


def _draw(items: Ints, chance: np.random.Generator) -> Ints:
    """Rows of the items that a bootstrap draw holds, each once: copies of a vector would only find one another."""
    names, number = np.unique(items, return_inverse=True)
    held = np.zeros(len(names), bool)
    held[chance.integers(0, len(names), len(names))] = True
    return np.flatnonzero(held[number])


def _consensus(graph: Graph, runs: list[tuple[Ints, Ints]]) -> Graph:
    """The graph with each edge weighted by the share of the runs that drew both ends and joined them."""
    edges = graph.tocoo()
    one, other = edges.coords
    both, joined = np.zeros(edges.nnz), np.zeros(edges.nnz)
    for drawn, found in runs:
        labels = np.full(graph.shape[0], NONE)
        labels[drawn] = found
        held = (labels[one] != NONE) & (labels[other] != NONE)
        both += held
        joined += held & (labels[one] == labels[other])
    votes = joined / np.maximum(both, 1)
    edges.data = np.where(votes >= LEAST_VOTES, votes * edges.data, 0.0)
    return tidy(edges)


def _numbered(labels: Ints) -> Ints:
    """The labels numbered from 0 without holes."""
    out = np.full(len(labels), NONE)
    kept = labels != NONE
    out[kept] = np.unique(labels[kept], return_inverse=True)[1]
    return out
