"""From a row of cells to what it says: text, date, customer and attributes, cleaned but not yet redacted."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from assistant.errors import RefusedError
from assistant.intake.cleaning import clean_cell, clean_text
from assistant.intake.dates import is_missing, parse_date
from assistant.intake.mapping import ColumnMapping
from assistant.intake.rows import Row
from assistant.intake.turns import Turn, turns_of

_MAX_ID = 200
_MAX_VALUE = 200
_TRUTH = {"true": "yes", "false": "no"}
_NOBODY = frozenset(
    (
        "",
        "-",
        "n/a",
        "na",
        "none",
        "null",
        "nan",
        "unknown",
        "anonymous",
        "anonym",
        "anonyme",
        "guest",
        "a google user",
        "amazon customer",
        "deleted user",
    )
)
_EMPTY = frozenset(("", "-", "--", "n/a", "na", "nan", "none", "null", "nil"))
_NPS_NAMES = ("nps", "nps_score", "net_promoter_score", "likelihood_to_recommend")


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """What a row says. `text` is empty when there are `turns`."""

    line: int
    id: str | None = None
    text: str = ""
    title: str | None = None
    date: dt.date | None = None
    customer: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    turns: tuple[Turn, ...] | None = None


def draft_of_row(row: Row, mapping: ColumnMapping, *, may_be_empty: bool = False) -> Draft:
    """Read one row.

    Raises:
        RefusedError: the reader could not read the row, it has no text (unless it `may_be_empty`), a text that
            cannot be stored, or a date that cannot be read.
    """
    if row.problem is not None:
        raise RefusedError(row.problem)
    cells, line = row.cells, row.line
    turns = _turns(cells, mapping)
    text = "" if turns else clean_text(_cell(cells, mapping.column("text")))
    if not turns and not text and not may_be_empty:
        raise RefusedError("the text is empty")
    return Draft(
        line=line,
        id=clean_id(_cell(cells, mapping.column("id"))),
        text=text,
        title=clean_cell(_cell(cells, mapping.column("title")), "title") or None,
        date=_date(_cell(cells, mapping.column("date")), mapping),
        customer=clean_customer(_cell(cells, mapping.column("customer"))),
        attributes=_attributes(cells, mapping),
        turns=turns,
    )


def clean_id(value: str) -> str | None:
    """An id without space around it; None when there is none. Raises RefusedError when it is too long."""
    value = whole_number(clean_cell(value, "id"))
    if len(value) > _MAX_ID:
        raise RefusedError(f"the id is too long: {len(value)} characters, at most {_MAX_ID}")
    return value or None


def clean_customer(value: str) -> str | None:
    """The customer as the source names it; None for nobody in particular."""
    value = whole_number(clean_cell(value, "customer"))
    return None if value.casefold() in _NOBODY or len(value) > _MAX_ID else value


def whole_number(value: str) -> str:
    """`4.0` as `4`: spreadsheets turn whole numbers into decimals."""
    return value.partition(".")[0] if re.fullmatch(r"-?\d{1,15}\.0+", value) else value


def clean_attributes(values: Mapping[str, str]) -> dict[str, str]:
    """Values by name as they are counted: truth values as yes and no, whole numbers plain, long ones left out."""
    kept: dict[str, str] = {}
    for name, raw in values.items():
        kept.update(_clean_value(name, raw))
    return kept


@lru_cache(maxsize=20_000)  # the same few values come in every row
def _clean_value(name: str, raw: str) -> tuple[tuple[str, str], ...]:
    value = whole_number(clean_cell(raw, name))
    if value.casefold() in _EMPTY or len(value) > _MAX_VALUE:
        return ()
    if name in _NPS_NAMES and re.fullmatch(r"10|\d", value):
        return _promoters(value)
    return ((name, _TRUTH.get(value.casefold(), value)),)


def clean_rating(value: str) -> str | None:
    """`4`, `4.5`: from numbers, `4/5`, `4 stars` and `★★★★☆`. None when there is none."""
    value = clean_cell(value, "rating")
    if stars := value.count("★") or value.count("⭐") or (len(value) if set(value) == {"*"} else 0):
        return str(stars)
    found = re.match(r"\D{0,10}(\d{1,3}(?:[.,]\d+)?)", value)
    return f"{float(found[1].replace(',', '.')):g}" if found else None


def clean_channel(value: str) -> str | None:
    """A channel in lower case, words joined by underscores: `Phone note` is `phone_note`."""
    value = re.sub(r"[\s_]+", "_", clean_cell(value, "channel").casefold())
    return value if value not in _EMPTY and len(value) <= _MAX_VALUE else None


def _promoters(value: str) -> tuple[tuple[str, str], ...]:
    """Net Promoter Score: 0 to 6 detractor, 7 and 8 passive, 9 and 10 promoter (Reichheld 2003)."""
    score = int(value)
    group = "detractor" if score <= 6 else "passive" if score <= 8 else "promoter"
    return ("nps", group), ("nps_score", value)


def _cell(cells: Mapping[str, Any], column: str | None) -> str:
    value = cells.get(column, "") if column is not None else ""
    return value if isinstance(value, str) else ""


def _turns(cells: Mapping[str, Any], mapping: ColumnMapping) -> tuple[Turn, ...] | None:
    column = mapping.column("turns")
    return (turns_of(cells.get(column, "")) or None) if column is not None else None


def _date(value: str, mapping: ColumnMapping) -> dt.date | None:
    if is_missing(value):
        return None
    found = parse_date(value, mapping.date_order, numbers=True)
    if found is None:
        order = "day/month/year" if mapping.date_order == "day" else "month/day/year"
        raise RefusedError(
            f"the date cannot be read: {value[:40]!r} (where the order is open it is read as {order})"
        )
    return found


def _attributes(cells: Mapping[str, Any], mapping: ColumnMapping) -> dict[str, str]:
    values = {name: _cell(cells, column) for column, name in mapping.attributes.items()}
    found = clean_attributes(values)
    if rating := clean_rating(_cell(cells, mapping.column("rating"))):
        found["rating"] = rating
    if channel := clean_channel(_cell(cells, mapping.column("channel"))):
        found["channel"] = channel
    return found
