"""A copy of the store while it is in use. Bitmaps, vector cache and Chroma are derived and never copied."""

import sqlite3
import uuid
from contextlib import closing
from pathlib import Path

from index.errors import StoreError
from index.store import Store


def backup(store: Store, target: Path) -> None:
    """Write a consistent copy of a SQLite store to `target`, by SQLite's online backup.

    The copy gets a lineage of its own: what was derived from the store does not fit it once it has gone its own
    way. Raises StoreError when `target` exists, or for PostgreSQL, which has `pg_dump`.
    """
    if not store.database.is_sqlite:
        raise StoreError("a PostgreSQL store is backed up by pg_dump of its schema")
    if target.exists():
        raise StoreError(f"{target} exists; name a new file for the backup")
    source = f"file:{store.database.engine.url.database}?mode=ro"
    unfinished = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
    try:
        with closing(sqlite3.connect(source, uri=True)) as old, closing(sqlite3.connect(unfinished)) as new:
            old.backup(new)
            new.execute("UPDATE clock SET lineage = ?", (uuid.uuid4().hex,))
            new.commit()
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
