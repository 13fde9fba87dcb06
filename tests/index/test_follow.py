"""Exact search serves until the primary index has proved itself, and again as soon as it fails."""

import time
from contextlib import nullcontext

import pytest

import index
from index.applier import Applier
from index.errors import VectorIndexError
from index.exact import ExactIndex
from index.follow import Background, PrimaryFollower
from index.serving import ServingIndex


class Breakable(ExactIndex):
    """An index that fails while `broken` is set, as a server does that is down."""

    broken = False

    def search(self, vector, k, within=None):
        self.check()
        return super().search(vector, k, within)

    def position(self):
        self.check()
        return super().position()

    def reset(self, dim):
        self.check()
        super().reset(dim)

    def check(self):
        if self.broken:
            raise VectorIndexError("the server is down")


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def parts(sqlite_store, entry):
    sqlite_store.write([entry(f"i{n}") for n in range(20)])
    exact, primary, clock = ExactIndex(), Breakable(), Clock()
    Applier(sqlite_store, exact).run_once()
    serving = ServingIndex(exact)
    return serving, primary, clock, PrimaryFollower(sqlite_store, serving, lambda: primary, now=clock)


def test_the_primary_index_serves_after_it_was_checked(parts):
    serving, _, _, follower = parts
    assert serving.is_exact
    assert follower.status().problem

    follower.step()

    assert not serving.is_exact
    assert (follower.status().lag, follower.status().problem) == (0, None)


def test_a_search_that_fails_is_answered_exactly(parts, sqlite_store):
    serving, primary, _, follower = parts
    follower.step()
    query = sqlite_store.vectors([3])[0]
    expected = serving.search(query, 3)

    primary.broken = True

    assert serving.search(query, 3) == expected
    assert serving.is_exact


def test_a_primary_that_is_down_is_tried_again_after_a_minute(parts):
    serving, primary, clock, follower = parts
    primary.broken = True
    follower.step()
    assert "down" in follower.status().problem

    primary.broken = False
    follower.step()
    assert serving.is_exact

    clock.now += 61
    follower.step()
    assert not serving.is_exact


def test_every_hour_the_primary_is_compared_and_mended(parts, sqlite_store):
    serving, primary, clock, follower = parts
    follower.step()
    primary.delete([4])
    follower.step()
    assert primary.count() == 19

    clock.now += 3_601
    follower.step()

    assert primary.count() == 20
    assert not serving.is_exact


def test_new_items_are_taken_in_at_the_next_step(parts, sqlite_store, entry):
    _, primary, _, follower = parts
    follower.step()

    sqlite_store.write([entry("new")])
    assert follower.status().lag == 1
    follower.step()

    assert primary.count() == 21


def test_a_process_that_is_not_the_owner_checks_but_never_changes_a_shared_index(sqlite_store, entry):
    sqlite_store.write([entry("a")])
    shared, serving = ExactIndex(), ServingIndex(ExactIndex())
    guest = PrimaryFollower(
        sqlite_store, serving, lambda: shared, alone=lambda: nullcontext(enter_result=False)
    )

    guest.step()
    assert serving.is_exact
    assert shared.position() is None

    Applier(sqlite_store, shared).run_once()
    guest = PrimaryFollower(
        sqlite_store, serving, lambda: shared, alone=lambda: nullcontext(enter_result=False)
    )
    guest.step()
    assert not serving.is_exact


def test_only_one_at_a_time_may_do_a_task_of_the_store(store):
    task = store.database.alone
    with task("chroma") as first, task("chroma") as second, task("other") as other:
        assert (first, second, other) == (True, False, True)
    with store.database.alone("chroma") as again:
        assert again


def test_a_served_workspace_keeps_up_with_what_is_written_by_itself(tmp_path, entry):
    workspace = index.open(tmp_path / "default")
    with workspace.following(every_s=0.02) as follower:
        workspace.store.write([entry(f"i{n}", terms={"x=1"}) for n in range(10)])

        def is_up_to_date() -> bool:
            caught_up = len(workspace.terms.get("x=1")) == workspace.exact.count() == 10
            return caught_up and not workspace.vectors.is_exact and follower.status().lag == 0

        wait_until(is_up_to_date)
    assert workspace.vectors.is_exact
    workspace.close()


def test_a_step_that_fails_is_repeated():
    calls = []

    def step() -> None:
        calls.append(1)
        if len(calls) == 1:
            raise VectorIndexError("once")

    thread = Background("test", step, 0.01)
    thread.start()
    wait_until(lambda: len(calls) > 2)
    thread.stop()


def wait_until(condition, timeout_s: float = 30) -> None:
    end = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)
