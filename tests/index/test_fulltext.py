"""Words are found by stem, in any case, and nothing that a user types is taken for syntax."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyroaring import BitMap

from index.fulltext import full_text

TEXTS = [
    "Delivery was late, the parcels arrived damaged.",
    "My parcel is late again!",
    "I don't like the sofa bed at all",
    "The bed is fine; the sofa is not",
    "out of stock for weeks",
    "path/like-words and a.dotted.name with user@example.com inside",
]


@pytest.fixture
def words(store, entry):
    store.write([entry(f"i{n}", text) for n, text in enumerate(TEXTS)])
    return full_text(store)


@pytest.mark.parametrize(
    ("phrase", "found"),
    [
        ("parcel", [0, 1]),
        ("PARCELS", [0, 1]),
        ("sofa bed", [2]),
        ("bed sofa", []),
        ("out of stock", [4]),
        ("of", [4]),
        ("don't", [2]),
        ("like words", [5]),
        ("dotted", [5]),
        ("example", [5]),
        ("zeppelin", []),
        ("", []),
        ("?!", []),
    ],
)
def test_a_phrase_matches_its_words_in_a_row_by_stem(words, phrase, found):
    assert words.matching(phrase) == BitMap(found)


def test_search_takes_any_of_the_words_and_puts_the_best_first(words):
    hits = words.search("late parcels", 10)

    assert {number for number, _ in hits} == {0, 1}
    assert [score for _, score in hits] == sorted((score for _, score in hits), reverse=True)
    assert all(score > 0 for _, score in hits)


def test_search_stays_within_a_set_and_a_limit(words):
    assert [number for number, _ in words.search("parcel bed stock", 10, BitMap([1, 4]))] in ([1, 4], [4, 1])
    assert len(words.search("the late bed", 2)) == 2
    assert words.search("late", 10, BitMap()) == []


@pytest.mark.parametrize(
    "query",
    ['"', "late OR", "NEAR(late", "text: late", "late*", "-late", "^late", "late\x00", "a:*", "!late & |", "'); --",
     "late AND NOT", "((((", "\\", "🙂", "ſ", "\u2028", "late <-> parcel", "' OR 1=1"],
)  # fmt: skip
def test_operators_of_the_query_languages_are_plain_words(words, query):
    words.search(query, 5)
    words.matching(query)


@settings(
    max_examples=150,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(query=st.text(st.characters(codec=None, exclude_categories=["Cs"]), max_size=40))
def test_no_text_whatever_breaks_a_query(words, query):
    words.search(query, 5)
    words.matching(query)


def test_the_words_follow_changes_and_deletions(store, words, entry):
    store.write([entry("i0", "nothing of the kind")])
    store.delete(["i1"])

    assert words.matching("parcel") == BitMap()
    assert words.matching("kind") == BitMap([0])
    assert words.count() == len(TEXTS) - 1


def test_a_rebuild_finds_the_same(words):
    before = words.search("late parcel bed", 10)

    words.rebuild()

    assert words.search("late parcel bed", 10) == before
    assert words.is_intact()


def test_damage_of_the_words_is_noticed_and_mended(sqlite_store, entry):
    sqlite_store.write([entry(f"i{n}", text) for n, text in enumerate(TEXTS)])
    words = full_text(sqlite_store)
    with sqlite_store.database.writing() as conn:
        conn.exec_driver_sql(
            "INSERT INTO item_words (item_words, rowid, text) VALUES ('delete', 1, 'My parcel is late again!')"
        )
    assert not words.is_intact()

    words.rebuild()

    assert words.is_intact()
    assert words.matching("parcel") == BitMap([0, 1])
