"""Brings a database to the schema of this version, once, however many processes start together."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import inspect, text

from index.engine import BUSY_TIMEOUT_S, Database, checked_schema
from index.errors import MigrationError, StoreMissingError
from index.schema import HEAD

FOLDER = Path(__file__).parent / "migrations"


def migrate(database: Database, *, schema: str | None = None, create: bool = True, to: str = HEAD) -> None:
    """Create or upgrade the tables, up to the revision `to`.

    Raises StoreMissingError when there are none and `create` is false, and MigrationError when the
    database was made by a newer version.
    """
    if not _is_new(database) and revision(database) == to:
        return
    with _alone(database):
        if schema is not None:
            with database.writing() as conn:
                conn.execute(text(f"CREATE SCHEMA IF NOT EXISTS {checked_schema(schema)}"))
        found = revision(database)
        if found is None and not create:
            raise StoreMissingError("there is no Earmark store here; import something first")
        if found != to:
            _upgrade(database, found, to)


def _is_new(database: Database) -> bool:
    """Whether the file has yet to be made: only one may switch it to WAL, and SQLite does not wait for that."""
    path = database.engine.url.database
    return database.is_sqlite and not (path and Path(path).exists() and Path(path).stat().st_size)


def revision(database: Database) -> str | None:
    """The revision that the database is at, or None when it is empty."""
    with database.reading() as conn:
        if not inspect(conn).has_table("alembic_version"):
            return None
        found = conn.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return None if found is None else str(found)


def _upgrade(database: Database, found: str | None, to: str) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if unknown := {found, to} - known - {None}:
        raise MigrationError(
            f"the store is at schema {unknown.pop()}, this version knows up to {HEAD}; use the newer Earmark"
        )
    with database.writing() as conn:
        config.attributes["connection"] = conn
        command.upgrade(config, to)


@contextmanager
def _alone(database: Database) -> Iterator[None]:
    """Hold the migration lock: a file beside SQLite's, an advisory lock in PostgreSQL."""
    if not database.is_sqlite:
        key = zlib.crc32(b"earmark migrations")
        with database.engine.connect() as conn, conn.begin():
            conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})
            yield
        return
    lock = FileLock(f"{database.engine.url.database}.migrate.lock", timeout=BUSY_TIMEOUT_S)
    try:
        with lock:
            yield
    except Timeout as error:
        raise MigrationError("another process is upgrading the store; wait until it is done") from error
