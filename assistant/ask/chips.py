"""How a question was understood, slot by slot: value, source and the words behind it."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from assistant.ask.mentions import Mention
from assistant.ask.plan import Chip, QueryPlan
from assistant.ask.question import Question
from assistant.ask.scopes import Draft
from assistant.ask.vocabulary import ThemeWords
from assistant.ask.words import GAPS, Names, period
from assistant.scope import Period, Scope

_LISTS = ("themes", "sentiment", "emotions", "empathy_gaps", "churn", "effort", "intents", "forces")


def chips(question: Question, draft: Draft, plan: QueryPlan, themes: Mapping[str, ThemeWords]) -> list[Chip]:
    """One chip for each slot of the plan. Slots are paths into it, such as `scope.themes`.

    What no word of the question names comes from the plan before, or from a rule where there is none.
    """
    mentions = [*draft.scope, *draft.outcome, *draft.versus, *draft.exclude]
    walk = _Walk(question, mentions, themes)
    found = [Chip(slot="intent", value=plan.intent, source="rule" if draft.intent else "previous", words="")]
    for path, scope in _parts(plan):
        found += walk.scope(path, scope)
    if plan.by:
        source = "name" if draft.by_words else "rule" if draft.by else "previous"
        found.append(Chip(slot="by", value=plan.by, source=source, words=draft.by_words))
    if plan.limit:
        words = str(draft.limit or "")
        found.append(
            Chip(slot="limit", value=str(plan.limit), source="rule" if words else "previous", words=words)
        )
    return found


def given(plan: QueryPlan, names: Names) -> list[Chip]:
    """The chips of a plan that was handed in: every slot is set."""
    walk = _Slots(names.theme)
    found = [Chip(slot="intent", value=plan.intent, source="set", words="")]
    for path, scope in _parts(plan):
        found += walk.scope(path, scope)
    rest = {"by": plan.by, "limit": plan.limit}
    return found + [
        Chip(slot=name, value=str(value), source="set", words="") for name, value in rest.items() if value
    ]


def _parts(plan: QueryPlan) -> list[tuple[str, Scope]]:
    """The scopes of a plan that are set, with their paths."""
    parts = (
        ("scope", plan.scope),
        ("outcome", plan.outcome),
        ("versus", plan.versus),
        ("scope.exclude", plan.scope.exclude),
    )
    return [(path, scope) for path, scope in parts if scope]


class _Slots:
    """The slots of scopes as chips; where they come from is not known."""

    def __init__(self, name: Callable[[str], str]) -> None:
        self._name = name

    def scope(self, path: str, scope: Scope) -> Iterator[Chip]:
        for key in _LISTS:
            if values := getattr(scope, key):
                names = [self._name(v) for v in values]
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
            yield self._chip(f"{path}.period", period(scope.period), self._dated(scope.period))
        if scope.text:
            yield self._chip(f"{path}.text", scope.text, self._named("text", None, [scope.text]))

    def _named(self, _key: str, _attribute: str | None, _values: Sequence[str]) -> list[Mention]:
        return []

    def _dated(self, _period: Period) -> list[Mention]:
        return []

    def _chip(self, slot: str, value: str, _mentions: Sequence[Mention]) -> Chip:
        return Chip(slot=slot, value=value, source="set", words="")


class _Walk(_Slots):
    """The slots of scopes with the words of the question behind them."""

    def __init__(
        self, question: Question, mentions: Sequence[Mention], themes: Mapping[str, ThemeWords]
    ) -> None:
        super().__init__(lambda name: themes[name].name if name in themes else name.replace("_", " "))
        self._question, self._mentions = question, mentions

    def _dated(self, period_: Period) -> list[Mention]:
        return [m for m in self._mentions if m.date and m.date.span.period == period_]

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
