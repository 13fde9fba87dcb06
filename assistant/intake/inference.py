"""Finds out what the columns of a file are, from their names and from a sample of their cells."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from assistant.errors import MappingError
from assistant.intake.column_names import Role, attribute_name, folded, is_others, is_personal, rank
from assistant.intake.dates import DateOrder, Order, order_of
from assistant.intake.drafts import clean_rating
from assistant.intake.leftovers import named_once, use_of_leftover
from assistant.intake.mapping import Column, ColumnMapping, Kind, Wishes
from assistant.intake.profiles import Profile, profile
from assistant.intake.rows import Row

_NPS = ("nps", "nps score", "net promoter score", "likelihood to recommend")
_COUNTS = (
    "count",
    "votes",
    "quantity",
    "age",
    "orders",
    "size",
    "amount",
    "price",
    "priority",
    "severity",
    "number of",
    "urgency",
)

Profiles = Mapping[str, Profile]


def infer(
    columns: Sequence[str],
    sample: Sequence[Row],
    wanted: Wishes,
    *,
    usual_order: Order = "day",
    today: dt.date | None = None,
) -> ColumnMapping:
    """Say what each column is used for.

    Args:
        columns: names of the columns.
        sample: the first rows of the file.
        wanted: what the user said; it wins.
        usual_order: what 03/04/2024 means when nothing in the column tells.
        today: dates beyond it count as evidence for the other order.

    Raises:
        MappingError: there is neither a column of texts nor one of customers.
    """
    rows = [row.cells for row in sample if row.problem is None]
    profiles = {name: profile([row.get(name, "") for row in rows]) for name in columns}
    roles = _roles(profiles, wanted)
    kind: Kind = "feedback" if "text" in roles or "turns" in roles else "customers"
    if kind == "customers" and "customer" not in roles and "id" in roles:
        roles["customer"] = roles.pop("id")  # a list of customers calls their number just "id"
    if kind == "customers" and "customer" not in roles:
        raise MappingError(
            f"no column holds texts; name it with text=<column>. The columns are: {', '.join(columns)}"
        )
    by_column = {column: (role, reason) for role, (column, reason) in roles.items()}
    order, notes = _date_order(profiles, roles, wanted, usual_order, today)
    used = [_column(name, profiles[name], by_column.get(name), wanted, kind) for name in columns]
    if not rows:
        notes.append("the file has no rows to judge its columns by")
    return ColumnMapping(
        kind=kind, columns=tuple(named_once(used)), date_order=order.first, notes=tuple(notes)
    )


def _roles(profiles: Profiles, wanted: Wishes) -> dict[Role, tuple[str, str]]:
    """Role to column and reason. Each column plays one role."""
    roles: dict[Role, tuple[str, str]] = {
        role: (column, "you said so") for role, column in wanted.roles.items()
    }
    taken = {*wanted.roles.values(), *wanted.attributes.values(), *wanted.skipped}
    finders: dict[Role, Callable[[Profiles], tuple[str, str] | None]] = {
        "turns": _turns,
        "customer": _customer,
        "text": _text,
        "title": _by_name("title", lambda one: one.is_text and one.words < 25),
        "date": _date,
        "id": _id,
        "rating": _rating,
        "channel": _by_name("channel", lambda one: one.is_text and one.distinct <= 60 and one.words < 5),
    }
    for role, find in finders.items():
        is_asked = role == "text" and ("text" in roles or _are_all_turns(roles, profiles))
        free = {name: one for name, one in profiles.items() if name not in taken}
        if role not in roles and not is_asked and (found := find(free)):
            roles[role] = found
            taken.add(found[0])
    if "text" not in roles and "turns" not in roles and not _is_customer_table(roles, profiles):
        free = {name: one for name, one in profiles.items() if name not in taken}
        if found := _text_by_content(free):
            roles["text"] = found
    return roles


def _by_name(role: Role, fits: Callable[[Profile], bool]) -> Callable[[Profiles], tuple[str, str] | None]:
    def find(profiles: Profiles) -> tuple[str, str] | None:
        ranked = [(rank(role, name), name) for name, one in profiles.items() if not one.filled or fits(one)]
        named = sorted(
            (place, not profiles[name].filled, name) for place, name in ranked if place is not None
        )
        named.sort(key=lambda one: (one[1], one[0]))
        return (named[0][2], "by its name") if named else None

    return find


def _turns(profiles: Profiles) -> tuple[str, str] | None:
    named = {
        name: one
        for name, one in profiles.items()
        if rank("turns", name) is not None and (_is_turns(one) or (name == "turns" and not one.filled))
    }
    return next(((name, "by its name, and it holds lists of turns") for name in named), None)


def _are_all_turns(roles: Mapping[Role, tuple[str, str]], profiles: Profiles) -> bool:
    """Whether every row is a conversation, so that none has a text of its own."""
    if "turns" not in roles:
        return False
    one = profiles.get(roles["turns"][0])
    return one is None or one.filled == one.rows


def _is_turns(one: Profile) -> bool:
    return one.lists * one.rows > 0.5 * one.filled or bool(
        one.values and sum(value.startswith("[") for value in one.values) > 0.5 * len(one.values)
    )


def _text(profiles: Profiles) -> tuple[str, str] | None:
    return _by_name("text", lambda one: one.is_text and (one.words > 1.2 or one.distinct_share > 0.3))(
        profiles
    )


def _text_by_content(profiles: Profiles) -> tuple[str, str] | None:
    """The column with the longest cells that people may have written; one that stands alone may be terse."""
    least = 1.5 if len(profiles) == 1 else 4
    written = [
        (one.words, name)
        for name, one in profiles.items()
        if one.is_text and one.words >= least and one.distinct_share > 0.5 and not is_personal(name)
    ]
    if not written:
        return None
    words, name = max(written)
    return name, f"by its contents: {words:.0f} words on average"


def _is_customer_table(roles: Mapping[Role, tuple[str, str]], profiles: Profiles) -> bool:
    """One row per customer, and more that is known of them."""
    found = roles.get("customer")
    return (
        found is not None
        and profiles[found[0]].distinct_share > 0.99
        and len(profiles) > 2
        and "rating" not in roles
    )


def _date(profiles: Profiles) -> tuple[str, str] | None:
    if named := _by_name("date", lambda one: max(one.dates, one.numeric_dates) >= 0.5)(profiles):
        return named
    plain = [
        name for name, one in profiles.items() if one.filled and one.dates >= 0.9 and not is_others(name)
    ]
    return (plain[0], "by its contents: dates") if plain else None


def _id(profiles: Profiles) -> tuple[str, str] | None:
    # A few rows of a small file may stand twice; in a long one a column that repeats is no id.
    if named := _by_name("id", lambda one: one.distinct_share > (0.8 if one.filled > 20 else 0.5))(profiles):
        return named
    tokens = [
        name
        for name, one in profiles.items()
        if one.distinct == one.rows > 4
        and not one.is_counter
        and rank("customer", name) is None
        and (
            (one.words == 1 and folded(name).split()[-1:] == ["id"])
            or (one.tokens > 0.9 and folded(name).endswith(("key", "uuid", "number")))
        )
    ]
    return (tokens[0], "by its contents: a different identifier in each row") if tokens else None


def _rating(profiles: Profiles) -> tuple[str, str] | None:
    others = {name: one for name, one in profiles.items() if folded(name) not in _NPS}
    if named := _by_name("rating", _is_scale)(others):
        return named
    fives = [
        name
        for name, one in others.items()
        if one.low is not None
        and one.low >= 1
        and one.high == 5
        and one.distinct > 2
        and _is_scale(one)
        and not any(word in folded(name) for word in _COUNTS)
    ]
    return (fives[0], "by its contents: numbers from 1 to 5") if len(fives) == 1 else None


def _is_scale(one: Profile) -> bool:
    """Numbers from 0 to 10, or as many stars; a few cells may be anything."""
    if not one.values or one.words > 4 or one.distinct > 60:
        return False
    ratings = [clean_rating(value) for value in one.values if len(value) < 40]
    return sum(rating is not None and float(rating) <= 10 for rating in ratings) >= 0.8 * len(one.values)


def _customer(profiles: Profiles) -> tuple[str, str] | None:
    return _by_name("customer", lambda one: one.words < 6 and one.longest <= 200 and one.dates < 0.5)(
        profiles
    )


def _date_order(
    profiles: Profiles,
    roles: Mapping[Role, tuple[str, str]],
    wanted: Wishes,
    usual: Order,
    today: dt.date | None,
) -> tuple[DateOrder, list[str]]:
    if "date" not in roles:
        return DateOrder(first=wanted.date_order or usual), []
    if wanted.date_order:
        return DateOrder(first=wanted.date_order), []
    column = roles["date"][0]
    order = order_of(profiles[column].values, usual, today)
    return order, [f"dates in {column!r}: {order.reason}"] if order.reason else []


def _column(name: str, one: Profile, role: tuple[Role, str] | None, wanted: Wishes, kind: Kind) -> Column:
    if said := wanted.use_of(name):
        use, attribute = said
        return Column(column=name, use=use, name=attribute, reason="you said so")
    if role and (kind == "feedback" or role[0] == "customer"):
        return Column(column=name, use=role[0], reason=role[1])
    use, reason = use_of_leftover(name, one, kind)
    return Column(
        column=name, use=use, reason=reason, name=attribute_name(name) if use == "attribute" else None
    )
