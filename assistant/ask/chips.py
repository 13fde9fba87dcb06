"""How a question was understood, slot by slot: value, source and the words behind it."""

from collections.abc import Iterator, Mapping, Sequence

from assistant.ask.mentions import Mention
from assistant.ask.plan import Chip, QueryPlan
from assistant.ask.question import Question
from assistant.ask.scopes import Draft
from assistant.ask.vocabulary import ThemeWords
from assistant.ask.words import GAPS, period
from assistant.scope import Scope

_LISTS = ("themes", "sentiment", "emotions", "empathy_gaps", "churn", "effort", "intents", "forces")


def chips(question: Question, draft: Draft, plan: QueryPlan, themes: Mapping[str, ThemeWords]) -> list[Chip]:
    """One chip for each slot of the plan. Slots are paths into it, such as `scope.themes`.

    What no word of the question names comes from the plan before, or from a rule where there is none.
    """
    mentions = [*draft.scope, *draft.outcome, *draft.versus, *draft.exclude]
    walk = _Walk(question, mentions, themes)
    found = [Chip(slot="intent", value=plan.intent, source="rule" if draft.intent else "previous", words="")]
    parts = (
        ("scope", plan.scope),
        ("outcome", plan.outcome),
        ("versus", plan.versus),
        ("scope.exclude", plan.scope.exclude),
    )
    for path, scope in parts:
        found += walk.scope(path, scope) if scope else []
    if plan.by:
        source = "name" if draft.by_words else "rule" if draft.by else "previous"
        found.append(Chip(slot="by", value=plan.by, source=source, words=draft.by_words))
    if plan.limit:
        words = str(draft.limit or "")
        found.append(
            Chip(slot="limit", value=str(plan.limit), source="rule" if words else "previous", words=words)
        )
    return found


class _Walk:
    def __init__(
        self, question: Question, mentions: Sequence[Mention], themes: Mapping[str, ThemeWords]
    ) -> None:
        self._question, self._mentions, self._themes = question, mentions, themes

    def scope(self, path: str, scope: Scope) -> Iterator[Chip]:
        for key in _LISTS:
            if values := getattr(scope, key):
                names = [self._themes[v].name if v in self._themes else v.replace("_", " ") for v in values]
                shown = "any" if set(values) == set(GAPS) else " or ".join(names)
                yield self._chip(f"{path}.{key}", shown, self._named(key, None, values))
        for name, values in scope.attributes.items():
            yield self._chip(
                f"{path}.attributes.{name}", " or ".join(values), self._named("attributes", name, values)
            )
        if scope.polarity:
            value = {"-": "complaints", "+": "praise", "0": "neutral"}[scope.polarity]
            yield self._chip(f"{path}.polarity", value, self._named("tones", None, ()))
        if scope.period:
            dated = [m for m in self._mentions if m.date and m.date.span.period == scope.period]
            yield self._chip(f"{path}.period", period(scope.period), dated)
        if scope.text:
            yield self._chip(f"{path}.text", scope.text, self._named("text", None, [scope.text]))

    def _named(self, key: str, attribute: str | None, values: Sequence[str]) -> list[Mention]:
        """The mentions that gave the values; tones can stand for a sentiment."""
        same = [
            m
            for m in self._mentions
            if m.slot == (key, attribute) and (not values or set(m.values) & set(values))
        ]
        return same or [m for m in self._mentions if key == "sentiment" and m.key == "tones"]

    def _chip(self, slot: str, value: str, mentions: Sequence[Mention]) -> Chip:
        words = [self._question.words(m.first, m.last) for m in mentions if m.last > m.first]
        source = mentions[0].source if mentions else "previous"
        return Chip(slot=slot, value=value, source=source, words=", ".join(words))
