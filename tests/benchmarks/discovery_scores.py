"""Measures theme discovery: python tests/benchmarks/discovery_scores.py --data banking77/train.csv

PATH is a CSV file with the columns `text` and `category` (such as the training set of banking77, Casanueva et
al. 2020), or JSON lines with `utterance` and `intent`. Prints, for what Earmark does and for other ways of
clustering the same vectors: groups, share of outliers, agreement of two seeds and of bootstrap draws with the
whole (adjusted Rand index on common clauses, outliers as groups of one; mean best Jaccard), V-measure over the
clauses in groups, adjusted Rand index over all, labels that a group matches with a Jaccard of one half or more,
and seconds per run.
"""

import argparse
import csv
import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import HDBSCAN, AgglomerativeClustering, KMeans
from sklearn.decomposition import PCA
from sklearn.metrics import adjusted_rand_score, v_measure_score

from nlp.discovery import MIN_ITEMS, discover
from nlp.phrase_vectors import unit
from nlp.stability import FOUND_AGAIN, best_jaccard
from nlp.tagger import Tagger

Labels = NDArray[np.int64]
Vectors = NDArray[np.float32]
Cluster = Callable[[Vectors, int], Labels]  # vectors (n, d) and a seed -> labels (n,), -1 for none

COLUMNS = "{:<22}{:>7}{:>10}{:>11}{:>10}{:>11}{:>8}{:>8}{:>12}{:>8}"


def read(path: Path, rows: int) -> tuple[list[str], Labels]:
    """Up to `rows` texts, drawn with a fixed seed, and their labels."""
    with path.open(encoding="utf-8", newline="") as file:
        if path.suffix == ".jsonl":
            pairs = [(line["utterance"], line["intent"]) for line in map(json.loads, file)]
        else:
            pairs = [(line["text"], line["category"]) for line in csv.DictReader(file)]
    chosen = np.sort(np.random.default_rng(0).permutation(len(pairs))[:rows])
    _, labels = np.unique([pairs[at][1] for at in chosen], return_inverse=True)
    return [pairs[at][0] for at in chosen], labels


def earmark(texts: list[str]) -> Cluster:
    """What the product does; rows of bootstrap draws are looked up by their vector."""
    known: dict[bytes, str] = {}

    def cluster(vectors: Vectors, seed: int) -> Labels:
        if not known:
            known.update((row.tobytes(), text) for row, text in zip(vectors, texts, strict=True))
        n = len(vectors)
        found = discover([known[row.tobytes()] for row in vectors], vectors, range(n), [-1] * n, seed=seed)
        labels = np.full(n, -1)
        for number, one in enumerate(found.candidates):
            labels[list(one.members)] = number
        return labels

    return cluster


def hdbscan(dimensions: int) -> Cluster:
    def cluster(vectors: Vectors, seed: int) -> Labels:
        reduced = unit(PCA(dimensions, random_state=seed).fit_transform(vectors)).astype(np.float64)
        return HDBSCAN(min_cluster_size=MIN_ITEMS, min_samples=5, copy=True).fit_predict(reduced)

    return cluster


def average_linkage(distance: float) -> Cluster:
    def cluster(vectors: Vectors, seed: int) -> Labels:
        way = AgglomerativeClustering(
            n_clusters=None, metric="cosine", linkage="average", distance_threshold=distance
        )
        return without_small(way.fit_predict(vectors.astype(np.float64)))

    return cluster


def merged_means(per_group: int, distance: float) -> Cluster:
    """Spherical k-means with too many groups, merged by average linkage of their centroids."""

    def cluster(vectors: Vectors, seed: int) -> Labels:
        way = KMeans(max(2, len(vectors) // per_group), n_init=1, random_state=seed).fit(vectors)
        merge = AgglomerativeClustering(
            n_clusters=None, metric="cosine", linkage="average", distance_threshold=distance
        )
        merged = merge.fit_predict(way.cluster_centers_)
        return without_small(merged[way.labels_])

    return cluster


def without_small(labels: Labels) -> Labels:
    _, groups, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    return np.where(sizes[groups] >= MIN_ITEMS, groups, -1)


def alone(labels: Labels) -> Labels:
    """The labels with a group of its own for each outlier."""
    return np.where(labels < 0, labels.max(initial=0) + 1 + np.arange(len(labels)), labels)


def jaccard(one: Labels, other: Labels) -> NDArray[np.float64]:
    names, groups = np.unique(one[one >= 0], return_inverse=True)
    numbered = np.full(len(one), -1)
    numbered[one >= 0] = groups
    return best_jaccard(numbered, other, len(names))


def measure(name: str, cluster: Cluster, vectors: Vectors, truth: Labels, draws: int) -> None:
    began = time.perf_counter()
    labels = cluster(vectors, 0)
    seconds = time.perf_counter() - began
    seeds = adjusted_rand_score(alone(labels), alone(cluster(vectors, 1)))
    chance = np.random.default_rng(7)
    rand, best = [], []
    for seed in range(draws):
        rows = np.unique(chance.integers(0, len(vectors), len(vectors)))
        drawn = cluster(vectors[rows], seed)
        rand.append(adjusted_rand_score(alone(labels[rows]), alone(drawn)))
        best.append(jaccard(labels[rows], drawn).mean())
    inside = labels >= 0
    matched = int((jaccard(truth, labels) >= FOUND_AGAIN).sum())
    print(
        COLUMNS.format(
            name,
            len(set(labels[inside].tolist())),
            f"{1 - inside.mean():.1%}",
            f"{seeds:.3f}",
            f"{np.mean(rand):.3f}",
            f"{np.mean(best):.3f}",
            f"{v_measure_score(truth[inside], labels[inside]):.3f}",
            f"{adjusted_rand_score(truth, alone(labels)):.3f}",
            f"{matched} of {truth.max() + 1}",
            f"{seconds:.1f}",
        ),
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, metavar="PATH")
    parser.add_argument("--rows", type=int, default=5000)
    parser.add_argument("--draws", type=int, default=3)
    parser.add_argument("--only-earmark", action="store_true")
    chosen = parser.parse_args()
    texts, truth = read(chosen.data, chosen.rows)
    vectors = unit(Tagger.load(threads=2).embed(texts))
    print(f"{len(texts)} clauses, {truth.max() + 1} labels")
    print(
        COLUMNS.format(
            "", "groups", "outliers", "seeds ARI", "draws ARI", "draws Jac", "V", "ARI", "matched", "s"
        )
    )
    ways = {"Earmark": earmark(texts)}
    if not chosen.only_earmark:
        ways |= {
            "HDBSCAN, PCA 15": hdbscan(15),
            "HDBSCAN, PCA 50": hdbscan(50),
            "average linkage, .5": average_linkage(0.5),
            "k-means merged, .3": merged_means(15, 0.3),
        }
    for name, way in ways.items():
        measure(name, way, vectors, truth, chosen.draws)


if __name__ == "__main__":
    main()
