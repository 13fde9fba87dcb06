"""Requests that wait for the models at the same time are worked on at the same time: one pass costs little more for many."""

import asyncio
import threading
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from assistant.api.lane import ModelLane

T = TypeVar("T")
R = TypeVar("R")
MOST = 64  # items in one pass


@dataclass(frozen=True, slots=True)
class _Waiting(Generic[T, R]):
    items: Sequence[T]
    loop: asyncio.AbstractEventLoop
    done: "asyncio.Future[list[R]]"

    def tell(self, results: list[R]) -> None:
        """From the thread of the models to the loop of the request."""
        self.loop.call_soon_threadsafe(self._settle, self.done.set_result, results)

    def fail(self, error: BaseException) -> None:
        """As `tell`."""
        self.loop.call_soon_threadsafe(self._settle, self.done.set_exception, error)

    def _settle(self, settle: Callable[[Any], None], what: Any) -> None:
        if not self.done.done():  # whoever waited may have gone
            settle(what)


class Together(Generic[T, R]):
    """Does `work` for the items of several requests at once, in the order of the requests.

    Args:
        work: a result per item, in order; runs on the lane.
        name: what tells items apart; requests that share a name are not done together. None: all may be.
    """

    def __init__(
        self, work: Callable[[Sequence[T]], Iterable[R]], name: Callable[[T], Hashable] | None = None
    ) -> None:
        self._work = work
        self._name = name
        self._waiting: list[_Waiting[T, R]] = []
        self._lock = threading.Lock()

    async def do(self, lane: ModelLane, items: Sequence[T]) -> list[R]:
        """The results of some items, for a request that holds a place on the lane."""
        loop = asyncio.get_running_loop()
        request: _Waiting[T, R] = _Waiting(items, loop, loop.create_future())
        with self._lock:
            self._waiting.append(request)
        # Each has a turn; when it comes, an earlier one may have done the work already.
        await lane.turn(self._run)
        return await request.done

    def _run(self) -> None:
        taken = self._taken()
        try:
            self._settle(taken)
        except BaseException as error:  # noqa: BLE001 (it is raised where the request waits)
            if len(taken) == 1:
                taken[0].fail(error)
                return
            for request in taken:  # one of them is at fault; the others must not suffer for it
                try:
                    self._settle([request])
                except BaseException as own:  # noqa: BLE001 (as above)
                    request.fail(own)

    def _settle(self, taken: Sequence[_Waiting[T, R]]) -> None:
        results = list(self._work([item for request in taken for item in request.items])) if taken else []
        first = 0
        for request in taken:
            request.tell(results[first : first + len(request.items)])
            first += len(request.items)

    def _taken(self) -> list[_Waiting[T, R]]:
        """The first that wait and can be done together."""
        taken: list[_Waiting[T, R]] = []
        names: set[Hashable] = set()
        size = 0
        with self._lock:
            for request in self._waiting:
                own = {self._name(item) for item in request.items} if self._name else set()
                if taken and (size + len(request.items) > MOST or names & own):
                    break
                taken.append(request)
                names |= own
                size += len(request.items)
            del self._waiting[: len(taken)]
        return taken
