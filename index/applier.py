"""Keeps a vector index equal to the store: follows the change sequence, checks, and rebuilds when it must."""

import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext

import numpy as np
from sqlalchemy import Connection, select

from index.compare import differences
from index.errors import VectorIndexError
from index.records import Vector
from index.schema import clock, deletions, vectors
from index.store import Store
from index.vectors import Position, VectorIndex

_LOG = logging.getLogger(__name__)
_BATCH = 2_000


class Applier:
    """One per vector index. Safe to call from several threads; they take turns.

    `alone` says whether this process may change an index that others share. `before_rebuild` is called when
    the index is about to be emptied. `should_stop` ends a long rebuild early; it then starts again next time.
    """

    def __init__(
        self,
        store: Store,
        index: VectorIndex,
        *,
        alone: Callable[[], AbstractContextManager[bool]] = lambda: nullcontext(enter_result=True),
        before_rebuild: Callable[[], None] = lambda: None,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self._store = store
        self._index = index
        self._alone = alone
        self._before_rebuild = before_rebuild
        self._should_stop = should_stop
        self._turn = threading.Lock()

    def run_once(self) -> int:
        """Take in all changes since the position of the index; returns how many.

        The position moves only after the index accepted a batch, so a crash repeats work and loses none. An
        index that follows another history, or is ahead of the store, is built again.
        """
        with self._turn, self._alone() as is_alone:
            return self._catch_up() if is_alone else 0

    def lag(self) -> int:
        """How many change numbers the index is behind the store."""
        at, (lineage, end) = self._index.position(), self._end()
        return end if at is None or at.lineage != lineage else end - at.seq

    def reconcile(self) -> bool:
        """Catch up, compare with the store, and rebuild if they differ; says whether a rebuild was needed.

        Rebuilds too when the engine still has deleted vectors in its files. Raises VectorIndexError when the
        index differs even after a rebuild.
        """
        with self._turn, self._alone() as is_alone:
            problem = self._problem() if is_alone else "; ".join(differences(self._store, self._index))
            if not problem:
                return False
            if not is_alone:
                raise VectorIndexError(f"the vector index differs ({problem}); its owner must rebuild it")
            _LOG.warning("the vector index is built again: %s", problem)
            self._rebuild()
            left = differences(self._store, self._index)
            if left and not self._should_stop():
                raise VectorIndexError(f"the vector index differs after a rebuild: {'; '.join(left)}")
            return True

    def rebuild(self) -> int:
        """Throw the index away and fill it from the store; returns the number of vectors."""
        with self._turn:
            return self._rebuild()

    def _problem(self) -> str:
        try:
            self._catch_up()
            if self._index.keeps_deleted:
                return "deleted vectors lie in its files"
            return "; ".join(differences(self._store, self._index))
        except VectorIndexError as error:
            return str(error)

    def _catch_up(self) -> int:
        at, (lineage, end) = self._index.position(), self._end()
        if at is None or at.lineage != lineage or at.seq > end:
            return self._rebuild()
        return self._follow(at)

    def _end(self) -> tuple[str, int]:
        with self._store.reading() as conn:
            lineage, seq = conn.execute(select(clock.c.lineage, clock.c.seq)).one()
        return str(lineage), int(seq)

    def _rebuild(self) -> int:
        self._before_rebuild()
        done = 0
        with self._store.reading() as conn:
            lineage, end, dim = conn.execute(select(clock.c.lineage, clock.c.seq, clock.c.dim)).one()
            self._index.reset(dim or 0)
            found = select(vectors.c.number, vectors.c.vector).order_by(vectors.c.number)
            for rows in conn.execution_options(yield_per=_BATCH).execute(found).partitions():
                if self._should_stop():
                    return done
                self._index.upsert([row.number for row in rows], _matrix([row.vector for row in rows]))
                done += len(rows)
        self._index.mark(Position(lineage=lineage, seq=end))
        return done

    def _follow(self, at: Position) -> int:
        done = 0
        while not self._should_stop():
            with self._store.reading() as conn:
                end = int(conn.execute(select(clock.c.seq)).scalar_one())
                if at.seq == end:
                    break
                upto = _batch_end(conn, at.seq, end)
                done += self._apply(conn, at.seq, upto)
            at = Position(lineage=at.lineage, seq=upto)
            self._index.mark(at)
        return done

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
