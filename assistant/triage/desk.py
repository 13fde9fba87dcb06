"""The queue: items in the order in which they need somebody, with how each stands."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, Protocol

from pyroaring import BitMap

from assistant.ask.ledger import View
from assistant.errors import NotFoundError
from assistant.scope import Scope
from assistant.triage.cases import Case, Cases, stands
from assistant.triage.priority import Priorities, Reason, due
from assistant.triage.replies import reply

Shown = Literal["open", "snoozed", "done", "merged", "all"]


class Store(Protocol):
    """Where items are."""

    def numbers(self, ids: Sequence[str]) -> dict[str, int]: ...
    def get_many(self, keys: Sequence[int], /) -> Sequence[Any]: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """An item in the queue."""

    stored: Any
    points: float
    reasons: Sequence[Reason]
    case: Case
    status: str
    due: date | None
    is_overdue: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Queue:
    """A page of the queue. `total` are all items of the filter and status, `overdue` the late ones of them."""

    total: int
    overdue: int
    entries: Sequence[Entry]


class Desk:
    """The queue of one workspace.

    Args:
        view: gives the feedback as it is now, with its version.
        store: where items are.
        cases: how they stand.
    """

    def __init__(self, *, view: Callable[[], tuple[View, int]], store: Store, cases: Cases) -> None:
        self._view, self._store, self.cases = view, store, cases
        self._counting = threading.Lock()
        self._priorities: tuple[int, Priorities] | None = None
        self._numbers: tuple[int, dict[str, int]] = (-1, {})

    def queue(
        self,
        asked: Scope,
        *,
        status: Shown,
        today: date,
        assignee: str | None = None,
        only_overdue: bool = False,
        first: int = 0,
        limit: int = 50,
    ) -> Queue:
        """A page of the items of a scope that stand so.

        Args:
            asked: which items; copies are left out, they need one answer.
            status: how they stand on the day.
            today: the day.
            assignee: whose; an empty text means nobody's.
            only_overdue: only those whose answer is late.
            first: how many to leave out at the beginning.
            limit: how many at most.
        """
        view, priorities = self._now()
        items = view.items(asked) - view.terms.get("copy=yes")
        items &= self._standing(view, status, today)
        if assignee is not None:
            items &= self._assigned(view, assignee)
        late = priorities.late(today) & items
        chosen = late if only_overdue else items
        order = priorities.ordered(chosen, today)[first : first + limit]
        points, cases = priorities.points(today), self.cases.all()
        stored = {one.number: one for one in self._store.get_many([int(number) for number in order])}
        entries = [
            self._entry(priorities, stored[int(number)], cases, float(points[number]), today, is_late=int(number) in late)
            for number in order if int(number) in stored
        ]  # fmt: skip
        return Queue(total=len(chosen), overdue=len(late), entries=entries)

    def entry(self, item: str, today: date) -> Entry:
        """One item as the queue has it. Raises NotFoundError."""
        view, priorities = self._now()
        number = self._store.numbers([item]).get(item)
        if number is None or number not in view.terms.all:
            raise NotFoundError(f"There is no item {item!r}; it may have been deleted.")
        [stored] = self._store.get_many([number])
        points = float(priorities.points(today)[number])
        return self._entry(
            priorities, stored, self.cases.all(), points, today, is_late=number in priorities.late(today)
        )

    def reply(self, stored: Any) -> str | None:
        """What could be answered."""
        view, _ = self._view()
        return reply(stored.tags, view.names)

    def counts(self, today: date) -> Mapping[str, int]:
        """How many items stand how."""
        view, priorities = self._now()
        found = {
            name: len(self._standing(view, name, today)) for name in ("open", "snoozed", "done", "merged")
        }
        return {**found, "overdue": len(priorities.late(today) & self._standing(view, "open", today))}

    def _now(self) -> tuple[View, Priorities]:
        view, version = self._view()
        with self._counting:
            if self._priorities is None or self._priorities[0] != version:
                self._priorities = (version, Priorities.of(view))
            return view, self._priorities[1]

    def _entry(
        self,
        priorities: Priorities,
        stored: Any,
        cases: Mapping[str, Case],
        points: float,
        today: date,
        *,
        is_late: bool,
    ) -> Entry:
        case = cases.get(stored.item.id, Case())
        status, reasons = stands(case, today), priorities.reasons(stored.number, today)
        return Entry(
            stored=stored,
            points=points,
            reasons=reasons,
            case=case,
            status=status,
            due=due(stored.item.date, stored.tags["urgency"]) if reasons else None,
            is_overdue=is_late and status == "open",
        )

    def _standing(self, view: View, status: str, today: date) -> BitMap:
        """The items that stand so; those that nobody has touched are open."""
        everything = view.terms.all - view.terms.get("copy=yes")
        if status == "all":
            return everything
        found = {name: BitMap() for name in ("open", "snoozed", "done", "merged")}
        for number, case in self._numbered():
            found[stands(case, today)].add(number)
        if status == "open":
            return everything - found["snoozed"] - found["done"] - found["merged"]
        return found[status] & everything

    def _assigned(self, view: View, assignee: str) -> BitMap:
        taken = {number: case.assignee for number, case in self._numbered() if case.assignee}
        if assignee:
            return BitMap([number for number, name in taken.items() if name == assignee])
        return view.terms.all - BitMap(list(taken))

    def _numbered(self) -> Iterator[tuple[int, Case]]:
        """The cases with the numbers of their items; of items that are gone, none."""
        cases, (_, version) = self.cases.all(), self._view()
        if self._numbers[0] != version:
            self._numbers = (version, {})  # an item that was deleted and came again has another number
        known = self._numbers[1]
        new = [item for item in cases if item not in known]
        if new:
            known.update(self._store.numbers(new))
        return ((known[item], case) for item, case in cases.items() if item in known)
