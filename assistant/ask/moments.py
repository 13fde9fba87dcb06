"""Readers of calendar words: "14 April", "June", "Q2 2025", "in the spring", "2026-06-30".

Every reader takes a row of words and a place, and gives the span with the place after it, or None.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from dateutil.easter import easter

from assistant.ask import spans
from assistant.ask.spans import SEASONS, UNITS, Grain, Span
from assistant.ask.stems import bag
from assistant.ask.tokens import Token

_NAMES = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
MONTHS = {form: number for number, name in enumerate(_NAMES, 1) for form in (name, name[:3])} | {"sept": 9}
ORDINALS = {
    "first": 1,
    "1": 1,
    "second": 2,
    "2": 2,
    "third": 3,
    "3": 3,
    "fourth": 4,
    "4": 4,
    "last": -1,
    "final": -1,
}
_FEASTS = {"christmas": (12, 25), "xmas": (12, 25), "halloween": (10, 31), "valentine": (2, 14)}
# Words before "may", "march", "summer", ... that make them a time.
_LEADS = bag(
    "in since until till before after from to of between and through during by last this early mid "
    "late for vs versus with or than over starting not except only just against"
)
_COUNTABLE = frozenset(UNITS) | {f"{unit}s" for unit in UNITS}
_AMBIGUOUS = frozenset({"may", "march", "mar", "fall", "dec", "sat", "sun"})

Found = tuple[int, Span] | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """The words of a question with the day on which it is asked."""

    tokens: Sequence[Token]
    today: date

    def at(self, place: int) -> str:
        return self.tokens[place].low if 0 <= place < len(self.tokens) else ""

    def number(self, place: int) -> int | None:
        """The whole number at the place."""
        value = self.tokens[place].number if 0 <= place < len(self.tokens) else None
        return int(value) if value is not None and value == int(value) else None

    def skip(self, place: int, *words: str) -> int:
        """The place after any of the words that stand there."""
        while self.at(place) in words:
            place += 1
        return place

    def joined(self, place: int) -> bool:
        return 0 <= place < len(self.tokens) and self.tokens[place].is_joined

    def led(self, place: int) -> bool:
        """Whether a preposition makes the word a time."""
        before = self.at(place - 2) if self.at(place - 1) == "the" else self.at(place - 1)
        return before in _LEADS


def _year(row: Row, place: int) -> tuple[int, int | None]:
    """The year that may follow a month or quarter, and the place after it."""
    at = row.skip(place, "of", "in", ",")
    if re.fullmatch(r"(19|20)\d\d", row.at(at)):
        return at + 1, int(row.at(at))
    if row.at(at) in {"last", "this"} and row.at(at + 1) == "year":
        return at + 2, row.today.year - (row.at(at) == "last")
    return place, None


def dated(make: Callable[[int], Span], row: Row, place: int) -> tuple[int, Span]:
    """The span in the year that follows, else the latest one that has begun."""
    end, year = _year(row, place)
    return end, make(year) if year else spans.latest(make, row.today)


def _date(year: int, month: int, number: int) -> Span | None:
    try:
        return spans.day(date(year, month, number))
    except ValueError:
        return None


def written(row: Row, place: int) -> Found:
    """2026-06-30, 2026-06, 30/06/2026 (day first unless that cannot be), 30.6.26."""
    word = row.at(place)
    if iso := re.fullmatch(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?", word):
        year, month, number = (int(part) if part else None for part in iso.groups())
        if not year or not month or not 1 <= month <= 12:
            return None
        span = _date(year, month, number) if number else spans.months(year, month, "month")
        return (place + 1, span) if span else None
    if plain := re.fullmatch(r"(\d{1,2})[./](\d{1,2})[./](\d{2,4})", word):
        one, other, year = (int(part) for part in plain.groups())
        year += 2000 if year < 100 else 0
        span = _date(year, other, one) or _date(year, one, other)
        return (place + 1, span) if span else None
    return None


def calendar_day(row: Row, place: int) -> Found:
    """14 April, April 14 2026, the 14th of April, 1 to 7 June."""
    number, month = row.number(place), MONTHS.get(row.at(place))
    if number is not None:
        at = row.skip(place + 1, "of")
        until = row.skip(place + 1, "to", "until", "and", "through")
        named = row.skip(until + 1, "of")
        if (last := row.number(until)) is not None and row.at(named) in MONTHS:
            return _days(row, number, last, MONTHS[row.at(named)], named + 1)
        if row.at(at) in MONTHS:
            return _days(row, number, number, MONTHS[row.at(at)], at + 1)
    if month is not None:
        at = row.skip(place + 1, "the")
        first = row.number(at)
        if first is not None and 1 <= first <= 31 and row.at(at + 1) not in _COUNTABLE:
            return _days(row, first, first, month, at + 1)
    return None


def _days(row: Row, first: int, last: int, month: int, end: int) -> Found:
    if not 1 <= first <= last <= 31:
        return None

    def make(year: int) -> Span:
        start = _date(year, month, first) or spans.months(year, month, "month")
        stop = _date(year, month, last) or start
        return Span(first=start.first, last=stop.last, grain="day" if first == last else "days")

    return dated(make, row, end)


def month(row: Row, place: int) -> Found:
    """June, June 2025, last June; "may" and "march" only where they are a time."""
    word, at = row.at(place), place
    if word in {"last", "this"} and row.at(place + 1) in MONTHS:
        end, span = dated(lambda year: spans.months(year, MONTHS[row.at(place + 1)], "month"), row, place + 2)
        return end, ended(span, row.today) if word == "last" else span
    if word not in MONTHS or (word in _AMBIGUOUS and not _is_month(row, at)):
        return None
    return dated(lambda year: spans.months(year, MONTHS[word], "month"), row, at + 1)


def _is_month(row: Row, place: int) -> bool:
    token, following = row.tokens[place], row.at(place + 1)
    capital = token.is_capital and place > 0
    return row.led(place) or capital or following in MONTHS or bool(re.fullmatch(r"20\d\d", following))


def ended(span: Span, today: date) -> Span:
    return spans.year_earlier(span) if span.last and span.last >= today else span


def quarter(row: Row, place: int) -> Found:
    """Q2, Q2 2025, second quarter of 2025, H1, first half of the year."""
    if short := re.fullmatch(r"(q[1-4]|h[12])((?:20)?\d\d)?", row.at(place)):
        grain: Grain = "quarter" if short.group(1)[0] == "q" else "half"
        end, span = dated(_nth(grain, int(short.group(1)[1])), row, place + 1)
        if short.group(2):
            span = _nth(grain, int(short.group(1)[1]))(2000 + int(short.group(2)) % 100)
        return end, span
    nth, at = ORDINALS.get(row.at(place), 0), place + 1
    names: dict[str, Grain] = {"quarter": "quarter", "half": "half"}
    if nth < 1 or row.at(at) not in names:
        return None
    if names[row.at(at)] == "half" and not re.fullmatch(
        r"year|20\d\d", row.at(row.skip(at + 1, "of", "the"))
    ):
        return None
    return dated(_nth(names[row.at(at)], nth), row, row.skip(at + 1, "of", "the", "year"))


def _nth(grain: Grain, number: int) -> Callable[[int], Span]:
    size = {"quarter": 3, "half": 6}[grain]
    return lambda year: spans.months(year, (number - 1) * size + 1, grain)


def season(row: Row, place: int) -> Found:
    """In the spring, last summer, winter 2025 (which starts in December 2025)."""
    word, before = row.at(place), row.at(place - 1)
    if word not in SEASONS:
        return None
    end, span = dated(lambda year: spans.months(year, SEASONS[word], "season"), row, place + 1)
    if end == place + 1 and not row.led(place) and before not in {"this", "last"}:
        return None
    if word == "fall" and row.at(end) in {"in", "of", "from", "by", "short"}:
        return None
    return end, ended(span, row.today) if before == "last" else span


def year(row: Row, place: int) -> Found:
    """2025."""
    word = row.at(place)
    if re.fullmatch(r"20\d\d", word) and int(word) <= row.today.year + 1:
        return place + 1, spans.months(int(word), 1, "year")
    return None


def feast(row: Row, place: int) -> Found:
    """Christmas, Halloween, Valentine's day."""
    if row.at(place) == "easter":
        return dated(lambda year: spans.day(easter(year)), row, row.skip(place + 1, "sunday"))
    if row.at(place) not in _FEASTS:
        return None
    number = _FEASTS[row.at(place)]
    end, span = dated(lambda year: spans.day(date(year, *number)), row, row.skip(place + 1, "day", "eve"))
    return end, span
