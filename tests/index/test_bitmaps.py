"""The bitmaps always say what SQL says, after any changes, from any snapshot."""

import datetime as dt
import uuid
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from pyroaring import BitMap

from index.bitmaps import TermIndex
from index.records import Customer, Entry, Item
from index.store import Store

LONG = "the parcel came two weeks late and nobody told us why"


@pytest.fixture
def terms(tmp_path) -> TermIndex:
    return TermIndex(tmp_path / "bitmaps.snapshot")


def test_terms_of_items_become_bitmaps_of_their_numbers(store, terms, entry):
    store.write([entry("a", terms={"x=1", "y=1"}), entry("b", terms={"x=2"}), entry("c", terms={"x=1"})])

    assert terms.refresh(store)

    assert terms.all == BitMap([0, 1, 2])
    assert terms.get("x=1") == BitMap([0, 2])
    assert terms.get("nobody") == BitMap()
    assert terms.any(["x=2", "y=1", "nobody"]) == BitMap([0, 1])
    assert terms.terms("x=") == {"x=1": BitMap([0, 2]), "x=2": BitMap([1])}
    assert not terms.refresh(store)


def test_terms_are_named_in_alphabetical_order_wherever_they_come_from(store, terms, entry):
    store.upsert_customers([Customer(id="c", attributes={"plan": "pro"})])
    store.write([entry("a", terms={"attr.plan2=x", "b=1", "attr.area=uk"}, customer="c")])
    terms.refresh(store)

    assert terms.view.names("attr.plan") == ["attr.plan2=x", "attr.plan=pro"]
    assert terms.view.names() == ["attr.area=uk", "attr.plan2=x", "attr.plan=pro", "b=1"]
    assert terms.view.names("c") == []


def test_the_days_of_a_view_are_those_of_the_store(store, terms, entry):
    store.write([entry("a", date=dt.date(2026, 5, 4)), entry("b"), entry("c", date=dt.date(2026, 2, 1))])
    terms.refresh(store)
    assert terms.view.days() == (store.counts().first, store.counts().last)

    store.delete(["a", "c"])
    terms.refresh(store)
    assert terms.view.days() is None


def test_what_a_caller_does_to_a_bitmap_stays_with_the_caller(store, terms, entry):
    store.write([entry("a", terms={"x=1"})])
    terms.refresh(store)

    for mine in (terms.get("x=1"), terms.all, terms.terms()["x=1"]):
        mine.add(99)

    assert terms.get("x=1") == terms.all == BitMap([0])


def test_a_view_stays_as_it_is_while_the_index_moves_on(store, terms, entry):
    store.write([entry("a", terms={"x=1"})])
    terms.refresh(store)
    before = terms.view

    store.write([entry("a", "other", terms={"x=2"}), entry("b", terms={"x=1"})])
    terms.refresh(store)

    assert (before.get("x=1"), before.get("x=2"), len(before.day)) == (BitMap([0]), BitMap(), 1)
    assert (terms.get("x=1"), terms.get("x=2"), len(terms.day)) == (BitMap([1]), BitMap([0]), 2)


def test_columns_hold_day_customer_and_words(store, terms, entry):
    store.write(
        [
            entry("a", "three short words", date=dt.date(1970, 1, 3), customer="c1"),
            entry("b", "it's two", date=dt.date(1969, 5, 1), customer="c1"),
            entry("c", "one"),
        ]
    )
    terms.refresh(store)
    assert (terms.day.tolist(), terms.words.tolist()) == ([2, -1, -1], [3, 2, 1])
    assert terms.customer[0] == terms.customer[1] >= 0
    assert terms.customer[2] == -1

    store.delete(["a"])
    terms.refresh(store)
    assert (terms.day[0], terms.customer[0], terms.words[0]) == (-1, -1, 0)


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        (None, None, [0, 1, 2]),
        (dt.date(2026, 1, 2), None, [1, 2]),
        (None, dt.date(2026, 1, 2), [0, 1]),
        (dt.date(2026, 1, 2), dt.date(2026, 1, 2), [1]),
        (dt.date(2027, 1, 1), None, []),
        (None, dt.date(1960, 1, 1), []),
    ],
    ids=["open", "from", "to", "one day", "later", "before 1970"],
)
def test_periods_include_both_ends_and_leave_undated_items_out(store, terms, entry, first, last, found):
    store.write([entry(f"i{n}", date=dt.date(2026, 1, n)) for n in (1, 2, 3)] + [entry("undated")])
    terms.refresh(store)

    assert terms.between(first, last) == BitMap(found)


