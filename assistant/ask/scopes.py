"""From mentions to the scopes of a plan."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assistant.ask.mentions import Mention
from assistant.ask.plan import Intent, QueryPlan
from assistant.scope import Period, Scope

_TONES = {"complaint": ("-", "negative"), "praise": ("+", "positive")}
_KEYS = {"sentiment", "emotions", "empathy_gaps", "churn", "effort", "intents", "forces", "themes"}
# Labels that already say how it was, so that "complaint" adds nothing.
_TELLING = ("emotions", "empathy_gaps", "effort", "sentiment")


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A plan still made of mentions, so that each slot knows its words. No intent: the words do not say it."""

    intent: Intent | None
    scope: Sequence[Mention] = ()
    outcome: Sequence[Mention] = ()
    versus: Sequence[Mention] = ()
    exclude: Sequence[Mention] = ()
    by: str | None = None
    by_words: str = ""
    limit: int | None = None
    reason: str | None = None

    def plan(self) -> QueryPlan:
        """The plan that the draft stands for; an intent is needed."""
        if self.intent is None:
            raise ValueError("a draft without intent is no plan; complete it from the plan before")
        exclude = scope_of(self.exclude)
        scope = scope_of(self.scope)
        return QueryPlan(
            intent=self.intent,
            scope=scope if exclude.is_empty() else scope.model_copy(update={"exclude": exclude}),
            outcome=scope_of(self.outcome) if self.outcome else None,
            versus=scope_of(self.versus) if self.versus else None,
            by=self.by, limit=self.limit, reason=self.reason,
        )  # fmt: skip


def scope_of(mentions: Sequence[Mention]) -> Scope:
    """The scope that the mentions describe together; values of one key are alternatives.

    Complaints about a theme become its polarity; without a theme, or as outcome, they are a sentiment.
    """
    parts: dict[str, Any] = {}
    for mention in mentions:
        if mention.key in _KEYS:
            parts[mention.key] = _joined(parts.get(mention.key, []), mention.values)
        elif mention.key == "attributes" and mention.attribute:
            attributes = parts.setdefault("attributes", {})
            attributes[mention.attribute] = _joined(attributes.get(mention.attribute, []), mention.values)
        elif mention.date:
            parts["period"] = _together(parts.get("period"), mention.date.span.period)
        elif mention.key == "text":
            parts.setdefault("text", mention.values[0])
    return Scope(**_toned(parts, {value for m in mentions if m.key == "tones" for value in m.values}))


def _together(one: Period | None, other: Period) -> Period:
    """One period that holds both: "June and July"."""
    if one is None:
        return other
    firsts, lasts = [one.first, other.first], [one.last, other.last]
    return Period(
        first=min(day for day in firsts if day) if all(firsts) else None,
        last=max(day for day in lasts if day) if all(lasts) else None,
    )


def _joined(values: Sequence[str], more: Sequence[str]) -> list[str]:
    return list(dict.fromkeys([*values, *more]))


def _toned(parts: dict[str, Any], tones: set[str]) -> dict[str, Any]:
    if len(tones) != 1:
        return parts
    polarity, sentiment = _TONES[next(iter(tones))]
    if "themes" in parts and parts.get("sentiment", [sentiment]) == [sentiment]:
        return {key: value for key, value in parts.items() if key != "sentiment"} | {"polarity": polarity}
    if any(key in parts for key in _TELLING):
        return parts
    return {**parts, "sentiment": [sentiment]}
