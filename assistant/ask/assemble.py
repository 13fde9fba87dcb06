"""From a question taken apart to a draft of its plan."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.ask import intents, refusals
from assistant.ask.breakdown import TAGS, Breakdown, breakdown, limit
from assistant.ask.intents import Facts
from assistant.ask.leftover import Leftovers
from assistant.ask.lexicon import Lexicon
from assistant.ask.mentions import Mention
from assistant.ask.plan import Intent
from assistant.ask.question import Question
from assistant.ask.roles import act, is_modifier, left_out, sides, split_outcome
from assistant.ask.scopes import Draft
from assistant.ask.stems import bag
from assistant.ask.tokens import Token, tokenise
from assistant.ask.values import Values

_LISTING = frozenset({"drivers", "rank", "quotes", "summary", "emerging", "impact"})
_PREDICATES = bag(
    "is are was were be being mention mentions mentioned talk talks talked complain complains "
    "complained complaining say says said about concern concerns feel feels felt have had has contain "
    "contains relate relates"
)
_NEGATIVE = Mention(first=0, last=0, key="sentiment", values=("negative",), source="rule")


@dataclass(frozen=True, kw_only=True)
class Assembler:
    """Decides intent and roles with the words of one workspace."""

    lexicon: Lexicon
    values: Values
    leftovers: Leftovers

    def draft(self, question: Question, topics: Sequence[str] = ()) -> tuple[Draft, list[str]]:
        """The draft, and the words that were not understood; `topics` are the themes of the plan before."""
        if intents.asks_help(question, self.lexicon) or intents.thanks(question):
            return Draft(intent="help"), []
        if reason := refusals.reason(question, self.lexicon, self.values.attributes):
            return Draft(intent="unsupported", reason=reason), []
        if intents.addresses(question):
            return Draft(intent="help"), []
        facts, out, unknown = self._facts(question)
        intent = intents.intent(facts)
        second = facts.sides.second if facts.sides else ()
        shared = [m for m in facts.mentions if m not in second]
        if facts.sides:
            shared = [
                m
                for m in shared
                if m.slot not in {s.slot for s in facts.sides.first} or m in facts.sides.first
            ]
            shared += [m for m in facts.sides.first if m not in shared]
        scope, outcome = self._roles(intent, facts, _without_echo(intent, shared))
        by, words = self._by(intent, facts, scope)
        out = _narrowed(
            question, out, {*topics, *(value for m in scope if m.key == "themes" for value in m.values)}
        )
        return Draft(
            intent=intent, scope=scope, outcome=outcome, versus=second, exclude=out, by=by, by_words=words,
            limit=facts.limit if intent in _LISTING or intent is None else None,
        ), unknown  # fmt: skip

    def _facts(self, question: Question) -> tuple[Facts, list[Mention], list[str]]:
        mentions, unknown = self.leftovers.mentions(question)
        out = left_out(question, mentions)
        rest = [m for m in mentions if m not in out]
        found = breakdown(question)
        rest = [
            m
            for m in rest
            if not (found and m.key == "themes" and found.hit.first <= m.first and m.last <= found.hit.last)
        ]
        most = limit(question, self.lexicon)
        unknown += [token.text for token in _unused(question) if token.number != most]
        values = {name: self.values.values(name) for name in {m.attribute for m in rest if m.attribute}}
        return Facts(
            question=question, mentions=rest, breakdown=found, limit=most,
            sides=None if question.has("separate") else sides(question, rest, values),
        ), out, unknown  # fmt: skip

    def _by(self, intent: Intent | None, facts: Facts, scope: Sequence[Mention]) -> tuple[str | None, str]:
        found = facts.breakdown
        named = facts.question.words(found.hit.first, found.hit.last) if found else ""
        narrow = any(m.key == "themes" for m in scope)
        if intent == "rank":
            by = found.by if found else (self._group() if facts.has("who") else None) or "theme"
            return ("sub_theme" if by == "theme" and narrow else by), named
        if intent == "trend":
            return (found.by, named) if found and found.is_calendar else (None, "")
        if intent == "summary":
            grouped = found and facts.has("bond") and found.by not in TAGS and not found.is_calendar
            return (found.by, named) if found and grouped else (None, "")
        return (found.by, named) if found and intent in {"count", None} else (None, "")

    def _group(self) -> str | None:
        """The attribute that says which customers: segment, plan, country."""
        hits = self.values.names.find(tokenise("segment plan status country region role cabin product"))
        return hits[0].means if hits else None

    def _roles(
        self, intent: Intent | None, facts: Facts, shared: list[Mention]
    ) -> tuple[list[Mention], list[Mention]]:
        """Scope and outcome."""
        if intent == "drivers":
            return self._drivers(facts, shared)
        if intent == "count" and (
            facts.has("share") or (intents.asks_whether(facts.question) and not facts.has("count"))
        ):
            return self._share(facts, shared)
        if intent in {"summary", None} and intents.asks_whether(facts.question):
            return [
                m
                for m in shared
                if m.key != "sentiment" or is_modifier(facts.question, m, shared, self.lexicon.people)
            ], []
        if intent not in {"compare", "rank", "impact"}:
            return shared, []
        if intent == "compare" and not facts.has("comparative", "share"):
            sides_ = facts.sides.first if facts.sides else ()
            lost = [m for m in shared if (m.is_outcome or m.key == "churn") and m not in sides_]
            return [m for m in shared if m not in lost], lost
        if (
            intent == "rank"
            and not facts.has("who")
            and (facts.breakdown is None or facts.breakdown.by in TAGS)
        ):
            return _without_failing(facts.breakdown, shared), []
        return self._measure(facts, shared)

    def _measure(self, facts: Facts, shared: list[Mention]) -> tuple[list[Mention], list[Mention]]:
        """What groups are compared or ranked by: the outcome that is not a side and not part of who is meant."""
        fixed = [*facts.sides.first] if facts.sides else []
        themed = any(m.key == "themes" for m in shared)
        fixed += [m for m in shared if m.key == "tones" and themed]
        open_ = [m for m in shared if m not in fixed]
        _, outcome = split_outcome(facts.question, open_, self.lexicon)
        outcome = [
            m
            for m in outcome
            if not is_modifier(facts.question, m, shared, self.lexicon.people) or m.key != "attributes"
        ]
        return [m for m in shared if m not in outcome], outcome

    def _drivers(self, facts: Facts, shared: list[Mention]) -> tuple[list[Mention], list[Mention]]:
        """What happens, which may be an act ("send dresses back"); without either it is being unhappy."""
        question = facts.question
        scope, outcome = split_outcome(question, shared, self.lexicon)
        firm = [m for m in outcome if not is_modifier(question, m, shared, self.lexicon.people)]
        done = act(question, self.lexicon, shared) if not firm and not facts.has("separate") else None
        if done:
            return [
                m
                for m in shared
                if m.last <= done.first or m.first >= done.last or (m.attribute and not m.is_outcome)
            ], [done]
        return scope, outcome or [_NEGATIVE]

    def _share(self, facts: Facts, shared: list[Mention]) -> tuple[list[Mention], list[Mention]]:
        """Of the items that the first part names, those of which the verb speaks."""
        start = max((hit.last for hit in facts.question.cues.get("share", ())), default=0)
        verb = next(
            (p for p in range(start, len(facts.question.tokens)) if facts.question.low(p) in _PREDICATES),
            None,
        )
        after = [m for m in shared if verb is not None and m.first >= verb]
        for group in (
            [m for m in after if m.can_be_outcome and m.key != "tones"],
            [m for m in after if m.key in {"themes", "tones", "text"}],
        ):
            if group:
                return [m for m in shared if m not in group], group
        return split_outcome(facts.question, shared, self.lexicon)


def _unused(question: Question) -> list[Token]:
    """Numbers in digits that nothing has read: "within 30 days" is no period."""
    read = question.named | question.silent | question.known
    return [
        token
        for place, token in enumerate(question.tokens)
        if token.low.isdigit()
        and place not in read
        and not any(place in hit.places for hit in question.dimensions)
    ]


def _without_echo(intent: Intent | None, mentions: Sequence[Mention]) -> list[Mention]:
    """Without a sentiment that only repeats a complaint ("worst complaints"), or "issues" that are to be fixed."""
    if intent == "impact" and not any(m.key == "themes" for m in mentions):
        mentions = [m for m in mentions if m.key != "tones"]
    said = {"complaint": "negative", "praise": "positive"}
    tones = {said[value] for m in mentions if m.key == "tones" for value in m.values}
    return [m for m in mentions if m.key != "sentiment" or not tones & set(m.values)]


def _without_failing(found: Breakdown | None, mentions: Sequence[Mention]) -> list[Mention]:
    """Without a bad mood that only says that a force fails: missed or met is what a force is counted by."""
    if not found or found.by != "force":
        return list(mentions)
    bad = {("sentiment", ("negative",)), ("tones", ("complaint",))}
    return [m for m in mentions if (m.key, m.values) not in bad]


def _narrowed(question: Question, out: Sequence[Mention], topics: set[str]) -> list[Mention]:
    """What is left out; a part of the topic itself ("delivery, but no lost parcels") by its words."""
    return [
        replace(m, key="text", values=(question.words(m.first, m.last),))
        if m.key == "themes" and topics & set(m.values)
        else m
        for m in out
    ]
