"""Requests that wait at the same time are worked on at the same time."""

import asyncio
import threading
import time
from collections.abc import Iterator, Sequence

import pytest

from assistant.api.lane import ModelLane
from assistant.api.together import MOST, Together


@pytest.fixture
def lane() -> Iterator[ModelLane]:
    """A lane for many."""
    made = ModelLane(200)
    yield made
    made.close()


class Work:
    """Doubles numbers, slowly, and remembers how many came at once."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.thread: set[int] = set()

    def __call__(self, items: Sequence[int]) -> list[int]:
        self.sizes.append(len(items))
        self.thread.add(threading.get_ident())
        time.sleep(0.02)
        if 13 in items:
            raise ValueError("thirteen")
        return [item * 2 for item in items]


async def all_of(
    lane: ModelLane, together: Together[int, int], lists: Sequence[Sequence[int]]
) -> list[object]:
    with lane.place():
        return list(
            await asyncio.gather(*(together.do(lane, some) for some in lists), return_exceptions=True)
        )


def test_each_request_gets_its_own_results(lane: ModelLane) -> None:
    """In few passes, on the lane's one thread."""
    work = Work()
    lists = [[n, n + 1000] for n in range(100) if n != 13]
    found = asyncio.run(all_of(lane, Together(work), lists))
    assert found == [[2 * n for n in some] for some in lists]
    assert sum(work.sizes) == 198
    assert len(work.sizes) < 20
    assert max(work.sizes) <= MOST
    assert len(work.thread) == 1


def test_who_is_at_fault_suffers_alone(lane: ModelLane) -> None:
    """The others of the same pass get their results."""
    found = asyncio.run(all_of(lane, Together(Work()), [[1], [13], [2]]))
    assert found[0] == [2]
    assert isinstance(found[1], ValueError)
    assert found[2] == [4]


def test_what_shares_a_name_is_done_in_order_and_apart(lane: ModelLane) -> None:
    """The same item twice at the same time: the later request must find the earlier one stored."""
    work = Work()
    found = asyncio.run(all_of(lane, Together(work, lambda item: item % 10), [[1], [11], [2]]))
    assert found == [[2], [22], [4]]
    assert work.sizes == [1, 2]


def test_a_request_larger_than_a_pass_is_done_whole(lane: ModelLane) -> None:
    """Once taken it is not cut."""
    work = Work()
    found = asyncio.run(all_of(lane, Together(work), [list(range(100, 100 + MOST + 5)), [1]]))
    assert len(found[0]) == MOST + 5  # type: ignore[arg-type]
    assert work.sizes == [MOST + 5, 1]
