"""The seam to vector search. SQL holds the vectors; what stands behind this can be thrown away and rebuilt."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pyroaring import BitMap

from index.records import Vector

Near = tuple[int, float]  # item number, cosine


@dataclass(frozen=True, kw_only=True, slots=True)
class Position:
    """How far an index has followed the store: the history and the last change that it has taken in."""

    lineage: str
    seq: int


class VectorIndex(Protocol):
    """Vectors by item number, found by cosine. All changes are idempotent."""

    def position(self) -> Position | None:
        """What was marked last, or None for an index that has followed nothing yet."""
        ...

    def mark(self, position: Position) -> None:
        """Keep the position, after all changes up to it were taken in."""
        ...

    def reset(self, dim: int) -> None:
        """Start again empty, for vectors of `dim` numbers."""
        ...

    def upsert(self, numbers: Sequence[int], vectors: Vector) -> None:
        """Take in vectors, float32 of shape (len(numbers), dim); a known number is replaced."""
        ...

    def delete(self, numbers: Sequence[int]) -> None:
        """Forget numbers; unknown ones are no error."""
        ...

    def search(self, vector: Vector, k: int, within: BitMap | None = None) -> list[Near]:
        """The k nearest (number, cosine), best first, equal ones by number; `within` keeps only these."""
        ...

    def rows(self, numbers: Sequence[int]) -> Vector:
        """Normalised vectors of shape (n, dim) in the order asked for; zeros where there is none."""
        ...

    def numbers(self) -> BitMap:
        """All numbers that the index holds."""
        ...

    def count(self) -> int:
        """How many vectors the index says that it holds."""
        ...

    @property
    def keeps_deleted(self) -> bool:
        """Whether deleted vectors still lie in the engine's files; a rebuild removes them."""
        ...

    def close(self) -> None:
        """Let go of files and locks."""
        ...
