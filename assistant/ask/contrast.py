"""The other side of a comparison that a turn leaves unsaid: the period before, or the two last spoken of."""

from collections.abc import Sequence
from typing import Any

from assistant.ask import spans
from assistant.ask.question import Question
from assistant.ask.values import Values
from assistant.scope import Period, Scope


def other_period(question: Question, period: Period | None) -> Scope | None:
    """The period before, or a year earlier, where the question asks for that."""
    if period is None or period.first is None or not question.has("one_before", "year_before"):
        return None
    span = spans.of_period(period)
    other = spans.year_earlier(span) if question.has("year_before") else spans.before(span)
    return Scope(period=other.period)


def pair(scope: Scope, before: Scope, values: Values) -> tuple[Scope, Scope] | None:
    """The scope and what to compare it with: what differs from the plan `before`, else the only other value."""
    for name, named in scope.attributes.items():
        if before.attributes.get(name, named) != named:
            return _sides(scope, "attributes", {name: before.attributes[name]}, {name: named})
    for key in ("period", "themes"):
        if getattr(before, key) and getattr(before, key) != getattr(scope, key):
            return _sides(scope, key, getattr(before, key), getattr(scope, key))
    for name, named in scope.attributes.items():
        stored = values.values(name)
        others = [value for value in stored if value not in named]
        if len(others) == 1:
            first, second = sorted([named, others], key=lambda side: _place(stored, side))
            return _sides(scope, "attributes", {name: first}, {name: second})
    return None


def _place(stored: Sequence[str], side: Sequence[str]) -> int:
    return stored.index(side[0]) if side[0] in stored else len(stored)


def _sides(scope: Scope, key: str, first: Any, second: Any) -> tuple[Scope, Scope]:
    return scope.merged(Scope(**{key: first})), Scope(**{key: second})
