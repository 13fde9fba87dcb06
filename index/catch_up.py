"""Reads from the store what changed since a view was made, and makes the next view."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap
from sqlalchemy import Connection, select

from index.records import COPY_TERM, attribute_term
from index.schema import clock, customers, deletions, items
from index.store import Store
from index.terms import ATTRIBUTE_PREFIX, Column, TermView, bitmap, numbers_of
from index.writing import chunks

_FETCH = 5_000


@dataclass(kw_only=True, slots=True)
class _Changes:
    """What one read of the store found. Lists are parallel, one entry per changed item."""

    numbers: list[int] = field(default_factory=list)
    day: list[int] = field(default_factory=list)
    customer: list[int] = field(default_factory=list)
    words: list[int] = field(default_factory=list)
    terms: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    deleted: list[int] = field(default_factory=list)


def refreshed(view: TermView, store: Store) -> tuple[TermView, bool]:
    """The view of the store as it is now, and whether something was erased from it."""
    with store.reading() as conn:
        lineage, version = conn.execute(select(clock.c.lineage, clock.c.seq)).one()
        if (lineage, version) == (view.lineage, view.version):
            return view, False
        if lineage != view.lineage or version < view.version:
            view = TermView(lineage=lineage)
        changes = _read(conn, view.version)
        if not changes.numbers and not changes.deleted and not _customers_since(conn, view.version):
            return _renumbered(view, version), False
        return _applied(view, changes, conn, version), bool(changes.deleted)


def _renumbered(view: TermView, version: int) -> TermView:
    return TermView(
        lineage=view.lineage,
        version=version,
        items=view.items,
        own=view.own,
        joined=view.joined,
        day=view.day,
        customer=view.customer,
        words=view.words,
    )


def _read(conn: Connection, since: int) -> _Changes:
    found = _Changes()
    columns = (items.c.number, items.c.day, items.c.customer, items.c.words, items.c.copy, items.c.terms)
    rows = conn.execution_options(yield_per=_FETCH).execute(select(*columns).where(items.c.seq > since))
    terms = found.terms
    for number, day, customer, words, copy, names in rows:
        found.numbers.append(number)
        found.day.append(day)
        found.customer.append(-1 if customer is None else customer)
        found.words.append(words)
        for name in names:
            terms[name].append(number)
        if copy:
            terms[COPY_TERM].append(number)
    found.deleted.extend(conn.scalars(select(deletions.c.number).where(deletions.c.seq > since)))
    return found


def _customers_since(conn: Connection, since: int) -> list[int]:
    return list(conn.scalars(select(customers.c.code).where(customers.c.seq > since)))


def _applied(view: TermView, changes: _Changes, conn: Connection, version: int) -> TermView:
    touched = BitMap(changes.numbers) | BitMap(changes.deleted)
    stale = touched & view.items
    own = _without(view.own, stale)
    for term, numbers in changes.terms.items():
        own[term] = own.get(term, BitMap()) | BitMap(numbers)
    gone = changes.deleted
    customer = _column(view.customer, changes, changes.customer, gone, -1)
    present = (view.items - touched) | BitMap(changes.numbers)
    joined = _joined(view, own, customer, touched, present, conn)
    return TermView(
        lineage=view.lineage,
        version=version,
        items=present,
        own=own,
        joined=joined,
        day=_column(view.day, changes, changes.day, gone, -1),
        customer=customer,
        words=_column(view.words, changes, changes.words, gone, 0),
    )


def _without(terms: Mapping[str, BitMap], stale: BitMap) -> dict[str, BitMap]:
    """The bitmaps less some items; terms that nobody has any more are dropped."""
    if not stale:
        return dict(terms)
    kept = {term: numbers - stale if numbers.intersect(stale) else numbers for term, numbers in terms.items()}
    return {term: numbers for term, numbers in kept.items() if numbers}


def _column(old: Column, changes: _Changes, values: list[int], gone: list[int], nothing: int) -> Column:
    size = max([len(old), *(number + 1 for number in changes.numbers)])
    column = np.full(size, nothing, np.int32)
    column[: len(old)] = old
    inside = [number for number in gone if number < size]
    column[inside] = nothing
    column[changes.numbers] = values
    column.flags.writeable = False
    return column


def _joined(
    view: TermView,
    own: Mapping[str, BitMap],
    customer: Column,
    touched: BitMap,
    present: BitMap,
    conn: Connection,
) -> dict[str, BitMap]:
    """Attributes of customers on their items. What an item says of itself goes before what its customer says."""
    codes = _customers_since(conn, view.version)
    affected = touched | bitmap(np.flatnonzero(np.isin(customer, codes)))
    joined = _without(view.joined, affected)
    numbers = numbers_of(affected & present)
    groups = _by_customer(numbers, customer)
    having: dict[tuple[str, str], list[BitMap]] = defaultdict(list)
    for code, attributes in _attributes(conn, groups.keys()).items():
        for pair in attributes.items():
            having[pair].append(groups[code])
    said = {name: _says(own, name) for name, _ in having}
    for (name, value), found in having.items():
        term = attribute_term(name, value)
        joined[term] = joined.get(term, BitMap()) | (BitMap.union(*found) - said[name])
    return {term: numbers for term, numbers in joined.items() if numbers}


def _says(own: Mapping[str, BitMap], name: str) -> BitMap:
    prefix = f"{ATTRIBUTE_PREFIX}{name}="
    found = BitMap()
    for term, numbers in own.items():
        if term.startswith(prefix):
            found |= numbers
    return found


def _by_customer(numbers: NDArray[np.intp], customer: Column) -> dict[int, BitMap]:
    numbers = numbers[customer[numbers] >= 0]
    if not len(numbers):
        return {}
    order = np.argsort(customer[numbers], kind="stable")
    codes, starts = np.unique(customer[numbers][order], return_index=True)
    pieces = np.split(numbers[order], starts[1:])
    return {int(code): bitmap(piece) for code, piece in zip(codes, pieces, strict=True)}


def _attributes(conn: Connection, codes: Iterable[int]) -> dict[int, Mapping[str, str]]:
    found: dict[int, Mapping[str, str]] = {}
    for some in chunks(list(codes)):
        rows = conn.execute(
            select(customers.c.code, customers.c.attributes).where(customers.c.code.in_(some))
        )
        found.update((row.code, row.attributes) for row in rows if row.attributes)
    return found
