"""The store keeps what was written, once, and finds it again, on SQLite and PostgreSQL alike."""

import datetime as dt
import threading

import numpy as np
import pytest
from pyroaring import BitMap

from index.bitmaps import TermIndex
from index.errors import ItemError, StoreMissingError
from index.records import Customer, Item, content_hash
from index.store import Store

LONG = "the parcel came two weeks late and nobody told us why"


def test_an_item_is_read_back_as_it_was_written(store, entry):
    item = Item(
        id="a1",
        text="Paket kam zu spät 😡\n'; DROP TABLE items; --",
        kind="conversation",
        date=dt.date(2026, 7, 3),
        customer="c1",
        language="de",
        attributes={"channel": "email", "stars": "1"},
        title="Späte Lieferung",
        turns=(("C", "Wo ist mein Paket?"), ("A", "Unterwegs.")),
        source="mails.csv",
        redactions={"EMAIL": 2},
    )
    written = entry("x", tags={"sentiment": {"label": "negative", "score": 0.9}}, terms={"theme=delivery"})
    store.write(
        [type(written)(item=item, tags=written.tags, terms=written.terms, vector=written.vector, model="m")]
    )

    found = store.get("a1")

    assert found.item == item
    assert found.tags == {"sentiment": {"label": "negative", "score": 0.9}}
    assert found.terms == {"theme=delivery"}
    assert (found.model, found.copy) == ("m", False)
    assert np.array_equal(store.vectors([found.number])[0], written.vector)


def test_the_same_content_changes_nothing_and_other_content_updates(store, entry):
    assert store.write([entry("a"), entry("b")]).added == ["a", "b"]
    version = store.data_version()

    again = store.write([entry("a"), entry("b", "other words")])

    assert (again.added, again.updated, again.unchanged) == ([], ["b"], ["a"])
    assert store.get("b").item.text == "other words"
    assert store.data_version() == version + 1
    assert store.write([entry("a", model="m2")]).updated == ["a"]


def test_new_tags_for_old_content_are_written_when_asked(store, entry):
    store.write([entry("a", terms={"theme=delivery"})])

    assert store.write([entry("a", terms={"theme=price_value"})]).unchanged == ["a"]
    assert store.write([entry("a", terms={"theme=price_value"})], retag=True).updated == ["a"]

    assert store.get("a").terms == {"theme=price_value"}


def test_new_tags_never_bring_back_what_was_deleted_or_changed_meanwhile(store, entry):
    gone, changed = entry("gone"), entry("changed")
    store.write([gone, changed])
    store.delete(["gone"])
    store.write([entry("changed", "said anew")])

    written = store.write([gone, changed], retag=True)

    assert (written.added, written.updated) == ([], [])
    assert store.get("gone") is None
    assert store.get("changed").item.text == "said anew"


def test_items_that_something_else_tagged_are_found_in_order(store, entry):
    store.write([entry("a", model="m1"), entry("b", model="m2"), entry("c", model="m1")])

    assert store.tagged_otherwise("m2", 10) == [store.get("a").number, store.get("c").number]
    assert store.tagged_otherwise("m2", 1) == [store.get("a").number]
    assert store.count_tagged_otherwise("m2") == 2


def test_the_second_of_two_entries_with_one_id_meets_the_first(store, entry):
    result = store.write([entry("a", "one"), entry("a", "one"), entry("a", "two")])

    assert (result.added, result.unchanged, result.updated) == (["a"], ["a"], ["a"])
    assert store.counts().items == 1


def test_the_hash_leaves_out_what_is_found_out_later(entry):
    said = entry("a", "words", date=dt.date(2026, 1, 1)).item
    found_out = entry(
        "a", "words", date=dt.date(2026, 1, 1), language="en", source="f", redactions={"X": 1}
    ).item

    assert content_hash(said) == content_hash(found_out)
    assert content_hash(said) != content_hash(entry("a", "words").item)


def test_known_hashes_tell_which_rows_need_no_tagging(store, entry):
    store.write([entry("a")])

    assert store.known_hashes(["a", "b"]) == {"a": content_hash(entry("a").item)}


