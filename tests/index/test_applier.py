"""Whatever happens to a vector index, it ends up equal to the store, and is not trusted until it is."""

import ctypes
import platform
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from index.applier import Applier
from index.chroma import ChromaIndex, why_unsafe
from index.compare import differences, recall
from index.errors import VectorIndexError, VectorIndexLockedError
from index.exact import ExactIndex
from index.follow import PrimaryFollower
from index.serving import ServingIndex
from index.vectors import Position
from tests.index import damage
from tests.index.servers import PYTHON

N = 150


@pytest.fixture
def filled(sqlite_store, entry):
    sqlite_store.write([entry(f"i{n}") for n in range(N)])
    return sqlite_store


@pytest.fixture
def folder(filled, tmp_path) -> Path:
    """A Chroma folder that is up to date, and that nobody has open."""
    index = ChromaIndex(tmp_path / "chroma")
    Applier(filled, index).run_once()
    index.close()
    return tmp_path / "chroma"


def test_an_index_follows_additions_changes_and_deletions(store, entry):
    index = ExactIndex()
    applier = Applier(store, index)
    store.write([entry("a"), entry("b"), entry("c", vector=np.zeros(16, np.float32))])
    assert applier.run_once() == 2

    store.write([entry("a", "new", vector=np.ones(16, np.float32)), entry("d")])
    store.delete(["b"])
    assert applier.lag() == 3
    assert applier.run_once() == 3

    assert (applier.lag(), applier.run_once()) == (0, 0)
    assert list(index.numbers()) == [0, 3]
    assert index.search(np.ones(16, np.float32), 1) == [(0, pytest.approx(1))]
    assert differences(store, index) == []


def test_new_tags_do_not_touch_the_vector_index(store, entry):
    index = ExactIndex()
    applier = Applier(store, index)
    store.write([entry("a", terms={"x=1"})])
    applier.run_once()

    store.write([entry("a", terms={"x=2"})], retag=True)

    assert applier.run_once() == 0
    assert applier.lag() == 0


def test_an_item_that_loses_its_vector_leaves_the_index_and_stays_in_the_store(store, entry):
    index = ExactIndex()
    applier = Applier(store, index)
    store.write([entry("a"), entry("b")])
    applier.run_once()

    store.write([entry("a", "now empty", vector=np.zeros(16, np.float32))])
    applier.run_once()
    assert list(index.numbers()) == [1]

    store.write([entry("a", "now full again")])
    applier.run_once()
    assert list(index.numbers()) == [0, 1]


def test_long_queues_are_taken_in_batches(store, entry, monkeypatch):
    monkeypatch.setattr("index.applier._BATCH", 7)
    index = ExactIndex()
    applier = Applier(store, index)
    applier.run_once()
    store.write([entry(f"i{n}") for n in range(30)])
    store.delete([f"i{n}" for n in range(0, 30, 2)])

    applier.run_once()

    assert differences(store, index) == []
    assert index.count() == 15


