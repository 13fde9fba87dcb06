"""What every vector index promises: exact, Chroma in a folder, Chroma behind a server."""

import uuid

import numpy as np
import pytest
from pyroaring import BitMap

from index.chroma import ChromaIndex
from index.chroma_server import ChromaServerIndex
from index.errors import VectorIndexError
from index.exact import ExactIndex
from index.vectors import Position

VECTORS = np.random.default_rng(1).standard_normal((60, 16)).astype(np.float32)
ROWS = VECTORS / np.linalg.norm(VECTORS, axis=1, keepdims=True)
COSINES = ROWS @ ROWS.T


@pytest.fixture(params=["memory", "file", "chroma", "chroma server"])
def index(request, tmp_path):
    made = {
        "memory": ExactIndex,
        "file": lambda: ExactIndex(tmp_path / "vectors.cache"),
        "chroma": lambda: ChromaIndex(tmp_path / "chroma"),
        "chroma server": lambda: ChromaServerIndex(
            request.getfixturevalue("chroma_url"), uuid.uuid4().hex[:8]
        ),
    }[request.param]()
    made.reset(16)
    yield made
    made.close()


def test_the_nearest_come_first_with_their_cosine(index):
    index.upsert(range(60), VECTORS)

    hits = index.search(VECTORS[7], 5)

    assert [number for number, _ in hits] == np.argsort(-COSINES[7])[:5].tolist()
    assert [cosine for _, cosine in hits] == pytest.approx(np.sort(COSINES[7])[::-1][:5].tolist(), abs=1e-5)


def test_search_stays_within_a_set(index):
    index.upsert(range(60), VECTORS)

    hits = index.search(VECTORS[7], 3, BitMap([1, 2, 3, 999]))

    assert sorted(number for number, _ in hits) == [1, 2, 3]
    assert index.search(VECTORS[7], 3, BitMap()) == []


def test_numbers_and_count_follow_upserts_and_deletions(index):
    index.upsert([1, 2, 3], VECTORS[:3])
    index.upsert([3, 50], VECTORS[3:5])
    index.delete([2, 99])
    index.delete([])

    assert index.numbers() == BitMap([1, 3, 50])
    assert index.count() == 3
    assert next(number for number, _ in index.search(VECTORS[0], 10)) == 1


def test_an_upsert_replaces_and_repeats_without_harm(index):
    index.upsert([4, 5], VECTORS[:2])
    index.upsert([4, 5], VECTORS[[2, 1]])
    index.upsert([4, 5], VECTORS[[2, 1]])

    assert index.count() == 2
    assert index.search(VECTORS[2], 1) == [(4, pytest.approx(1, abs=1e-5))]


def test_rows_come_in_the_order_asked_for(index):
    index.upsert([4, 5, 6], VECTORS[:3])
    index.delete([6])

    rows = index.rows([5, 4])

    assert rows == pytest.approx(ROWS[[1, 0]], abs=1e-5)


def test_the_position_is_what_was_marked_last(index):
    assert index.position() is None

    index.upsert([1], VECTORS[:1])
    index.mark(Position(lineage="a" * 32, seq=5))
    index.mark(Position(lineage="a" * 32, seq=9))

    assert index.position() == Position(lineage="a" * 32, seq=9)


def test_a_reset_forgets_everything(index):
    index.upsert(range(3), VECTORS[:3])
    index.mark(Position(lineage="a" * 32, seq=5))

    index.reset(16)

    assert index.position() is None
    assert (index.count(), index.numbers()) == (0, BitMap())
    assert not index.keeps_deleted


def test_vectors_of_another_length_are_refused(index):
    index.upsert([1], VECTORS[:1])

    with pytest.raises(VectorIndexError):
        index.upsert([2], np.ones((1, 5), np.float32))


def test_more_vectors_than_chroma_takes_at_once_are_taken(tmp_path):
    rows = np.random.default_rng(2).standard_normal((6_000, 4)).astype(np.float32)
    index = ChromaIndex(tmp_path / "chroma")
    index.reset(4)

    index.upsert(range(6_000), rows)

    assert index.count() == 6_000
    index.close()


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://x", "http://"])
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(VectorIndexError, match="http://host:8000"):
        ChromaServerIndex(url, "w")


def test_a_server_that_does_not_answer_is_an_error_of_the_index():
    with pytest.raises(VectorIndexError, match="Exact search serves"):
        ChromaServerIndex("http://127.0.0.1:9", "w")
