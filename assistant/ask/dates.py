"""Finding the periods of a question: "since June", "between March and May", "Q2", "before 14 April"."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from assistant.ask import spans
from assistant.ask.moments import Row
from assistant.ask.relative import point
from assistant.ask.spans import Span
from assistant.ask.stems import bag
from assistant.ask.tokens import Token

_SINCE = {
    ("since",): 1,
    ("starting",): 1,
    ("starting", "in"): 2,
    ("starting", "from"): 2,
    ("as", "of"): 2,
    ("from",): 1,
}
_UNTIL = {("until",): 1, ("till",): 1, ("through",): 1, ("up", "to"): 2, ("up", "until"): 2, ("by",): 1}
_BEFORE: dict[tuple[str, ...], int] = {("before",): 1, ("pre",): 1, ("prior", "to"): 2, ("ahead", "of"): 2}
_AFTER: dict[tuple[str, ...], int] = {("after",): 1, ("post",): 1, ("following",): 1}
_EVENT = 8  # words from "since" to the date of what happened
_IN = bag("in on during over for throughout within at the")


@dataclass(frozen=True, kw_only=True, slots=True)
class DateHit:
    """A period at tokens `[first, last)`. `parts` are the two ends of "between A and B"."""

    first: int
    last: int
    span: Span
    parts: tuple[Span, Span] | None = None
    is_future: bool = False


def find_periods(tokens: Sequence[Token], today: date) -> list[DateHit]:
    """All periods that the words name, from left to right, without overlap."""
    row = Row(tokens=tokens, today=today)
    hits: list[DateHit] = []
    place = 0
    while place < len(tokens):
        place = _after_same(row, place)
        hit = _found(row, place)
        if hit:
            hits.append(replace(hit, is_future=bool(hit.span.first and hit.span.first > today)))
            place = hit.last
        else:
            place += 1
    return hits


def _found(row: Row, place: int) -> DateHit | None:
    """The period at the place. What lies outside the calendar (years 1 to 9999) is none."""
    try:
        return _open(row, place) or _event(row, place) or _between(row, place) or _plain(row, place)
    except (OverflowError, ValueError):  # of date arithmetic: "the last 9999999 days"
        return None


def _after_same(row: Row, place: int) -> int:
    """The place after "same period last year": it names no period of its own but shifts another."""
    if row.at(place) != "same":
        return place
    for at in range(place + 1, min(place + 6, len(row.tokens))):
        if row.at(at) == "year" and row.at(at - 1) in {"last", "previous", "before"}:
            return at + 1
    return place


def _lead(row: Row, place: int, leads: dict[tuple[str, ...], int]) -> int | None:
    """The place after one of the leading words, the longest first."""
    for words, size in sorted(leads.items(), key=lambda entry: -entry[1]):
        if tuple(row.at(place + number) for number in range(size)) == words:
            return row.skip(place + size, "the", "about", "around")
    return None


def _open(row: Row, place: int) -> DateHit | None:
    """Since June, from June onwards, until May, before 14 April, after the summer."""
    for leads, make in ((_SINCE, _since), (_UNTIL, _until), (_BEFORE, _up_to), (_AFTER, _past)):
        at = _lead(row, place, leads)
        found = point(row, at) if at is not None else None
        if found is None:
            continue
        end, span = found
        if leads is _SINCE and row.at(place) == "from":
            goes_on = row.skip(end, "to", "until", "till", "up")
            if row.at(goes_on) not in {"on", "onwards", "onward", "forward", "now", "today", "date"}:
                continue
            end = goes_on + 1
        if leads is _UNTIL and row.at(place) == "by" and span.grain not in {"day", "days"}:
            continue
        last = row.skip(end, "onwards", "onward") if leads is _SINCE else end
        return DateHit(first=place, last=last, span=make(span))
    return None


def _event(row: Row, place: int) -> DateHit | None:
    """Since the chat team started on 1 July, after the update on 9 June."""
    makes = {"since": _since, "after": _since, "before": _up_to}
    if row.at(place) not in makes:
        return None
    for at in range(place + 2, min(place + _EVENT, len(row.tokens) - 1)):
        if row.at(at) in {",", "?", ";", "and"}:
            return None
        found = point(row, at + 1) if row.at(at) in {"on", "in"} else None
        if found and (row.at(place) == "since" or found[1].grain == "day"):
            return DateHit(first=place, last=found[0], span=makes[row.at(place)](found[1]))
    return None


def _since(span: Span) -> Span:
    return Span(first=span.first, last=None)


def _until(span: Span) -> Span:
    return Span(first=None, last=span.last)


def _up_to(span: Span) -> Span:
    return Span(first=None, last=span.first - timedelta(days=1) if span.first else None)


def _past(span: Span) -> Span:
    return Span(first=span.last + timedelta(days=1) if span.last else None, last=None)


def _between(row: Row, place: int) -> DateHit | None:
    """Between A and B, from A to B, A to B, A-B."""
    at = row.skip(place, "between", "from", "the")
    start = point(row, at)
    if start is None:
        return None
    middle = _middle(row, place, start[0])
    end = point(row, row.skip(middle, "the")) if middle is not None else None
    if end is None:
        return None
    first, last = start[1], end[1]
    if first.first and last.first and first.first > last.first:
        first = spans.year_earlier(first)
    if first.first and last.last and first.first > last.last:
        first, last = last, first
    whole = Span(first=first.first, last=last.last)
    first_token = place if row.at(place) in {"between", "from", "the"} else at
    return DateHit(first=first_token, last=end[0], span=whole, parts=(first, last))


def _middle(row: Row, place: int, at: int) -> int | None:
    """The place after the word that joins the two ends."""
    word = row.at(at)
    if row.joined(at):
        return at
    if word == "and":
        return at + 1 if row.at(place) == "between" else None
    return at + 1 if word in {"to", "until", "till", "through", "-", "–"} else None


def _plain(row: Row, place: int) -> DateHit | None:
    """A time as it stands, with the preposition that leads to it."""
    at = place
    while row.at(at) in _IN:
        at += 1
    found = point(row, at)
    return DateHit(first=place, last=found[0], span=found[1]) if found else None
