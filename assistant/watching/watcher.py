"""Looks at every whole week once, and keeps the alerts. Doing it twice, or in two processes, fires nothing twice."""

import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, Protocol

from pyroaring import BitMap

from assistant.ask.ledger import View, counted
from assistant.ask.news import growing
from assistant.errors import InputError, NotFoundError
from assistant.insight.emerging import LEAST_WEEKS, Rise, emerging
from assistant.insight.shares import distinct
from assistant.insight.weekly import BASELINE, Weeks, change_in, drifts, weeks
from assistant.scope import Period, Scope
from assistant.watching.models import NEW, Alert, Watch, WatchIn
from assistant.watching.writing import WEEK, of_change, of_rise

LOOK_BACK = 4  # whole weeks that are looked at again, since data may arrive late
HISTORY = 52  # weeks before its making that a new watch tells of
PAUSE_S = 60.0  # between two looks at data that keeps changing
MOST = 200  # watches
ANYTHING_NEW = "Anything new"


class Documents(Protocol):
    """Keeps documents of one kind by key."""

    def get(self, key: str) -> dict[str, Any] | None: ...
    def put(self, key: str, body: dict[str, Any], /) -> None: ...
    def put_if_absent(self, key: str, body: dict[str, Any], /) -> dict[str, Any]: ...
    def delete(self, key: str) -> bool: ...
    def items(self) -> Iterator[tuple[str, dict[str, Any]]]: ...


