"""What the cells of a column look like, from a sample of its rows."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from assistant.intake.dates import is_missing, looks_like_date, parse_date

_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)?")
_URL = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_MAIL = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
_TOKEN = re.compile(r"[0-9a-fA-F-]{16,}|[A-Z]{1,6}[-_]?\d{3,}|\d{6,}|[\w-]{16,}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """Shares are of the cells that are not empty, 0 to 1."""

    rows: int
    filled: int
    distinct: int
    words: float  # mean number of words
    length: float  # mean number of characters
    longest: int
    dates: float
    numeric_dates: float  # seconds since 1970, or Excel's day numbers
    numbers: float
    urls: float
    mails: float
    tokens: float  # cells that look like identifiers
    lists: float
    low: float | None  # smallest and largest number, when all cells are numbers
    high: float | None
    is_counter: bool  # 0, 1, 2, ... or 1, 2, 3, ...
    values: tuple[str, ...]  # the cells of the sample that are not empty

    @property
    def distinct_share(self) -> float:
        """How much of the column is said once only."""
        return self.distinct / self.filled if self.filled else 0.0

    @property
    def is_text(self) -> bool:
        """Whether people may have written these cells."""
        return self.filled > 0 and max(self.dates, self.numbers, self.urls, self.mails, self.lists) < 0.5


def profile(cells: Sequence[Any]) -> Profile:
    """Describe the sampled cells of one column."""
    lists = sum(isinstance(cell, list) for cell in cells)
    values = tuple(cell.strip() for cell in cells if isinstance(cell, str) and cell.strip())
    count = len(values) or 1
    numbers = [float(value.replace(",", ".")) for value in values if _NUMBER.fullmatch(value)]
    is_numeric = bool(values) and len(numbers) == len(values)
    dated = [value for value in values if not is_missing(value)]
    return Profile(
        rows=len(cells),
        filled=len(values) + lists,
        distinct=len(Counter(values)),
        words=sum(len(value.split()) for value in values) / count,
        length=sum(map(len, values)) / count,
        longest=max(map(len, values), default=0),
        dates=sum(map(looks_like_date, dated)) / (len(dated) or 1),
        numeric_dates=sum(parse_date(value, numbers=True) is not None for value in dated) / (len(dated) or 1),
        numbers=len(numbers) / count,
        urls=sum(_URL.match(value) is not None for value in values) / count,
        mails=sum(_MAIL.fullmatch(value) is not None for value in values) / count,
        tokens=sum(_TOKEN.fullmatch(value) is not None for value in values) / count,
        lists=lists / (len(cells) or 1),
        low=min(numbers) if is_numeric else None,
        high=max(numbers) if is_numeric else None,
        is_counter=is_numeric and _counts(numbers),
        values=values,
    )


def _counts(numbers: Sequence[float]) -> bool:
    return len(numbers) > 2 and numbers[0] in (0, 1) and all(b - a == 1 for a, b in pairwise(numbers))
