"""Exact cosine over all vectors, in NumPy.

The bulk is a file that never changes once it is written: it is mapped, shared by all processes, and replaced
as a whole. What came since lies in memory until there is enough of it for a new file.
"""

import logging
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from index import matrix_file
from index.errors import VectorIndexError
from index.matrix_file import Buffer, Segment
from index.records import Vector
from index.terms import bitmap, numbers_of
from index.vectors import Near, Position

_LOG = logging.getLogger(__name__)
_MERGE_AT = (
    4_096  # rows in memory; and a quarter of the file, so that all rewriting costs five times its size
)
_BLOCK = 65_536  # rows per matrix product, which bounds the memory of a search


@dataclass(frozen=True, kw_only=True, slots=True)
class _State:
    """`base` is the file, `tail` what came since, `hidden` the rows of the file that no longer hold."""

    base: Segment
    tail: Segment
    hidden: BitMap
    position: Position | None


class ExactIndex:
    """All vectors, compared one by one. Without a path it lives in memory only."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._changing = threading.RLock()
        found = None if path is None else matrix_file.load(path)
        base, position = found or (Segment.empty(0), None)
        self._tail = Buffer(base.dim)
        self._state = _State(base=base, tail=self._tail.segment, hidden=BitMap(), position=position)

    def position(self) -> Position | None:
        """As VectorIndex."""
        return self._state.position

    def mark(self, position: Position) -> None:
        """As VectorIndex."""
        with self._changing:
            self._state = replace(self._state, position=position)
            if len(self._state.tail) > max(_MERGE_AT, len(self._state.base) // 4):
                self.save()

    def save(self) -> None:
        """Put everything into one new file."""
        with self._changing:
            state = self._state
            merged = state.base.without(state.hidden).merged(state.tail)
            if self._path is not None and state.position is not None:
                if matrix_file.is_newer(self._path, state.position):
                    return
                try:
                    merged = matrix_file.save(merged, state.position, self._path)
                except OSError as error:
                    _LOG.warning("vectors could not be written to disk and are tried again: %s", error)
                    return
            self._begin(merged, state.position)

    def reset(self, dim: int) -> None:
        """As VectorIndex."""
        with self._changing:
            if self._path is not None:
                self._path.unlink(missing_ok=True)
            self._begin(Segment.empty(dim), None)

    def upsert(self, numbers: Sequence[int], vectors: Vector) -> None:
        """As VectorIndex. Raises VectorIndexError for vectors that do not fit what is there."""
        with self._changing:
            state = self._state
            if not state.base.dim and vectors.ndim == 2:
                self._begin(Segment.empty(vectors.shape[1]), state.position)
                state = self._state
            if vectors.shape != (len(numbers), state.base.dim):
                raise VectorIndexError(
                    f"vectors of shape {vectors.shape} do not fit an index of {state.base.dim} numbers per "
                    "vector; rebuild the index"
                )
            self._tail.put(Segment.of(np.asarray(numbers, np.int64), normalised(vectors)))
            self._hide(BitMap(numbers))

    def delete(self, numbers: Sequence[int]) -> None:
        """As VectorIndex."""
        with self._changing:
            self._tail.drop(BitMap(numbers))
            self._hide(BitMap(numbers))
            if self._path is not None:
                matrix_file.blank(self._path, np.asarray(numbers, np.int64))

    def _begin(self, base: Segment, position: Position | None) -> None:
        self._tail = Buffer(base.dim)
        self._state = _State(base=base, tail=self._tail.segment, hidden=BitMap(), position=position)

    def _hide(self, changed: BitMap) -> None:
        hidden = self._state.hidden | (changed & bitmap(self._state.base.numbers))
        self._state = replace(self._state, tail=self._tail.segment, hidden=hidden)

    def search(self, vector: Vector, k: int, within: BitMap | None = None) -> list[Near]:
        """As VectorIndex."""
        if k <= 0:
            return []
        query = normalised(np.asarray(vector, np.float32)[None])[0]
        found: list[Near] = []
        for numbers, cosines in self._cosines(query, within):
            found += best(numbers, cosines, k)
        return sorted(found, key=lambda hit: (-hit[1], hit[0]))[:k]

    def rows(self, numbers: Sequence[int]) -> Vector:
        """Normalised vectors of shape (n, dim) in the order asked for; zeros where there is none."""
        wanted = np.asarray(numbers, np.int64)
        state = self._state
        out = np.zeros((len(wanted), state.base.dim), np.float32)
        for segment, hidden in ((state.base, state.hidden), (state.tail, BitMap())):
            at, inside = segment.places(wanted)
            inside &= ~np.isin(wanted, numbers_of(hidden))
            out[inside] = segment.rows[at[inside]]
        return out

    def numbers(self) -> BitMap:
        """As VectorIndex."""
        state = self._state
        return (bitmap(state.base.numbers) - state.hidden) | bitmap(state.tail.numbers)

    def count(self) -> int:
        """As VectorIndex."""
        return len(self.numbers())

    @property
    def keeps_deleted(self) -> bool:
        """As VectorIndex; `delete` has overwritten them."""
        return False

    def close(self) -> None:
        """As VectorIndex."""
        with self._changing:
            self._begin(Segment.empty(0), None)

    def _cosines(self, query: Vector, within: BitMap | None) -> Iterator[tuple[NDArray[np.int64], Vector]]:
        """Numbers with their cosines, in blocks of bounded size."""
        state = self._state
        for segment, hidden in ((state.base, state.hidden), (state.tail, BitMap())):
            if within is None:
                for start in range(0, len(segment), _BLOCK):
                    numbers = segment.numbers[start : start + _BLOCK]
                    cosines = segment.rows[start : start + _BLOCK] @ query
                    kept = ~np.isin(numbers, numbers_of(hidden)) if hidden else slice(None)
                    yield numbers[kept], cosines[kept]
                continue
            at, inside = segment.places(numbers_of(within - hidden).astype(np.int64))
            chosen = at[inside]
            for start in range(0, len(chosen), _BLOCK):
                some = chosen[start : start + _BLOCK]
                yield segment.numbers[some], segment.rows[some] @ query


def normalised(vectors: Vector) -> Vector:
    """Rows of length 1; a row of zeros stays."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(length > 0, length, 1), np.float32)


def best(numbers: NDArray[np.int64], cosines: Vector, k: int) -> list[Near]:
    """The k highest, equal ones by number."""
    if len(cosines) > k:
        # All that equal the k-th stay in the running, else the partition would choose among them by chance.
        bound = np.partition(cosines, len(cosines) - k)[len(cosines) - k]
        kept = np.flatnonzero(cosines >= bound)
        numbers, cosines = numbers[kept], cosines[kept]
    order = np.lexsort((numbers, -cosines))[:k]
    return [(int(numbers[at]), float(cosines[at])) for at in order]
