"""Opens the database with the settings that make it safe, and hands out transactions."""

import re
import sqlite3
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from index.errors import StoreBusyError, StoreFullError, StoreUnavailableError

BUSY_TIMEOUT_S = 30
_PRAGMAS = (
    f"PRAGMA busy_timeout = {BUSY_TIMEOUT_S * 1000}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
    "PRAGMA cache_size = -32000",
)
_LOST = ("08", "57P0")  # SQLSTATE: connection exceptions, and a server that shuts down or is starting
_SCHEMA_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")


def connect(url: str, schema: str | None = None) -> "Database":
    """Make the connection pool of a SQLite file or a PostgreSQL database (in `schema`, where given)."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
        options: dict[str, Any] = {"pool_pre_ping": True}
        if schema is not None:
            options["connect_args"] = {"options": f"-csearch_path={checked_schema(schema)}"}
    else:
        options = {"connect_args": {"check_same_thread": False, "timeout": BUSY_TIMEOUT_S}}
    engine = create_engine(
        parsed,
        json_serializer=_json,
        json_deserializer=orjson.loads,
        pool_size=10,
        max_overflow=40,
        **options,
    )
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
    else:
        event.listen(engine, "handle_error", _note_lost)
    return Database(engine)


def _json(value: object) -> str:
    return orjson.dumps(value).decode()


def checked_schema(name: str) -> str:
    """A schema name that needs no quoting."""
    if not _SCHEMA_NAME.fullmatch(name):
        raise StoreUnavailableError(f"{name!r} cannot name a PostgreSQL schema; use letters, digits and _")
    return name


class Database:
    """Transactions over one engine: many readers, one writer."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writer = threading.Lock()

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state of the data, whatever is written meanwhile."""
        with _translated(), self.engine.connect() as conn:
            if not self.is_sqlite:
                conn = conn.execution_options(isolation_level="REPEATABLE READ")  # noqa: PLW2901
            with conn.begin():
                yield conn

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """The write transaction: all or nothing, and only one at a time on SQLite."""
        # The lock queues this process's threads fairly; SQLite's own waiting is a race of sleepers.
        with _translated(), self._writer, self.engine.connect() as conn:
            conn = conn.execution_options(writes=True)  # noqa: PLW2901
            with conn.begin():
                yield conn

    @contextmanager
    def alone(self, task: str) -> Iterator[bool]:
        """Whether this process may do a task that only one at a time may do; does not wait."""
        if self.is_sqlite:
            lock = FileLock(f"{self.engine.url.database}.{task}.lock", blocking=False)
            try:
                lock.acquire()
            except Timeout:
                yield False
                return
            try:
                yield True
            finally:
                lock.release()
            return
        with _translated(), self.engine.connect() as conn, conn.begin():
            key = zlib.crc32(f"{conn.scalar(text('SELECT current_schema()'))} {task}".encode())
            yield bool(conn.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": key}))

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def _prepare(dbapi: sqlite3.Connection, _record: object) -> None:
    dbapi.isolation_level = None  # else the driver delays BEGIN, and IMMEDIATE could not be asked for
    for pragma in _PRAGMAS:
        dbapi.execute(pragma)


def _begin(conn: Connection) -> None:
    conn.exec_driver_sql("BEGIN IMMEDIATE" if conn.get_execution_options().get("writes") else "BEGIN")


def _note_lost(context: ExceptionContext) -> None:
    # A server that ends a connection says so before the socket closes; the driver calls it open until then, and its
    # check before use may fail on that alone.
    state = getattr(context.original_exception, "sqlstate", None) or ""
    if context.is_pre_ping or state.startswith(_LOST):
        context.is_disconnect = True


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except PoolTimeoutError as error:
        raise StoreBusyError("all database connections are in use; try again") from error
    except DBAPIError as error:
        raise _plain(error) from error


def _plain(error: DBAPIError) -> Exception:
    """The error in the package's words, or the error itself when it is a defect of ours."""
    said = str(error.orig)
    state = getattr(error.orig, "sqlstate", None)
    if "locked" in said or state == "55P03":
        return StoreBusyError("another process has been writing for too long; try again when it is done")
    if "disk is full" in said or "disk I/O error" in said or state == "53100":
        return StoreFullError("the disk is full; nothing of this change was kept. Free space and repeat it")
    if error.connection_invalidated or (isinstance(error, OperationalError) and state is None):
        return StoreUnavailableError(f"the database cannot be reached ({said.strip()}); check it and repeat")
    return error
