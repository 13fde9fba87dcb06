"""Readers of words that count from today or from another time: "last 6 weeks", "week of 3 August", "mid June"."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from assistant.ask import moments, spans
from assistant.ask.moments import MONTHS, ORDINALS, Found, Row, dated
from assistant.ask.spans import SEASONS, UNITS, Grain, Span

_DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WORDS = frozenset(
    [*MONTHS, *_DAYS, *UNITS, *SEASONS, "yesterday", "today", "tomorrow", "weekend", "fortnight"]
)
_VAGUE = {"few": 3, "couple": 2, "several": 4}


def unit(row: Row, place: int) -> Found:
    """This month (up to today), last quarter, the previous week, the week before last, next month."""
    at = row.skip(place, "the")
    word, grain = row.at(at), UNITS.get(row.at(at + 1).removesuffix("s"))
    if grain and word in {"this", "current"}:
        end = row.skip(at + 2, "so", "far", "to", "date")
        return end, spans.to_date(spans.holding(row.today, grain), row.today)
    if grain and word in {"last", "previous", "prior"}:
        return at + 2, spans.before(spans.holding(row.today, grain))
    if grain and grain != "day" and word in {"next", "coming", "upcoming"}:
        held = spans.holding(row.today, grain)
        following = spans.holding((held.last or row.today) + timedelta(days=1), grain)
        return at + 2, following
    if word in UNITS and (row.at(at + 1), row.at(at + 2)) == ("before", "last"):
        return at + 3, spans.before(spans.before(spans.holding(row.today, UNITS[word])))
    return None


def rolling(row: Row, place: int) -> Found:
    """Last 6 weeks, the past month, past few days, last fortnight, 3 weeks ago."""
    at = row.skip(place, "the")
    number = row.number(at)
    if (
        number is not None
        and (grain := UNITS.get(row.at(at + 1).removesuffix("s")))
        and row.at(at + 2) == "ago"
    ):
        return at + 3, _ago(row.today, number, grain)
    if row.at(at) not in {"last", "past", "previous", "latest", "recent"}:
        return None
    number = row.number(at + 1) or _VAGUE.get(row.at(row.skip(at + 1, "a")))
    if number is None:
        number, end = (1 if row.at(at) == "past" else None), at + 1
    else:
        end = row.skip(row.skip(at + 1, "a") + 1, "of")
    if row.at(end).removesuffix("s") == "fortnight":
        return end + 1, spans.rolling(row.today, 2 * (number or 1), "week")
    if (row.at(end), row.at(end + 1)) == ("half", "year"):
        return end + 2, spans.rolling(row.today, 6, "month")
    if row.at(end).removesuffix("s") == "hour" and number:
        return end + 1, spans.rolling(row.today, -(-number // 24) + 1, "day")
    grain = UNITS.get(row.at(end).removesuffix("s"))
    return (end + 1, spans.rolling(row.today, number, grain)) if grain and number else None


def _ago(today: date, number: int, grain: Grain) -> Span:
    if grain in {"day", "week"}:
        return spans.holding(today - timedelta(days=number * (7 if grain == "week" else 1)), grain)
    return spans.holding(spans.shift(today, -number * {"month": 1, "quarter": 3}.get(grain, 12)), grain)


def named(row: Row, place: int) -> Found:
    """Today, yesterday, tomorrow, year to date, YTD, so far this year, last weekend."""
    word, after = row.at(place), row.at(place + 1)
    days = {"today": 0, "yesterday": -1, "tomorrow": 1}
    if word in days:
        return place + 1, spans.day(row.today + timedelta(days=days[word]))
    if (word, after) in {("last", "night"), ("this", "morning")}:
        return place + 2, spans.day(row.today - timedelta(days=word == "last"))
    to_date: dict[str, Grain] = {"ytd": "year", "qtd": "quarter", "mtd": "month"}
    if word in to_date:
        return place + 1, spans.to_date(spans.holding(row.today, to_date[word]), row.today)
    if word in UNITS and (after, row.at(place + 2)) == ("to", "date"):
        return place + 3, spans.to_date(spans.holding(row.today, UNITS[word]), row.today)
    if (word, after) == ("so", "far"):
        return unit(row, place + 2)
    if (
        word == "weekend"
        and after == "of"
        and (found := point(row, row.skip(place + 2, "the")))
        and found[1].first
    ):
        return found[0], _weekend(
            found[1].first + timedelta(days=6 - found[1].first.weekday()), is_over=False
        )
    if after == "weekend" and word in {"last", "the", "this", "past"}:
        return place + 2, _weekend(row.today, is_over=word == "last")
    return None


def _weekend(today: date, *, is_over: bool) -> Span:
    saturday = today - timedelta(days=(today.weekday() - 5) % 7)
    if is_over and today.weekday() >= 5:
        saturday -= timedelta(days=7)
    return Span(first=saturday, last=saturday + timedelta(days=1))


def weekday(row: Row, place: int) -> Found:
    """On Monday, last Friday: the latest that is past, or today when it is named without "last"."""
    at = row.skip(place, "last", "this")
    if row.at(at) not in _DAYS:
        return None
    back = (row.today.weekday() - _DAYS.index(row.at(at))) % 7
    if at > place and row.at(place) == "last" and back == 0:
        back = 7
    return at + 1, spans.day(row.today - timedelta(days=back))


def week(row: Row, place: int) -> Found:
    """Week of 3 August, week commencing 3 August, week 32, CW 32."""
    number = row.number(place + 1) or 0
    if row.at(place) in {"week", "cw", "kw", "wk"} and 1 <= number <= 52 and row.at(place + 2) not in MONTHS:
        return dated(lambda year: spans.week(date.fromisocalendar(year, number, 1)), row, place + 2)
    if row.at(place) not in {"week", "wc", "wk"}:
        return None
    at = row.skip(
        place + 1, "of", "commencing", "beginning", "starting", "ending", "from", "on", "the", "w/c"
    )
    found = point(row, at) if at > place + 1 or row.at(place) == "wc" else None
    return (
        (found[0], spans.week(found[1].first))
        if found and found[1].first and found[1].grain == "day"
        else None
    )


def part(row: Row, place: int) -> Found:
    """Early, mid or late June, end of Q2, first week of June, second half of 2025."""
    at = row.skip(place, "the")
    word = row.at(at)
    piece = {"early": "start", "mid": "mid", "middle": "mid", "late": "end"}.get(word, word)
    nth = ORDINALS.get(word, 0)
    if piece in {"start", "beginning", "mid", "end"}:
        whole = _whole(row, row.skip(at + 1, "of", "in", "the"))
        return (whole[0], _third(whole[1], piece)) if whole and whole[1].grain != "day" else None
    if word in {"first", "last"} and (number := row.number(at + 1)) and row.at(at + 3) in {"of", "in"}:
        return _some(row, at, number)
    if nth and row.at(at + 1) in {"week", "half", "fortnight"} and row.at(at + 2) in {"of", "in"}:
        whole = point(row, row.skip(at + 3, "the"))
        return (
            (whole[0], _slice(whole[1], nth, row.at(at + 1))) if whole and whole[1].grain != "day" else None
        )
    return None


def _whole(row: Row, place: int) -> Found:
    """The time of which a part is meant; "the month" is this one."""
    own = UNITS.get(row.at(place))
    return (place + 1, spans.holding(row.today, own)) if own else point(row, place)


def _some(row: Row, place: int, number: int) -> Found:
    """First three months of the year, last 10 days of June."""
    grain = UNITS.get(row.at(place + 2).removesuffix("s"))
    whole = _whole(row, row.skip(place + 4, "the", "this"))
    if not grain or not whole or not whole[1].first or not whole[1].last:
        return None
    if row.at(place) == "last":
        return whole[0], spans.rolling(whole[1].last, number, grain)
    end = spans.rolling(whole[1].first, -number, grain).first or whole[1].last
    return whole[0], Span(first=whole[1].first, last=min(end - timedelta(days=2), whole[1].last))


def _third(span: Span, piece: str) -> Span:
    if not span.first or not span.last:
        return span
    third = ((span.last - span.first).days + 1) // 3
    start = {"mid": span.first + timedelta(days=third), "end": span.last - timedelta(days=third - 1)}
    first = start.get(piece, span.first)
    last = span.last if piece == "end" else first + timedelta(days=third - 1)
    return Span(first=first, last=last)


def _slice(span: Span, nth: int, size: str) -> Span:
    if not span.first or not span.last:
        return span
    days = {"week": 7, "fortnight": 14, "half": ((span.last - span.first).days + 1) // 2}[size]
    if size == "half" and span.grain in {"year", "quarter", "month"} and nth in {2, -1}:
        return replace(span, first=span.first + timedelta(days=days), grain="days")
    if nth == -1:
        return Span(first=span.last - timedelta(days=days - 1), last=span.last)
    first = span.first + timedelta(days=days * (nth - 1))
    return Span(first=first, last=min(span.last, first + timedelta(days=days - 1)))


_POINTS: tuple[Callable[[Row, int], Found], ...] = (
    moments.written, moments.quarter, part, week, moments.calendar_day, rolling, unit, named,
    moments.month, moments.season, weekday, moments.feast, moments.year,
)  # fmt: skip


def point(row: Row, place: int) -> Found:
    """The first reading that fits at the place."""
    if place >= len(row.tokens):
        return None
    for reader in _POINTS:
        if found := reader(row, place):
            return found
    return None
