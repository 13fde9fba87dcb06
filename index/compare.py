"""Whether a vector index holds what the store holds."""

import numpy as np
from pyroaring import BitMap
from sqlalchemy import Connection, select

from index.errors import VectorIndexError
from index.exact import normalised
from index.records import Vector
from index.schema import deletions, vectors
from index.store import Store
from index.vectors import VectorIndex

_BATCH = 2_000
_CANARIES = 50
_CANARY_HITS = 10
_SAME = 0.999  # cosine of a vector with itself, through single precision and another engine


def differences(store: Store, index: VectorIndex) -> list[str]:
    """What an index gets wrong about the store up to its own position, in words; empty when it is right.

    Compares the count, the set of numbers, every vector, and what canaries find: vectors spread over the store
    must find themselves. Count and numbers alone prove little, since an engine may keep them apart from the
    vectors.
    """
    try:
        at = index.position()
        if at is None:
            return ["it is empty"]
        with store.reading() as conn:
            later = vectors.c.seq > at.seq
            unknown = BitMap(conn.scalars(select(vectors.c.number).where(later)).all())
            unknown.update(conn.scalars(select(deletions.c.number).where(deletions.c.seq > at.seq)).all())
            stored = BitMap(conn.scalars(select(vectors.c.number)).all()) - unknown
            return _wrong_numbers(index, stored, unknown) or _wrong_rows(conn, index, at.seq, stored)
    except VectorIndexError as error:
        return [str(error)]


def recall(index: VectorIndex, truth: VectorIndex, queries: Vector, k: int = 10) -> float:
    """Share of the exact k nearest that an index finds, over `queries` of shape (n, dim)."""
    found = wanted = 0
    for query in queries:
        nearest = {number for number, _ in truth.search(query, k)}
        found += len(nearest & {number for number, _ in index.search(query, k)})
        wanted += len(nearest)
    return found / wanted if wanted else 1.0


def canaries(stored: BitMap, n: int = _CANARIES) -> list[int]:
    """At most n numbers, spread evenly."""
    return list(stored)[:: max(len(stored) // n, 1)][:n]


def _wrong_numbers(index: VectorIndex, stored: BitMap, unknown: BitMap) -> list[str]:
    found, count = index.numbers(), index.count()
    if count != len(found):
        return [f"it counts {count} vectors and lists {len(found)}"]
    missing, surplus = len(stored - found), len(found - stored - unknown)
    if not missing and not surplus:
        return []
    return [f"of {len(stored)} vectors {missing} are missing and {surplus} should not be there"]


def _wrong_rows(conn: Connection, index: VectorIndex, upto: int, stored: BitMap) -> list[str]:
    wrong, lost = 0, 0
    chosen = set(canaries(stored))
    found = select(vectors.c.number, vectors.c.vector).where(vectors.c.seq <= upto).order_by(vectors.c.number)
    for rows in conn.execution_options(yield_per=_BATCH).execute(found).partitions():
        numbers = [int(row.number) for row in rows]
        truth = np.frombuffer(b"".join(row.vector for row in rows), np.float32).reshape(len(rows), -1)
        held = index.rows(numbers)
        if held.shape != truth.shape:
            return [f"its vectors have {held.shape[-1]} numbers, those of the store {truth.shape[-1]}"]
        wrong += int((np.einsum("ij,ij->i", normalised(truth), normalised(held)) < _SAME).sum())
        lost += sum(
            number in chosen and not _finds(index, number, vector)
            for number, vector in zip(numbers, truth, strict=True)
        )
    said = [f"{wrong} vectors are not those of the store"] if wrong else []
    return said + ([f"{lost} of {len(chosen)} test vectors do not find themselves"] if lost else [])


def _finds(index: VectorIndex, number: int, vector: Vector) -> bool:
    """Whether a vector is found, or hidden behind others that are just as near."""
    hits = index.search(vector, _CANARY_HITS)
    crowded = len(hits) == _CANARY_HITS and hits[-1][1] >= _SAME
    return crowded or any(hit == number and cosine >= _SAME for hit, cosine in hits)
