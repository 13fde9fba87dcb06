"""The exact index keeps its file whole, whatever interrupts it."""

import numpy as np
import pytest
from pyroaring import BitMap

from index.exact import ExactIndex
from index.vectors import Position

LINEAGE = "l" * 32


@pytest.fixture
def path(tmp_path):
    (tmp_path / "home").mkdir()
    return tmp_path / "home" / "vectors.cache"


def filled(path, n: int = 5_000) -> ExactIndex:
    index = ExactIndex(path)
    index.reset(4)
    index.upsert(range(n), directions(n))
    index.mark(Position(lineage=LINEAGE, seq=n))
    return index


def directions(n: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((n, 4)).astype(np.float32)


def test_the_file_serves_the_next_start(path):
    before = filled(path).search(np.ones(4, np.float32), 20)

    again = ExactIndex(path)

    assert again.position() == Position(lineage=LINEAGE, seq=5_000)
    assert again.search(np.ones(4, np.float32), 20) == before


def test_few_changes_stay_in_memory_until_they_are_saved(path):
    index = filled(path)
    index.upsert([10, 6_000], directions(2, seed=1))
    index.mark(Position(lineage=LINEAGE, seq=5_002))
    assert ExactIndex(path).position().seq == 5_000

    index.save()

    again = ExactIndex(path)
    assert again.position().seq == 5_002
    assert again.numbers() == BitMap([*range(5_000), 6_000])
    assert np.array_equal(again.rows([10, 6_000]), index.rows([10, 6_000]))


def test_a_deleted_vector_leaves_the_file_at_once_and_stays_away_after_a_restart(path):
    index = filled(path)
    bytes_of_it, kept = index.rows([77]).tobytes(), index.rows([76, 78])
    assert bytes_of_it in path.read_bytes()

    index.delete([77, 123_456])

    assert bytes_of_it not in path.read_bytes()
    again = ExactIndex(path)
    assert again.position().seq == 5_000
    assert np.array_equal(again.rows([76, 78]), kept)


def test_an_older_state_does_not_replace_a_newer_file(path):
    slow = filled(path)
    quick = ExactIndex(path)
    quick.upsert([7_000], directions(1))
    quick.mark(Position(lineage=LINEAGE, seq=5_050))
    quick.save()

    slow.upsert([6_000], directions(1))
    slow.mark(Position(lineage=LINEAGE, seq=5_001))
    slow.save()

    assert ExactIndex(path).position().seq == 5_050
    assert slow.numbers() == BitMap([*range(5_000), 6_000])


def test_a_disk_that_is_full_leaves_the_vectors_in_memory(path):
    index = filled(path)
    index.upsert([6_000], np.eye(4, dtype=np.float32)[:1])
    path.unlink()
    path.parent.rmdir()

    index.save()

    assert index.search(np.eye(4, dtype=np.float32)[0], 1) == [(6_000, 1.0)]


def test_a_search_finds_what_was_changed_since_the_file_was_written(path):
    index = filled(path)
    index.upsert([3, 9_000, 8_000], np.eye(4, dtype=np.float32)[:3])
    index.delete([4])

    assert index.search(np.eye(4, dtype=np.float32)[0], 1) == [(3, 1.0)]
    assert index.search(np.eye(4, dtype=np.float32)[2], 1, BitMap([4, 8_000, 9_000])) == [(8_000, 1.0)]
    assert 4 not in index.numbers()
    assert not index.rows([4]).any()


def test_equal_vectors_come_by_number(path):
    index = filled(path)
    index.upsert(range(100, 140), np.tile(np.eye(4, dtype=np.float32)[0], (40, 1)))

    assert [number for number, _ in index.search(np.eye(4, dtype=np.float32)[0], 5)] == [
        100,
        101,
        102,
        103,
        104,
    ]


@pytest.mark.parametrize(
    "damage",
    [
        lambda file: file.write_bytes(b""),
        lambda file: file.write_bytes(file.read_bytes()[:-1]),
        lambda file: file.write_bytes(b"x" * 9_000),
        lambda file: file.unlink(),
    ],
    ids=["empty", "cut", "noise", "gone"],
)
def test_a_damaged_file_counts_as_nothing(path, damage):
    filled(path)
    damage(path)

    index = ExactIndex(path)

    assert index.position() is None
    assert index.search(np.ones(4, np.float32), 3) == []


def test_the_order_in_which_numbers_arrive_does_not_matter(path):
    rows = directions(300)
    order = np.random.default_rng(3).permutation(300)
    index = ExactIndex(path)
    index.reset(4)
    for some in np.array_split(order, 7):
        index.upsert(some.tolist(), rows[some])

    expected = ExactIndex()
    expected.reset(4)
    expected.upsert(range(300), rows)

    assert index.search(rows[5], 50) == expected.search(rows[5], 50)
