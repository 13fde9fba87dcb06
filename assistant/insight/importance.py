"""Key drivers of a number such as a rating: how much of its variance each label accounts for."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
MOST = 8  # predictors: every subset of them is fitted
PER_PREDICTOR = 10  # items that each predictor takes
RESAMPLES = 400
_TINY = 1e-9
_CHUNK = 50  # samples drawn at once


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyDriver:
    """A predictor and its part of the explained variance.

    `importance` is its share of R² (all add up to 1), `ci` the 95 % bootstrap interval; `effect` is how much higher
    the number is per unit of the predictor, the others held fixed.
    """

    label: str
    importance: float
    ci: tuple[float, float]
    effect: float


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyDrivers:
    """`r2` is the share of the variance that all predictors together explain, in `items` items."""

    items: int
    r2: float
    found: Sequence[KeyDriver]


def key_drivers(
    outcome: Floats, predictors: Mapping[str, Floats], *, resamples: int = RESAMPLES, seed: int = 0
) -> KeyDrivers | None:
    """Relative importance by LMG: the mean gain in R² over all orders of the predictors (the Shapley value of R²).

    Sources: Lindeman, Merenda and Gold 1980; Grömping 2007; percentile bootstrap over items.

    Args:
        outcome: the number of each item, shape (n,).
        predictors: by label, what each item says, shape (n,); at most `MOST`.
        resamples: of the bootstrap.
        seed: of the bootstrap.

    Returns:
        None when there are fewer than `PER_PREDICTOR` items per predictor, or when nothing varies.

    Raises:
        ValueError: for more than `MOST` predictors.
    """
    if len(predictors) > MOST:
        raise ValueError(f"{len(predictors)} predictors are too many; give {MOST} at most")
    if not predictors or len(outcome) < PER_PREDICTOR * (len(predictors) + 1):
        return None
    data = np.column_stack([*predictors.values(), outcome]).astype(float)
    if (data.std(axis=0) == 0).any():
        return None
    covariances = _covariances(data, resamples, np.random.default_rng(seed))
    whole, *drawn = _lmg(covariances)
    shares = np.array(drawn) / np.maximum(np.sum(drawn, axis=1, keepdims=True), _TINY)
    low, high = np.quantile(shares, [0.025, 0.975], axis=0)
    r2 = float(whole.sum())
    effects = np.linalg.lstsq(covariances[0, :-1, :-1], covariances[0, :-1, -1], rcond=None)[0]
    found = [
        KeyDriver(
            label=label,
            importance=float(whole[n] / r2) if r2 > 0 else 0.0,
            ci=(float(low[n]), float(high[n])),
            effect=float(effects[n]),
        )
        for n, label in enumerate(predictors)
    ]
    return KeyDrivers(items=len(data), r2=r2, found=sorted(found, key=lambda one: -one.importance))


def _covariances(data: Floats, resamples: int, chance: np.random.Generator) -> Floats:
    """Covariances (1 + resamples, columns, columns): of the rows (rows, columns), then of each bootstrap sample.

    Rows that are alike are drawn together: themes and ratings have few values, so there are far fewer kinds of rows.
    """
    codes = np.zeros(len(data), np.int64)
    for column in data.T:
        values, place = np.unique(column, return_inverse=True)
        _, codes = np.unique(codes * len(values) + place, return_inverse=True)
    _, first, counts = np.unique(codes, return_index=True, return_counts=True)
    kinds = data[first] - data.mean(axis=0)
    products = np.einsum("ui,uj->uij", kinds, kinds).reshape(len(kinds), -1)
    found = np.empty((1 + resamples, data.shape[1], data.shape[1]))
    for start in range(0, 1 + resamples, _CHUNK):
        size = min(_CHUNK, 1 + resamples - start)
        weights = chance.multinomial(len(data), counts / len(data), size).astype(float)
        if start == 0:
            weights[0] = counts
        means = weights @ kinds / len(data)
        squares = (weights @ products / len(data)).reshape(size, *found.shape[1:])
        found[start : start + size] = squares - means[:, :, None] * means[:, None, :]
    return found


def _lmg(covariances: Floats) -> Floats:
    """LMG values (samples, predictors) from covariances (samples, n, n) of predictors and, last, the outcome."""
    samples, count = len(covariances), covariances.shape[1] - 1
    scale = np.maximum(np.einsum("sii->si", covariances), _TINY) ** 0.5
    related = covariances / scale[:, :, None] / scale[:, None, :]
    explained = np.zeros((1 << count, samples))
    for subset in range(1, 1 << count):
        chosen = [n for n in range(count) if subset >> n & 1]
        within = related[:, chosen][:, :, chosen] + _TINY * np.eye(len(chosen))
        across = related[:, chosen, -1]
        explained[subset] = (across * np.linalg.solve(within, across[:, :, None])[:, :, 0]).sum(axis=1)
    subsets = np.arange(1 << count)
    weights = np.array([math.factorial(k) * math.factorial(count - k - 1) for k in range(count)])
    values = np.zeros((samples, count))
    for n in range(count):
        without = subsets[subsets >> n & 1 == 0]
        share = weights[[int(subset).bit_count() for subset in without]] / math.factorial(count)
        values[:, n] = share @ (explained[without | 1 << n] - explained[without])
    return values
