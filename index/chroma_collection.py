"""One Chroma collection: ids and vectors, nothing else. Imported only where Chroma is used, it is heavy."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import chromadb
import httpx
import numpy as np
from chromadb.api.client import Client
from chromadb.config import Settings
from pyroaring import BitMap

from index.clean_memory import clean_memory
from index.errors import VectorIndexError
from index.exact import normalised
from index.records import Vector
from index.vectors import Near, Position

BATCH = 5_000  # Chroma refuses more than 5,461 at once
_LISTED = 50_000
_TIMEOUT_S = 30
_DELETED = "deleted"
_CONFIGURATION: Any = {"hnsw": {"space": "cosine", "ef_search": 400, "max_neighbors": 32}}


def open_folder(folder: Path) -> Client:
    """Chroma's embedded engine on a folder. Raises VectorIndexError."""
    with translated():
        return cast("Client", chromadb.PersistentClient(str(folder), settings=_settings()))


def open_server(url: str) -> Client:
    """A client of a Chroma server. Raises VectorIndexError when the server cannot be reached."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise VectorIndexError(f"{url!r} is no address of a Chroma server; write http://host:8000")
    is_tls = parts.scheme == "https"
    port = parts.port or (443 if is_tls else 8000)
    with translated():
        client = cast("Client", chromadb.HttpClient(parts.hostname, port, ssl=is_tls, settings=_settings()))
    for session in _sessions(client):
        session.timeout = httpx.Timeout(_TIMEOUT_S)
    return client


def close_server(client: Client) -> None:
    """Close a client of a server with its connections, which Chroma itself leaves open."""
    sessions = _sessions(client)
    client.close()
    for session in sessions:
        session.close()


def _sessions(client: Any) -> list[httpx.Client]:
    """The HTTP clients, which wait for ever and are never closed unless one reaches for them."""
    return [part._server._session for part in (client, client._admin_client)]  # noqa: SLF001


def _settings() -> Settings:
    """Settings that send nothing anywhere and read no stray .env file."""
    return Settings(_env_file=None, anonymized_telemetry=False)


@contextmanager
def translated() -> Iterator[None]:
    """Turn whatever comes out of Chroma into VectorIndexError; SQL answers meanwhile."""
    try:
        yield
    except VectorIndexError:
        raise
    except Exception as error:
        # Chroma has no base of its errors: native code, HTTP and validation raise what they like.
        raise VectorIndexError(
            f"Chroma failed: {error}. Exact search serves; the index is rebuilt"
        ) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # a panic of its Rust code is no Exception
            raise
        raise VectorIndexError(
            f"Chroma crashed: {error}. Exact search serves; the index is rebuilt"
        ) from error


class ChromaCollection:
    """The operations of VectorIndex on a collection that exists."""

    def __init__(self, client: Client, name: str, *, create: bool) -> None:
        with translated(), clean_memory():
            if create:
                self._collection = client.create_collection(
                    name, embedding_function=None, configuration=_CONFIGURATION
                )
            else:
                self._collection = client.get_collection(name, embedding_function=None)
        self._metadata: dict[str, Any] = dict(self._collection.metadata or {})

    @property
    def keeps_deleted(self) -> bool:
        """Whether deleted vectors still lie in Chroma's files."""
        return bool(self._metadata.get(_DELETED))

    def position(self) -> Position | None:
        """As VectorIndex. It lies in the collection, so it is lost when the collection is."""
        if "seq" not in self._metadata:
            return None
        return Position(lineage=str(self._metadata["lineage"]), seq=int(self._metadata["seq"]))

    def mark(self, position: Position) -> None:
        """As VectorIndex."""
        self._note({"lineage": position.lineage, "seq": position.seq})

    def upsert(self, numbers: Sequence[int], vectors: Vector) -> None:
        """As VectorIndex."""
        with translated(), clean_memory():
            for start in range(0, len(numbers), BATCH):
                ids = [str(number) for number in numbers[start : start + BATCH]]
                self._collection.upsert(ids=ids, embeddings=vectors[start : start + BATCH])

    def delete(self, numbers: Sequence[int]) -> None:
        """As VectorIndex. Chroma only marks vectors as deleted; `keeps_deleted` remembers to rebuild."""
        if not len(numbers):
            return
        if not self.keeps_deleted:
            self._note({_DELETED: True})
        with translated():
            for start in range(0, len(numbers), BATCH):
                self._collection.delete(ids=[str(number) for number in numbers[start : start + BATCH]])

    def search(self, vector: Vector, k: int, within: BitMap | None = None) -> list[Near]:
        """As VectorIndex, but approximate: recall is 0.98 and better."""
        if k <= 0:
            return []
        ids = None
        if within is not None:
            # Chroma fails altogether when one of the ids is unknown.
            ids = [str(number) for number in within & self.numbers()]
            if not ids:
                return []
        with translated():
            found = self._collection.query(
                query_embeddings=np.asarray(vector, np.float32)[None],
                n_results=k,
                ids=ids,
                include=["distances"],
            )
        # Chroma gives the cosine distance, we promise the cosine: smaller must become larger.
        distances = found["distances"] or [[]]
        near = zip(found["ids"][0], distances[0], strict=True)
        hits = [(int(id_), 1 - float(distance)) for id_, distance in near]
        return sorted(hits, key=lambda hit: (-hit[1], hit[0]))

    def rows(self, numbers: Sequence[int]) -> Vector:
        """As VectorIndex. A number whose vector the HNSW files have lost raises VectorIndexError."""
        out: Vector | None = None
        with translated():
            for start in range(0, len(numbers), BATCH):
                some = numbers[start : start + BATCH]
                found = self._collection.get(ids=[str(number) for number in some], include=["embeddings"])
                embeddings = np.asarray(found["embeddings"], np.float32)
                out = np.zeros((len(numbers), embeddings.shape[-1]), np.float32) if out is None else out
                places = {number: start + step for step, number in enumerate(some)}
                out[[places[int(id_)] for id_ in found["ids"]]] = embeddings
        return np.empty((0, 0), np.float32) if out is None else normalised(out)

    def numbers(self) -> BitMap:
        """As VectorIndex."""
        found, offset = BitMap(), 0
        with translated():
            while True:
                ids = self._collection.get(include=[], limit=_LISTED, offset=offset)["ids"]
                found.update(int(id_) for id_ in ids)
                offset += len(ids)
                if len(ids) < _LISTED:
                    return found

    def count(self) -> int:
        """As VectorIndex."""
        with translated():
            return int(self._collection.count())

    def _note(self, values: dict[str, Any]) -> None:
        with translated():
            changed = self._metadata | values
            self._collection.modify(metadata=changed)
        self._metadata = changed
