"""The queries: items by number, id and page, vectors, counts."""

import datetime as dt
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap
from sqlalchemy import Connection, Select, and_, func, or_, select

from index.errors import ItemError
from index.records import Counts, Customer, Item, Page, StoredItem, Vector, date_of
from index.schema import AnyRow, clock, customers, items, vectors
from index.terms import Column, numbers_of
from index.writing import chunks

Order = Literal["newest", "oldest"]
_LISTED = 5_000  # up to here the numbers are named in the statement, above pages are filtered while read
_SCAN = 2_000

_ITEM = select(
    *(
        column
        for column in items.c
        if column.name not in {"customer", "hash", "day", "words", "text_key", "lexemes"}
    ),
    customers.c.id.label("customer_id"),
).outerjoin_from(items, customers, items.c.customer == customers.c.code)


def by_numbers(conn: Connection, numbers: Sequence[int]) -> list[StoredItem]:
    """The items in the order of `numbers`; numbers without an item are left out."""
    found: dict[int, StoredItem] = {}
    for some in chunks(numbers):
        rows = conn.execute(_ITEM.where(items.c.number.in_(some)))
        found.update((row.number, _stored(row)) for row in rows)
    return [found[number] for number in numbers if number in found]


def by_ids(conn: Connection, ids: Sequence[str]) -> list[StoredItem]:
    """The items in the order of `ids`; unknown ids are left out."""
    found: dict[str, StoredItem] = {}
    for some in chunks(ids):
        found.update((row.id, _stored(row)) for row in conn.execute(_ITEM.where(items.c.id.in_(some))))
    return [found[id_] for id_ in ids if id_ in found]


def numbers_of_ids(conn: Connection, ids: Sequence[str]) -> dict[str, int]:
    """The number of each id that is stored."""
    found: dict[str, int] = {}
    for some in chunks(ids):
        rows = conn.execute(select(items.c.id, items.c.number).where(items.c.id.in_(some)))
        found.update((row.id, row.number) for row in rows)
    return found


def existing(conn: Connection, numbers: Sequence[int]) -> BitMap:
    """Those of the numbers that are items."""
    found = BitMap()
    for some in chunks(numbers):
        found.update(conn.scalars(select(items.c.number).where(items.c.number.in_(some))))
    return found


def tagged_otherwise(conn: Connection, model: str, limit: int, after: int) -> list[int]:
    """The first numbers beyond `after` of items whose tags come from something else than `model`."""
    found = select(items.c.number).where(items.c.number > after, items.c.model != model)
    return list(conn.scalars(found.order_by(items.c.number).limit(limit)))


def count_tagged_otherwise(conn: Connection, model: str) -> int:
    """How many items have tags from something else than `model`."""
    # Two ranges, because no database looks up "not equal" in an index.
    count = select(func.count()).select_from(items)
    return sum(conn.scalar(count.where(some)) or 0 for some in (items.c.model < model, items.c.model > model))


def hashes(conn: Connection, ids: Sequence[str]) -> dict[str, str]:
    """The content hash of each id that is stored."""
    found: dict[str, str] = {}
    for some in chunks(ids):
        rows = conn.execute(select(items.c.id, items.c.hash).where(items.c.id.in_(some)))
        found.update((row.id, row.hash) for row in rows)
    return found


def page(
    conn: Connection, numbers: BitMap | None, day: Column | None, after: str | None, limit: int, order: Order
) -> Page:
    """Items by date, undated ones last, then by number; `numbers` keeps only these, `day` as in TermView."""
    last = None if after is None else _read_cursor(after)
    if numbers is None or day is None:
        wanted = _listed(conn, numbers, last, limit + 1, order)
    else:
        wanted = _chosen(numbers, day, last, limit + 1, order)
    stored = by_numbers(conn, [number for _, number in wanted[:limit]])
    more = len(wanted) > limit
    return Page(items=stored, after="{}.{}".format(*wanted[limit - 1]) if more else None)


def vector_matrix(conn: Connection, numbers: Sequence[int]) -> Vector:
    """float32 of shape (len(numbers), dim), rows in the order of `numbers`, zeros where there is no vector."""
    dim = conn.scalar(select(clock.c.dim)) or 0
    found: dict[int, bytes] = {}
    for some in chunks(numbers):
        rows = conn.execute(select(vectors.c.number, vectors.c.vector).where(vectors.c.number.in_(some)))
        found.update((row.number, row.vector) for row in rows)
    nothing = bytes(4 * dim)
    joined = b"".join(found.get(number, nothing) for number in numbers)
    return np.frombuffer(joined, np.float32).reshape(len(numbers), dim)


def counts(conn: Connection) -> Counts:
    """Totals over the whole store."""
    dated = func.nullif(items.c.day, -1)
    row = conn.execute(
        select(
            func.count(),
            func.count().filter(items.c.kind == "conversation"),
            func.count().filter(items.c.copy),
            func.min(dated),
            func.max(dated),
        ).select_from(items)
    ).one()
    return Counts(
        items=row[0],
        conversations=row[1],
        copies=row[2],
        customers=conn.scalar(select(func.count()).select_from(customers)) or 0,
        first=_date_of(row[3]),
        last=_date_of(row[4]),
    )