def test_copies_are_a_term(store, terms, entry):
    store.write([entry("a", LONG), entry("b", LONG)])
    terms.refresh(store)
    assert terms.get("copy=yes") == BitMap([1])

    store.delete(["a"])
    terms.refresh(store)
    assert terms.get("copy=yes") == BitMap()


def test_attributes_of_customers_reach_items_that_came_before_and_after(store, terms, entry):
    store.write([entry("a", customer="c1"), entry("b", customer="c2")])
    terms.refresh(store)
    store.upsert_customers([Customer(id="c1", attributes={"segment": "premium"})])
    terms.refresh(store)
    assert terms.get("attr.segment=premium") == BitMap([0])

    store.write([entry("c", customer="c1"), entry("d")])
    terms.refresh(store)
    assert terms.get("attr.segment=premium") == BitMap([0, 2])

    store.upsert_customers([Customer(id="c1", attributes={"segment": "basic"})])
    terms.refresh(store)
    assert terms.terms("attr.") == {"attr.segment=basic": BitMap([0, 2])}
    assert terms.attributes() == {"segment": {"basic": 2}}


def test_what_an_item_says_of_itself_goes_before_its_customer(store, terms, entry):
    store.upsert_customers([Customer(id="c1", attributes={"segment": "premium"})])
    store.write([entry("a", customer="c1", terms={"attr.segment=trial"}), entry("b", customer="c1")])
    terms.refresh(store)

    assert terms.attributes() == {"segment": {"premium": 1, "trial": 1}}


def test_a_start_from_the_snapshot_is_the_same_as_from_sql(store, tmp_path, terms, entry):
    store.upsert_customers([Customer(id="c1", attributes={"segment": "premium"})])
    store.write([entry(f"i{n}", LONG, customer="c1", terms={f"x={n % 3}"}) for n in range(50)])
    terms.refresh(store)
    terms.save()
    store.write([entry("late", terms={"x=9"})])
    store.delete(["i4"])

    restarted, fresh = TermIndex(tmp_path / "bitmaps.snapshot"), TermIndex()
    restarted.refresh(store)
    fresh.refresh(store)

    assert_same(restarted, fresh)


@pytest.mark.parametrize(
    "damage",
    [
        lambda file: file.write_bytes(b""),
        lambda file: file.write_bytes(file.read_bytes()[:-5]),
        lambda file: file.write_bytes(b"x" * 500),
        lambda file: file.write_bytes(file.read_bytes()[:-5] + b"abcde"),
        lambda file: file.write_bytes(file.read_bytes().replace(b'"version":', b'"venison":')),
        lambda file: file.unlink(),
    ],
    ids=["empty", "cut", "noise", "flipped", "header", "gone"],
)
def test_a_damaged_snapshot_is_made_again_from_sql(store, tmp_path, terms, entry, damage):
    store.write([entry("a", terms={"x=1"})])
    terms.refresh(store)
    terms.save()
    damage(tmp_path / "bitmaps.snapshot")

    restarted = TermIndex(tmp_path / "bitmaps.snapshot")
    restarted.refresh(store)

    assert restarted.get("x=1") == BitMap([0])


def test_a_snapshot_of_another_store_is_not_used(sqlite_store, tmp_path, entry):
    other = Store.open(f"sqlite:///{tmp_path / 'other.db'}")
    other.write([entry(f"o{n}", terms={"x=other"}) for n in range(5)])
    stale = TermIndex(tmp_path / "bitmaps.snapshot")
    stale.refresh(other)
    stale.save()
    other.close()
    sqlite_store.write([entry("a", terms={"x=1"})])

    terms = TermIndex(tmp_path / "bitmaps.snapshot")
    terms.refresh(sqlite_store)

    assert terms.terms() == {"x=1": BitMap([0])}


