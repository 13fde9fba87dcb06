"""Intervals and tests on counts. Every formula names its source."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

FISHER = "Fisher mid-p"  # the name of the test of `fisher_mid_p`
Z95 = 1.959963984540054
FALSE_DISCOVERY = 0.05
PRIOR_SD = 1.0  # of a log odds ratio before the data is seen: ratios beyond 7 are implausible


def wilson(n: int, of: int) -> tuple[float, float]:
    """95 % interval of a share.

    Source: Wilson 1927, as recommended by Brown, Cai and DasGupta 2001.

    Raises:
        ValueError: when `n` is not between 0 and `of`.
    """
    if not 0 <= n <= of:
        msg = f"n must be between 0 and {of}, got {n}"
        raise ValueError(msg)
    if of == 0:
        return (0.0, 1.0)
    share, z2 = n / of, Z95 * Z95
    centre = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = Z95 * np.sqrt(share * (1 - share) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    low = 0.0 if n == 0 else max(0.0, centre - half)
    high = 1.0 if n == of else min(1.0, centre + half)
    return (float(low), float(high))


def newcombe(a: int, n1: int, c: int, n2: int) -> tuple[float, float]:
    """95 % interval of the difference `a/n1 - c/n2` of two independent shares.

    Source: Newcombe 1998, method 10 (hybrid score).
    """
    low1, high1 = wilson(a, n1)
    low2, high2 = wilson(c, n2)
    p1, p2 = (a / n1 if n1 else 0.0), (c / n2 if n2 else 0.0)
    low = p1 - p2 - np.hypot(p1 - low1, high2 - p2)
    high = p1 - p2 + np.hypot(high1 - p1, p2 - low2)
    return (float(max(-1.0, low)), float(min(1.0, high)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """Exposed and not, outcome and not: `a` of `a + b` outcome items are exposed, `c` of `c + d` others."""

    a: int
    b: int
    c: int
    d: int

    @property
    def shares(self) -> tuple[float, float]:
        """Share exposed among outcome items and among the others."""
        return (
            self.a / (self.a + self.b) if self.a + self.b else 0.0,
            self.c / (self.c + self.d) if self.c + self.d else 0.0,
        )

    @property
    def difference(self) -> float:
        one, other = self.shares
        return one - other

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of the difference of the shares."""
        return newcombe(self.a, self.a + self.b, self.c, self.c + self.d)


def fisher_mid_p(tables: Sequence[Table]) -> np.ndarray:
    """Two-sided mid-p of Fisher's exact test for each table, shape (len(tables),).

    Twice the smaller tail of the hypergeometric law, with the observed table counted half.
    Source: Lancaster 1961; Lydersen, Fagerland and Laake 2009 on its use for 2x2 tables.
    """
    return np.array([_mid_p(table) for table in tables])


def _mid_p(table: Table) -> float:
    a, b, c, d = table.a, table.b, table.c, table.d
    total, row, column = a + b + c + d, a + b, a + c
    if total < 2 or row in (0, total) or column in (0, total):
        return 1.0
    mean = row * column / total
    deviation = np.sqrt(mean * (total - row) * (total - column) / (total * (total - 1)))
    # The tail away from the mean, as far as it weighs anything in double precision.
    reach = int(40 * deviation) + 40
    if a >= mean:
        tail = np.arange(a, min(row, column, a + reach) + 1)
    else:
        tail = np.arange(max(0, row + column - total, a - reach), a + 1)[::-1]
    weights = np.exp(_log_hypergeometric(tail, total, row, column))
    return float(min(1.0, 2 * (weights.sum() - weights[0] / 2)))


def _log_hypergeometric(k: np.ndarray, total: int, row: int, column: int) -> np.ndarray:
    """Log probability of `k` common items of two groups of `row` and `column` among `total`."""

    def choose(n: int, m: np.ndarray | int) -> np.ndarray:
        return np.asarray(special.gammaln(n + 1) - special.gammaln(m + 1) - special.gammaln(n - m + 1))

    return np.asarray(choose(column, k) + choose(total - column, row - k) - choose(total, row))


