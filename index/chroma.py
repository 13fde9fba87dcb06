"""Chroma in a folder of its own, owned by one process, thrown away and rebuilt whenever it is in doubt.

Layout: `owner.lock`, one folder per generation, and `CURRENT`, which names the generation in use. A rebuild
fills a new generation; `mark` makes it the current one and removes the old. The folder is never copied: after
a crash it may hold a sparse file of hundreds of gigabytes.
"""

import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout
from pyroaring import BitMap

from index.errors import VectorIndexError, VectorIndexLockedError
from index.records import Vector
from index.vectors import Near, Position

if TYPE_CHECKING:
    from chromadb.api.client import Client

    from index.chroma_collection import ChromaCollection

NAME = "vectors"
_LOCK_TIMEOUT_S = 0.5
_CHECK_TIMEOUT_S = 60
_SPARSE_BYTES = 64 * 1024 * 1024


class ChromaIndex:
    """A VectorIndex on Chroma's embedded engine.

    Opening checks the files in another process first, because damaged ones can crash the process that opens
    them. What fails the check counts as nothing there: `position` is None and `Applier` rebuilds.
    """

    def __init__(self, folder: Path) -> None:
        """Raises VectorIndexLockedError, within a second, while another process owns the folder."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._client: Client | None = None
        self._active: ChromaCollection | None = None
        self._generation: str | None = None
        self._lock = FileLock(folder / "owner.lock", timeout=_LOCK_TIMEOUT_S)
        try:
            self._lock.acquire()
        except Timeout as error:
            raise VectorIndexLockedError(
                f"another process owns the vector index in {folder}; stop it, or use a Chroma server"
            ) from error
        try:
            self._open_current()
        except BaseException:
            self.close()
            raise

    def position(self) -> Position | None:
        """As VectorIndex."""
        return None if self._active is None else self._active.position()

    def mark(self, position: Position) -> None:
        """As VectorIndex. A new generation becomes the current one."""
        self._ready().mark(position)
        if self._generation != self._current():
            self._make_current()

    def reset(self, dim: int) -> None:
        """As VectorIndex: begins a new generation. `dim` follows from the first vectors."""
        del dim
        self._release()
        self._open(f"g-{uuid.uuid4().hex[:12]}", create=True)

    def upsert(self, numbers: Sequence[int], vectors: Vector) -> None:
        """As VectorIndex."""
        self._ready().upsert(numbers, vectors)

    def delete(self, numbers: Sequence[int]) -> None:
        """As VectorIndex."""
        self._ready().delete(numbers)

    def search(self, vector: Vector, k: int, within: BitMap | None = None) -> list[Near]:
        """As VectorIndex, but approximate."""
        return self._ready().search(vector, k, within)

    def rows(self, numbers: Sequence[int]) -> Vector:
        """As VectorIndex."""
        return self._ready().rows(numbers)

    def numbers(self) -> BitMap:
        """As VectorIndex."""
        return BitMap() if self._active is None else self._active.numbers()

    def count(self) -> int:
        """As VectorIndex."""
        return 0 if self._active is None else self._active.count()

    @property
    def keeps_deleted(self) -> bool:
        """As VectorIndex."""
        return self._active is not None and self._active.keeps_deleted

    def close(self) -> None:
        """As VectorIndex."""
        self._release()
        self._lock.release()

    def _ready(self) -> "ChromaCollection":
        if self._active is None:
            raise VectorIndexError("the vector index is empty; let the applier rebuild it")
        return self._active

    def _open_current(self) -> None:
        name = self._current()
        self._remove_others(name)
        if name is not None and why_unsafe(self._folder / name) is None:
            self._open(name, create=False)

    def _open(self, generation: str, *, create: bool) -> None:
        # More than a second, paid only where Chroma is used.
        from index.chroma_collection import ChromaCollection, open_folder

        self._client = open_folder(self._folder / generation)
        self._active = ChromaCollection(self._client, NAME, create=create)
        self._generation = generation

    def _release(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client = self._active = self._generation = None

    def _current(self) -> str | None:
        try:
            name = (self._folder / "CURRENT").read_text().strip()
        except FileNotFoundError:
            return None
        return name if (self._folder / name).is_dir() and name.startswith("g-") else None

    def _make_current(self) -> None:
        pointer = self._folder / "CURRENT.new"
        with pointer.open("w") as file:
            file.write(str(self._generation))
            file.flush()
            os.fsync(file.fileno())
        pointer.replace(self._folder / "CURRENT")
        self._remove_others(self._generation)

    def _remove_others(self, kept: str | None) -> None:
        for folder in self._folder.glob("g-*"):
            if folder.name != kept:
                shutil.rmtree(folder)


def why_unsafe(generation: Path) -> str | None:
    """Why a generation must not be opened, or None: looks at its files, then opens it in another process."""
    for file in generation.rglob("*"):
        status = file.stat()
        if status.st_size > 2 * 512 * status.st_blocks + _SPARSE_BYTES:
            return f"{file.name} claims {status.st_size} bytes and has {512 * status.st_blocks} on disk"
    command = [sys.executable, "-m", "index.chroma_check", str(generation)]
    place = {"PYTHONPATH": os.pathsep.join(sys.path)}
    try:
        checked = subprocess.run(  # noqa: S603 (our own module, no shell)
            command,
            capture_output=True,
            text=True,
            timeout=_CHECK_TIMEOUT_S,
            env=os.environ | place,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"opening it takes more than {_CHECK_TIMEOUT_S} s"
    if checked.returncode == 0:
        return None
    said = checked.stderr.strip().splitlines()
    return f"opening it ended with {checked.returncode}: {said[-1] if said else 'no message'}"