def all_customers(conn: Connection, ids: Sequence[str] | None) -> list[Customer]:
    """Customers by id, with what is known of them."""
    found = select(customers.c.id, customers.c.attributes).order_by(customers.c.id)
    rows: list[AnyRow] = []
    if ids is None:
        rows += conn.execute(found)
    else:
        for some in chunks(ids):
            rows += conn.execute(found.where(customers.c.id.in_(some)))
    return [Customer(id=row.id, attributes=row.attributes) for row in rows]


def customers_by_code(conn: Connection, codes: Sequence[int]) -> dict[int, Customer]:
    """Customers by their code; unknown codes are left out."""
    found: dict[int, Customer] = {}
    for some in chunks(codes):
        rows = conn.execute(select(customers).where(customers.c.code.in_(some)))
        found.update((row.code, Customer(id=row.id, attributes=row.attributes)) for row in rows)
    return found


def customer_codes(conn: Connection, named: str | None = None, *, exactly: bool = False) -> list[int]:
    """Codes by id; of those only whose id is `named`, or contains it whatever the case."""
    found = select(customers.c.code).order_by(customers.c.id)
    if named is not None:
        found = found.where(
            customers.c.id == named if exactly else customers.c.id.icontains(named, autoescape=True)
        )
    return list(conn.scalars(found))


def _date_of(day: int | None) -> dt.date | None:
    return None if day is None else date_of(day)


def _stored(row: AnyRow) -> StoredItem:
    item = Item(
        id=row.id,
        text=row.text,
        kind=row.kind,
        date=row.date,
        customer=row.customer_id,
        language=row.language,
        attributes=row.attributes,
        title=row.title,
        turns=None if row.turns is None else tuple((role, text) for role, text in row.turns),
        source=row.source,
        redactions=row.redactions,
    )
    return StoredItem(
        number=row.number,
        item=item,
        tags=row.tags,
        terms=frozenset(row.terms),
        copy=row.copy,
        model=row.model,
        seq=row.seq,
    )


def _read_cursor(after: str) -> tuple[int, int]:
    try:
        day, number = after.split(".")
        return int(day), int(number)
    except ValueError as error:
        raise ItemError(f"{after!r} is no cursor of a page; start again without one") from error


def _chosen(
    numbers: BitMap, day: Column, last: tuple[int, int] | None, limit: int, order: Order
) -> list[tuple[int, int]]:
    """(day, number) of the items of a page, by the columns alone: as `_listed`, which reads the database."""
    inside = numbers_of(numbers).astype(np.int64)
    places = _place(day[inside].astype(np.int64), inside, order)
    if last is not None:
        beyond = places > _place(np.array([last[0]]), np.array([last[1]]), order)
        inside, places = inside[beyond], places[beyond]
    if len(places) > limit:
        first = np.argpartition(places, limit - 1)[:limit]
        inside, places = inside[first], places[first]
    return [(int(day[number]), int(number)) for number in inside[np.argsort(places)]]


def _place(day: NDArray[np.int64], number: NDArray[np.int64], order: Order) -> NDArray[np.int64]:
    """What items are sorted by, ascending: dated ones before undated ones, then day and number."""
    sign = -1 if order == "newest" else 1
    return sign * ((day << 32) + number) + np.where(day < 0, 1 << 62, 0)


def _listed(
    conn: Connection, numbers: BitMap | None, last: tuple[int, int] | None, limit: int, order: Order
) -> list[tuple[int, int]]:
    """(day, number) of the items of a page, dated ones first."""
    found: list[tuple[int, int]] = []
    for dated in (True, False):
        if last is not None and not dated and last[0] >= 0:
            last = None
        if last is not None and dated and last[0] < 0:
            continue
        found += _part(conn, numbers, last, limit - len(found), order, dated=dated)
        if len(found) >= limit:
            break
    return found


def _part(
    conn: Connection,
    numbers: BitMap | None,
    last: tuple[int, int] | None,
    limit: int,
    order: Order,
    *,
    dated: bool,
) -> list[tuple[int, int]]:
    statement = _ordered(last, order).where(items.c.day >= 0 if dated else items.c.day < 0)
    if numbers is None:
        return _pairs(conn, statement.limit(limit))
    if len(numbers) <= _LISTED:
        return _pairs(conn, statement.where(items.c.number.in_(list(numbers))).limit(limit))
    found: list[tuple[int, int]] = []
    while True:
        some = _pairs(conn, statement.limit(_SCAN))
        found += [pair for pair in some if pair[1] in numbers]
        if len(found) >= limit or len(some) < _SCAN:
            return found[:limit]
        statement = _ordered(some[-1], order).where(items.c.day >= 0 if dated else items.c.day < 0)


def _pairs(conn: Connection, statement: Select[tuple[int, int]]) -> list[tuple[int, int]]:
    return [(row.day, row.number) for row in conn.execute(statement)]


def _ordered(last: tuple[int, int] | None, order: Order) -> Select[tuple[int, int]]:
    day, number = items.c.day, items.c.number
    statement = select(day, number)
    if order == "newest":
        statement = statement.order_by(day.desc(), number.desc())
        beyond = last and or_(day < last[0], and_(day == last[0], number < last[1]))
    else:
        statement = statement.order_by(day, number)
        beyond = last and or_(day > last[0], and_(day == last[0], number > last[1]))
    return statement if beyond is None else statement.where(beyond)