class FailsOnce(ExactIndex):
    """Loses its power at the n-th call of `upsert`."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self.calls_left = at

    def upsert(self, numbers, vectors):
        self.calls_left -= 1
        if self.calls_left == 0:
            raise VectorIndexError("the power is gone")
        super().upsert(numbers, vectors)


@pytest.mark.parametrize("at", [1, 2, 3, 4])
def test_the_position_stays_behind_what_the_engine_did_not_accept(store, entry, monkeypatch, at):
    monkeypatch.setattr("index.applier._BATCH", 10)
    index = FailsOnce(at)
    applier = Applier(store, index)
    applier.run_once()
    store.write([entry(f"i{n}") for n in range(45)])

    with pytest.raises(VectorIndexError, match="power"):
        applier.run_once()
    assert index.position().seq == 10 * (at - 1)
    applier.run_once()

    assert differences(store, index) == []


def test_an_index_of_another_history_is_built_again(store, entry):
    index = ExactIndex()
    index.reset(16)
    index.upsert([7], np.ones((1, 16), np.float32))
    index.mark(Position(lineage="somebody else", seq=1))
    store.write([entry("a")])

    Applier(store, index).run_once()

    assert list(index.numbers()) == [0]


def test_an_index_ahead_of_the_store_is_built_again(store, entry):
    index = ExactIndex()
    store.write([entry("a")])
    applier = Applier(store, index)
    applier.run_once()
    index.upsert([7], np.ones((1, 16), np.float32))
    index.mark(Position(lineage=store.lineage(), seq=99))

    applier.run_once()

    assert list(index.numbers()) == [0]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda index: index.delete([3]), "1 are missing"),
        (lambda index: index.upsert([500], np.ones((1, 16), np.float32)), "1 should not be there"),
        (lambda index: index.upsert([3], np.ones((1, 16), np.float32)), "1 vectors are not those"),
    ],
    ids=["missing", "surplus", "other vector"],
)
def test_a_silent_difference_is_found_and_mended(filled, spoil, said):
    index = ExactIndex()
    applier = Applier(filled, index)
    applier.run_once()
    spoil(index)

    found = differences(filled, index)

    assert said in "; ".join(found)
    assert applier.reconcile()
    assert differences(filled, index) == []
    assert not applier.reconcile()


def test_what_was_written_after_the_position_is_no_difference(filled, entry):
    index = ExactIndex()
    Applier(filled, index).run_once()

    filled.write([entry("later"), entry("i3", "changed", vector=np.ones(16, np.float32))])
    filled.delete(["i4"])

    assert differences(filled, index) == []


def test_a_second_process_is_refused_within_a_second(folder):
    index = ChromaIndex(folder)
    attempt = (
        "import sys, pathlib; from index.chroma import ChromaIndex\n"
        "from index.errors import VectorIndexLockedError\n"
        "try: ChromaIndex(pathlib.Path(sys.argv[1]))\n"
        "except VectorIndexLockedError as error: print(error)\n"
    )
    started = time.monotonic()
    with pytest.raises(VectorIndexLockedError, match="another process owns"):
        ChromaIndex(folder)
    assert time.monotonic() - started < 1

    said = subprocess.run(
        [sys.executable, "-c", attempt, folder], check=False, capture_output=True, text=True, env=PYTHON
    )

    assert "another process owns the vector index" in said.stdout, said.stderr
    index.close()


def test_chroma_goes_on_where_it_was_when_it_is_opened_again(filled, folder, entry):
    filled.write([entry("later")])
    index = ChromaIndex(folder)

    assert index.position().seq == N
    assert Applier(filled, index).run_once() == 1
    assert differences(filled, index) == []
    index.close()


USUAL = ["folder gone", "database noise", "some ids gone", "data_level0.bin cut", "graph sparse"]


@pytest.mark.parametrize("way", USUAL)
def test_a_destroyed_chroma_index_is_detected_and_built_again(sqlite_store, entry, tmp_path, way):
    """The other ways are in the benchmarks. 1,000 vectors make Chroma write its graph to disk."""
    sqlite_store.write([entry(f"i{n}") for n in range(1_100)])
    folder = tmp_path / "chroma"
    first = ChromaIndex(folder)
    Applier(sqlite_store, first).run_once()
    first.close()
    damage.WAYS[way](folder)
    serving = ServingIndex(ExactIndex())
    follower = PrimaryFollower(sqlite_store, serving, lambda: ChromaIndex(folder))

    follower.step()

    assert not serving.is_exact, follower.status()
    assert differences(sqlite_store, follower._index) == []
    truth = ExactIndex()
    Applier(sqlite_store, truth).run_once()
    assert recall(follower._index, truth, truth.rows(range(0, 1_100, 20))) >= 0.999
    follower.close()
    assert [path.name for path in folder.glob("g-*")] == [(folder / "CURRENT").read_text()]


def test_a_safe_folder_is_called_safe_and_a_file_too_large_for_its_disk_space_is_not(folder):
    assert why_unsafe(damage.generation(folder)) is None

    damage.make_sparse(damage.database(folder))

    assert "claims" in why_unsafe(damage.generation(folder))


def test_the_rebuild_that_was_interrupted_leaves_the_old_generation(filled, folder):
    index = ChromaIndex(folder)
    old = damage.generation(folder).name
    Applier(filled, index, should_stop=lambda: True).rebuild()
    assert len(list(folder.glob("g-*"))) == 2
    index.close()

    again = ChromaIndex(folder)

    assert [path.name for path in folder.glob("g-*")] == [old]
    assert differences(filled, again) == []
    again.close()


def test_deleted_vectors_leave_the_files_of_chroma_when_it_is_reconciled(filled, folder):
    vector = filled.vectors([5])
    bytes_of_it = (vector / np.linalg.norm(vector)).tobytes()[:24]
    assert contains(folder, vector.tobytes()[:24]) or contains(folder, bytes_of_it)
    index = ChromaIndex(folder)
    filled.delete(["i5"])
    applier = Applier(filled, index)

    assert applier.reconcile()

    assert not index.keeps_deleted
    assert not contains(folder, bytes_of_it)
    assert not contains(folder, vector.tobytes()[:24])
    index.close()


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only the GNU C library can be told")
def test_nothing_else_of_the_process_lies_in_the_files_of_chroma(filled, tmp_path):
    """The HNSW library saves room for vectors to come, with whatever memory held before."""
    ctypes.CDLL(None).mallopt(-6, 0x5A)  # M_PERTURB: from now on no memory is empty by luck
    index = ChromaIndex(tmp_path / "chroma")

    Applier(filled, index).run_once()

    room = next(tmp_path.rglob("data_level0.bin")).read_bytes()
    assert room
    assert not any(room)
    index.close()


def contains(folder: Path, some: bytes) -> bool:
    return any(some in file.read_bytes() for file in folder.rglob("*") if file.is_file())


def test_chroma_holds_no_text_of_the_items(filled, folder, entry):
    filled.write([entry("t", "supercalifragilistic", customer="c_quokka", terms={"attr.plan=plutonium"})])
    index = ChromaIndex(folder)
    Applier(filled, index).run_once()
    index.close()

    assert not any(contains(folder, some) for some in (b"supercali", b"quokka", b"plutonium"))
