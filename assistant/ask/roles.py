"""Which part of the plan each mention belongs to: left out, compared, outcome or scope."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from assistant.ask import spans
from assistant.ask.dates import DateHit
from assistant.ask.lexicon import Label, Lexicon
from assistant.ask.mentions import Mention
from assistant.ask.patterns import Hit
from assistant.ask.question import Question
from assistant.ask.spans import Span

_STRONG = frozenset(["vs", "versus", "against", "than", "with", "to", "from", "compared"])
_JOINS = _STRONG | {"and", "or"}
_CHAIN = frozenset(
    [
        "and",
        "or",
        "nor",
        ",",
        "/",
        "&",
        "the",
        "our",
        "about",
        "from",
        "in",
        "on",
        "for",
        "any",
        "customers",
        "of",
    ]
)
_NEAR = 4  # words between "apart from" and what it means
_PREPOSITIONS = frozenset(["for", "among", "amongst", "from", "of", "by", "with", "at"])
_CLAUSES = frozenset(["who", "that", "whose", "which", "where"])
_CIRCUMSTANCES = frozenset(
    ["after", "when", "once", "if", "during", "while", "following", "whenever", "because"]
)
_FIRM = ("churn", "attributes", "effort", "empathy_gaps", "emotions", "sentiment", "tones")


def left_out(question: Question, mentions: Sequence[Mention]) -> list[Mention]:
    """Mentions that follow "not about", "apart from", "excluding", ..., with those chained to them."""
    found: list[Mention] = []
    for hit in question.excludes:
        found += [m for m in mentions if m not in found and hit.first < m.first and m.last < hit.last]
        found += [m for m in _chain(question, mentions, hit.last, _NEAR) if m not in found]
    for place, token in enumerate(question.tokens):
        if token.low in {"not", "no", "non"} and not any(m.first <= place < m.last for m in mentions):
            found += [
                m for m in _chain(question, mentions, place + 1, 1) if m not in found and m.key != "sentiment"
            ]
    return found


def _chain(question: Question, mentions: Sequence[Mention], start: int, near: int) -> list[Mention]:
    chain: list[Mention] = []
    end = start
    for mention in mentions:
        if mention.first < start:
            continue
        gap = [question.low(place) for place in range(end, mention.first)]
        linked = "but" not in gap and "?" not in gap
        if (not chain and len(gap) <= near and linked) or (
            chain and gap and all(word in _CHAIN for word in gap) and {"and", "or", "nor", ","} & set(gap)
        ):
            chain.append(mention)
            end = mention.last
        else:
            break
    return chain


@dataclass(frozen=True, kw_only=True, slots=True)
class Sides:
    """The two sides of a comparison: mentions only of the first, mentions only of the second."""

    first: tuple[Mention, ...]
    second: tuple[Mention, ...]


def sides(
    question: Question, mentions: Sequence[Mention], values: Mapping[str, Sequence[str]]
) -> Sides | None:
    """What is compared with what, or None when the question compares nothing."""
    if found := _around(question, mentions):
        return found
    if not question.has("compare", "one_before", "year_before"):
        return None
    return _paired(question, mentions) or _relative(question, mentions) or _rest(question, mentions, values)


def _paired(question: Question, mentions: Sequence[Mention]) -> Sides | None:
    """Two mentions of one slot with "versus", "than", "with" between them, or at least "and"."""
    weak: Sides | None = None
    for slot in dict.fromkeys(m.slot for m in mentions):
        same = [m for m in mentions if m.slot == slot]
        for place, (one, other) in enumerate(pairwise(same)):
            between = {question.low(p) for p in range(one.last, other.first)}
            pair = Sides(first=tuple(same[: place + 1]), second=tuple(same[place + 1 :]))
            if between & _STRONG:
                return pair
            if between & (_JOINS | {","}) and question.has("compare"):
                weak = weak or Sides(first=(same[0],), second=tuple(same[1:]))
    split = next((m for m in mentions if m.date and m.date.parts), None)
    if weak is None and split and split.date and split.date.parts and question.has("compare"):
        one_, other_ = (
            replace(split, date=replace(split.date, span=span, parts=None)) for span in split.date.parts
        )
        return Sides(first=(one_,), second=(other_,))
    return weak


def _relative(question: Question, mentions: Sequence[Mention]) -> Sides | None:
    """One period against the one before or the same a year earlier."""
    dated = next((m for m in mentions if m.date), None)
    if dated is None or dated.date is None or dated.date.span.first is None:
        return None
    if question.low(dated.first - 1) in _STRONG and dated.date.span.grain in set(spans.UNITS.values()):
        now = spans.to_date(spans.holding(question.today, dated.date.span.grain), question.today)
        return Sides(first=(replace(_with(dated, now), source="rule"),), second=(dated,))
    if question.has("year_before"):
        return Sides(first=(dated,), second=(_with(dated, spans.year_earlier(dated.date.span)),))
    if question.has("one_before"):
        return Sides(first=(dated,), second=(_with(dated, spans.before(dated.date.span)),))
    return None


def _around(question: Question, mentions: Sequence[Mention]) -> Sides | None:
    """Before and after a day."""
    for mention in mentions:
        span = mention.date.span if mention.date else None
        if not span or not span.first or span.last or question.low(mention.first) != "after":
            continue
        if (question.low(mention.first - 2), question.low(mention.first - 1)) == ("before", "and"):
            start = spans.before(spans.day(span.first)).first
            since = Span(first=start, last=None)
            return Sides(first=(_with(mention, spans.before(since)),), second=(_with(mention, since),))
    return None


def _with(mention: Mention, span: Span) -> Mention:
    hit = mention.date
    return replace(
        mention,
        date=DateHit(first=mention.first, last=mention.last, span=span)
        if hit is None
        else replace(hit, span=span, parts=None),
    )


def _rest(
    question: Question, mentions: Sequence[Mention], values: Mapping[str, Sequence[str]]
) -> Sides | None:
    """One value of an attribute against all others."""
    named = next((m for m in mentions if m.key == "attributes"), None)
    if named is None or named.attribute is None or not question.has("rest"):
        return None
    others = tuple(value for value in values.get(named.attribute, ()) if value not in named.values)
    return Sides(first=(named,), second=(replace(named, values=others, source="rule"),)) if others else None


def is_modifier(
    question: Question, mention: Mention, mentions: Sequence[Mention], people: frozenset[str]
) -> bool:
    """Whether a label says which customers are meant ("angry customers") and not what they do."""
    end = mention.last
    while other := next((m for m in mentions if m.first == end), None):
        end = other.last
    if question.low(end) in people - {"we", "they", "them", "us", "who", "those"}:
        return True
    before = mention.first - 1
    while question.low(before) in {"the", "our", "all", "already", "most"}:
        before -= 1
    if question.low(before) in _PREPOSITIONS | _CIRCUMSTANCES:
        return True
    return _in_clause(question, mention)


def _in_clause(question: Question, mention: Mention) -> bool:
    """Whether the label stands right behind "customers who"."""
    reach = range(max(0, mention.first - 3), mention.first)
    return any(
        question.low(p) in _CLAUSES and question.low(p - 1) not in {"", "say", "said"} for p in reach if p > 1
    )


def split_outcome(
    question: Question, mentions: Sequence[Mention], lexicon: Lexicon
) -> tuple[list[Mention], list[Mention]]:
    """The mentions of the scope, and those of what happens there."""
    candidates = [m for m in mentions if m.can_be_outcome]
    main = [m for m in candidates if not is_modifier(question, m, mentions, lexicon.people)]
    chosen = _firmest(main or _firmest(candidates))
    return [m for m in mentions if m not in chosen], chosen


def _firmest(candidates: Sequence[Mention]) -> list[Mention]:
    """Those of one kind: leaving before ratings before effort, ..., complaints last."""
    for key in _FIRM:
        if same := [m for m in candidates if m.key == key]:
            return same
    return []


def act(question: Question, lexicon: Lexicon, mentions: Sequence[Mention]) -> Mention | None:
    """What customers do where that is the main verb: send back, cancel, contact us."""
    hits = [hit for hit in lexicon.acts.find(question.tokens) if _is_verb(question, hit)]
    hits = [hit for hit in hits if not any(m.date and m.first <= hit.first < m.last for m in mentions)]
    if not hits:
        return None
    hit = max(hits, key=lambda h: (h.last - h.first, -h.first))
    return Mention(
        first=hit.first, last=hit.last, key=hit.means.key, values=hit.means.values, source="synonym", rank=5
    )


def _is_verb(question: Question, hit: Hit[Label]) -> bool:
    before, word = question.low(hit.first - 1), question.low(hit.first)
    noun = word in {"returns", "exchanges", "calls", "emails"} or before in {
        "the",
        "our",
        "a",
        "of",
        "after",
        "about",
        "with",
        "on",
        "for",
        "their",
        "free",
        "by",
        "per",
    }
    return not noun
