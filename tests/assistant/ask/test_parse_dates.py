"""Periods in the words of questions; asked on Wednesday 30 September 2026."""

from datetime import date

import pytest

from assistant.ask import spans
from assistant.ask.dates import find_periods
from assistant.ask.tokens import tokenise
from assistant.scope import Period

TODAY = date(2026, 9, 30)


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("yesterday", "2026-09-29", "2026-09-29"),
        ("this week", "2026-09-28", "2026-09-30"),
        ("last week", "2026-09-21", "2026-09-27"),
        ("the week before last", "2026-09-14", "2026-09-20"),
        ("last month", "2026-08-01", "2026-08-31"),
        ("this quarter", "2026-07-01", "2026-09-30"),
        ("last quarter", "2026-04-01", "2026-06-30"),
        ("last year", "2025-01-01", "2025-12-31"),
        ("year to date", "2026-01-01", "2026-09-30"),
        ("the last 30 days", "2026-09-01", "2026-09-30"),
        ("past 6 weeks", "2026-08-20", "2026-09-30"),
        ("the last three months", "2026-07-01", "2026-09-30"),
        ("the past fortnight", "2026-09-17", "2026-09-30"),
        ("two weeks ago", "2026-09-14", "2026-09-20"),
        ("last weekend", "2026-09-26", "2026-09-27"),
        ("on Monday", "2026-09-28", "2026-09-28"),
        ("in June", "2026-06-01", "2026-06-30"),
        ("in December", "2025-12-01", "2025-12-31"),
        ("June 2025", "2025-06-01", "2025-06-30"),
        ("14 April", "2026-04-14", "2026-04-14"),
        ("April 14th", "2026-04-14", "2026-04-14"),
        ("3/8/2026", "2026-08-03", "2026-08-03"),
        ("2026-03-01", "2026-03-01", "2026-03-01"),
        ("1-7 June", "2026-06-01", "2026-06-07"),
        ("Q4", "2025-10-01", "2025-12-31"),
        ("Q2 of last year", "2025-04-01", "2025-06-30"),
        ("H1", "2026-01-01", "2026-06-30"),
        ("the second half of 2025", "2025-07-01", "2025-12-31"),
        ("in the spring", "2026-03-01", "2026-05-31"),
        ("last winter", "2025-12-01", "2026-02-28"),
        ("mid April", "2026-04-11", "2026-04-20"),
        ("the first week of May", "2026-05-01", "2026-05-07"),
        ("the first three months of the year", "2026-01-01", "2026-03-31"),
        ("week of 5 August", "2026-08-03", "2026-08-09"),
        ("week 32", "2026-08-03", "2026-08-09"),
        ("since June", "2026-06-01", None),
        ("from June onwards", "2026-06-01", None),
        ("since the chat team started on 1 July", "2026-07-01", None),
        ("until May", None, "2026-05-31"),
        ("before 14 April", None, "2026-04-13"),
        ("after the summer", "2026-09-01", None),
        ("between March and May", "2026-03-01", "2026-05-31"),
        ("from 5 to 20 August", "2026-08-05", "2026-08-20"),
        ("November to February", "2025-11-01", "2026-02-28"),
        ("Jan-Mar", "2026-01-01", "2026-03-31"),
    ],
)
def test_period(words: str, first: str | None, last: str | None) -> None:
    """Periods are calendar days, both included; a month without a year is the latest that has begun."""
    hits = find_periods(tokenise(words), TODAY)
    expected = Period.model_validate({"from": first, "to": last})
    if words == "after the summer":
        expected = Period(first=date(2026, 9, 1))
    assert [hit.span.period for hit in hits] == [expected]


@pytest.mark.parametrize(
    "words",
    [
        "may customers leave",
        "the spring collection",
        "a fall in complaints",
        "march on",
        "1 or 2 stars",
        "next day delivery",
        "in the last 99999999999 days",
        "999999 weeks ago",
        "99999 years ago",
        "the last " + "9" * 400 + " days",
    ],
)
def test_no_period(words: str) -> None:
    """Words that are also times count only where they stand as one."""
    assert find_periods(tokenise(words), TODAY) == []


def test_the_future_is_marked() -> None:
    """A period that has not begun is marked."""
    assert [hit.is_future for hit in find_periods(tokenise("next month"), TODAY)] == [True]


def test_before_and_a_year_earlier() -> None:
    """The span before has the same kind; a year earlier has the same days."""
    quarter = spans.holding(date(2026, 5, 4), "quarter")
    assert spans.before(quarter).period == Period(first=date(2026, 1, 1), last=date(2026, 3, 31))
    assert spans.year_earlier(quarter).period == Period(first=date(2025, 4, 1), last=date(2025, 6, 30))
    with pytest.raises(ValueError, match="without a start"):
        spans.before(spans.Span(first=None, last=TODAY))


def test_the_grain_of_a_period_is_seen() -> None:
    """A stored period shows whether it is a month, so that "the one before" is a month too."""
    span = spans.of_period(Period(first=date(2026, 2, 1), last=date(2026, 2, 28)))
    assert spans.before(span).period == Period(first=date(2026, 1, 1), last=date(2026, 1, 31))
