"""Keeps a vector index equal to the store: follows the change sequence, checks, and rebuilds when it must."""

import threading
from collections.abc import Sequence

import numpy as np
from pyroaring import BitMap
from sqlalchemy import Connection, select

from index.records import Vector
from index.schema import clock, deletions, vectors
from index.store import Store
from index.vectors import Position, VectorIndex

_BATCH = 2_000
_CANARIES = 50


class Applier:
    """One per vector index. Safe to call from several threads; they take turns."""

    def __init__(self, store: Store, index: VectorIndex) -> None:
        self._store = store
        self._index = index
        self._turn = threading.Lock()

    def run_once(self) -> int:
        """Take in all changes since the position of the index; returns how many.

        The position moves only after the index accepted a batch, so a crash repeats work and loses none. An
        index that follows another history, or is ahead of the store, is built again.
        """
        with self._turn:
            at, lineage, end = self._index.position(), *self._end()
            if at is None or at.lineage != lineage or at.seq > end:
                return self._rebuild()
            return self._follow(at)

    def lag(self) -> int:
        """How many change numbers the index is behind the store."""
        at, (lineage, end) = self._index.position(), self._end()
        return end if at is None or at.lineage != lineage else end - at.seq

    def reconcile(self) -> bool:
        """Catch up, compare with the store, and rebuild if they differ; says whether a rebuild was needed."""
        self.run_once()
        with self._turn:
            if not differences(self._store, self._index):
                return False
            self._rebuild()
            return True

    def rebuild(self) -> int:
        """Throw the index away and fill it from the store; returns the number of vectors."""
        with self._turn:
            return self._rebuild()

    def _end(self) -> tuple[str, int]:
        with self._store.reading() as conn:
            lineage, seq = conn.execute(select(clock.c.lineage, clock.c.seq)).one()
        return lineage, seq

    def _rebuild(self) -> int:
        with self._store.reading() as conn:
            lineage, end, dim = conn.execute(select(clock.c.lineage, clock.c.seq, clock.c.dim)).one()
            self._index.reset(dim or 0)
            done = 0
            found = select(vectors.c.number, vectors.c.vector).order_by(vectors.c.number)
            for rows in conn.execution_options(yield_per=_BATCH).execute(found).partitions():
                self._index.upsert([row.number for row in rows], _matrix([row.vector for row in rows]))
                done += len(rows)
        self._index.mark(Position(lineage=lineage, seq=end))
        return done

    def _follow(self, at: Position) -> int:
        done = 0
        while True:
            with self._store.reading() as conn:
                end = conn.execute(select(clock.c.seq)).scalar_one()
                if at.seq == end:
                    return done
                upto = _batch_end(conn, at.seq, end)
                done += self._apply(conn, at.seq, upto)
            at = Position(lineage=at.lineage, seq=upto)
            self._index.mark(at)

    def _apply(self, conn: Connection, since: int, upto: int) -> int:
        gone = conn.scalars(
            select(deletions.c.number).where(deletions.c.seq > since, deletions.c.seq <= upto)
        ).all()
        rows = conn.execute(
            select(vectors.c.number, vectors.c.vector)
            .where(vectors.c.seq > since, vectors.c.seq <= upto)
            .order_by(vectors.c.seq)
        ).all()
        if gone:
            self._index.delete(gone)
        if rows:
            self._index.upsert([row.number for row in rows], _matrix([row.vector for row in rows]))
        return len(gone) + len(rows)


def differences(store: Store, index: VectorIndex) -> list[str]:
    """What an index gets wrong about the store, in words; empty when it is right.

    Compares the count, the set of numbers, and what canaries find: vectors spread over the store must find
    themselves.
    """
    with store.reading() as conn:
        stored = BitMap(conn.scalars(select(vectors.c.number)).all())
        chosen = list(stored)[:: max(len(stored) // _CANARIES, 1)][:_CANARIES]
        rows = conn.execute(select(vectors.c.number, vectors.c.vector).where(vectors.c.number.in_(chosen)))
        canaries = {row.number: np.frombuffer(row.vector, np.float32) for row in rows}
    found, count = index.numbers(), index.count()
    wrong = []
    if found != stored or count != len(stored):
        wrong.append(
            f"holds {count} vectors, the store {len(stored)}; {len(stored - found)} are missing and "
            f"{len(found - stored)} too many"
        )
    lost = [number for number, vector in canaries.items() if not _finds(index, number, vector)]
    if lost:
        wrong.append(f"{len(lost)} of {len(canaries)} test vectors do not find themselves")
    return wrong


def _finds(index: VectorIndex, number: int, vector: Vector) -> bool:
    """Whether a vector is found with cosine 1, or hidden behind others that are just as near."""
    hits = index.search(vector, 10)
    return any(hit == number and cosine > 0.999 for hit, cosine in hits) or (
        len(hits) == 10 and hits[-1][1] > 0.999
    )


def _matrix(found: Sequence[bytes]) -> Vector:
    return np.frombuffer(b"".join(found), np.float32).reshape(len(found), -1)


def _batch_end(conn: Connection, since: int, end: int) -> int:
    """The change number where a batch of bounded size ends."""
    last = [
        conn.scalar(
            select(table.c.seq).where(table.c.seq > since).order_by(table.c.seq).offset(_BATCH - 1).limit(1)
        )
        for table in (vectors, deletions)
    ]
    return min(int(seq) for seq in [end, *last] if seq is not None)
