"""Keeps a served workspace up to date in the background, and decides which vector index answers."""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from index.applier import Applier
from index.errors import StoreError, VectorIndexError
from index.serving import ServingIndex
from index.store import Store
from index.vectors import VectorIndex

_LOG = logging.getLogger(__name__)
_RETRY_S = 60.0
_CHECK_S = 3600.0


@dataclass(frozen=True, kw_only=True, slots=True)
class FollowStatus:
    """What serves similarity search, how far the primary index is behind, and why it does not serve."""

    is_exact: bool
    lag: int | None
    checked: float | None
    problem: str | None


class PrimaryFollower:
    """Opens the primary vector index, checks it, lets it serve, and takes it out when it is in doubt.

    `step` is one round; a round that rebuilds may take minutes, during which exact search serves.
    """

    def __init__(
        self,
        store: Store,
        serving: ServingIndex,
        make: Callable[[], VectorIndex],
        *,
        alone: Callable[[], AbstractContextManager[bool]] = lambda: nullcontext(enter_result=True),
        now: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._serving = serving
        self._make = make
        self._alone = alone
        self._now = now
        self._index: VectorIndex | None = None
        self._applier: Applier | None = None
        self._stopped = threading.Event()
        self._retry_at = 0.0
        self._checked: float | None = None
        self._problem: str | None = "it has not been opened yet"

    def step(self) -> None:
        """Open, follow, check when due. What goes wrong is kept for `status` and tried again in a minute."""
        if self._now() < self._retry_at:
            return
        try:
            self._follow()
        except StoreError as error:
            _LOG.warning("exact search serves: %s", error)
            self._serving.distrust()
            self._problem, self._retry_at = str(error), self._now() + _RETRY_S

    def status(self) -> FollowStatus:
        """For readiness checks and metrics."""
        return FollowStatus(
            is_exact=self._serving.is_exact,
            lag=self._lag(),
            checked=self._checked,
            problem=self._problem if self._serving.is_exact else None,
        )

    def stop(self) -> None:
        """End a rebuild that is under way at its next batch."""
        self._stopped.set()

    def close(self) -> None:
        """Let go of the index; nothing may call `step` any more."""
        self._serving.distrust()
        if self._index is not None:
            self._index.close()
        self._index = self._applier = None

    def _follow(self) -> None:
        if self._index is None or self._applier is None:
            self._index = self._make()
            self._applier = Applier(
                self._store,
                self._index,
                alone=self._alone,
                before_rebuild=self._serving.distrust,
                should_stop=self._stopped.is_set,
            )
        due = self._checked is None or self._now() >= self._checked + _CHECK_S
        if not due and not self._serving.is_exact:
            self._applier.run_once()
            return
        self._applier.reconcile()
        if self._stopped.is_set():
            return
        self._checked, self._problem = self._now(), None
        self._serving.trust(self._index)

    def _lag(self) -> int | None:
        try:
            return None if self._applier is None else self._applier.lag()
        except VectorIndexError:
            return None


class Background:
    """Repeats a step in a thread until it is stopped."""

    def __init__(self, name: str, step: Callable[[], object], every_s: float) -> None:
        self._step = step
        self._every_s = every_s
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin at once."""
        self._thread.start()

    def stop(self, timeout_s: float = 30) -> None:
        """Wait for the step under way."""
        self._stopped.set()
        self._thread.join(timeout_s)

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self._step()
            except StoreError:
                _LOG.exception("%s failed and is tried again", self._thread.name)
            self._stopped.wait(self._every_s)
