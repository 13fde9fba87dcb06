"""What a question wants: why, how many, over time, which most, ... Rules in the order in which they bind."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.ask.breakdown import TAGS, Breakdown
from assistant.ask.lexicon import Lexicon
from assistant.ask.mentions import Mention
from assistant.ask.plan import Intent
from assistant.ask.question import Question
from assistant.ask.roles import Sides
from assistant.ask.stems import bag

_VERBS = bag("is are was were do does did has have")
_YOU = frozenset({"you", "your", "yours", "yourself"})
_VOICES = bag(
    "comments comment feedback reviews review messages posts tweets quotes voices emails chats ones statements"
)
_THANKS = frozenset({"thanks", "thank", "thankyou", "cheers"})
_PLEASED = frozenset({"great", "perfect", "awesome", "cool", "brilliant", "wonderful", "excellent"})
_QUESTIONS = frozenset(
    {"what", "who", "how", "why", "which", "where", "when", "do", "does", "did", "is", "are", "show", "list"}
)
_LONGEST_THANKS = 8
_FEELINGS = frozenset({"emotions", "sentiment"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What the intent is decided by."""

    question: Question
    mentions: Sequence[Mention]
    breakdown: Breakdown | None
    sides: Sides | None
    limit: int | None

    def has(self, *cues: str) -> bool:
        return self.question.has(*cues)

    def mentioned(self, *keys: str) -> list[Mention]:
        return [m for m in self.mentions if m.key in keys]

    @property
    def has_topic(self) -> bool:
        return bool(self.mentioned("themes", "text"))


def asks_help(question: Question, lexicon: Lexicon) -> bool:
    """Whether the question is how to use the assistant, or only a greeting."""
    if all(place in question.silent or not token.is_word for place, token in enumerate(question.tokens)):
        return True
    alone = sum(token.is_word for token in question.tokens) <= 2
    hits = lexicon.help.find(question.tokens)
    return any(hit.last - hit.first > 1 or alone or question.low(hit.first) == "earmark" for hit in hits)


def thanks(question: Question) -> bool:
    """Whether it only thanks, or says that an answer was good: "thanks, that was helpful"."""
    words = [token.low for token in question.tokens if token.is_word]
    opens = set(words[:3]) & _THANKS or (words[:1] and words[0] in _PLEASED)
    asks = "?" in question.text or question.has(
        "why", "count", "share", "which", "show", "quotes", "trend", "compare", "who"
    )
    return bool(opens) and not asks and len(words) <= _LONGEST_THANKS and not set(words[:1]) & _QUESTIONS


def addresses(question: Question) -> bool:
    """Whether the question speaks to the assistant outside of a polite request: "who are you"."""
    return any(
        token.low in _YOU
        and place not in question.silent
        and question.low(place - 1) not in {"thank", "thanks"}
        for place, token in enumerate(question.tokens)
    )


def intent(facts: Facts) -> Intent | None:
    """The first rule that fits; None when nothing in the question says what is wanted."""
    for rule in (_outright, _numbers, _reasons, _course, _lists, _whether, _views):
        if found := rule(facts):
            return found
    return None


def guess(mentions: Sequence[Mention]) -> Intent | None:
    """What a mere phrase wants: "complaints about noise" their number, "delivery in May" a summary."""
    if any(m.key == "tones" for m in mentions):
        return "count"
    return "summary" if mentions else None


def _outright(facts: Facts) -> Intent | None:
    """Words that leave no doubt, and comparisons of two named sides."""
    by, counts = facts.breakdown, facts.has("count", "share")
    if facts.has("watch") and not facts.has("why"):
        return "trend"
    if facts.has("quotes") and not facts.has("why") and not counts:
        return "quotes"
    if facts.has("bond") and not facts.has("why", "trend") and not facts.sides:
        return "summary"
    if facts.has("digest") and not by:
        return "summary"
    if facts.has("why") or (facts.has("separate") and any(m.can_be_outcome for m in facts.mentions)):
        return "drivers"
    if facts.sides and not (counts and by and by.kind == "split"):
        return "compare"
    if facts.has("stake") and by and by.kind == "which" and by.by not in TAGS:
        return "rank"
    if facts.has("stake") or (facts.has("impact") and not counts):
        return "impact"
    return None


def _numbers(facts: Facts) -> Intent | None:
    """How many and what share; by day, week or month it is a course over time."""
    by = facts.breakdown
    if not facts.has("count", "share"):
        return None
    if by and not by.is_calendar and _ranks(facts, by):
        return "rank"
    if facts.has("trend") and facts.question.low(0) in _VERBS:
        return "trend"
    over_time = (
        (by and by.is_calendar)
        or (facts.has("trend") and not _starts_with_count(facts.question))
        or _is_over_time(facts)
    )
    return "trend" if over_time else "count"


def _ranks(facts: Facts, by: Breakdown) -> bool:
    """Whether a count is asked for in order to rank: "highest share by country", "which channel has how many"."""
    if by.kind in {"which", "top", "listed"}:
        return not _starts_with_count(facts.question)
    share = facts.question.cues.get("share", ())
    return any(
        hit.first < other.first for hit in facts.question.cues.get("superlative", ()) for other in share
    )


def _is_over_time(facts: Facts) -> bool:
    return any(
        facts.question.low(hit.first) in {"over", "monthly", "weekly", "daily"}
        for hit in facts.question.cues.get("trend", ())
    )


def _starts_with_count(question: Question) -> bool:
    hits = (*question.cues.get("count", ()), *question.cues.get("share", ()))
    first = next((p for p, t in enumerate(question.tokens) if t.is_word and p not in question.silent), 0)
    return any(hit.first <= first + 2 for hit in hits)


