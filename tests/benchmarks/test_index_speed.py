"""Speed of the index, as ratios to the same work done barely in the same run, which a busy machine slows alike.

Runs with EARMARK_BENCHMARKS=1.
"""

import os
import sqlite3
import time
from array import array

import numpy as np
import pytest
from pyroaring import BitMap

from index import snapshot
from index.exact import ExactIndex
from index.records import Entry, Item
from index.store import Store
from index.terms import TermView, bitmap
from index.vectors import Position

pytestmark = pytest.mark.skipif(not os.environ.get("EARMARK_BENCHMARKS"), reason="set EARMARK_BENCHMARKS=1")
DIM, BATCH = 384, 100
RNG = np.random.default_rng(0)
WORDS = [f"word{n}" for n in range(5_000)]
TAGS = {"themes": [{"label": "delivery", "score": 0.9, "polarity": "-", "spans": [[0, 20]]}] * 3}
BARE = """
CREATE TABLE items (number INTEGER PRIMARY KEY, id TEXT UNIQUE, text TEXT, tags TEXT, seq INTEGER UNIQUE);
CREATE TABLE vectors (number INTEGER PRIMARY KEY, seq INTEGER, vector BLOB);
CREATE VIRTUAL TABLE words USING fts5(
    text, content='items', content_rowid='number', tokenize='porter unicode61 remove_diacritics 2');
CREATE TRIGGER added AFTER INSERT ON items BEGIN
    INSERT INTO words (rowid, text) VALUES (new.number, new.text); END;
"""


def entries(start: int) -> list[Entry]:
    made = []
    for n in range(start, start + BATCH):
        item = Item(id=f"i{n}", text=" ".join(RNG.choice(WORDS, 28)), customer=f"c{n % 500}")
        terms = frozenset(f"theme=t{k}" for k in RNG.integers(0, 60, 10))
        vector = RNG.standard_normal(DIM).astype(np.float32)
        made.append(Entry(item=item, tags=TAGS, terms=terms, vector=vector, model="m"))
    return made


def test_writing_costs_little_more_than_sqlite_itself(tmp_path):
    store = Store.open(f"sqlite:///{tmp_path / 'earmark.db'}")
    bare = sqlite3.connect(tmp_path / "bare.db", isolation_level=None)
    bare.executescript(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;" + BARE
    )
    seconds = {"store": 0.0, "bare": 0.0, "store cpu": 0.0, "bare cpu": 0.0}
    for start in range(0, 6_000, BATCH):
        batch = entries(start)
        rows = [
            (start + n, made.item.id, made.item.text, str(made.tags), start + n)
            for n, made in enumerate(batch)
        ]
        blobs = [(start + n, start + n, made.vector.tobytes()) for n, made in enumerate(batch)]

        began, began_cpu = time.perf_counter(), time.process_time()
        bare.execute("BEGIN IMMEDIATE")
        bare.executemany("INSERT INTO items VALUES (?, ?, ?, ?, ?)", rows)
        bare.executemany("INSERT INTO vectors VALUES (?, ?, ?)", blobs)
        bare.execute("COMMIT")
        between, between_cpu = time.perf_counter(), time.process_time()
        store.write(batch)
        seconds["bare"] += between - began
        seconds["bare cpu"] += between_cpu - began_cpu
        seconds["store"] += time.perf_counter() - between
        seconds["store cpu"] += time.process_time() - between_cpu
    rates = {name: round(6_000 / spent) for name, spent in seconds.items()}
    print(f"\nitems/s in batches of {BATCH}: {rates}")
    bare.close()
    store.close()

    assert rates["store cpu"] > 0.3 * rates["bare cpu"]


def test_exact_search_costs_little_more_than_the_matrix_product(tmp_path):
    n = 50_000
    rows = RNG.standard_normal((n, DIM)).astype(np.float32)
    exact = ExactIndex(tmp_path / "vectors.cache")
    exact.reset(DIM)
    exact.upsert(range(n), rows)
    exact.mark(Position(lineage="l", seq=1))
    few = BitMap(range(0, n, 10))
    times = {"product": [], "search": [], "search in a tenth": []}
    for _ in range(15):
        for name, work in (
            ("product", lambda: rows @ rows[0]),
            ("search", lambda: exact.search(rows[0], 100)),
            ("search in a tenth", lambda: exact.search(rows[0], 100, few)),
        ):
            began = time.perf_counter()
            work()
            times[name].append(time.perf_counter() - began)
    best = {name: round(1_000 * min(spent), 2) for name, spent in times.items()}
    print(f"\nms over {n} vectors: {best}")

    assert best["search"] < 3 * best["product"] + 5


def test_a_million_items_start_and_count_in_no_time(tmp_path):
    n = 1_000_000
    own = {f"theme=t{k}": bitmap(np.flatnonzero(RNG.random(n) < 0.01 + 0.002 * k)) for k in range(60)}
    column = RNG.integers(0, 20_000, n).astype(np.int32)
    items = BitMap(array("I", range(n)))
    view = TermView(lineage="l", version=n, items=items, own=own, day=column, customer=column, words=column)
    snapshot.save(view, tmp_path / "bitmaps.snapshot")

    began = time.perf_counter()
    loaded = snapshot.load(tmp_path / "bitmaps.snapshot")
    between = time.perf_counter()
    scope = loaded.get("theme=t7")
    shares = [len(scope & other) for other in loaded.terms("theme=").values()]
    ended = time.perf_counter()
    print(
        f"\n{n:,} items: load {between - began:.3f} s, one theme against {len(shares)} {ended - between:.4f} s"
    )

    assert between - began < 2
    assert ended - between < 0.5
