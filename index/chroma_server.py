"""Chroma behind a server (`chroma run`), so that several API processes share one vector index.

Each generation is a collection named `<workspace>.<generation>`; the newest one that was marked is in use.
Never point this at the Python server (CVE-2026-45829): use the Rust one.
"""

import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pyroaring import BitMap

from index.errors import VectorIndexError
from index.records import Vector
from index.vectors import Near, Position

if TYPE_CHECKING:
    from index.chroma_collection import ChromaCollection


class ChromaServerIndex:
    """A VectorIndex on a Chroma server. `workspace` keeps the collections of several stores apart."""

    def __init__(self, url: str, workspace: str) -> None:
        """Raises VectorIndexError when the server cannot be reached."""
        # More than a second, paid only where Chroma is used.
        from index.chroma_collection import open_server

        self._client = open_server(url)
        self._prefix = f"earmark-{workspace}."
        self._pending: str | None = None
        self._active = self._newest()

    def position(self) -> Position | None:
        """As VectorIndex."""
        if self._pending is None:
            self._active = self._newest()  # another process may have moved it on, or rebuilt
        return None if self._active is None else self._active.position()

    def mark(self, position: Position) -> None:
        """As VectorIndex. A new generation becomes the only one."""
        self._ready().mark(position)
        if self._pending is not None:
            self._remove_others(self._pending)
            self._pending = None

    def reset(self, dim: int) -> None:
        """As VectorIndex: begins a new generation. `dim` follows from the first vectors."""
        from index.chroma_collection import ChromaCollection

        del dim
        name = f"{self._prefix}{uuid.uuid4().hex[:12]}"
        self._active, self._pending = ChromaCollection(self._client, name, create=True), name

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
        from index.chroma_collection import close_server

        close_server(self._client)
        self._active = None

    def _ready(self) -> "ChromaCollection":
        if self._active is None:
            raise VectorIndexError("the vector index is empty; let the applier rebuild it")
        return self._active

    def _names(self) -> list[str]:
        from index.chroma_collection import translated

        with translated():
            names = [found.name for found in self._client.list_collections()]
        return sorted(name for name in names if name.startswith(self._prefix))

    def _newest(self) -> "ChromaCollection | None":
        """The marked generation that has come furthest; unmarked ones are somebody's rebuild."""
        from index.chroma_collection import ChromaCollection

        found: dict[int, ChromaCollection] = {}
        for name in self._names():
            collection = ChromaCollection(self._client, name, create=False)
            position = collection.position()
            if position is not None:
                found[position.seq] = collection
        return found[max(found)] if found else None

    def _remove_others(self, kept: str) -> None:
        from index.chroma_collection import translated

        with translated():
            for name in self._names():
                if name != kept:
                    self._client.delete_collection(name)
