"""Stores on both databases, and entries to fill them with."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import create_engine, text

from index.records import Entry, Item
from index.store import Store
from tests.index import servers

DIM = 16


def vector_of(id_: str) -> np.ndarray:
    """The same random direction for the same id."""
    seed = int.from_bytes(id_.encode(), "little") % 2**63
    return np.random.default_rng(seed).standard_normal(DIM).astype(np.float32)


@pytest.fixture
def entry() -> Callable[..., Entry]:
    def make(id_: str, text: str = "", *, terms=(), tags=None, vector=None, model="m1", **values) -> Entry:
        return Entry(
            item=Item(id=id_, text=text or f"text of {id_}", **values),
            tags=tags or {},
            terms=frozenset(terms),
            vector=vector_of(id_) if vector is None else vector,
            model=model,
        )

    return make


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    with servers.postgres() as server:
        yield server.url


@pytest.fixture(scope="session")
def chroma_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with servers.chroma(tmp_path_factory.mktemp("chroma-server")) as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store_place(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str | None]:
    """(url, schema) of a store that does not exist yet, on each database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'earmark.db'}", None
    return request.getfixturevalue("postgres_url"), f"t_{uuid.uuid4().hex[:12]}"


@pytest.fixture
def store(store_place: tuple[str, str | None]) -> Iterator[Store]:
    opened = Store.open(store_place[0], schema=store_place[1])
    yield opened
    opened.close()


@pytest.fixture
def sqlite_store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{tmp_path / 'earmark.db'}")
    yield opened
    opened.close()


@pytest.fixture
def store_of_postgres(postgres_url: str) -> Iterator[tuple[Store, Callable[[], None]]]:
    """A store on PostgreSQL, and what ends all its connections on the server's side."""
    name = f"t_{uuid.uuid4().hex[:12]}"
    opened = Store.open(f"{postgres_url}?application_name={name}", schema=name)
    killer = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    sql = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = :name")

    def terminate() -> None:
        with killer.connect() as conn:
            conn.execute(sql, {"name": name})

    yield opened, terminate
    opened.close()
    killer.dispose()
