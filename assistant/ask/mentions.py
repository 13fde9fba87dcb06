"""What the words of a question name: labels, attribute values, periods; overlaps resolved."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.ask.dates import DateHit

Source = Literal["name", "synonym", "meaning", "value", "date", "rule", "previous"]
RISK = ("left", "leaving", "at_risk")
# Keys whose labels happen to customers, and so can be the thing to explain.
OUTCOMES = frozenset({"churn", "emotions", "empathy_gaps", "effort", "sentiment", "tones"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Mention:
    """Tokens `[first, last)` that name `values` of a key of the scope.

    `rank` decides between mentions of the same length. `tones` are "complaint" and "praise": they become
    the polarity of a theme or a sentiment.
    """

    first: int
    last: int
    key: str
    values: tuple[str, ...] = ()
    attribute: str | None = None
    source: Source = "synonym"
    rank: int = 0
    is_weak: bool = False
    is_outcome: bool = False  # an attribute that grades or says who left
    date: DateHit | None = None
    places: frozenset[int] = frozenset()  # the tokens that name it, where it skips some

    @property
    def covered(self) -> frozenset[int]:
        """The tokens that it takes up."""
        return self.places or frozenset(range(self.first, self.last))

    @property
    def slot(self) -> tuple[str, str | None]:
        """Mentions of the same slot can be alternatives or be compared."""
        return self.key, self.attribute

    @property
    def can_be_outcome(self) -> bool:
        return self.key in OUTCOMES or self.is_outcome


def resolve(mentions: Iterable[Mention]) -> list[Mention]:
    """The mentions that stand: the longest first, of equal ones the higher rank; no token names two things."""
    chosen: list[Mention] = []
    taken: set[int] = set()
    for mention in sorted(mentions, key=lambda m: (m.date is None, -len(m.covered), -m.rank, m.first)):
        if not mention.covered & taken:
            chosen.append(mention)
            taken |= mention.covered
    return sorted(without_weak(chosen), key=lambda m: m.first)


def without_weak(mentions: Sequence[Mention]) -> list[Mention]:
    """Weak theme words turn into nothing when a theme is named outright."""
    if any(m.key == "themes" and not m.is_weak for m in mentions):
        return [m for m in mentions if not m.is_weak]
    return list(mentions)
