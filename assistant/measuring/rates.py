"""What a measurement gives."""

from collections.abc import Callable
from dataclasses import dataclass

from assistant.insight.statistics import wilson

Progress = Callable[[str, int, int], None]  # what, done, of


@dataclass(frozen=True, kw_only=True, slots=True)
class Rate:
    """`n` of `of`, with its 95 % Wilson interval, and what is aimed at."""

    name: str
    n: int
    of: int
    target: str

    @property
    def value(self) -> float:
        """The share; not a number where nothing was counted."""
        return self.n / self.of if self.of else float("nan")

    @property
    def ci(self) -> tuple[float, float]:
        """95 % interval of the share."""
        return wilson(self.n, self.of)