def benjamini_hochberg(p: Sequence[float] | np.ndarray) -> np.ndarray:
    """Adjusted p-values (q) over all tests made. Source: Benjamini and Hochberg 1995."""
    values = np.asarray(p, dtype=float)
    order = np.argsort(values)
    stepped = values[order] * values.size / np.arange(1, values.size + 1)
    q = np.empty_like(values)
    q[order] = np.minimum(1.0, np.minimum.accumulate(stepped[::-1])[::-1])
    return q


@dataclass(frozen=True, kw_only=True, slots=True)
class Odds:
    """An odds ratio with its 95 % interval."""

    ratio: float
    low: float
    high: float


def shrunken_odds(table: Table) -> Odds:
    """Odds ratio pulled towards 1 as far as the data is thin.

    Half is added to each cell (Haldane 1956, Anscombe 1956); the log odds ratio is then combined with a
    normal prior of mean 0 and standard deviation `PRIOR_SD` (Greenland 2007, penalised by data augmentation).
    """
    a, b, c, d = (cell + 0.5 for cell in (table.a, table.b, table.c, table.d))
    return _shrink(float(np.log(a * d / (b * c))), float(1 / a + 1 / b + 1 / c + 1 / d))


def _shrink(log_ratio: float, variance: float) -> Odds:
    weight = PRIOR_SD**2 / (PRIOR_SD**2 + variance)
    mean, deviation = weight * log_ratio, np.sqrt(weight * variance)
    low, high = mean - Z95 * deviation, mean + Z95 * deviation
    return Odds(ratio=float(np.exp(mean)), low=float(np.exp(low)), high=float(np.exp(high)))


def mantel_haenszel(tables: Sequence[Table]) -> Odds | None:
    """Common odds ratio over strata, shrunken like `shrunken_odds`; None when no stratum tells.

    Source: Mantel and Haenszel 1959; variance by Robins, Breslow and Greenland 1986.
    """
    r = s = pr = psqr = qs = 0.0
    for table in tables:
        a, b, c, d = table.a, table.b, table.c, table.d
        n = a + b + c + d
        if n == 0:
            continue
        ri, si, pi = a * d / n, b * c / n, (a + d) / n
        r, s = r + ri, s + si
        pr, psqr, qs = pr + pi * ri, psqr + pi * si + (1 - pi) * ri, qs + (1 - pi) * si
    if r == 0 or s == 0:
        return None
    variance = pr / (2 * r * r) + psqr / (2 * r * s) + qs / (2 * s * s)
    return _shrink(float(np.log(r / s)), float(variance))


def cochran_mantel_haenszel(tables: Sequence[Table]) -> float:
    """Two-sided p of exposure and outcome going together within strata; 1 when no stratum tells.

    Source: Cochran 1954, Mantel and Haenszel 1959; hypergeometric variance, no continuity correction.
    """
    excess = variance = 0.0
    for table in tables:
        row, column = table.a + table.b, table.a + table.c
        n = row + table.c + table.d
        if n > 1:
            excess += table.a - row * column / n
            variance += row * (n - row) * column * (n - column) / (n * n * (n - 1))
    return float(special.erfc(abs(excess) / np.sqrt(2 * variance))) if variance > 0 else 1.0


def trend_test(counts: Sequence[int], totals: Sequence[int]) -> float:
    """Two-sided p of a linear trend of shares over equally spaced periods.

    Source: Cochran 1954, Armitage 1955; conditional variance with `n - 1`.
    """
    x, n = np.asarray(counts, dtype=float), np.asarray(totals, dtype=float)
    total, hits = n.sum(), x.sum()
    if total < 2 or hits in (0, total):
        return 1.0
    t = np.arange(len(x), dtype=float)
    share = hits / total
    mean_t = (n * t).sum() / total
    score = (x * (t - mean_t)).sum()
    variance = share * (1 - share) * (n * (t - mean_t) ** 2).sum() * total / (total - 1)
    return float(special.erfc(abs(score) / np.sqrt(2 * variance))) if variance > 0 else 1.0
