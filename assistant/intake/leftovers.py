"""What becomes of the columns that play no role: worth counting by, or left out."""

from collections.abc import Sequence
from dataclasses import replace

from assistant.intake.column_names import folded, is_personal, rank
from assistant.intake.mapping import Column, Kind, Use
from assistant.intake.profiles import Profile

_MAX_VALUES = 500  # different values of an attribute, beyond which counting by it makes no sense
_MAX_LENGTH = 200  # characters of an attribute's value
_ROW_NUMBERS = ("row", "row number", "row id", "index", "no", "nr", "number", "line", "unnamed 0", "column 1")


def use_of_leftover(name: str, one: Profile, kind: Kind) -> tuple[Use, str]:
    """Attribute or left out, and the reason."""
    different = f"{one.distinct} different value{'s' if one.distinct != 1 else ''}"
    if reason := _useless(name, one):
        return "skip", reason
    if kind == "feedback" and (reason := _uncountable(name, one, different)):
        return "skip", reason
    return "attribute", different


def _useless(name: str, one: Profile) -> str | None:
    if not one.filled:
        return "empty in the first rows"
    if is_personal(name) or one.mails > 0.5:
        return "personal data"
    if one.urls > 0.5:
        return "addresses of pages"
    if one.lists > 0.5 or one.longest > 10 * _MAX_LENGTH or one.length > _MAX_LENGTH:
        return "too long to count by"
    if folded(name) in _ROW_NUMBERS and one.is_counter:
        return "counts the rows"
    return None


def _uncountable(name: str, one: Profile, different: str) -> str | None:
    if max(one.dates, one.numeric_dates if rank("date", name) is not None else 0.0) > 0.8:
        return "another date"
    if one.words > 6 and one.distinct_share > 0.3:
        return "another text"
    if one.distinct > 20 and one.distinct_share > 0.5:
        return f"almost every row has another value: {different} in {one.filled}"
    if one.distinct > _MAX_VALUES:
        return f"too many values to count by: {different}"
    return None


def named_once(columns: Sequence[Column]) -> list[Column]:
    """Two columns may fold to one name, or to that of a role; the second then is `name_2`."""
    times: dict[str, int] = {one.use: 1 for one in columns if one.use in ("rating", "channel")}
    named = []
    for one in columns:
        if one.use == "attribute" and one.name is not None:
            count = times[one.name] = times.get(one.name, 0) + 1
            named.append(one if count == 1 else replace(one, name=f"{one.name}_{count}"))
        else:
            named.append(one)
    return named
