"""JSON documents by kind and key, for what has no table of its own."""

import time
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, select, update

from index.engine import Database
from index.schema import documents

Body = Mapping[str, Any]


class Documents:
    """The documents of one kind."""

    def __init__(self, database: Database, kind: str) -> None:
        self._database = database
        self._kind = kind

    def get(self, key: str) -> dict[str, Any] | None:
        """A document, or None."""
        with self._database.reading() as conn:
            body = conn.scalar(select(documents.c.body).where(self._is(key)))
        return None if body is None else dict(body)

    def put(self, key: str, body: Body) -> None:
        """Write a document, whether there was one or not."""
        now = time.time()
        with self._database.writing() as conn:
            changed = update(documents).where(self._is(key)).values(body=dict(body), updated=now)
            if not conn.execute(changed).rowcount:
                conn.execute(insert(documents).values(self._row(key, body, now)))

    def put_if_absent(self, key: str, body: Body) -> dict[str, Any]:
        """Write a document unless there is one; returns the one that is stored now."""
        with self._database.writing() as conn:
            if not self._database.is_sqlite:
                conn.exec_driver_sql("LOCK TABLE documents IN SHARE ROW EXCLUSIVE MODE")
            stored = conn.scalar(select(documents.c.body).where(self._is(key)))
            if stored is not None:
                return dict(stored)
            conn.execute(insert(documents).values(self._row(key, body, time.time())))
            return dict(body)

    def change(self, key: str, new: Body) -> bool:
        """Lay fields over a document, if there is one; says whether there was."""
        with self._database.writing() as conn:
            found = select(documents.c.body).where(self._is(key))
            stored = conn.scalar(found.with_for_update())
            if stored is None:
                return False
            values = {"body": {**stored, **new}, "updated": time.time()}
            conn.execute(update(documents).where(self._is(key)).values(**values))
            return True

    def replace(self, key: str, old: Body, new: Body) -> bool:
        """Write a document only while it is as it was read; says whether it was."""
        with self._database.writing() as conn:
            stored = conn.scalar(select(documents.c.body).where(self._is(key)).with_for_update())
            if stored != dict(old):
                return False
            values = {"body": dict(new), "updated": time.time()}
            conn.execute(update(documents).where(self._is(key)).values(**values))
            return True

    def delete(self, key: str) -> bool:
        """Delete a document; says whether there was one."""
        with self._database.writing() as conn:
            return conn.execute(delete(documents).where(self._is(key))).rowcount > 0

    def expire(self, older_than: float) -> int:
        """Delete the documents not written since a timestamp (seconds since 1970); returns how many."""
        with self._database.writing() as conn:
            old = (documents.c.kind == self._kind) & (documents.c.updated < older_than)
            return conn.execute(delete(documents).where(old)).rowcount

    def state(self) -> tuple[int, float]:
        """How many documents there are and when the last was written: what was read stays true while this is equal."""
        latest = func.coalesce(func.max(documents.c.updated), 0.0)
        counted = select(func.count(), latest).where(documents.c.kind == self._kind)
        with self._database.reading() as conn:
            row = conn.execute(counted).one()
        return int(row[0]), float(row[1])

    def page(self, *, before: str | None = None, limit: int = 50) -> list[tuple[str, dict[str, Any]]]:
        """The last documents by key, those before a key."""
        found = select(documents.c.key, documents.c.body).where(documents.c.kind == self._kind)
        if before is not None:
            found = found.where(documents.c.key < before)
        with self._database.reading() as conn:
            rows = conn.execute(found.order_by(documents.c.key.desc()).limit(limit)).all()
        return [(row.key, dict(row.body)) for row in rows]

    def items(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """All documents with their keys, the latest change first."""
        latest = select(documents.c.key, documents.c.body).where(documents.c.kind == self._kind)
        with self._database.reading() as conn:
            rows = conn.execute(latest.order_by(documents.c.updated.desc(), documents.c.key)).all()
        return ((row.key, dict(row.body)) for row in rows)

    def _is(self, key: str) -> ColumnElement[bool]:
        return (documents.c.kind == self._kind) & (documents.c.key == key)

    def _row(self, key: str, body: Body, now: float) -> dict[str, Any]:
        return {"kind": self._kind, "key": key, "body": dict(body), "created": now, "updated": now}
