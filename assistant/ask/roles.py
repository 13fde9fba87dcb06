"""Which part of the plan each mention belongs to: left out, compared, outcome or scope."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise

from assistant.ask import spans
from assistant.ask.dates import DateHit
from assistant.ask.lexicon import Label, Lexicon
from assistant.ask.mentions import Mention
from assistant.ask.patterns import Hit
from assistant.ask.question import Question
from assistant.ask.spans import Span
from assistant.ask.stems import bag, stem

_STRONG = bag("vs versus against than with to from compared as")
_JOINS = _STRONG | {"and", "or"}
_CHAIN = bag("and or nor , / & the our about from in on for any customers of")
_BREAKS = bag("but ? : ; . how what why which who")
_NEAR = 4  # words between "apart from" and what it means
_PREPOSITIONS = bag("for among amongst from of by with at")
_CLAUSES = frozenset(["who", "that", "whose", "which", "where"])
_CIRCUMSTANCES = bag("after when once if during while following whenever because")
_RATERS = frozenset(stem(word) for word in ("promoter", "passive", "detractor"))
_GROUNDS = frozenset(stem(word) for word in ("reason", "cause", "driver", "explanation"))
_COMPARES = frozenset(stem(word) for word in ("compare", "differ"))
_FIRM = ("churn", "attributes", "effort", "empathy_gaps", "emotions", "sentiment", "tones")


def left_out(question: Question, mentions: Sequence[Mention]) -> list[Mention]:
    """Mentions that follow "not about", "apart from", "excluding", ..., with those chained to them."""
    found: list[Mention] = []
    for hit in question.excludes:
        found += [m for m in mentions if m not in found and hit.first < m.first and m.last < hit.last]
        found += [m for m in _chain(question, mentions, hit.last, _NEAR) if m not in found]
    for place, token in enumerate(question.tokens):
        if token.low in {"not", "no", "non"} and not any(place in m.covered for m in mentions):
            chain = _chain(question, mentions, place + 1, 1)
            found += [m for m in chain if m not in found and m.key not in {"sentiment", "text"}]
    return found


def _chain(question: Question, mentions: Sequence[Mention], start: int, near: int) -> list[Mention]:
    """The mentions from `start` on that belong together: "returns and delivery"."""
    chain: list[Mention] = []
    for mention in mentions:
        if mention.first < start:
            continue
        gap = [question.low(place) for place in range(chain[-1].last if chain else start, mention.first)]
        belongs = _goes_on(gap, chain[-1], mention) if chain else len(gap) <= near and not _BREAKS & set(gap)
        if not belongs:
            break
        chain.append(mention)
    return chain


def _goes_on(gap: Sequence[str], before: Mention, mention: Mention) -> bool:
    """Whether "and", or a comma between things of one kind, joins a mention to the one before."""
    joined = bool({"and", "or", "nor"} & set(gap)) or ("," in gap and before.slot == mention.slot)
    return joined and all(word in _CHAIN for word in gap)


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
    if found := _either(question, mentions):
        return found
    if not question.has("compare", "one_before", "one_after", "year_before"):
        return None
    return _paired(question, mentions) or _relative(question, mentions) or _rest(question, mentions, values)


def _either(question: Question, mentions: Sequence[Mention]) -> Sides | None:
    """Two things with "or" between them: "who complains more, Ireland or the UK?"."""
    keys = (
        {"attributes", "themes", "period", "text"} if question.has("comparative", "which") else {"attributes"}
    )
    if not question.has("comparative", "superlative", "which", "who"):
        return None
    for one, other in pairwise(m for m in mentions if m.key in keys):
        between = {question.low(p) for p in range(one.last, other.first)}
        differ = one.slot == other.slot and (one.values != other.values or one.date != other.date)
        if "or" in between and differ and not one.is_outcome:
            return Sides(first=(one,), second=(other,))
    return None


def _paired(question: Question, mentions: Sequence[Mention]) -> Sides | None:
    """Two mentions of one slot with "versus", "than", "with" between them, or at least "and"."""
    weak: Sides | None = None
    for slot in dict.fromkeys(m.slot for m in mentions):
        same = [m for m in mentions if m.slot == slot]
        for place, (one, other) in enumerate(pairwise(same)):
            between = {question.low(p) for p in range(one.last, other.first)}
            if one.values == other.values and _span(one) == _span(other):
                if one.date and one.date.span.first and _is_earlier(question, other):
                    return Sides(first=(one,), second=(_with(other, spans.before(one.date.span)),))
                continue
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


def _span(mention: Mention) -> Span | None:
    return mention.date.span if mention.date else None


def _is_earlier(question: Question, mention: Mention) -> bool:
    """Whether a period that reads as "the last two weeks" is meant as those before: "with the previous two weeks"."""
    said = {question.low(place) for place in range(mention.first, mention.last)}
    return bool(said & {"previous", "preceding", "prior", "before", "earlier"})


def _relative(question: Question, mentions: Sequence[Mention]) -> Sides | None:
    """One period against the one before or the same a year earlier; "than last month" is against this month."""
    dated = next((m for m in mentions if m.date), None)
    if dated is None or dated.date is None:
        if not question.has("year_before"):
            return None
        year = spans.to_date(spans.holding(question.today, "year"), question.today)
        now = Mention(first=0, last=0, key="period", source="rule", date=DateHit(first=0, last=0, span=year))
        return Sides(first=(now,), second=(_with(now, spans.year_earlier(year)),))
    span = dated.date.span
    if span.first is None and span.last and question.has("one_after"):
        return Sides(
            first=(dated,), second=(_with(dated, Span(first=span.last + timedelta(days=1), last=None)),)
        )
    if span.first is None:
        return None
    if question.low(dated.first - 1) in _STRONG and span.grain in set(spans.UNITS.values()):
        current = spans.to_date(spans.holding(question.today, span.grain), question.today)
        return Sides(first=(replace(_with(dated, current), source="rule"),), second=(dated,))
    if question.has("year_before"):
        return Sides(first=(dated,), second=(_with(dated, spans.year_earlier(span)),))
    return (
        Sides(first=(dated,), second=(_with(dated, spans.before(span)),))
        if question.has("one_before")
        else None
    )


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
    """The mention with another period."""
    return replace(mention, date=DateHit(first=mention.first, last=mention.last, span=span))


def _rest(
    question: Question, mentions: Sequence[Mention], values: Mapping[str, Sequence[str]]
) -> Sides | None:
    """One value of an attribute against all others."""
    named = next((m for m in mentions if m.key == "attributes"), None)
    if named is None or named.attribute is None or named.is_outcome:
        return None
    verbs = any(question.tokens[hit.first].stem in _COMPARES for hit in question.cues.get("compare", ()))
    if not question.has("rest") and not verbs:
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
    if question.tokens[mention.first].stem in _RATERS:
        return True
    before = mention.first - 1
    while question.low(before) in {"the", "our", "all", "already", "most"}:
        before -= 1
    if before > 0 and question.tokens[before - 1].stem in _GROUNDS:
        return False  # "reasons for churn": churn is what is asked about
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
    hits = [hit for hit in hits if not any(_covers(m, hit) for m in mentions)]
    if not hits:
        return None
    hit = max(hits, key=lambda h: (h.last - h.first, -h.first))
    return Mention(
        first=hit.first, last=hit.last, key=hit.means.key, values=hit.means.values, source="synonym", rank=5
    )


def _covers(mention: Mention, hit: Hit[Label]) -> bool:
    """Whether the words are part of a time or of something longer, as in "the driver cancelled"."""
    inside = mention.first <= hit.first and hit.last <= mention.last
    return inside and (mention.date is not None or mention.first < hit.first)


def _is_verb(question: Question, hit: Hit[Label]) -> bool:
    before, word = question.low(hit.first - 1), question.low(hit.first)
    if before in {"many", "more"}:
        return True
    if before in {"for", "of", "behind"} and question.tokens[hit.first - 2].stem in _GROUNDS:
        return True
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