def test_an_erased_item_leaves_the_snapshot_at_the_next_refresh(store, tmp_path, terms, entry):
    store.write([entry("a", terms={"attr.plan=plutonium"}), entry("b")])
    terms.refresh(store)
    terms.save()

    store.delete(["a"])
    terms.refresh(store)

    assert b"plutonium" not in (tmp_path / "bitmaps.snapshot").read_bytes()


def assert_same(left: TermIndex, right: TermIndex) -> None:
    assert (left.version, left.all) == (right.version, right.all)
    assert left.terms() == right.terms()
    for name in ("day", "customer", "words"):
        assert np.array_equal(getattr(left, name), getattr(right, name)), name


IDS = st.sampled_from([f"i{n}" for n in range(8)])
CUSTOMERS = st.sampled_from([None, "c1", "c2"])
VALUES = st.sampled_from(["premium", "basic"])
TERMS = st.frozensets(st.sampled_from(["x=1", "x=2", "attr.segment=trial", "attr.channel=mail"]))
TEXTS = st.sampled_from(
    ["short", LONG, LONG + "!", "a completely different text that is long enough as well"]
)


class StoreAndBitmaps(RuleBasedStateMachine):
    """Any order of writes, deletions and customers leaves the index equal to a recount of the rows."""

    folder: Path
    postgres: str | None = None

    @initialize()
    def begin(self):
        name = f"t_{uuid.uuid4().hex[:12]}"
        if self.postgres is None:
            self.store = Store.open(f"sqlite:///{self.folder / name}.db")
        else:
            self.store = Store.open(self.postgres, schema=name)
        self.snapshot = self.folder / f"{name}.snapshot"
        self.terms = TermIndex(self.snapshot)

    @rule(id_=IDS, text=TEXTS, customer=CUSTOMERS, terms=TERMS)
    def write(self, id_, text, customer, terms):
        item = Item(id=id_, text=text, customer=customer)
        entry = Entry(item=item, tags={}, terms=terms, vector=np.ones(2, np.float32), model="m")
        self.store.write([entry])
        self.store.write([entry], retag=True)

    @rule(ids=st.lists(IDS, max_size=3, unique=True))
    def delete(self, ids):
        self.store.delete(ids)

    @rule(customer=CUSTOMERS.filter(bool), value=VALUES)
    def learn(self, customer, value):
        self.store.upsert_customers([Customer(id=customer, attributes={"segment": value})])

    @rule(customer=CUSTOMERS.filter(bool))
    def erase(self, customer):
        self.store.erase_customer(customer)

    @rule()
    def restart(self):
        self.terms.save()
        self.terms = TermIndex(self.snapshot)

    @invariant()
    def bitmaps_equal_the_rows(self):
        if not hasattr(self, "store"):
            return
        self.terms.refresh(self.store)
        rows = self.store.page(limit=100).items
        assert {term: set(numbers) for term, numbers in self.terms.terms().items()} == self.recount(rows)
        assert set(self.terms.all) == {row.number for row in rows}
        assert len(self.terms.get("copy=yes")) == surplus(row.item.text for row in rows)

    def recount(self, rows) -> dict[str, set[int]]:
        known = {customer.id: customer.attributes for customer in self.store.customers()}
        found: dict[str, set[int]] = {}
        for row in rows:
            names = set(row.terms) | ({"copy=yes"} if row.copy else set())
            segment = known.get(row.item.customer, {}).get("segment")
            if segment and not any(name.startswith("attr.segment=") for name in row.terms):
                names.add(f"attr.segment={segment}")
            for name in names:
                found.setdefault(name, set()).add(row.number)
        return found

    def teardown(self):
        if hasattr(self, "store"):
            self.store.close()


def surplus(texts) -> int:
    """How many long texts say what another one says."""
    said = Counter(text.rstrip("!") for text in texts if text != "short")
    return sum(count - 1 for count in said.values())


@pytest.mark.parametrize(
    "store_place", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
def test_bitmaps_equal_sql_after_any_changes(store_place, tmp_path):
    StoreAndBitmaps.folder = tmp_path
    StoreAndBitmaps.postgres = store_place[0] if store_place[1] else None
    quick = settings(
        max_examples=15 if store_place[1] is None else 5,
        stateful_step_count=15,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(StoreAndBitmaps, settings=quick)
