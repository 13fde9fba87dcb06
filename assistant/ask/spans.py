"""Calendar arithmetic: the days that a month, quarter, season or "the last six weeks" covers."""

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from assistant.scope import Period

Grain = Literal["day", "week", "month", "quarter", "half", "season", "year", "days"]
UNITS: dict[str, Grain] = {
    "day": "day", "week": "week", "month": "month", "quarter": "quarter", "year": "year",
}  # fmt: skip
SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_MONTHS = {"month": 1, "quarter": 3, "season": 3, "half": 6, "year": 12}


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """Calendar days from `first` to `last`, both included; None is an open end."""

    first: date | None
    last: date | None
    grain: Grain = "days"

    @property
    def period(self) -> Period:
        return Period(first=self.first, last=self.last)


def day(when: date) -> Span:
    return Span(first=when, last=when, grain="day")


def week(when: date) -> Span:
    """The week from Monday to Sunday that holds the day."""
    monday = when - timedelta(days=when.weekday())
    return Span(first=monday, last=monday + timedelta(days=6), grain="week")


def months(year: int, month: int, grain: Grain) -> Span:
    """A month, quarter, season, half or year that starts with the month; months count on past 12."""
    first = shift(date(year, 1, 1), month - 1)
    return Span(first=first, last=shift(first, _MONTHS[grain]) - timedelta(days=1), grain=grain)


def shift(when: date, by: int) -> date:
    """The same day `by` months later (earlier when negative), or the last of that month."""
    year, month = divmod(when.year * 12 + when.month - 1 + by, 12)
    return date(year, month + 1, min(when.day, monthrange(year, month + 1)[1]))


def holding(when: date, grain: Grain) -> Span:
    """The calendar day, week, month, quarter or year that holds the day."""
    if grain == "day":
        return day(when)
    if grain == "week":
        return week(when)
    size = _MONTHS[grain]
    return months(when.year, (when.month - 1) // size * size + 1, grain)


def latest(make: Callable[[int], Span], today: date) -> Span:
    """Of the spans that `make` gives for a year, the latest that has begun."""
    span = make(today.year)
    return span if span.first is None or span.first <= today else make(today.year - 1)


def to_date(span: Span, today: date) -> Span:
    """The span up to today when today lies in it."""
    runs = span.first is not None and span.last is not None and span.first <= today < span.last
    return replace(span, last=today) if runs else span


def rolling(today: date, number: int, grain: Grain) -> Span:
    """The last `number` days, weeks or months, with today as the last day."""
    if grain in _MONTHS:
        first = shift(today + timedelta(days=1), -number * _MONTHS[grain])
    else:
        first = today - timedelta(days=number * (7 if grain == "week" else 1) - 1)
    return Span(first=first, last=today, grain="days")


def before(span: Span) -> Span:
    """The span of the same kind just before: the month before a month, three months before three, 10 days before 10."""
    if span.first is None:
        raise ValueError("nothing lies before a period without a start; name the period to compare with")
    end = span.first - timedelta(days=1)
    if span.last is None:
        return Span(first=None, last=end)
    if span.grain in _MONTHS:
        first = shift(span.first, -_MONTHS[span.grain])
        return Span(first=first, last=end, grain=span.grain)
    after = span.last + timedelta(days=1)
    whole = (after.year - span.first.year) * 12 + after.month - span.first.month
    if whole and shift(span.first, whole) == after:
        return Span(first=shift(span.first, -whole), last=end, grain=span.grain)
    return Span(first=end - (span.last - span.first), last=end, grain=span.grain)


def year_earlier(span: Span) -> Span:
    """The same days one year before."""
    first = shift(span.first, -12) if span.first else None
    last = shift(span.last + timedelta(days=1), -12) - timedelta(days=1) if span.last else None
    return replace(span, first=first, last=last)


def of_period(period: Period) -> Span:
    """A period as a span, with the grain that its ends show."""
    first, last = period.first, period.last
    if first is None or last is None:
        return Span(first=first, last=last)
    for grain in UNITS.values():
        whole = holding(first, grain)
        if (whole.first, whole.last) == (first, last):
            return whole
    return Span(first=first, last=last)
