"""What an answer is broken down by, and how long a list may be."""

from dataclasses import dataclass
from typing import Literal

from assistant.ask.lexicon import Lexicon
from assistant.ask.patterns import Hit
from assistant.ask.question import Question
from assistant.ask.stems import bag

UNITS = ("day", "week", "month")
TAGS = bag("theme sub_theme emotion empathy_gap force spectrum value sentiment touchpoint")
_EXTREMES = bag("least most worst best lowest highest top")
_SPLITS = bag("by per each every across between split within")
_BETWEEN = bag(
    "the our most least common commonly frequent frequently mentioned main of a an complaint "
    "complaints negative positive customer customers new typical single overall different kind kinds "
    "type types sort top biggest other all is are cx contact feedback"
)
_TONED = bag("issue issues problem problems complaint complaints pain")
_LISTS = bag("show give me pull list top first only just best worst last need want another get see")

Kind = Literal["which", "top", "split", "listed"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Breakdown:
    """A tag field, calendar unit or attribute, how it was asked for, and where."""

    by: str
    kind: Kind
    hit: Hit[str]

    @property
    def is_calendar(self) -> bool:
        return self.by in UNITS


def breakdown(question: Question) -> Breakdown | None:
    """What the question wants side by side; the first that is asked for with "which", else any."""
    found = [
        Breakdown(by=hit.means, kind=kind, hit=hit)
        for hit in question.dimensions
        if (kind := _kind(question, hit))
    ]
    plain = [b for b in found if not _is_toned(question, b)]
    for group in (plain, found):
        for kind in ("which", "top", "split", "listed"):
            if match := next((b for b in group if b.kind == kind), None):
                return match
    return None


def _is_toned(question: Question, found: Breakdown) -> bool:
    """Whether the word also says that something is wrong: "problems", "complaint themes"."""
    return any(question.low(place) in _TONED for place in range(found.hit.first, found.hit.last))


def _kind(question: Question, hit: Hit[str]) -> Kind | None:
    word = question.low(hit.first)
    if hit.means in UNITS:
        return (
            "split"
            if _is_calendar(question, hit)
            else "which"
            if question.low(hit.first - 1) in {"which", "what"}
            else None
        )
    place, ranked = hit.first - 1, _is_superlative(question, hit.first, hit.last)
    while place >= 0 and (
        question.low(place) in _BETWEEN
        or _is_superlative(question, place, place + 1)
        or _is_count(question, place)
        or any(place in m.covered for m in question.mentions if m.can_be_outcome)
    ):
        ranked = ranked or _is_superlative(question, place, place + 1) or _is_count(question, place)
        place -= 1
    lead = question.low(place)
    if word == "where":
        return "which"
    if hit.means in {"sentiment", "emotion"} and not ranked and question.low(hit.first - 1) == "the":
        return None
    if lead in {"which", "what", "whose"}:
        is_asked_of = not ranked and question.low(place + 1) in {"is", "are"} and hit.means not in TAGS
        return "split" if is_asked_of else "which"
    if lead in _SPLITS and word not in _TONED:
        return "split"
    if ranked:
        return "top"
    return "listed" if _is_listed(question, hit, lead) else None


def _is_calendar(question: Question, hit: Hit[str]) -> bool:
    word, before = question.low(hit.first), question.low(hit.first - 1)
    if word.endswith("ly") or before in {"by", "per", "each", "every"}:
        return True
    return before in {"on", "over", "after", "to", "a"} and (
        before == "a" or question.low(hit.first - 2) == word
    )


def _is_superlative(question: Question, first: int, last: int) -> bool:
    return question.low(first) in _EXTREMES or any(
        first <= hit.first and hit.last <= last for hit in question.cues.get("superlative", ())
    )


def _is_count(question: Question, place: int) -> bool:
    token = question.tokens[place] if 0 <= place < len(question.tokens) else None
    return bool(token and token.number and token.number > 1 and place not in question.named)


def _is_listed(question: Question, hit: Hit[str], lead: str) -> bool:
    """Whether a plural is to be listed: "countries with the most complaints", "rank the departments"."""
    plural = question.low(hit.last - 1).endswith("s")
    if lead in {"rank", "ranking", "order", "sort", "list"}:
        return True
    if question.has("compare") and hit.means not in TAGS:
        return True
    vague = question.low(hit.last - 1) in _TONED | {"things", "areas"}
    return plural and question.has("superlative") and not vague


def limit(question: Question, lexicon: Lexicon) -> int | None:
    """The number of things asked for, 1 to 100."""
    counted = {place for hit in lexicon.counted.find(question.tokens) for place in range(hit.first, hit.last)}
    taken = question.named
    for place, token in enumerate(question.tokens):
        number = token.number
        if place in taken or number is None or number != int(number) or not 1 <= number <= 100:
            continue
        if token.low == "one" or question.low(place + 1) in {"%", "percent", "times", "out"}:
            continue
        near = {place - 1, place + 1} | (
            {place + 2, place + 3}
            if place + 1 in counted | taken or question.low(place + 1) in _BETWEEN
            else set()
        )
        if near & counted or question.low(place - 1) in _LISTS:
            return int(number)
    return None
