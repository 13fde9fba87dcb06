"""Stores on both databases, entries to fill them with, and the servers that some tests need."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import create_engine, text

from index.records import Entry, Item
from index.store import Store

DIM = 16


def vector_of(seed: int | str) -> np.ndarray:
    """The same random direction for the same seed."""
    if isinstance(seed, str):
        seed = int.from_bytes(seed.encode(), "little") % 2**63
    return np.random.default_rng(seed).standard_normal(DIM).astype(np.float32)


@pytest.fixture
def entry() -> Callable[..., Entry]:
    def make(id_: str, text: str = "", **values) -> Entry:
        about = {name: values.pop(name) for name in ("terms", "tags", "vector", "model") if name in values}
        return Entry(
            item=Item(id=id_, text=text or f"text of {id_}", **values),
            tags=about.get("tags", {}),
            terms=frozenset(about.get("terms", ())),
            vector=about.get("vector", vector_of(id_)),
            model=about.get("model", "m1"),
        )

    return make


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server of our own on a free loopback port; PostgreSQL refuses to run as root."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    initdb = str(programs[-1]) if programs else shutil.which("initdb")
    if initdb is None:
        pytest.skip("PostgreSQL's programs (initdb, postgres) are not installed")
    folder = Path(tempfile.mkdtemp(prefix="earmark-postgres-"))
    user = {}
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
        user = {"user": "postgres", "group": "postgres", "extra_groups": []}
    data, port = folder / "data", free_port()
    setup = [
        initdb,
        "-D",
        data,
        "-U",
        "earmark",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
    ]
    serve = [Path(initdb).with_name("postgres"), "-D", data, "-p", str(port), "-k", folder, "-c", "fsync=off"]
    try:
        subprocess.run(setup, check=True, capture_output=True, cwd=folder, **user)
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(serve, stdout=log, stderr=log, cwd=folder, **user)
        try:
            wait_for_port(port, server)
            yield f"postgresql+psycopg://earmark@127.0.0.1:{port}/postgres"
        finally:
            server.send_signal(signal.SIGINT)  # SIGTERM would wait for connections that a test left open
            server.wait(30)
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def chroma_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Chroma's Rust server on a free loopback port."""
    folder, port = tmp_path_factory.mktemp("chroma-server"), free_port()
    program = Path(sys.executable).with_name("chroma")
    serve = [program, "run", "--path", folder, "--port", str(port)]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(serve, stdout=log, stderr=log, cwd=folder)
    try:
        wait_for_port(port, server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(30)


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


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int, server: subprocess.Popen, timeout_s: float = 30) -> None:
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        if server.poll() is not None:
            pytest.fail(f"{server.args[0]} ended with {server.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail(f"{server.args[0]} does not listen after {timeout_s} s")


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
