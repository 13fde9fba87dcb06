"""How well a plan matches the one it should be, slot by slot."""

from collections.abc import Mapping
from typing import Any

from assistant.ask.plan import QueryPlan

SCOPE_SLOTS = (
    "themes", "polarity", "sentiment", "emotions", "empathy_gaps", "churn", "effort", "intents", "forces",
    "attributes", "period", "text", "exclude",
)  # fmt: skip
SLOTS = ("intent", *SCOPE_SLOTS, "outcome", "by", "versus", "limit")


def score(gold: QueryPlan, got: QueryPlan) -> dict[str, bool]:
    """Whether each slot is right; lists count as sets, texts without case.

    A question about the assistant, or one that cannot be answered, is right when its intent is.
    """
    if gold.intent == got.intent and gold.intent in {"help", "unsupported"}:
        return dict.fromkeys(SLOTS, True)
    right = {"intent": gold.intent == got.intent, "by": gold.by == got.by, "limit": gold.limit == got.limit}
    for slot in SCOPE_SLOTS:
        right[slot] = _same(getattr(gold.scope, slot), getattr(got.scope, slot))
    for slot in ("outcome", "versus"):
        right[slot] = _same(getattr(gold, slot), getattr(got, slot))
    return {slot: right[slot] for slot in SLOTS}


def is_exact(gold: QueryPlan, got: QueryPlan) -> bool:
    """Whether every slot is right."""
    return all(score(gold, got).values())


def _same(one: Any, other: Any) -> bool:
    return bool(_plain(one) == _plain(other))


def _plain(value: Any) -> Any:
    """The value in a form in which equal plans are equal."""
    if hasattr(value, "plain"):
        return _plain(value.plain()) or None
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json", exclude_none=True)
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return sorted(map(str, value))
    return value.casefold() if isinstance(value, str) else value