@pytest.mark.parametrize(
    "vector",
    [np.ones(3, np.float32), np.full(16, np.nan, np.float32), np.ones((1, 16), np.float32)],
    ids=["other length", "not a number", "matrix"],
)
def test_a_vector_that_does_not_fit_is_refused_and_nothing_of_the_batch_is_kept(store, entry, vector):
    store.write([entry("a")])

    with pytest.raises(ItemError, match=r"item 'c'.*encoder"):
        store.write([entry("b"), entry("c", vector=vector)])

    assert store.counts().items == 1


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b"], ids=["NUL", "lone surrogate"])
def test_text_that_no_database_can_hold_is_refused(text):
    with pytest.raises(ItemError, match="remove it"):
        Item(id="a", text=text)


def test_an_item_without_a_vector_is_stored_but_has_no_vector(store, entry):
    store.write([entry("a", vector=np.zeros(16, np.float32)), entry("b")])

    vectors = store.vectors([store.get("b").number, store.get("a").number, 99])

    assert vectors.shape == (3, 16)
    assert vectors.any(axis=1).tolist() == [True, False, False]


def test_of_items_with_equal_words_the_first_counts_and_the_others_are_copies(store, entry):
    store.write([entry("a", LONG), entry("b", LONG.upper() + "!!"), entry("c", "short"), entry("d", "short")])
    assert copies(store) == {"b"}

    store.write([entry("e", "The parcel came two weeks late, and nobody told us why?")])
    assert copies(store) == {"b", "e"}

    store.write([entry("a", "something else entirely")])
    assert copies(store) == {"e"}

    store.delete(["b"])
    assert copies(store) == set()


def copies(store: Store) -> set[str]:
    return {found.item.id for found in store.page(limit=100).items if found.copy}


def test_pages_go_through_all_items_once_with_undated_ones_last(store, entry):
    days = [3, 1, None, 2, 2, None, 5]
    store.write([entry(f"i{n}", date=d and dt.date(2026, 1, d)) for n, d in enumerate(days)])

    assert walk(store, "newest") == ["i6", "i0", "i4", "i3", "i1", "i5", "i2"]
    assert walk(store, "oldest") == ["i1", "i3", "i4", "i0", "i6", "i2", "i5"]
    assert walk(store, "newest", BitMap([0, 2, 3])) == ["i0", "i3", "i2"]


def walk(store: Store, order, numbers: BitMap | None = None, day=None) -> list[str]:
    ids, after = [], None
    while True:
        page = store.page(numbers, day=day, after=after, limit=2, order=order)
        ids += [found.item.id for found in page.items]
        after = page.after
        if after is None:
            return ids


def test_pages_of_a_large_set_skip_the_items_outside_it(store, entry, monkeypatch):
    monkeypatch.setattr("index.reading._LISTED", 3)
    monkeypatch.setattr("index.reading._SCAN", 4)
    store.write([entry(f"i{n}", date=dt.date(2026, 1, 1) + dt.timedelta(days=n)) for n in range(20)])

    assert walk(store, "newest", BitMap(range(0, 20, 3))) == ["i18", "i15", "i12", "i9", "i6", "i3", "i0"]


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_pages_by_the_column_of_days_are_those_of_the_database(store, entry, order):
    days = [3, 1, None, 2, 2, None, 5, 2, 9, None, 1]
    store.write([entry(f"i{n}", date=d and dt.date(2026, 1, d)) for n, d in enumerate(days)])
    terms = TermIndex()
    terms.refresh(store)

    for numbers in (terms.all, BitMap([0, 2, 3, 4, 5, 7]), BitMap([2, 9]), BitMap()):
        assert walk(store, order, numbers, terms.day) == walk(store, order, numbers)


@pytest.mark.parametrize("cursor", ["", "x", "1", "1.2.3", "1.x"])
def test_a_cursor_that_is_none_is_refused(store, cursor):
    with pytest.raises(ItemError, match="start again"):
        store.page(after=cursor)


def test_items_come_in_the_order_asked_for_and_unknown_ones_are_left_out(store, entry):
    store.write([entry("a"), entry("b"), entry("c")])

    assert [found.item.id for found in store.get_many(["c", "x", "a"])] == ["c", "a"]
    assert [found.item.id for found in store.get_many([2, 99, 0])] == ["c", "a"]
    assert store.get_many([]) == []
    assert store.existing([0, 2, 99]) == BitMap([0, 2])


def test_deleted_numbers_are_never_given_again(store, entry):
    store.write([entry("a"), entry("b")])

    assert store.delete(["b", "nobody"]) == ["b"]
    store.write([entry("b")])

    assert store.get("b").number == 2
    assert store.counts().items == 2


