"""What was done with items: open, snoozed, done, merged; by whom; and a way back."""

import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, model_validator

from assistant.errors import InputError, NotFoundError

Status = Literal["open", "snoozed", "done", "merged"]
Kind = Literal["assign", "done", "reopen", "snooze", "note", "merge"]
MOST_ITEMS, MOST_NOTES = 500, 100


class Documents(Protocol):
    """Keeps documents of one kind by key."""

    def get(self, key: str) -> dict[str, Any] | None: ...
    def put(self, key: str, body: dict[str, Any], /) -> None: ...
    def delete(self, key: str) -> bool: ...
    def items(self) -> Iterator[tuple[str, dict[str, Any]]]: ...
    def state(self) -> tuple[int, float]: ...


class Note(BaseModel):
    """What somebody wrote down on an item."""

    text: str
    by: str | None
    at: float


class Case(BaseModel):
    """How an item stands. One that nobody has touched is open. `closed` and `changed` are seconds since 1970."""

    status: Status = "open"
    assignee: str | None = None
    until: date | None = Field(default=None, description="Snoozed up to this day")
    into: str | None = Field(default=None, description="The item that it was merged into")
    notes: list[Note] = Field(default_factory=list)
    by: str | None = None
    closed: float | None = None
    changed: float = 0.0


class Action(BaseModel):
    """Something done with up to 500 items at once."""

    model_config = ConfigDict(extra="forbid")

    items: Annotated[list[str], Field(min_length=1, max_length=MOST_ITEMS)]
    action: Kind
    assignee: Annotated[str | None, Field(max_length=200)] = None
    until: date | None = None
    note: Annotated[str | None, Field(max_length=5000)] = None
    into: Annotated[str | None, Field(max_length=500)] = None
    by: Annotated[str | None, Field(max_length=200)] = None

    @model_validator(mode="after")
    def _complete(self) -> "Action":
        needed = {"snooze": self.until, "note": self.note and self.note.strip(), "merge": self.into}
        if self.action in needed and not needed[self.action]:
            name = {"snooze": "until", "note": "note", "merge": "into"}[self.action]
            msg = f"to {self.action}, give {name!r}"
            raise ValueError(msg)
        if self.action == "merge" and self.into in self.items:
            msg = "an item cannot be merged into itself"
            raise ValueError(msg)
        return self


class Done(BaseModel):
    """What was done, under an id by which it can be undone, and how the items stand now."""

    id: str
    action: Kind
    cases: dict[str, Case]


class Cases:
    """How the items of one workspace stand.

    Args:
        cases: keeps a case by item.
        actions: keeps what was done, for undoing it.
        known: of ids, those that are items.
        now: seconds since 1970.
    """

    def __init__(
        self,
        *,
        cases: Documents,
        actions: Documents,
        known: Callable[[Sequence[str]], set[str]],
        now: Callable[[], float] = time.time,
    ) -> None:
        self._cases, self._actions, self._known, self._now = cases, actions, known, now
        self._kept: tuple[tuple[int, float], Mapping[str, Case]] = ((-1, 0.0), {})

    def all(self) -> Mapping[str, Case]:
        """The cases of all items that somebody has touched, by id; read again only when they have changed."""
        state = self._cases.state()
        if self._kept[0] != state:
            self._kept = (state, {key: Case.model_validate(body) for key, body in self._cases.items()})
        return self._kept[1]

    def get(self, item: str) -> Case:
        """How an item stands."""
        return _case(self._cases.get(item))

    def known(self, item: str) -> Case | None:
        """How an item stands; None when nothing was done with it."""
        body = self._cases.get(item)
        return None if body is None else _case(body)

    def apply(self, asked: Action) -> Done:
        """Do something with items. Raises NotFoundError when one of them, or the one to merge into, is no item."""
        named = [*asked.items, *([asked.into] if asked.into else [])]
        if missing := sorted(set(named) - self._known(named)):
            raise NotFoundError(f"There is no item {missing[0]!r}; it may have been deleted.")
        before = {item: self._cases.get(item) for item in dict.fromkeys(asked.items)}
        after = {item: self._changed(_case(body), asked) for item, body in before.items()}
        for item, case in after.items():
            self._cases.put(item, case.model_dump(mode="json"))
        id_ = uuid.uuid4().hex
        stamps = {item: case.changed for item, case in after.items()}
        self._actions.put(id_, {"action": asked.action, "before": before, "stamps": stamps})
        return Done(id=id_, action=asked.action, cases=after)

    def undo(self, id_: str) -> Done:
        """Put back how the items stood before an action.

        Raises:
            NotFoundError: there is no such action, or it has been undone.
            InputError: somebody has done something else with one of the items since.
        """
        kept = self._actions.get(id_)
        if kept is None:
            raise NotFoundError(f"There is nothing to undo under {id_!r}; it may have been undone before.")
        later = [item for item, stamp in kept["stamps"].items() if self.get(item).changed != stamp]
        if later:
            raise InputError(f"Something else was done with {later[0]!r} since; change it by hand.")
        for item, body in kept["before"].items():
            if body is None:
                self._cases.delete(item)
            else:
                self._cases.put(item, body)
        self._actions.delete(id_)
        return Done(id=id_, action=kept["action"], cases={item: self.get(item) for item in kept["before"]})

    def forget(self, items: Sequence[str]) -> None:
        """Delete the cases of items that are no more."""
        for item in items:
            self._cases.delete(item)

    def _changed(self, case: Case, asked: Action) -> Case:
        now = self._now()
        new: dict[str, Any] = {"changed": now, "by": asked.by}
        if asked.action == "assign":
            new["assignee"] = asked.assignee or None
        elif asked.action == "done":
            new |= {"status": "done", "until": None, "closed": now}
        elif asked.action == "reopen":
            new |= {"status": "open", "until": None, "into": None, "closed": None}
        elif asked.action == "snooze":
            new |= {"status": "snoozed", "until": asked.until}
        elif asked.action == "merge":
            new |= {"status": "merged", "into": asked.into, "closed": now}
        if asked.note and asked.note.strip():
            notes = [*case.notes, Note(text=asked.note.strip(), by=asked.by, at=now)]
            new["notes"] = notes[-MOST_NOTES:]
        return case.model_copy(update=new)


def _case(body: dict[str, Any] | None) -> Case:
    return Case.model_validate(body) if body else Case()


def stands(case: Case, today: date) -> Status:
    """The status on a day: a snoozed item is open again when its day has come."""
    return "open" if case.status == "snoozed" and case.until and case.until <= today else case.status


def today_utc() -> date:
    """The day of now."""
    return datetime.now(UTC).date()
