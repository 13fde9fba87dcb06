"""Kills (R1), every way to destroy Chroma's files (R3), a database that stops at once under load (R8).

The full forms, which take minutes; the short ones stand in tests/index. `make faults` runs all.
"""

import os
import signal
import threading
import time

import numpy as np
import pytest

import index
from index.applier import Applier
from index.chroma import ChromaIndex
from index.compare import differences, recall
from index.errors import StoreError
from index.exact import ExactIndex
from index.follow import PrimaryFollower
from index.records import Entry, Item
from index.serving import ServingIndex
from index.store import Store
from tests.index import servers
from tests.index.damage import WAYS
from tests.index.killing import assert_whole, run_with_kills

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(not os.environ.get("EARMARK_FAULTS"), reason="set EARMARK_FAULTS=1"),
    pytest.mark.timeout(1_800),
]


def entry(id_: str) -> Entry:
    vector = np.random.default_rng(int(id_)).standard_normal(16).astype(np.float32)
    return Entry(item=Item(id=id_, text=f"row {id_}"), tags={}, terms=frozenset(), vector=vector, model="m")


def test_sixty_kills_lose_double_and_spoil_nothing(tmp_path):
    home = tmp_path / "default"
    index.open(home).close()

    assert run_with_kills(home, rows=50_000, batch=100, kills=60, seed=60) == 60

    assert_whole(home, 50_000)


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    store = Store.open(f"sqlite:///{tmp_path_factory.mktemp('store') / 'earmark.db'}")
    store.write([entry(str(n)) for n in range(1_500)])
    yield store
    store.close()


@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_destroy_chroma_is_detected_and_built_again(filled, tmp_path, way):
    folder = tmp_path / "chroma"
    first = ChromaIndex(folder)
    Applier(filled, first).run_once()
    first.close()
    WAYS[way](folder)

    serving = ServingIndex(ExactIndex())
    follower = PrimaryFollower(filled, serving, lambda: ChromaIndex(folder))
    follower.step()

    assert not serving.is_exact, follower.status()
    assert differences(filled, follower._index) == []
    truth = ExactIndex()
    Applier(filled, truth).run_once()
    assert recall(follower._index, truth, truth.rows(range(0, 1_500, 10))) >= 0.999
    follower.close()


def test_immediate_stops_of_postgres_lose_nothing_that_was_acknowledged(tmp_path):
    with servers.postgres() as server:
        store = Store.open(server.url, schema="kills")
        acknowledged: list[str] = []
        done = threading.Event()

        def write() -> None:
            for n in range(100_000):
                if done.is_set():
                    return
                while not done.is_set():
                    try:
                        store.write([entry(str(n))])
                        acknowledged.append(str(n))
                        break
                    except StoreError:
                        time.sleep(0.1)

        writer = threading.Thread(target=write)
        writer.start()
        for _ in range(5):
            time.sleep(1.5)
            server.stop(signal.SIGQUIT)
            server.start()
        time.sleep(2)
        done.set()
        writer.join()

        stored = [found.item.id for found in store.page(limit=100_000).items]
        assert len(acknowledged) > 100
        assert set(acknowledged) <= set(stored)
        assert len(stored) == len(set(stored))
        store.close()
