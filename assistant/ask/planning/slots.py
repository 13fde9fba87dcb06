"""From proposed slots to a plan: each path and each value has to be known."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, get_args

from pydantic import ValidationError

from assistant.ask.breakdown import TAGS, UNITS
from assistant.ask.plan import Intent, QueryPlan
from assistant.ask.planning.draft import SlotDraft
from assistant.ask.planning.material import TAGS as VALUES
from assistant.ask.vocabulary import Vocabulary

PARTS = ("scope.exclude", "scope", "outcome", "versus")
MOST_VALUES = 12
_ATTRIBUTES = "attributes."
_MEASURED = frozenset({"drivers", "count", "trend", "compare", "rank", "impact"})  # intents with an outcome
_BROKEN_DOWN = frozenset({"rank", "count", "trend"})


class SlotError(Exception):
    """A slot that cannot be used; the message says why, for whoever proposed it."""


def flat(plan: QueryPlan | None) -> dict[str, list[str]]:
    """A plan as slots: path -> values."""
    if plan is None:
        return {}
    found: dict[str, list[str]] = {"intent": [plan.intent]}
    for part, scope in zip(PARTS, (plan.scope.exclude, plan.scope, plan.outcome, plan.versus), strict=True):
        for key, value in (scope.plain() if scope else {}).items():
            if isinstance(value, Mapping) and key == "attributes":
                found |= {f"{part}.{_ATTRIBUTES}{name}": list(values) for name, values in value.items()}
            elif isinstance(value, Mapping) and key == "period":
                found[f"{part}.period"] = [str(value.get(end) or "") for end in ("from", "to")]
            elif key not in ("exclude", "also", "terms"):
                found[f"{part}.{key}"] = list(value) if isinstance(value, list) else [str(value)]
    found |= {name: [str(value)] for name in ("by", "limit") if (value := getattr(plan, name)) is not None}
    return found


def known(slot: SlotDraft, question: str, vocabulary: Vocabulary) -> list[str]:
    """The values of a slot as they are stored. Raises SlotError for a path or value that does not exist."""
    values = list(dict.fromkeys(value.strip() for value in slot.values))
    if not values or len(values) > MOST_VALUES:
        raise SlotError(f"{slot.slot}: give one to {MOST_VALUES} values")
    if slot.slot in ("intent", "by", "limit"):
        return [_single(slot.slot, values, vocabulary)]
    part = next((one for one in PARTS if slot.slot.startswith(f"{one}.")), None)
    if part is None:
        raise SlotError(f"{slot.slot:.40}: there is no such slot")
    name = slot.slot.removeprefix(f"{part}.")
    if name == "period":
        return [_day(slot.slot, value.strip()) for value in slot.values]
    if name == "text":
        return [_text(slot.slot, values, question)]
    if name == "polarity" and len(values) > 1:
        raise SlotError(f"{slot.slot}: give one value")
    return list(_matched(slot.slot, values, _allowed(slot.slot, name, vocabulary)))


def _allowed(path: str, name: str, vocabulary: Vocabulary) -> Sequence[str]:
    if name == "themes":
        return list(vocabulary.themes)
    if name in VALUES:
        return VALUES[name]
    attribute = name.removeprefix(_ATTRIBUTES)
    if attribute == name or attribute not in vocabulary.attributes:
        raise SlotError(f"{path:.60}: there is no such slot")
    return list(vocabulary.attributes[attribute])


def _matched(path: str, values: Sequence[str], allowed: Sequence[str]) -> Iterator[str]:
    stored = {value.casefold(): value for value in allowed}
    for value in values:
        if value.casefold() not in stored:
            raise SlotError(f"{path}: {value!r:.60} is not among its values")
        yield stored[value.casefold()]


def _single(path: str, values: Sequence[str], vocabulary: Vocabulary) -> str:
    choices = {"intent": get_args(Intent), "by": (*TAGS, *UNITS, *vocabulary.attributes)}
    value = values[0]
    if len(values) > 1 or (path in choices and value not in choices[path]):
        raise SlotError(f"{path}: {value!r:.60} is not among its values")
    if path == "limit" and not (value.isascii() and value.isdigit() and 1 <= int(value[:4]) <= 100):
        raise SlotError("limit: give a number from 1 to 100")
    return value


def _day(path: str, value: str) -> str:
    try:
        return date.fromisoformat(value).isoformat() if value else ""
    except ValueError as error:
        raise SlotError(f"{path}: {value!r:.40} is no day; write YYYY-MM-DD") from error


def _text(path: str, values: Sequence[str], question: str) -> str:
    """Words to look for are those of the question."""
    if len(values) > 1 or " ".join(values[0].casefold().split()) not in question.casefold():
        raise SlotError(f"{path}: look for words of the question only")
    return values[0]


def plan_of(slots: Mapping[str, Sequence[str]]) -> QueryPlan:
    """The plan that known slots make together. Raises SlotError where they contradict one another."""
    intent = next(iter(slots.get("intent", ())), None)
    if intent is None:
        raise SlotError("intent: it is missing")
    data: dict[str, Any] = {part: {} for part in PARTS}
    for path, values in slots.items():
        part = next((one for one in PARTS if path.startswith(f"{one}.")), None)
        if part:
            _put(data[part], path.removeprefix(f"{part}."), list(values))
    scope = data["scope"] | ({"exclude": data["scope.exclude"]} if data["scope.exclude"] else {})
    by = next(iter(slots.get("by", ())), None)
    _agree(intent, by, data)
    try:
        return QueryPlan.model_validate({
            "intent": intent, "scope": scope, "outcome": data["outcome"] or _default(intent),
            "versus": data["versus"] or None, "by": by or _usual(intent, scope),
            "limit": next(iter(slots.get("limit", ())), None),
        })  # fmt: skip
    except ValidationError as error:
        wrong = error.errors()[0]
        raise SlotError(f"{'.'.join(map(str, wrong['loc']))}: {wrong['msg']}") from error


def _put(scope: dict[str, Any], name: str, values: list[str]) -> None:
    if name.startswith(_ATTRIBUTES):
        scope.setdefault("attributes", {})[name.removeprefix(_ATTRIBUTES)] = values
    elif name == "period":
        if len(values) != 2 or not any(values):
            raise SlotError("period: give the first and the last day, and an empty text for an open end")
        scope["period"] = {"from": values[0] or None, "to": values[1] or None}
    else:
        scope[name] = values[0] if name in ("text", "polarity") else values


def _agree(intent: str, by: str | None, data: Mapping[str, Any]) -> None:
    """Slots that an intent has no use for would change nothing, and the reader would not know."""
    if bool(data["versus"]) != (intent == "compare"):
        raise SlotError("versus: it belongs to compare, and compare needs it")
    if data["outcome"] and intent not in _MEASURED:
        raise SlotError(f"outcome: {intent} has none; say in scope which feedback is meant")
    if by and intent not in _BROKEN_DOWN:
        raise SlotError(f"by: {intent} is not broken down")
    if by and (by in UNITS) != (intent == "trend"):
        raise SlotError("by: a trend goes by day, week or month, and nothing else does")


def _default(intent: str) -> dict[str, Any] | None:
    """What is to be explained where the question does not say it, as the rules have it."""
    return {"sentiment": ["negative"]} if intent == "drivers" else None


def _usual(intent: str, scope: Mapping[str, Any]) -> str | None:
    """What a ranking goes by where the question does not say it, as the rules have it."""
    if intent != "rank":
        return None
    return "sub_theme" if scope.get("themes") else "theme"