def test_customer_attributes_are_laid_over_the_known_ones(store, entry):
    store.write([entry("a", customer="c1")])
    rows = [Customer(id="c1", attributes={"segment": "premium", "orders": "3"}), Customer(id="c2")]

    assert store.upsert_customers(rows) == 1
    assert store.upsert_customers([Customer(id="c1", attributes={"orders": "4"})]) == 1
    assert store.upsert_customers([Customer(id="c1", attributes={"orders": "4"})]) == 0

    assert store.get_customer("c1").attributes == {"segment": "premium", "orders": "4"}
    assert [customer.id for customer in store.customers()] == ["c1", "c2"]
    assert store.get_customer("c3") is None


def test_erasing_somebody_unknown_takes_nothing(store, entry):
    store.write([entry("a"), entry("b", customer="C1")])

    assert store.erase_customer("C9") == []
    assert store.counts().items == 2


def test_erasing_a_customer_takes_all_items_of_this_customer(store, entry):
    store.write([entry("a", customer="c1"), entry("b", customer="c2"), entry("c", customer="c1")])

    assert sorted(store.erase_customer("c1")) == ["a", "c"]

    assert store.get_customer("c1") is None
    assert [found.item.id for found in store.page().items] == ["b"]
    assert store.erase_customer("c1") == []


def test_nothing_of_an_erased_customer_is_left_in_the_files(sqlite_store, entry, tmp_path):
    kept = [entry(f"k{n}", f"ordinary words number {n}") for n in range(200)]
    secret = entry("s", "Zanzibarisch quokkafarm", customer="cust_geheim", attributes={"plan": "plutonium"})
    sqlite_store.write([*kept, secret])
    sqlite_store.upsert_customers([Customer(id="cust_geheim", attributes={"segment": "unobtainium"})])
    sqlite_store.write([entry(f"l{n}", f"more words number {n}") for n in range(200)])

    sqlite_store.erase_customer("cust_geheim")

    files = b"".join(file.read_bytes() for file in tmp_path.iterdir()).lower()
    traces = (
        b"zanzibar",
        b"quokka",
        b"geheim",
        b"plutonium",
        b"unobtainium",
        secret.vector.tobytes().lower(),
    )
    assert [trace for trace in traces if trace in files] == []


def test_counts_say_how_much_is_there(store, entry):
    store.write(
        [
            entry("a", LONG, date=dt.date(2026, 1, 5), customer="c1"),
            entry("b", LONG, kind="conversation", date=dt.date(2025, 1, 5)),
            entry("c"),
        ]
    )

    found = store.counts()

    assert (found.items, found.conversations, found.copies, found.customers) == (3, 1, 1, 1)
    assert (found.first, found.last) == (dt.date(2025, 1, 5), dt.date(2026, 1, 5))


def test_documents_are_kept_by_kind_and_key(store):
    chats, keys = store.documents("conversation"), store.documents("idempotency")
    chats.put("x", {"turns": [1]})
    chats.put("x", {"turns": [1, 2]})

    assert keys.put_if_absent("x", {"body": "first"}) == {"body": "first"}
    assert keys.put_if_absent("x", {"body": "second"}) == {"body": "first"}

    assert chats.get("x") == {"turns": [1, 2]}
    assert list(chats.items()) == [("x", {"turns": [1, 2]})]
    assert chats.delete("x")
    assert not chats.delete("x")
    assert keys.expire(older_than=2e10) == 1
    assert keys.get("x") is None


def test_one_of_many_threads_wins_an_idempotency_key(store):
    keys = store.documents("idempotency")
    won = []

    def attempt(name: str) -> None:
        won.append(keys.put_if_absent("key", {"by": name}) == {"by": name})

    threads = [threading.Thread(target=attempt, args=(f"t{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert won.count(True) == 1


def test_threads_that_write_at_once_lose_nothing(store, entry):
    def fill(name: str) -> None:
        for n in range(10):
            store.write([entry(f"{name}{n}", LONG, customer=f"c{n % 3}")])

    threads = [threading.Thread(target=fill, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    found = store.counts()
    assert (found.items, found.copies, found.customers) == (40, 39, 3)
    assert len({stored.seq for stored in store.page(limit=100).items}) == 40


def test_a_store_that_is_not_there_is_not_made_unless_asked(store_place):
    with pytest.raises(StoreMissingError, match="import something first"):
        Store.open(store_place[0], schema=store_place[1], create=False)
