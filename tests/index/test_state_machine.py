"""R14: any order of writes, changes, deletions, erasures, re-taggings and restarts, against a model of plain dicts."""

import os
import shutil
import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

import index
from index.compare import differences
from index.records import COPY_MIN_WORDS, Customer, Entry, Item
from index.workspace import Index

FULL = bool(os.environ.get("EARMARK_FAULTS"))
RUNS, STEPS = (300, 40) if FULL else (12, 15)
SEED = 14
pytestmark = [pytest.mark.faults, pytest.mark.timeout(3600)]

IDS = [f"i{number}" for number in range(8)]
WORDS = (
    "late", "The parcel came two weeks late and nobody told us.",
    "the parcel CAME two weeks late and nobody told us", "A kind word on the phone, and all was well.",
)  # fmt: skip
Batches = st.lists(
    st.tuples(
        st.sampled_from(IDS),
        st.sampled_from(WORDS),
        st.sampled_from([None, "K1", "K2"]),
        st.sampled_from(["x", "y"]),
    ),
    min_size=1,
    max_size=5,
)


@dataclass(frozen=True)
class Row:
    """What the model knows of an item."""

    words: str
    customer: str | None
    term: str


def entry(id_: str, row: Row, tag: str) -> Entry:
    vector = np.random.default_rng(IDS.index(id_) + len(row.words)).standard_normal(8).astype(np.float32)
    return Entry(
        item=Item(id=id_, text=row.words, customer=row.customer, attributes={"plan": row.term}),
        tags={"tag": tag},
        terms=frozenset({f"t={row.term}"}),
        vector=vector,
        model="m",
    )


class Life(RuleBasedStateMachine):
    """One workspace and its model."""

    url: str | None = None

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="earmark-life-"))
        self.home = self.folder / f"w{uuid.uuid4().hex[:10]}"
        self.rows: dict[str, Row] = {}
        self.tags: dict[str, str] = {}
        self.order: list[str] = []  # ids by the number that was given
        self.opened: Index

    @initialize()
    def begin(self) -> None:
        self.opened = index.open(self.home, self.url)

    @rule(batch=Batches)
    def write(self, batch: list[tuple[str, str, str | None, str]]) -> None:
        entries, added, updated, unchanged = [], [], [], []
        for id_, words, customer, term in batch:
            row = Row(words, customer, term)
            entries.append(entry(id_, row, "first"))
            if id_ not in self.rows:
                added.append(id_)
                self.order.append(id_)
            elif self.rows[id_] != row:
                updated.append(id_)
            else:
                unchanged.append(id_)
                continue
            self.rows[id_], self.tags[id_] = row, "first"
        written = self.opened.store.write(entries)
        assert (list(written.added), list(written.updated), list(written.unchanged)) == (
            added,
            updated,
            unchanged,
        )

    @rule(id_=st.sampled_from(IDS), stale=st.booleans())
    def retag(self, *, id_: str, stale: bool) -> None:
        stored = self.opened.store.get(id_)
        assert (stored is not None) == (id_ in self.rows)
        if stored is None:
            return
        again = entry(id_, self.rows[id_], "again")
        seq = stored.seq - 1 if stale else stored.seq
        self.opened.store.write(
            [
                Entry(
                    item=again.item,
                    tags=again.tags,
                    terms=again.terms,
                    vector=again.vector,
                    model="m",
                    seq=seq,
                )
            ],
            retag=True,
        )
        if not stale:
            self.tags[id_] = "again"

    @rule(ids=st.lists(st.sampled_from(IDS), max_size=3))
    def delete(self, ids: list[str]) -> None:
        gone = {id_ for id_ in ids if id_ in self.rows}
        assert set(self.opened.store.delete(ids)) == gone
        self._forget(gone)

    @rule(customer=st.sampled_from(["K1", "K2", "K3"]))
    def erase(self, customer: str) -> None:
        self.opened.store.erase_customer(customer)
        self._forget({id_ for id_, row in self.rows.items() if row.customer == customer})

    @rule(customer=st.sampled_from(["K1", "K2"]), plan=st.sampled_from(["gold", "tin"]))
    def know(self, customer: str, plan: str) -> None:
        self.opened.store.upsert_customers([Customer(id=customer, attributes={"level": plan})])

    @rule(saved=st.booleans())
    def open_again(self, *, saved: bool) -> None:
        self.opened.close()
        if not saved:
            (self.home / "bitmaps.snapshot").unlink(missing_ok=True)
            (self.home / "vectors.cache").unlink(missing_ok=True)
        self.opened = index.open(self.home, self.url)

    @invariant()
    def all_agree(self) -> None:
        """Rows, counts, terms, copies and vectors are those of the model."""
        if not hasattr(self, "opened"):
            return
        self.opened.refresh()
        store, terms = self.opened.store, self.opened.terms
        stored = {one.item.id: one for one in store.page(limit=100).items}
        assert {id_: (one.item.text, one.item.customer) for id_, one in stored.items()} == {
            id_: (row.words, row.customer) for id_, row in self.rows.items()
        }
        assert {id_: one.tags["tag"] for id_, one in stored.items()} == self.tags
        assert set(terms.all) == {one.number for one in stored.values()}
        assert store.counts().items == len(self.rows)
        for term in ("x", "y"):
            meant = {one.number for id_, one in stored.items() if self.rows[id_].term == term}
            assert set(terms.get(f"t={term}")) == meant
        assert {id_ for id_, one in stored.items() if one.copy} == self._copies(stored)
        assert set(terms.get("copy=yes")) == {one.number for one in stored.values() if one.copy}
        assert differences(store, self.opened.exact) == [] or not self.order

    def teardown(self) -> None:
        if hasattr(self, "opened"):
            self.opened.close()
        shutil.rmtree(self.folder)

    def _forget(self, gone: set[str]) -> None:
        for id_ in gone:
            del self.rows[id_], self.tags[id_]

    def _copies(self, stored: dict[str, index.records.StoredItem]) -> set[str]:
        """Of items that say the same, all but the first."""
        seen: set[str] = set()
        copies = set()
        for id_, one in sorted(stored.items(), key=lambda pair: pair[1].number):
            words = " ".join("".join(c if c.isalnum() else " " for c in one.item.text.casefold()).split())
            if len(words.split()) >= COPY_MIN_WORDS and words in seen:
                copies.add(id_)
            seen.add(words)
        return copies


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest) -> str | None:
    return None if request.param == "sqlite" else request.getfixturevalue("postgres_url")


def test_any_order_of_changes_leaves_store_and_indexes_as_the_model(url: str | None) -> None:
    """A few runs here, many with EARMARK_FAULTS=1; the machine shrinks what fails to its shortest form."""
    machine = type("Life", (Life,), {"url": url})
    seed(SEED)(machine)
    steps = settings(
        max_examples=RUNS,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=steps)
    print(f"R14: {RUNS} lives of {STEPS} steps, seed {SEED}, {'SQLite' if url is None else 'PostgreSQL'}")
