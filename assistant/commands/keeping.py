"""`earmark backup` and `earmark restore`."""

from importlib.metadata import version
from pathlib import Path
from typing import Self

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn

from assistant.errors import BusyError, InputError
from assistant.identity.identity import FOLDER
from assistant.settings import Settings
from index import backup
from index.errors import StoreError
from index.store import Store
from index.workspace import safe_name


def back_up(settings: Settings, archive: Path, *, keys: bool) -> None:
    """Write a backup of the workspace, or of the keys and accounts of the installation, while it is used."""
    home, schema = _place(settings, keys=keys)
    store = Store.open(
        settings.database_url or f"sqlite:///{home / 'earmark.db'}", schema=schema, create=False
    )
    try:
        with _progress() as told:
            made = backup.write(
                store, archive, lambda: _files(home), product=version("earmark"), on_rows=told.rows
            )
    finally:
        store.close()
    rows = sum(made.rows.values())
    size = archive.stat().st_size / 1e6
    Console().print(
        f"{archive}: {rows:,} rows ({made.rows['items']:,} items), {size:,.1f} MB. Keep it safe: it holds the texts."
    )


def restore(settings: Settings, archive: Path, *, keys: bool, replace: bool) -> None:
    """Make the workspace from a backup; nothing is touched before the whole archive was read and found whole."""
    home, schema = _place(settings, keys=keys)
    _nobody_serves(home)
    try:
        with _progress() as told:
            found, aside = backup.restore(
                archive,
                home,
                settings.database_url,
                schema or f"earmark_{safe_name(home.name)}",
                replace=replace,
                on_rows=told.rows,
            )
    except StoreError as error:
        raise InputError(str(error)) from error
    console = Console()
    if aside is not None:
        console.print(f"What was there is kept in {home.with_name(aside)}.")
    console.print(
        f"{found.rows['items']:,} items of {found.made}, made by Earmark {found.product} on {found.dialect}. "
        "Indexes are made again at the next start; imports that were under way go on there."
    )


def _files(home: Path) -> dict[str, Path]:
    """The key of the pseudonyms, and the files of imports that are under way."""
    uploads = {f"files/uploads/{path.name}": path for path in (home / "uploads").glob("*") if path.is_file()}
    return {"files/pseudonyms.key": home / "pseudonyms.key", **uploads}


def _place(settings: Settings, *, keys: bool) -> tuple[Path, str | None]:
    name = FOLDER if keys else settings.workspace
    schema = None if settings.database_url is None else f"earmark_{safe_name(name)}"
    return settings.home / name, schema


def _nobody_serves(home: Path) -> None:
    """Raises BusyError while a server has the workspace open."""
    from filelock import FileLock, Timeout

    lock = home / "chroma" / "owner.lock"
    if not lock.exists():
        return
    try:
        FileLock(lock, timeout=0).acquire().lock.release()
    except Timeout as error:
        raise BusyError(f"a server uses {home.name}; stop it, restore, and start it again") from error


class _progress:  # noqa: N801 (reads as what it is in a `with`)
    """Tables and rows as they are written."""

    def __init__(self) -> None:
        self._bar = Progress(
            SpinnerColumn(), TextColumn("{task.description}"), console=Console(stderr=True), transient=True
        )
        self._task = self._bar.add_task("")

    def __enter__(self) -> Self:
        self._bar.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.__exit__(None, None, None)

    def rows(self, table: str, done: int) -> None:
        """As OnRows."""
        self._bar.update(self._task, description=f"{table}: {done:,} rows")
