"""Words and meaning together find more than either, in an order that does not change."""

import numpy as np
import pytest
from pyroaring import BitMap

from index.applier import Applier
from index.exact import ExactIndex
from index.fulltext import full_text
from index.search import HybridSearch, content_words, fused, mmr

X, Y, Z = np.eye(16, dtype=np.float32)[:3]


@pytest.fixture
def search(store, entry):
    store.write(
        [
            entry("words only", "my refund is late", vector=Z),
            entry("meaning only", "still no money back", vector=X),
            entry("both", "waiting for a refund", vector=X + 0.1 * Y),
            entry("neither", "lovely colours", vector=Y),
        ]
    )
    exact = ExactIndex()
    Applier(store, exact).run_once()
    return HybridSearch(full_text(store), exact, store)


def test_what_is_found_by_both_comes_first_and_each_hit_says_why(search):
    hits = search.search("Where is the refund?", X, limit=3)

    assert [hit.number for hit in hits[:1]] == [2]
    assert {hit.number for hit in hits} == {0, 1, 2}
    why = {hit.number: hit.why for hit in hits}
    assert why[2] == ("words", "meaning")
    assert (why[0], why[1]) == (("words",), ("meaning",))


def test_the_same_question_gets_the_same_order(search):
    first = search.search("refund late colours", X, limit=4)

    assert all(search.search("refund late colours", X, limit=4) == first for _ in range(5))


def test_search_stays_within_a_set_and_works_without_an_embedding(search):
    assert {hit.number for hit in search.search("refund", X, 5, BitMap([0, 1, 3]))} == {0, 1}
    assert [hit.number for hit in search.search("refund", None, 5)] in ([0, 2], [2, 0])
    assert search.search("", None, 5) == []


def test_an_item_that_was_deleted_is_not_found_by_an_index_that_lags(store, search):
    store.delete(["both"])

    assert 2 not in {hit.number for hit in search.search("refund", X, 5)}


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("Why are customers leaving after returns?", "leaving returns"),
        ("who are you", "who are you"),
        ("late late LATE", "late LATE"),
        ("", ""),
    ],
)
def test_words_that_say_nothing_are_dropped_unless_nothing_else_is_left(query, kept):
    assert content_words(query) == kept


def test_ranks_are_fused_by_the_published_formula():
    hits = fused({"words": [(7, 9.0), (8, 5.0)], "meaning": [(8, 0.9), (9, 0.8)]})

    assert [(hit.number, round(hit.score, 6)) for hit in hits] == [
        (8, round(1 / 61 + 1 / 62, 6)),
        (7, round(1 / 61, 6)),
        (9, round(1 / 62, 6)),
    ]


def test_quotes_are_chosen_to_differ():
    rows = np.stack([X, X, X + 0.01 * Y, Y, Z])

    assert mmr(rows, [0.9, 0.89, 0.88, 0.5, 0.4], 3, weight=0.5) == [0, 3, 4]
    assert mmr(rows, [0.9, 0.89, 0.88, 0.5, 0.4], 3, weight=1) == [0, 1, 2]
    assert mmr(rows[:2], [1, 1], 9) == [0, 1]
    assert mmr(rows[:0], [], 3) == []
