"""How well a plan matches the one it should be, slot by slot."""

from collections.abc import Mapping
from typing import Any

from assistant.ask.plan import QueryPlan
from assistant.scope import Scope

SCOPE_SLOTS = (
    "themes", "polarity", "sentiment", "emotions", "empathy_gaps", "churn", "effort", "intents", "forces",
    "attributes", "period", "text", "exclude",
)  # fmt: skip
SLOTS = ("intent", *SCOPE_SLOTS, "outcome", "by", "versus", "limit")


def score(gold: QueryPlan, got: QueryPlan, parents: Mapping[str, str] | None = None) -> dict[str, bool]:
    """Whether each slot is right; lists count as sets, texts without case.

    A question about the assistant, or one that cannot be answered, is right when its intent is.

    Args:
        gold: the plan that the question means.
        got: the plan that was read.
        parents: sub-theme -> theme, where a sub-theme shall count as its theme.
    """
    if gold.intent == got.intent and gold.intent in {"help", "unsupported"}:
        return dict.fromkeys(SLOTS, True)
    right = {"intent": gold.intent == got.intent, "by": gold.by == got.by, "limit": gold.limit == got.limit}
    one, other = (_plain(plan.scope, parents or {}) or {} for plan in (gold, got))
    right |= {slot: one.get(slot) == other.get(slot) for slot in SCOPE_SLOTS}
    for slot in ("outcome", "versus"):
        right[slot] = _plain(getattr(gold, slot), parents or {}) == _plain(getattr(got, slot), parents or {})
    return {slot: right[slot] for slot in SLOTS}


def is_exact(gold: QueryPlan, got: QueryPlan, parents: Mapping[str, str] | None = None) -> bool:
    """Whether every slot is right."""
    return all(score(gold, got, parents).values())


def _plain(value: Any, parents: Mapping[str, str], key: str = "") -> Any:
    """The value in a form in which equal plans are equal; None when it says nothing."""
    if isinstance(value, Scope):
        return _plain(value.plain(), parents)
    if isinstance(value, Mapping):
        return {name: _plain(part, parents, name) for name, part in value.items() if part is not None} or None
    if isinstance(value, list):
        return sorted({parents.get(str(part), str(part)) if key == "themes" else str(part) for part in value})
    return value.casefold() if isinstance(value, str) else value
