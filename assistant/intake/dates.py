"""Dates as files write them. Which of day and month comes first is decided for a column, not for a cell."""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Order = Literal["day", "month"]

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar janvier janv januari enero ene gennaio gen janeiro",
            "feb february februar fevrier fevr fev februari febrero febbraio fevereiro",
            "mar march marz mars maart mrt marzo marco maerz mrz",
            "apr april avril avr abril abr aprile",
            "may mai mei mayo maggio mag maio",
            "jun june juni juin junio giugno giu junho",
            "jul july juli juillet juil julio luglio lug julho",
            "aug august aout augustus agosto ago",
            "sep sept september septembre septiembre settembre set setembro",
            "oct october oktober okt octobre octubre ottobre ott outubro out",
            "nov november novembre noviembre novembro",
            "dec december dezember dez decembre diciembre dic dicembre dezembro",
        ),
        1,
    )
    for name in names.split()
}
_FOLD = str.maketrans("äéèêûôçáíóú", "aeeeuocaiou")
_TIME = r"(?:[T ,]\s*.*)?"
_ISO = re.compile(rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}){_TIME}", re.DOTALL)
_COMPACT = re.compile(rf"((?:19|20)\d{{2}})(\d{{2}})(\d{{2}}){_TIME}", re.DOTALL)
_NUMERIC = re.compile(rf"(\d{{1,2}})([-/.])(\d{{1,2}})\2(\d{{4}}|\d{{2}}){_TIME}", re.DOTALL)
_DAY_NAMED = re.compile(
    r"(?:[^\W\d]+\.?,?\s+)?(\d{1,2})(?:st|nd|rd|th|\.)?[\s-]+(?:of\s+|de\s+)?([^\W\d_]+)\.?,?[\s-]+(?:de\s+)?(\d{4}|\d{2})\b.*",
    re.DOTALL,
)
_NAMED_DAY = re.compile(
    r"(?:[^\W\d]+\.?,?\s+)?([^\W\d_]+)\.?[\s-]+(\d{1,2})(?:st|nd|rd|th)?,?[\s-]+(\d{4})\b.*", re.DOTALL
)
# Tue Oct 31 23:36:20 +0000 2017
_UNIX = re.compile(r"[^\W\d_]{3}\s+([^\W\d_]{3})\s+(\d{1,2})\s+\d\d:\d\d:\d\d\s+(?:\S+\s+)?(\d{4})")
_EPOCH = re.compile(r"(\d{10})(?:\d{3}|\d{6})?(?:\.\d+)?")
_SERIAL = re.compile(r"([2-7]\d{4})(?:\.\d+)?")
_SERIAL_START = dt.date(1899, 12, 30)  # day 0 of Excel's calendar, with its leap-year bug made up for
_NOTHING = frozenset(
    ("", "-", "--", "n/a", "na", "nan", "none", "null", "nil", "unknown", "nat", "0", "0000-00-00", "?")
)


@dataclass(frozen=True, kw_only=True, slots=True)
class DateOrder:
    """Which comes first in dates such as 03/04/2024, and how that is known (empty: no such dates)."""

    first: Order
    reason: str = ""


def is_missing(value: str) -> bool:
    """Whether a cell says that there is no date."""
    return value.strip().casefold() in _NOTHING or value.startswith("0000-00-00")


def parse_date(value: str, order: Order = "day", *, numbers: bool = False) -> dt.date | None:
    """The day that a cell names, or None. With `numbers` also seconds since 1970 and Excel's day numbers."""
    value = value.strip()
    if len(value) > 64:
        return None
    if numbers and (found := _from_number(value)):
        return found
    if match := _ISO.fullmatch(value) or _COMPACT.fullmatch(value):
        return _day(match[1], match[2], match[3])
    if match := _NUMERIC.fullmatch(value):
        day, month = (match[1], match[3]) if order == "day" or match[2] == "." else (match[3], match[1])
        return _day(match[4], month, day)
    return _from_words(value)


def looks_like_date(value: str) -> bool:
    """Whether a cell is a date in one order or the other."""
    return parse_date(value, "day") is not None or parse_date(value, "month") is not None


def order_of(values: Iterable[str], usual: Order, today: dt.date | None = None) -> DateOrder:
    """Decide by the numbers over 12, then by dates that would lie in the future, else take the usual order."""
    pairs = [match for match in map(_NUMERIC.fullmatch, (value.strip() for value in values)) if match]
    slashed = [match for match in pairs if match[2] != "."]
    if not slashed:
        return DateOrder(first="day", reason="day.month.year") if pairs else DateOrder(first=usual)
    day = next((match[0] for match in slashed if int(match[1]) > 12), None)
    month = next((match[0] for match in slashed if int(match[3]) > 12), None)
    if day and not month:
        return DateOrder(first="day", reason=f"day first, as in {day}")
    if month and not day:
        return DateOrder(first="month", reason=f"month first, as in {month}")
    if day and month:
        return _mixed(slashed, day, month)
    return _undecided([match[0] for match in slashed], usual, today)


def _mixed(pairs: list[re.Match[str]], day: str, month: str) -> DateOrder:
    days = sum(int(match[1]) > 12 for match in pairs)
    months = sum(int(match[3]) > 12 for match in pairs)
    first: Order = "day" if days >= months else "month"
    return DateOrder(
        first=first,
        reason=f"{first} first as in most rows, but both {day} and {month} occur; the others are refused",
    )


def _undecided(values: list[str], usual: Order, today: dt.date | None) -> DateOrder:
    if today is not None:
        ahead = {
            order: sum((parse_date(value, order) or today) > today for value in values)
            for order in ("day", "month")
        }
        if ahead["day"] and not ahead["month"]:
            return DateOrder(first="month", reason="month first, because day first would lie in the future")
        if ahead["month"] and not ahead["day"]:
            return DateOrder(first="day", reason="day first, because month first would lie in the future")
    return DateOrder(
        first=usual,
        reason=f"nothing tells day from month; taken as {usual} first (change it with date_order=day or =month)",
    )


def _from_number(value: str) -> dt.date | None:
    if match := _EPOCH.fullmatch(value):
        return dt.datetime.fromtimestamp(int(match[1]), dt.UTC).date()
    if match := _SERIAL.fullmatch(value):
        return _SERIAL_START + dt.timedelta(days=int(match[1]))
    return None


def _from_words(value: str) -> dt.date | None:
    if match := _UNIX.fullmatch(value):
        return _day(match[3], _month(match[1]), match[2])
    if match := _DAY_NAMED.fullmatch(value):
        return _day(match[3], _month(match[2]), match[1])
    if match := _NAMED_DAY.fullmatch(value):
        return _day(match[3], _month(match[1]), match[2])
    return None


def _month(name: str) -> int:
    return _MONTHS.get(name.casefold().translate(_FOLD), 0)


def _day(year: str, month: str | int, day: str) -> dt.date | None:
    full = int(year) + (0 if len(year) == 4 else 2000 if int(year) < 70 else 1900)
    try:
        return dt.date(full, int(month), int(day)) if full >= 1900 else None
    except ValueError:
        return None