def _reasons(facts: Facts) -> Intent | None:
    """Reasons and causes, what is new, and "what frustrates customers"."""
    by = facts.breakdown
    tagged = (
        by is not None and by.kind == "which" and by.by in {"emotion", "empathy_gap", "force", "sentiment"}
    )
    if (
        facts.has("reason")
        and not tagged
        and any(m.can_be_outcome or m.key in {"themes", "text"} for m in facts.mentions)
    ):
        return "drivers"
    if facts.has("emerging") and not _is_rising(facts):
        return "emerging"
    ranked = by is not None and by.kind in {"which", "top", "listed"}
    if _asks_feeling(facts) and not ranked:
        return "drivers"
    return None


def _is_rising(facts: Facts) -> bool:
    """Whether a named topic is asked about, as in "are refund complaints suddenly rising"."""
    anything = facts.question.low(1) in {"anything", "something"}
    return facts.has("trend") and facts.has_topic and facts.question.low(0) in _VERBS and not anything


def _asks_feeling(facts: Facts) -> bool:
    """A question for the cause of a feeling: "what frustrates members", "what are they so happy about"."""
    question = facts.question
    words = [
        place for place, token in enumerate(question.tokens) if token.is_word and place not in question.silent
    ]
    start = next((i for i, place in enumerate(words) if question.low(place) in {"what", "whats"}), None)
    if start is None or facts.has("show"):
        return False
    feelings = [
        m for m in facts.mentioned(*_FEELINGS) if not any(d.first == m.first for d in question.dimensions)
    ]
    if not feelings or any(hit.first < feelings[0].first for hit in question.cues.get("superlative", ())):
        return False
    follows = question.tokens[feelings[0].last - 1].low
    first = words[start] + 1
    between = [question.low(place) for place in range(first, feelings[0].first)]
    asked_of = question.low(feelings[0].last) in {"about", "with", "by", "at"}
    verb = (
        (follows.endswith(("s", "ing", "ed", "e", "d")) or follows in {"upset", "hurt"})
        and len(between) <= 1
        and follows not in {"negatives", "positives"}
    )
    subject = any(word in {"do", "did", "are", "were", "does", "makes", "have"} for word in between)
    if (subject or asked_of) and not verb and facts.has("superlative"):
        return False
    return (verb or asked_of or subject) and start <= 1


def _course(facts: Facts) -> Intent | None:
    """Over time."""
    by = facts.breakdown
    if by and by.is_calendar:
        return "rank" if by.kind == "which" else "trend"
    if facts.has("trend") and not (by and by.kind in {"which", "top", "listed"} and facts.has("superlative")):
        return "trend"
    return None


def _lists(facts: Facts) -> Intent | None:
    """Which most, the top five, complaints by country."""
    by = facts.breakdown
    if by and by.kind in {"which", "top", "listed"}:
        return "rank"
    if _asks_where(facts):
        return "rank"
    if by:
        return "rank" if facts.has("superlative") or facts.has("compare") else "count"
    if (facts.has("items") and facts.has("show")) or _wants_voices(facts.question):
        return "quotes"
    if (
        facts.has("superlative")
        and not facts.has("items")
        and (facts.mentioned("tones", "sentiment", "emotions", "intents") or facts.has("who"))
    ):
        return "rank"
    if facts.has("superlative") and facts.mentioned("churn") and facts.question.low(0) == "what":
        return "drivers"
    if facts.has("which") and facts.has("superlative") and facts.question.low(0) == "which":
        return "rank"
    asks = any(token.low == "what" for token in facts.question.tokens)
    return "rank" if asks and facts.mentioned("tones") and not facts.has_topic else None


def _asks_where(facts: Facts) -> bool:
    """A question for the places of trouble: "where do we lose customers", "where are people most annoyed"."""
    question = facts.question
    first = next((p for p, t in enumerate(question.tokens) if t.is_word and p not in question.silent), 0)
    happens = [m for m in facts.mentions if m.can_be_outcome or m.key in {"churn", "tones"}]
    return question.low(first) in {"where", "whereabouts"} and bool(happens) and not facts.has_topic


def _wants_voices(question: Question) -> bool:
    """The angriest comments, the best reviews, I want to read what they wrote."""
    best = question.cues.get("superlative", ())
    first = next((t.low for p, t in enumerate(question.tokens) if t.is_word and p not in question.silent), "")
    return first in {"see", "read", "hear"} or any(question.low(hit.last) in _VOICES for hit in best)


def _whether(facts: Facts) -> Intent | None:
    """Are people angry about the fee, how worried are they: the share of those who are."""
    if not asks_whether(facts.question) or facts.has("show"):
        return None
    happened = [m for m in facts.mentions if m.can_be_outcome and m.key not in {"sentiment", "tones"}]
    return "count" if happened else None


def asks_whether(question: Question) -> bool:
    """Whether yes or no, or a degree, is an answer: "do people like it", "how happy are they"."""
    first = next((p for p, t in enumerate(question.tokens) if t.is_word and p not in question.silent), 0)
    if question.low(first) in _VERBS:
        return True
    return question.low(first) == "how" and any(
        m.first == first + 1 and m.can_be_outcome for m in question.mentions
    )


def _views(facts: Facts) -> Intent | None:
    """What they think."""
    if facts.has("summary"):
        return "summary"
    if facts.has("show"):
        return "quotes"
    graded = {place for m in facts.mentioned("attributes") for place in m.covered}
    best = [hit for hit in facts.question.cues.get("superlative", ()) if not hit.places & graded]
    return "rank" if best and not facts.has_topic else None