class Watcher:
    """The watches and alerts of one workspace.

    Args:
        view: gives the feedback as it is now, with its version.
        watches: keeps the watches.
        alerts: keeps the alerts.
        now: seconds since 1970.
    """

    def __init__(
        self,
        *,
        view: Callable[[], tuple[View, int]],
        watches: Documents,
        alerts: Documents,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._view, self._watches, self._alerts, self._now = view, watches, alerts, now
        self._seen: tuple[int, float] = (-1, -PAUSE_S)  # version looked at, and when

    def watches(self) -> list[Watch]:
        """The standing watch first, then the others, oldest first."""
        kept = {key: Watch.model_validate(body) for key, body in self._watches.items()}
        standing = kept.pop(NEW, None) or _standing()
        return [standing, *sorted(kept.values(), key=lambda watch: (watch.created, watch.id))]

    def watch(self, id_: str) -> Watch:
        """A watch by id. Raises NotFoundError."""
        found = next((watch for watch in self.watches() if watch.id == id_), None)
        if found is None:
            raise NotFoundError(f"There is no watch {id_!r}; GET /v1/watches lists them.")
        return found

    def add(self, asked: WatchIn) -> Watch:
        """Keep a new watch, and tell what it would have said in the last weeks. Raises InputError."""
        if len(self.watches()) > MOST:
            raise InputError(f"There are {MOST} watches already; remove one first.")
        return self.put(f"w{uuid.uuid4().hex[:12]}", asked)

    def put(self, id_: str, asked: WatchIn) -> Watch:
        """Keep a watch under an id, in place of the one before. Raises InputError when it watches everything."""
        if id_ != NEW and asked.filter.is_empty():
            raise InputError(
                "The filter is empty: everything is always 100 % of everything. Name what to watch."
            )
        before = self._watches.get(id_)
        made = Watch(id=id_, created=before["created"] if before else self._now(), **_plain(asked))
        self._watches.put(id_, made.model_dump(mode="json", by_alias=True))
        if before is None and id_ != NEW:
            self._tell_past(made, 0)
        return made

    def remove(self, id_: str) -> None:
        """Forget a watch; its alerts stay. Raises NotFoundError, InputError for the standing one."""
        if id_ == NEW:
            raise InputError("The standing watch cannot be removed; switch it off.")
        self.watch(id_)
        self._watches.delete(id_)

    def rehearse(self, asked: WatchIn) -> list[Alert]:
        """What a watch would have said over all weeks, oldest first."""
        view, _ = self._view()
        watch = Watch(id="try", created=self._now(), **_plain(asked))
        return list(self._fired(view, watch, None))

    def series(self, asked: WatchIn) -> Weeks | None:
        """The weekly counts of what is watched; None without a whole week of dated feedback."""
        view, _ = self._view()
        return _weeks(view, asked)

    def check(self) -> list[Alert]:
        """Look at the last whole weeks; returns the alerts that are new."""
        view, version = self._view()
        self._seen = (version, self._now())
        if self._watches.get(NEW) is None:
            self._tell_past(self.put(NEW, _standing()), LOOK_BACK)
        found = (
            alert for watch in self.watches() if watch.is_on for alert in self._fired(view, watch, LOOK_BACK)
        )
        return [alert for alert in found if self._keep(alert, is_past=False)]

    def check_if_due(self) -> list[Alert]:
        """Look when the data has changed since the last look, at most once a minute."""
        version, when = self._seen
        if self._now() - when < PAUSE_S or self._view()[1] == version:
            return []
        return self.check()

    def alerts(self, *, only_unseen: bool = False) -> list[Alert]:
        """Alerts, the latest week first."""
        found = [Alert.model_validate(body) for _, body in self._alerts.items()]
        kept = [alert for alert in found if not (only_unseen and alert.is_seen)]
        return sorted(kept, key=lambda alert: (alert.last, alert.created, alert.id), reverse=True)

    def mark(self, id_: str, *, is_seen: bool) -> Alert:
        """Mark an alert as seen or not. Raises NotFoundError."""
        body = self._alerts.get(id_)
        if body is None:
            raise NotFoundError(f"There is no alert {id_!r}; GET /v1/alerts lists them.")
        alert = Alert.model_validate(body).model_copy(update={"is_seen": is_seen})
        self._alerts.put(id_, alert.model_dump(mode="json"))
        return alert

    def _tell_past(self, watch: Watch, last: int) -> None:
        """Keep what a watch would have said before it was made, but for the `last` weeks."""
        view, _ = self._view()
        everything = _weeks(view, watch)
        if everything is None:
            return
        end = everything.monday(len(everything.n) - last)
        for alert in self._fired(view, watch, HISTORY):
            if alert.last < end:
                self._keep(alert, is_past=True)

    def _keep(self, alert: Alert, *, is_past: bool) -> bool:
        """Store an alert unless it is there; says whether it is new. What is past has been seen."""
        if self._alerts.get(alert.id) is not None:
            return False
        made = alert.model_copy(update={"created": self._now(), "is_seen": is_past, "is_past": is_past})
        body = made.model_dump(mode="json")
        return self._alerts.put_if_absent(made.id, body) == body

    def _fired(self, view: View, watch: Watch, back: int | None) -> Iterator[Alert]:
        """What stands out for a watch in the last weeks, all of them where `back` is None."""
        if watch.id == NEW:
            yield from _grown(view, back or LOOK_BACK, {(a.label, str(a.last)) for a in self.alerts()})
            return
        found = _weeks(view, watch)
        if found is None:
            return
        first = 0 if back is None else max(0, len(found.n) - back)
        for at in range(first, len(found.n)):
            if change := change_in(found, at, watch.direction):
                yield of_change(view, watch, watch.id, found, change)
        for change in drifts(found, watch.direction):
            if change.at >= first:
                yield of_change(view, watch, watch.id, found, change)


def _plain(asked: WatchIn) -> dict[str, Any]:
    """What is asked for, without what makes it a watch that is kept."""
    return asked.model_dump(include=set(WatchIn.model_fields))


def _standing() -> Watch:
    return Watch(id=NEW, name=ANYTHING_NEW, filter=Scope(), created=0.0)


def _weeks(view: View, asked: WatchIn) -> Weeks | None:
    base = counted(asked.of)
    return weeks(view.items(base.narrowed(asked.filter)), view.items(base), view.terms.day)


def _grown(view: View, back: int, told: set[tuple[str | None, str]]) -> Iterator[Alert]:
    """Labels that have grown beyond chance in one of the last weeks and were not told of in the three before it."""
    everything = view.items(counted(Scope()))
    found = weeks(everything, everything, view.terms.day)
    labels = dict(growing(view, Scope()))
    known = set(told)
    if found is None:
        return
    for at in range(max(LEAST_WEEKS, len(found.n) - back), len(found.n)):
        monday = found.monday(at)
        now = Period(first=monday, last=monday + WEEK)
        before = Period(first=found.monday(max(0, at - BASELINE)), last=monday - timedelta(days=1))
        for rise in _rises(view, everything, labels, now, before):
            recent = {(rise.label, str(monday + WEEK - timedelta(weeks=ago))) for ago in range(1, LOOK_BACK)}
            if not recent & known:
                known.add((rise.label, str(monday + WEEK)))
                yield of_rise(view, rise, now, before)


def _rises(
    view: View, everything: BitMap, labels: Mapping[str, BitMap], now: Period, before: Period
) -> Sequence[Rise]:
    """Labels that have grown, none inside another."""
    lately, earlier = (everything & view.terms.between(one.first, one.last) for one in (now, before))
    return distinct(emerging(lately, earlier, labels).rises, lambda rise: labels[rise.label] & lately)
