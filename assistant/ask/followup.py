"""The next turn of a conversation: "and for email?", "why?", "compare that with February" edit the plan before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.ask.contrast import other_period, pair
from assistant.ask.lexicon import Lexicon
from assistant.ask.mentions import OUTCOMES, Mention
from assistant.ask.plan import Intent, QueryPlan
from assistant.ask.question import Question
from assistant.ask.scopes import Draft, scope_of
from assistant.ask.spans import Span
from assistant.ask.values import Values
from assistant.scope import Period, Scope

_OPEN: frozenset[Intent] = frozenset({"drivers", "rank", "count", "trend", "compare"})
_SHORT = 5  # words from which a turn can be a question of its own
# Scope keys that say what happened, the firmest first.
_HAPPENED = ("churn", "effort", "empathy_gaps", "emotions", "sentiment")
_KEEPS_OUTCOME: frozenset[Intent] = frozenset({"drivers", "compare", "impact"})


def continues(question: Question, draft: Draft, lexicon: Lexicon) -> bool:
    """Whether the turn builds on the plan before instead of starting afresh."""
    if draft.intent in {"help", "unsupported"}:
        return False
    turns = {hit.means for hit in lexicon.turns.find(question.tokens)}
    words = [p for p, token in enumerate(question.tokens) if token.is_word and p not in question.silent]
    if "fresh" in turns:
        return False
    leads = any(
        hit.means == "lead" and hit.first == words[0] for hit in lexicon.turns.find(question.tokens) if words
    )
    if leads or "refers" in turns or not words:
        return True
    return not _stands_alone(draft, len(words), refers="maybe" in turns)


def _stands_alone(draft: Draft, words: int, *, refers: bool) -> bool:
    """Whether the turn is a whole question: it says what it wants and of what."""
    named = [*draft.scope, *draft.outcome, *draft.exclude]
    topic = any(m.key in {"themes", "text"} for m in named)
    happened = any(m.can_be_outcome and m.key != "tones" and m.source != "rule" for m in named)
    if draft.intent is None:
        return False
    return words >= _SHORT and not refers and (topic or (happened and draft.intent in _OPEN))


@dataclass(frozen=True)
class Merge:
    """Lays a turn over the plan before it."""

    question: Question
    draft: Draft
    previous: QueryPlan
    earlier: Sequence[QueryPlan]
    values: Values
    lexicon: Lexicon

    def plan(self) -> QueryPlan:
        intent = self._intent()
        scope, outcome = self._moved(intent)
        scope, outcome = self._laid(intent, scope, outcome)
        scope, versus = self._versus(intent, scope)
        return QueryPlan(
            intent=intent, scope=self._widened(scope), outcome=outcome, versus=versus,
            by=self._by(intent), limit=self.draft.limit or (self.previous.limit if intent == self.previous.intent else None),
        )  # fmt: skip

    @property
    def _turns(self) -> frozenset[str]:
        return frozenset(hit.means for hit in self.lexicon.turns.find(self.question.tokens))

    @property
    def _named_versus(self) -> Sequence[Mention]:
        """The second side as the turn names it; "the rest" only where the plan before has nothing to compare."""
        guessed = any(m.source == "rule" and _has(self.previous.scope, m) for m in self.draft.versus)
        return [] if guessed else self.draft.versus

    @property
    def _compares(self) -> bool:
        earlier = self.question.has("one_before", "year_before") and not self._shifts
        return self.draft.intent == "compare" or self.question.has("compare") or earlier

    @property
    def _shifts(self) -> bool:
        """Whether the turn moves the period: "and the month before?"."""
        moves = self.question.has("one_before", "year_before") and not self.question.has("compare")
        return (
            moves
            and self.previous.scope.period is not None
            and self.question.low(0) in {"and", "what", "the"}
        )

    def _intent(self) -> Intent:
        """The intent that the turn names, else that of the plan before."""
        named, before = self.draft.intent, self.previous.intent
        if before in {"help", "unsupported"}:
            before = "summary"
        if self._compares:
            return "compare"
        if named is None:
            return before
        if named == "rank" and not self.draft.by_words:
            return before
        if named == "count" and self.draft.by and not self.question.has("count"):
            return before if before in {"rank", "trend"} else named
        return named

    def _by(self, intent: Intent) -> str | None:
        if self.draft.by and (self.draft.by_words or intent != self.previous.intent):
            return self.draft.by
        return self.previous.by if intent == self.previous.intent else None

    # Scope and outcome of the plan before, as the new intent needs them

    def _moved(self, intent: Intent) -> tuple[Scope, Scope | None]:
        scope, outcome = self.previous.scope, self.previous.outcome
        by_group = intent == "rank" and self._by(intent) not in {
            None,
            "theme",
            "sub_theme",
            "emotion",
            "empathy_gap",
        }
        if intent in _KEEPS_OUTCOME or by_group or (intent == self.previous.intent and outcome):
            if outcome is None and (intent == "drivers" or by_group):
                return self._extracted(scope, default=intent == "drivers")
            return scope, outcome
        return (scope.merged(outcome) if outcome else scope), None

    def _extracted(self, scope: Scope, *, default: bool) -> tuple[Scope, Scope | None]:
        """What happened, taken out of the scope: leaving, ratings, effort, feelings, complaints."""
        for key in _HAPPENED:
            if labels := getattr(scope, key):
                return scope.model_copy(update={key: []}), Scope(**{key: labels})
        for name, stored in scope.attributes.items():
            if self.values.is_outcome(name):
                rest = {other: values for other, values in scope.attributes.items() if other != name}
                return scope.model_copy(update={"attributes": rest}), Scope(attributes={name: stored})
        if scope.polarity:
            sentiment = "positive" if scope.polarity == "+" else "negative"
            return scope.model_copy(update={"polarity": None}), Scope(sentiment=[sentiment])
        return scope, Scope(sentiment=["negative"]) if default else None

    # The turn laid over it

    def _laid(self, intent: Intent, scope: Scope, outcome: Scope | None) -> tuple[Scope, Scope | None]:
        """Replace what the turn names again and add what it names anew."""
        said = [m for m in self.draft.outcome if m.source != "rule"]
        if said:
            outcome = scope_of(said)
            if intent not in _KEEPS_OUTCOME and intent != "rank":
                scope, outcome = scope.merged(outcome), None
        for mention in self._own():
            scope, outcome = self._with(intent, scope, outcome, mention)
        if not self.draft.scope and self.question.has("rest") and not self._compares:
            scope = self._others(scope)
        if self._shifts and (other := other_period(self.question, scope.period)):
            scope = scope.merged(other)
        out = scope_of(self.draft.exclude)
        if not out.is_empty():
            scope = scope.model_copy(update={"exclude": (scope.exclude or Scope()).merged(out)})
        return scope, outcome

    def _others(self, scope: Scope) -> Scope:
        """The other values of the attribute that was named last: "and the others?"."""
        if not scope.attributes:
            return scope
        name, values = list(scope.attributes.items())[-1]
        others = [value for value in self.values.values(name) if value not in values]
        return scope.merged(Scope(attributes={name: others})) if others else scope

    def _own(self) -> list[Mention]:
        """Mentions for the scope, tones last; without those that tell what is compared or lifted."""
        own = [
            m
            for m in self.draft.scope
            if m not in self._against and not ("lift" in self._turns and m.attribute)
        ]
        if self._named_versus and self.previous.scope.period:
            own = [m for m in own if m.key != "period"]
        return sorted(own, key=lambda m: m.key == "tones")

    @property
    def _against(self) -> list[Mention]:
        """Mentions that only name the second side of a comparison."""
        if self._named_versus:
            return []
        if self._compares:
            return [m for m in self.draft.scope if m.key != "themes"]
        versus = (
            self.previous.versus
            if self.previous.intent == "compare" and self.draft.intent in {None, "compare"}
            else None
        )
        return [m for m in self.draft.scope if versus and _has(versus, m)]

    def _with(
        self, intent: Intent, scope: Scope, outcome: Scope | None, mention: Mention
    ) -> tuple[Scope, Scope | None]:
        new = scope_of([mention])
        if mention.values == ("negative",) and scope.polarity == "-":
            return scope, outcome
        if mention.key == "tones":
            return _toned(scope, outcome, mention, intent), outcome
        if mention.date and scope.period and _continues(scope.period, mention.date.span):
            return scope.merged(
                Scope(period=Period(first=scope.period.first, last=mention.date.span.last))
            ), outcome
        if outcome and _has(outcome, mention):
            return scope, self._joined(
                outcome, new
            ) if "more" in self._turns else new if mention.key in OUTCOMES else outcome.merged(new)
        if outcome and mention.key in OUTCOMES and outcome.themes == [] and "narrow" not in self._turns:
            return scope, new
        narrows = mention.key == "text" and "narrow" in self._turns
        if mention.key in {"themes", "text"} and "more" not in self._turns and not narrows:
            scope = scope.model_copy(update={"themes": [], "text": None})
        return (self._joined(scope, new) if "more" in self._turns else _laid_over(scope, new)), outcome

    def _joined(self, scope: Scope, new: Scope) -> Scope:
        """The union of what both name under one key."""
        update: dict[str, Any] = {}
        for name in new.model_fields_set:
            old, value = getattr(scope, name), getattr(new, name)
            if isinstance(value, list):
                update[name] = _ordered([*old, *value])
            elif isinstance(value, Mapping):
                update[name] = dict(old) | {
                    key: _ordered([*old.get(key, []), *values]) for key, values in value.items()
                }
            else:
                update[name] = value
        return scope.model_copy(update=update)

    def _widened(self, scope: Scope) -> Scope:
        """Without the filters that the turn lifts: "all channels", "all time"."""
        turns = self.lexicon.turns.find(self.question.tokens)
        if any(hit.means == "all_time" for hit in turns):
            scope = scope.model_copy(update={"period": None})
        ends = {hit.last for hit in turns if hit.means == "everything"}
        lifted = {hit.means for hit in self.question.dimensions if hit.first in ends or hit.first - 1 in ends}
        if "lift" in self._turns:
            lifted |= {m.attribute for m in self.draft.scope if m.attribute} | {
                hit.means for hit in self.question.dimensions
            }
            scope = scope.model_copy(update={"period": None}) if self.question.mentioned("period") else scope
        kept = {name: values for name, values in scope.attributes.items() if name not in lifted}
        return scope.model_copy(update={"attributes": kept}) if lifted else scope

    # Comparisons

    def _versus(self, intent: Intent, scope: Scope) -> tuple[Scope, Scope | None]:
        if intent != "compare":
            return scope, None
        if self._named_versus:
            return scope, scope_of(self._named_versus)
        if period := other_period(self.question, scope.period):
            return scope, period
        if self._against:
            return scope, scope_of(self._against)
        if "pair" in self._turns or self._compares:
            return pair(scope, self.earlier[-1].scope if self.earlier else Scope(), self.values) or (
                scope,
                self.previous.versus,
            )
        return scope, self.previous.versus


def _has(scope: Scope, mention: Mention) -> bool:
    if mention.key == "attributes":
        return mention.attribute in scope.attributes
    return bool(getattr(scope, mention.key, None))


def _continues(period: Period, span: Span) -> bool:
    """Whether "until August" closes a period that was open."""
    return (
        period.last is None
        and span.first is None
        and bool(period.first and span.last and period.first <= span.last)
    )


def _laid_over(scope: Scope, new: Scope) -> Scope:
    return scope.merged(new)


def _toned(scope: Scope, outcome: Scope | None, mention: Mention, intent: Intent) -> Scope:
    """Complaints or praise: of the themes in scope their polarity, else a sentiment."""
    if outcome or intent == "drivers":
        return scope
    complaint = mention.values == ("complaint",)
    if scope.themes and not scope.sentiment:
        return scope.merged(Scope(polarity="-" if complaint else "+"))
    return scope.merged(Scope(sentiment=["negative" if complaint else "positive"]))


def _ordered(values: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(values))
