"""Retention: feedback older than a number of days is deleted, once a day."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from index.documents import Documents
from index.store import Store

_AT_ONCE = 500
KEY = "retention"


class Policy(BaseModel):
    """How long feedback is kept, by its own date. Undated feedback is kept."""

    model_config = ConfigDict(extra="forbid")

    days: Annotated[int | None, Field(ge=1, le=36_500, description="null keeps all.")] = None


class Retention:
    """The policy of one workspace, and what it has to do."""

    def __init__(self, *, store: Store, settings: Documents, forget: Callable[[list[str]], None]) -> None:
        self._store = store
        self._settings = settings
        self._forget = forget
        self._done: tuple[date, int | None] | None = None

    def policy(self) -> Policy:
        """The policy of now."""
        return Policy(days=(self._settings.get(KEY) or {}).get("days"))

    def set(self, policy: Policy) -> None:
        """Another policy from now on."""
        self._settings.put(KEY, policy.model_dump())

    def due(self, policy: Policy, today: date | None = None) -> int:
        """How many items a policy would delete today."""
        before = _before(policy, today)
        return 0 if before is None else self._store.count_dated_before(before)

    def apply_if_due(self, today: date | None = None) -> int:
        """Delete what is older, unless that was done today; returns how many items."""
        policy, day = self.policy(), today or datetime.now(UTC).date()
        if self._done == (day, policy.days):
            return 0
        before, gone = _before(policy, day), 0
        while before is not None and (ids := self._store.dated_before(before, _AT_ONCE)):
            self._store.delete(ids)
            self._forget(ids)
            gone += len(ids)
        self._done = (day, policy.days)
        return gone


def _before(policy: Policy, today: date | None) -> date | None:
    if policy.days is None:
        return None
    return (today or datetime.now(UTC).date()) - timedelta(days=policy.days)
