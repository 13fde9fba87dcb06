"""Backup and restore of one store: every table as JSON lines in a zip archive, the same for SQLite and PostgreSQL.

The rows come from one read transaction, so that they are one state of the data while others go on writing. What is
derived (bitmaps, vector indexes, words) is not in it: it is made again from the rows.
"""

import base64
import datetime as dt
import hashlib
import json
import os
import shutil
import uuid
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

import orjson
from sqlalchemy import (
    Column,
    Connection,
    Date,
    LargeBinary,
    MetaData,
    Table,
    insert,
    inspect,
    select,
    text,
    update,
)

from index.engine import checked_schema, connect
from index.errors import BackupError
from index.migrate import migrate, revision
from index.schema import metadata
from index.store import Store

FORMAT = 1
KIND = "earmark-backup"
_MANIFEST = "manifest.json"
_BATCH = 500
_CHUNK = 1 << 20
OnRows = Callable[[str, int], None]


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What an archive holds. `parts` has the SHA-256 of each entry, `rows` how many rows each table has."""

    kind: str
    format: int
    product: str
    schema: str
    dialect: str
    made: str
    data_version: int
    rows: Mapping[str, int]
    parts: Mapping[str, str]


def write(
    store: Store,
    archive: Path,
    files: Callable[[], Mapping[str, Path]],
    *,
    product: str,
    on_rows: OnRows = lambda *_: None,
) -> Manifest:
    """Write a backup of a store while it is used.

    Args:
        store: what is backed up.
        archive: where it goes; it appears there when it is whole.
        files: further files by their name in the archive, as they are when it is called.
        product: version of the product, for whoever reads the archive.
        on_rows: called with a table and how many of its rows are written.

    Raises:
        BackupError: the archive exists, or cannot be written.
    """
    if archive.exists():
        raise BackupError(f"{archive} exists; name a new file for the backup")
    partial = archive.with_name(f".{archive.name}.{uuid.uuid4().hex[:8]}")
    try:
        with partial.open("wb") as file:
            made = _write(store, file, files, product, on_rows)
            file.flush()
            os.fsync(file.fileno())
        partial.chmod(0o600)
        partial.replace(archive)
    except OSError as error:
        raise BackupError(f"the backup cannot be written to {archive}: {error.strerror}") from error
    finally:
        partial.unlink(missing_ok=True)
    return made


def read_manifest(archive: Path) -> Manifest:
    """What an archive holds, after every part of it was read and found whole. Raises BackupError."""
    try:
        with zipfile.ZipFile(archive) as opened:
            found = _manifest(opened)
            for name, known in found.parts.items():
                with opened.open(name) as part:
                    if _sum(part) != known:
                        raise BackupError(f"{archive.name} is damaged: {name} is not what was written")
            return found
    except FileNotFoundError as error:
        raise BackupError(f"there is no file {archive}") from error
    except (OSError, zipfile.BadZipFile, KeyError, EOFError, ValueError, zlib.error) as error:
        raise BackupError(f"{archive.name} is damaged or no backup: {error}") from error


def restore(
    archive: Path,
    home: Path,
    url: str | None,
    schema: str,
    *,
    replace: bool,
    on_rows: OnRows = lambda *_: None,
) -> tuple[Manifest, str | None]:
    """Make a store from a backup, in the folder `home`, or in `schema` of the PostgreSQL at `url`.

    Everything is read and checked before anything is touched. With `replace` a store that is there is kept aside; returns
    the manifest and the name it is kept under. The history gets a new name, so that no old cache or cursor fits it.

    Raises:
        BackupError: the archive cannot be used, or there is a store and `replace` is false.
    """
    found = read_manifest(archive)
    is_there = (home / "earmark.db").exists() if url is None else _has_schema(url, schema)
    if is_there and not replace:
        raise BackupError(
            f"there is a workspace {home.name!r} already; restore under another name, or with --replace"
        )
    stamp = f"{dt.datetime.now(dt.UTC):%Y%m%d%H%M%S}"
    fresh = home.with_name(f".{home.name}.{stamp}")
    fresh.mkdir(parents=True)
    try:
        _fill(archive, fresh, url, f"{schema}_{stamp}", found, on_rows)
        aside = f"{home.name}.{stamp}" if home.exists() else None
        if aside is not None:
            home.rename(home.with_name(aside))
        if url is not None:
            _swap(url, schema, f"{schema}_{stamp}", f"{schema}_old_{stamp}" if is_there else None)
        fresh.rename(home)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    _point_to(home, url, schema)
    return found, aside


def _write(
    store: Store, file: IO[bytes], files: Callable[[], Mapping[str, Path]], product: str, on_rows: OnRows
) -> Manifest:
    rows: dict[str, int] = {}
    parts: dict[str, str] = {}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made, ExitStack() as held:
        # Opened before and after the transaction begins: a file that the rows speak of may go meanwhile.
        opened = _opened(files(), held)
        with store.reading() as conn:
            version = int(conn.scalar(text("SELECT seq FROM clock")) or 0)
            opened = {**_opened(files(), held), **opened}
            for table in _tables(conn):
                name = f"tables/{table.name}.jsonl"
                with made.open(name, "w", force_zip64=True) as part:
                    parts[name], rows[table.name] = _dump(conn, table, part, on_rows)
        for name, source in opened.items():
            with made.open(name, "w", force_zip64=True) as part:
                parts[name] = _copied(source, part)
        found = Manifest(
            kind=KIND,
            format=FORMAT,
            product=product,
            schema=revision(store.database) or "",
            dialect=store.database.engine.dialect.name,
            made=f"{dt.datetime.now(dt.UTC):%Y-%m-%dT%H:%M:%SZ}",
            data_version=version,
            rows=rows,
            parts=parts,
        )
        made.writestr(_MANIFEST, json.dumps(asdict(found), indent=1))
    return found


def _opened(files: Mapping[str, Path], held: ExitStack) -> dict[str, IO[bytes]]:
    """Those of the files that are there."""
    found: dict[str, IO[bytes]] = {}
    for name, path in files.items():
        with suppress(FileNotFoundError):
            found[name] = held.enter_context(path.open("rb"))
    return found


def _dump(conn: Connection, table: Table, part: IO[bytes], on_rows: OnRows) -> tuple[str, int]:
    digest, done = hashlib.sha256(), 0
    names = [column.name for column in table.columns]
    rows = conn.execution_options(yield_per=_BATCH).execute(select(table))
    for some in rows.partitions():
        lines = b"".join(orjson.dumps([_plain(value) for value in row]) + b"\n" for row in some)
        if not done:
            lines = orjson.dumps(names) + b"\n" + lines
        digest.update(lines)
        part.write(lines)
        done += len(some)
        on_rows(table.name, done)
    return digest.hexdigest(), done


def _fill(archive: Path, fresh: Path, url: str | None, schema: str, found: Manifest, on_rows: OnRows) -> None:
    """A store in a folder or schema of its own, at the schema that the backup has, then brought up to date."""
    place = url or f"sqlite:///{fresh / 'earmark.db'}"
    database = connect(place, None if url is None else schema)
    try:
        migrate(database, schema=None if url is None else schema, to=found.schema)
        with zipfile.ZipFile(archive) as opened, database.writing() as conn:
            for table in reversed(_tables(conn)):
                conn.execute(table.delete())
            for table in _tables(conn):
                _load(conn, table, opened, on_rows)
            lineage = {"lineage": uuid.uuid4().hex}
            conn.execute(text("UPDATE clock SET lineage = :lineage"), lineage)
            # Whoever worked on a job is not there any more; it goes on where it was.
            conn.execute(text("UPDATE jobs SET state = 'queued', worker = NULL WHERE state = 'running'"))
        migrate(database, schema=None if url is None else schema)
        _extract(archive, fresh, found)
    finally:
        database.close()


def _load(conn: Connection, table: Table, opened: zipfile.ZipFile, on_rows: OnRows) -> None:
    with opened.open(f"tables/{table.name}.jsonl") as part:
        first = part.readline()
        if not first:
            return
        names = orjson.loads(first)
        read = [_reader(table, name) for name in names]
        done = 0
        for lines in _batches(part):
            rows = [
                {name: one(value) for name, one, value in zip(names, read, orjson.loads(line), strict=True)}
                for line in lines
            ]
            conn.execute(insert(table), rows)
            done += len(rows)
            on_rows(table.name, done)


def _extract(archive: Path, fresh: Path, found: Manifest) -> None:
    with zipfile.ZipFile(archive) as opened:
        for name in found.parts:
            if name.startswith("files/"):
                path = fresh / name.removeprefix("files/")
                if not path.resolve().is_relative_to(fresh.resolve()):
                    raise BackupError(f"the backup names a file outside of the workspace: {name}")
                path.parent.mkdir(parents=True, exist_ok=True)
                with opened.open(name) as part, path.open("wb") as target:
                    shutil.copyfileobj(part, target, _CHUNK)
                path.chmod(0o600)


def _point_to(home: Path, url: str | None, schema: str) -> None:
    """Uploads of unfinished imports lie in the new folder."""
    store = Store.open(url or f"sqlite:///{home / 'earmark.db'}", schema=None if url is None else schema)
    try:
        jobs = metadata.tables["jobs"]
        with store.database.writing() as conn:
            for row in conn.execute(select(jobs.c.id, jobs.c.params).where(jobs.c.state == "queued")).all():
                params = dict(row.params)
                path = home / "uploads" / Path(str(params.get("path", ""))).name
                if params.get("owned") and path.is_file():
                    moved = {**params, "path": str(path.resolve())}
                    conn.execute(update(jobs).where(jobs.c.id == row.id).values(params=moved))
    finally:
        store.close()


def _tables(conn: Connection) -> list[Table]:
    """The tables as they are in this database, in the order in which rows may be inserted."""
    there = set(inspect(conn).get_table_names())
    found = []
    for known in metadata.sorted_tables:
        if known.name in there:
            table = Table(known.name, MetaData(), autoload_with=conn)
            keep = [column for column in table.columns if column.computed is None]
            # JSON is read and written as JSON by both databases only with the types of ours.
            typed = [Column(column.name, known.columns.get(column.name, column).type) for column in keep]
            found.append(Table(known.name, MetaData(), *typed))
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    return value.isoformat() if isinstance(value, dt.date) else value


def _reader(table: Table, name: str) -> Callable[[Any], Any]:
    column = table.columns.get(name)
    if column is None:
        raise BackupError(f"the backup has a column {table.name}.{name} that its schema does not know")
    if isinstance(column.type, LargeBinary):
        return lambda value: None if value is None else base64.b64decode(value)
    if isinstance(column.type, Date):
        return lambda value: None if value is None else dt.date.fromisoformat(value)
    return lambda value: value


def _batches(part: IO[bytes]) -> Iterator[Sequence[bytes]]:
    lines: list[bytes] = []
    for line in part:
        lines.append(line)
        if len(lines) == _BATCH:
            yield lines
            lines = []
    if lines:
        yield lines


def _manifest(opened: zipfile.ZipFile) -> Manifest:
    plain = json.loads(opened.read(_MANIFEST))
    if not isinstance(plain, dict) or plain.get("kind") != KIND:
        raise BackupError("this is no backup of Earmark")
    if plain.get("format") != FORMAT:
        raise BackupError("this backup was made by a newer Earmark; restore it with that one")
    return Manifest(**plain)


def _copied(source: IO[bytes], target: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while chunk := source.read(_CHUNK):
        digest.update(chunk)
        target.write(chunk)
    return digest.hexdigest()


def _sum(part: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while chunk := part.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def _has_schema(url: str, schema: str) -> bool:
    database = connect(url)
    try:
        with database.reading() as conn:
            return schema in inspect(conn).get_schema_names()
    finally:
        database.close()


def _swap(url: str, schema: str, fresh: str, aside: str | None) -> None:
    database = connect(url)
    try:
        with database.writing() as conn:
            if aside is not None:
                conn.execute(text(f"ALTER SCHEMA {checked_schema(schema)} RENAME TO {checked_schema(aside)}"))
            conn.execute(text(f"ALTER SCHEMA {checked_schema(fresh)} RENAME TO {checked_schema(schema)}"))
    finally:
        database.close()
