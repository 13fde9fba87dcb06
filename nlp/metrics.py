"""Scores from arrays: precision, recall, F1, weighted kappa, bootstrap intervals."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelScore:
    """How well one label of one field is found. `ece` is the expected calibration error, None where unknown."""

    field: str
    label: str
    precision: float
    recall: float
    f1: float
    support: int
    ece: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """One headline number with its 95 % bootstrap interval over items, of `n` items."""

    name: str
    value: float
    low: float
    high: float
    n: int


def f1(truth: Array, said: Array) -> Array:
    """F1 per column; 0 where a label occurs in neither."""
    return np.asarray(2 * (truth * said).sum(0) / np.maximum(truth.sum(0) + said.sum(0), 1))


def macro_f1(truth: Array, said: Array, least: int = 1) -> float:
    """Mean F1 over the columns with at least `least` true items."""
    columns = truth.sum(0) >= least
    return float(f1(truth[:, columns], said[:, columns]).mean()) if columns.any() else float("nan")


def micro_f1(truth: Array, said: Array) -> float:
    """F1 over all cells."""
    return float(2 * (truth * said).sum() / max(truth.sum() + said.sum(), 1))


def weighted_kappa(truth: NDArray[np.int64], said: NDArray[np.int64], classes: int) -> float:
    """Cohen's kappa with quadratic weights (Cohen 1968); 0 where it is not defined."""
    seen = np.zeros((classes, classes))
    np.add.at(seen, (truth, said), 1)
    steps = np.arange(classes)
    cost = (steps[:, None] - steps[None, :]) ** 2
    expected = np.outer(seen.sum(1), seen.sum(0)) / max(seen.sum(), 1)
    by_chance = float((cost * expected).sum())
    return 1 - float((cost * seen).sum()) / by_chance if by_chance else 0.0


def figure(
    name: str, n: int, score: Callable[[NDArray[np.int64]], float], *, seed: int = 7, draws: int = 300
) -> Figure:
    """`score` of the given item rows, with the percentile bootstrap over items."""
    chance = np.random.default_rng(seed)
    sample = np.array([score(chance.integers(0, n, n)) for _ in range(draws)])
    low, high = np.nanpercentile(sample, [2.5, 97.5]) if np.isfinite(sample).any() else (np.nan, np.nan)
    return Figure(name=name, value=score(np.arange(n)), low=float(low), high=float(high), n=n)
