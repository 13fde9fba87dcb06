"""The one lane on which models run: never on the event loop, and never more waiting than was allowed."""

import asyncio
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import ParamSpec, TypeVar

from assistant.errors import BusyError

P = ParamSpec("P")
T = TypeVar("T")


class ModelLane:
    """One thread for everything that needs a model, with a bounded queue before it."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.on_wait: Callable[[float], None] = lambda _seconds: None
        self._held = 0
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="earmark-model")
        self._beside = ThreadPoolExecutor(max_workers=limit, thread_name_prefix="earmark-waiting")

    @property
    def held(self) -> int:
        """Requests that run or wait."""
        return self._held

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold one place for a whole request. Raises BusyError at once when all are taken."""
        self._take()
        try:
            yield
        finally:
            self._held -= 1

    async def turn(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run one part of the work of a request that holds a place; others' turns come in between."""
        return await self._run(self._executor, partial(function, *args, **kwargs))

    def start(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> asyncio.Task[T]:
        """Queue a function; its place is held until it is done. Raises BusyError at once when all are taken."""
        return self._begin(self._executor, partial(function, *args, **kwargs))

    def start_beside(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> asyncio.Task[T]:
        """As `start`, for work that mostly waits for somebody else: it takes a place, but holds up no model."""
        return self._begin(self._beside, partial(function, *args, **kwargs))

    def close(self) -> None:
        """Finish what runs; drop what waits."""
        for executor in (self._executor, self._beside):
            executor.shutdown(wait=True, cancel_futures=True)

    def _begin(self, executor: ThreadPoolExecutor, call: Callable[[], T]) -> asyncio.Task[T]:
        self._take()
        task = asyncio.get_running_loop().create_task(self._run(executor, call))
        task.add_done_callback(self._give_back)
        return task

    async def _run(self, executor: ThreadPoolExecutor, call: Callable[[], T]) -> T:
        asked = time.perf_counter()

        def begun() -> T:
            self.on_wait(time.perf_counter() - asked)
            return call()

        return await asyncio.get_running_loop().run_in_executor(executor, begun)

    def _take(self) -> None:
        if self._held >= self._limit:
            raise BusyError(
                f"{self._held} requests already wait for the model; send this one again in a few seconds"
            )
        self._held += 1

    def _give_back(self, _task: asyncio.Task[T]) -> None:
        self._held -= 1
