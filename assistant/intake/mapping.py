"""The reading of a file's columns: what each is taken for, and why."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self, get_args

from rapidfuzz import process

from assistant.errors import MappingError
from assistant.intake.column_names import ROLES, Role, attribute_name, folded
from assistant.intake.dates import Order

Kind = Literal["feedback", "customers"]
Use = Literal["text", "title", "id", "date", "rating", "customer", "channel", "turns", "attribute", "skip"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One column of a file, its use, and the reason. `name` is what an attribute is called."""

    column: str
    use: Use
    reason: str
    name: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ColumnMapping:
    """How the columns of a file are used. `notes` say what was decided that may need another decision."""

    kind: Kind
    columns: tuple[Column, ...]
    date_order: Order = "day"
    notes: tuple[str, ...] = ()

    def column(self, role: Role) -> str | None:
        """The column that plays a role, if there is one."""
        return next((column.column for column in self.columns if column.use == role), None)

    @property
    def attributes(self) -> Mapping[str, str]:
        """Column to attribute name."""
        return {one.column: one.name for one in self.columns if one.use == "attribute" and one.name}

    def plain(self) -> dict[str, Any]:
        """As JSON, for a job or an answer of the API."""
        return asdict(self) | {"columns": [asdict(one) for one in self.columns], "notes": list(self.notes)}

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Self:
        """The inverse of `plain`."""
        columns = tuple(Column(**column) for column in plain["columns"])
        return cls(
            kind=plain["kind"], columns=columns, date_order=plain["date_order"], notes=tuple(plain["notes"])
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Wishes:
    """What the user said about columns: role to column, attribute name to column, columns to leave out."""

    roles: Mapping[Role, str]
    attributes: Mapping[str, str]
    skipped: frozenset[str]
    date_order: Order | None = None

    def use_of(self, column: str) -> tuple[Use, str | None] | None:
        """What the user wants a column for: the use, and the name of an attribute."""
        if column in self.skipped:
            return "skip", None
        for role, wanted in self.roles.items():
            if wanted == column:
                return role, None
        return next(
            (("attribute", name) for name, wanted in self.attributes.items() if wanted == column), None
        )


def wishes(said: Sequence[str], columns: Sequence[str]) -> Wishes:
    """Read `text=Review`, `attr.plan=Plan`, `skip=Notes` and `date_order=month`.

    Raises:
        MappingError: naming the words that can be used, or the columns that there are and the nearest of them.
    """
    roles: dict[Role, str] = {}
    attributes: dict[str, str] = {}
    skipped: set[str] = set()
    date_order: Order | None = None
    for one in said:
        key, sign, value = (part.strip() for part in one.partition("="))
        if not sign or not value:
            raise MappingError(
                f"{one!r} does not say which column is meant; write it as {key or 'text'}=Column name"
            )
        if key == "date_order":
            date_order = _order(value)
        elif key == "skip":
            skipped.add(_known(value, columns))
        elif role := next((role for role in ROLES if role == key), None):
            roles[role] = _known(value, columns)
        elif re.fullmatch(r"attr\.[\w -]+", key):
            attributes[attribute_name(key.removeprefix("attr."))] = _known(value, columns)
        else:
            words = ", ".join((*ROLES, "attr.<name>", "skip", "date_order"))
            raise MappingError(f"{key!r} is no use of a column; use one of {words}")
    return Wishes(roles=roles, attributes=attributes, skipped=frozenset(skipped), date_order=date_order)


def _order(value: str) -> Order:
    for order in get_args(Order):
        if value == order:
            return "day" if value == "day" else "month"
    raise MappingError(f"date_order={value} is not known; write date_order=day or date_order=month")


def _known(value: str, columns: Sequence[str]) -> str:
    if value in columns:
        return value
    alike = {folded(column): column for column in columns}
    if folded(value) in alike:
        return alike[folded(value)]
    found = process.extractOne(folded(value), alike.keys(), score_cutoff=60)
    nearest = f" Did you mean {alike[found[0]]!r}?" if found else ""
    raise MappingError(f"there is no column {value!r}.{nearest} The columns are: {', '.join(columns)}")
