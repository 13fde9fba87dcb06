"""Vectors with their numbers, and the file that holds them.

Layout: a header of one page (magic, rows, dim, change number, lineage), the numbers (int64, ascending), the
rows (float32, normalised).
"""

import os
import struct
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from index.records import Vector
from index.terms import bitmap, numbers_of
from index.vectors import Position

_HEADER = struct.Struct("<8sQQQ32s")
_MAGIC = b"EARMARKV"
_PAGE = 4096


@dataclass(frozen=True, kw_only=True, slots=True)
class Segment:
    """`numbers` ascending of shape (n,) and `rows` of shape (n, dim)."""

    numbers: NDArray[np.int64]
    rows: Vector

    @classmethod
    def empty(cls, dim: int) -> Self:
        """No rows."""
        return cls(numbers=np.empty(0, np.int64), rows=np.empty((0, dim), np.float32))

    @classmethod
    def of(cls, numbers: NDArray[np.int64], rows: Vector) -> Self:
        """Rows in any order; of a number that comes twice the last one counts."""
        kept, first = np.unique(numbers[::-1], return_index=True)
        return cls(numbers=kept, rows=rows[::-1][first])

    @property
    def dim(self) -> int:
        return int(self.rows.shape[1])

    def __len__(self) -> int:
        return len(self.numbers)

    def places(self, wanted: NDArray[np.int64]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """Where each wanted number stands, and whether it is there at all."""
        if not len(self):
            return np.zeros(len(wanted), np.intp), np.zeros(len(wanted), np.bool_)
        at = np.minimum(np.searchsorted(self.numbers, wanted), len(self) - 1)
        return at, self.numbers[at] == wanted

    def without(self, gone: BitMap) -> "Segment":
        """The rows of all other numbers."""
        if not gone:
            return self
        kept = ~np.isin(self.numbers, numbers_of(gone))
        return Segment(numbers=self.numbers[kept], rows=self.rows[kept])

    def merged(self, other: "Segment") -> "Segment":
        """Both; they have no number in common."""
        if not len(other) or not len(self):
            return other if len(other) else self
        numbers = np.concatenate((self.numbers, other.numbers))
        rows = np.concatenate((self.rows, other.rows))
        if self.numbers[-1] > other.numbers[0]:
            order = np.argsort(numbers)
            numbers, rows = numbers[order], rows[order]
        return Segment(numbers=numbers, rows=rows)


class Buffer:
    """A segment that grows at its end without being copied each time. Segments handed out stay as they are."""

    def __init__(self, dim: int) -> None:
        self._numbers = np.empty(0, np.int64)
        self._rows: Vector = np.empty((0, dim), np.float32)
        self.segment = Segment.empty(dim)

    def put(self, new: Segment) -> None:
        """Add rows; a number that is there already is replaced."""
        if len(self.segment) and len(new) and new.numbers[0] <= self.segment.numbers[-1]:
            self._take(self.segment.without(bitmap(new.numbers)).merged(new))
            return
        used = len(self.segment)
        size = used + len(new)
        if size > len(self._numbers):
            self._take(self.segment, capacity=2 * size)
        self._numbers[used:size] = new.numbers
        self._rows[used:size] = new.rows
        self.segment = Segment(numbers=self._numbers[:size], rows=self._rows[:size])

    def drop(self, gone: BitMap) -> None:
        """Forget rows."""
        if gone.intersect(bitmap(self.segment.numbers)):
            self._take(self.segment.without(gone))

    def _take(self, segment: Segment, capacity: int = 0) -> None:
        size = len(segment)
        self._numbers = np.empty(max(capacity, size), np.int64)
        self._rows = np.empty((max(capacity, size), segment.dim), np.float32)
        self._numbers[:size], self._rows[:size] = segment.numbers, segment.rows
        self.segment = Segment(numbers=self._numbers[:size], rows=self._rows[:size])


def save(segment: Segment, position: Position, path: Path) -> Segment:
    """Write a file, put it in the place of the old one at once, and return the rows as they lie in it."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            header = _HEADER.pack(_MAGIC, len(segment), segment.dim, position.seq, position.lineage.encode())
            file.write(header.ljust(_PAGE, b"\0"))
            file.write(segment.numbers.tobytes())
            np.ascontiguousarray(segment.rows).tofile(file)
            file.flush()
            os.fsync(file.fileno())
        mapped = _mapped(Path(name), len(segment), segment.dim)
        Path(name).replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(name).unlink()
        raise
    return mapped


def load(path: Path) -> tuple[Segment, Position] | None:
    """The rows of a file, mapped, or None when there is none or it is damaged: then SQL gives them again."""
    try:
        with path.open("rb") as file:
            page = file.read(_PAGE)
            size = os.fstat(file.fileno()).st_size
    except FileNotFoundError:
        return None
    if len(page) < _PAGE:
        return None
    magic, rows, dim, seq, lineage = _HEADER.unpack_from(page)
    if magic != _MAGIC or size != _PAGE + rows * (8 + 4 * dim):
        return None
    position = Position(lineage=lineage.decode("ascii", "replace"), seq=seq)
    return _mapped(path, rows, dim), position


def blank(path: Path, numbers: NDArray[np.int64]) -> None:
    """Overwrite the rows of some numbers with zeros where they lie: deleted vectors must not stay on disk.

    The header stays behind, so whoever reads the file learns of the deletion from the store.
    """
    found = load(path)
    if found is None:
        return
    segment, _ = found
    at, inside = segment.places(numbers)
    if not inside.any():
        return
    start, size = _PAGE + 8 * len(segment), 4 * segment.dim
    with path.open("r+b") as file:
        for place in at[inside]:
            file.seek(start + int(place) * size)
            file.write(bytes(size))
        file.flush()
        os.fsync(file.fileno())


def is_newer(path: Path, than: Position) -> bool:
    """Whether another process has already written a later state of the same store."""
    found = load(path)
    return found is not None and found[1].lineage == than.lineage and found[1].seq > than.seq


def _mapped(path: Path, rows: int, dim: int) -> Segment:
    if not rows:
        return Segment.empty(dim)
    data = np.memmap(path, np.uint8, mode="r")
    start = _PAGE + 8 * rows
    return Segment(
        numbers=np.array(data[_PAGE:start].view(np.int64)),
        rows=np.asarray(data[start:].view(np.float32).reshape(rows, dim)),
    )
