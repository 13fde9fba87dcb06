"""The write transaction: items, tags, terms, vectors, copies and the change sequence change together."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from index.errors import ItemError
from index.records import COPY_MIN_WORDS, Entry, WriteResult, content_hash, day_number, folded_words
from index.schema import AnyRow, clock, customers, deletions, items, vectors

_CHUNK = 500
_T = TypeVar("_T")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Change:
    """An entry that differs from what is stored; `number` is the stored item's, if there is one."""

    entry: Entry
    hash: str
    words: int
    key: str | None
    number: int | None
    old_key: str | None


def chunks(values: Sequence[_T], size: int = _CHUNK) -> Iterator[Sequence[_T]]:
    """The values in pieces that fit into one statement."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def tick(conn: Connection, changes: int, *, numbers: int = 0, codes: int = 0) -> tuple[int, int, int]:
    """Take the next change numbers, item numbers and customer codes; returns the first of each.

    The row stays locked until the transaction ends, which makes the sequence follow the commits.
    """
    taken = (
        update(clock)
        .values(
            seq=clock.c.seq + changes,
            number=clock.c.number + numbers,
            customer=clock.c.customer + codes,
        )
        .returning(clock.c.seq, clock.c.number, clock.c.customer)
    )
    seq, number, code = conn.execute(taken).one()
    return seq - changes + 1, number - numbers, code - codes


def write_entries(conn: Connection, entries: Sequence[Entry], *, retag: bool) -> WriteResult:
    """Write entries in order. Content and model as stored: nothing happens.

    With `retag` only stored items with the same content are written, whatever tagged them before; those whose
    entry names a `seq` only while they still have it.
    """
    _check_dim(conn, entries)
    added: list[str] = []
    updated: list[str] = []
    unchanged: list[str] = []
    for group in _without_repeats(entries):
        changes = _changes(conn, group, retag=retag)
        _store(conn, changes)
        _mark_copies(conn, changes)
        written = {change.entry.item.id: change.number is None for change in changes}
        for entry in group:
            id_ = entry.item.id
            (unchanged if id_ not in written else added if written[id_] else updated).append(id_)
    return WriteResult(added=added, updated=updated, unchanged=unchanged)


def delete_items(conn: Connection, numbers: Sequence[int]) -> None:
    """Delete items, their vectors and words, and let the next oldest of their copies count instead."""
    keys: set[str] = set()
    for some in chunks(numbers):
        found = select(items.c.text_key).where(items.c.number.in_(some), items.c.text_key.is_not(None))
        keys.update(conn.scalars(found))
        conn.execute(delete(vectors).where(vectors.c.number.in_(some)))
        conn.execute(delete(items).where(items.c.number.in_(some)))
    if numbers:
        seq, _, _ = tick(conn, len(numbers))
        conn.execute(
            insert(deletions), [{"seq": seq + step, "number": number} for step, number in enumerate(numbers)]
        )
    _recount_copies(conn, keys)


def customer_codes(conn: Connection, ids: Iterable[str]) -> dict[str, int]:
    """The code of each customer; those not seen before get a row without attributes."""
    wanted = sorted(set(ids))
    codes: dict[str, int] = {}
    for some in chunks(wanted):
        found = select(customers.c.id, customers.c.code).where(customers.c.id.in_(some))
        codes.update((row.id, row.code) for row in conn.execute(found))
    new = [id_ for id_ in wanted if id_ not in codes]
    if new:
        _, _, first = tick(conn, 0, codes=len(new))
        rows = [{"code": first + step, "id": id_, "attributes": {}, "seq": 0} for step, id_ in enumerate(new)]
        conn.execute(insert(customers), rows)
        codes.update({id_: first + step for step, id_ in enumerate(new)})
    return codes


def _check_dim(conn: Connection, entries: Sequence[Entry]) -> None:
    # An update, so that PostgreSQL too takes the write lock before the first look.
    stored = conn.scalar(update(clock).values(dim=clock.c.dim).returning(clock.c.dim))
    if not entries:
        return
    first = entries[0].vector
    dim = stored or (len(first) if first.ndim == 1 else 0)
    misfit = next((entry for entry in entries if entry.vector.shape != (dim,)), None)
    if misfit is None:
        finite = np.isfinite([entry.vector for entry in entries]).all(axis=1)
        misfit = None if finite.all() else entries[int(np.argmin(finite))]
    if misfit is not None:
        raise ItemError(
            f"the vector of item {misfit.item.id!r} has shape {misfit.vector.shape}; this store holds finite "
            f"vectors of {dim} numbers. Use the encoder that the store was filled with, or a new workspace"
        )
    if stored is None:
        conn.execute(update(clock).values(dim=dim))


def _without_repeats(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    """Cut where an id comes again, so that the later one meets the earlier one in the store."""
    group: dict[str, Entry] = {}
    for entry in entries:
        if entry.item.id in group:
            yield list(group.values())
            group = {}
        group[entry.item.id] = entry
    if group:
        yield list(group.values())


def _changes(conn: Connection, entries: Sequence[Entry], *, retag: bool) -> list[_Change]:
    stored: dict[str, AnyRow] = {}
    columns = (items.c.id, items.c.number, items.c.seq, items.c.hash, items.c.model, items.c.text_key)
    for some in chunks([entry.item.id for entry in entries]):
        stored.update((row.id, row) for row in conn.execute(select(*columns).where(items.c.id.in_(some))))
    found = []
    for entry in entries:
        old, new_hash = stored.get(entry.item.id), content_hash(entry.item)
        is_same = old is not None and old.hash == new_hash
        if retag:
            is_due = is_same and old is not None and entry.seq in (None, old.seq)
        else:
            is_due = not (is_same and old is not None and old.model == entry.model)
        if is_due:
            found.append(_change(entry, new_hash, old))
    return found


def _change(entry: Entry, new_hash: str, old: AnyRow | None) -> _Change:
    folded = folded_words(entry.item.text)
    return _Change(
        entry=entry,
        hash=new_hash,
        words=len(folded),
        key=_text_key(folded),
        number=None if old is None else old.number,
        old_key=None if old is None else old.text_key,
    )


def _store(conn: Connection, changes: Sequence[_Change]) -> None:
    if not changes:
        return
    known = [change.entry.item.customer for change in changes]
    codes = customer_codes(conn, (customer for customer in known if customer is not None))
    new = sum(change.number is None for change in changes)
    seq, number, _ = tick(conn, len(changes), numbers=new)
    added, updated, vector_rows = [], [], []
    for step, change in enumerate(changes):
        row = _item_row(change, codes) | {"seq": seq + step, "copy": False}
        if change.number is None:
            row["number"] = number
            added.append(row)
            number += 1
        else:
            row["number"] = change.number
            updated.append({f"b_{name}": value for name, value in row.items()})
        vector_rows.append(
            {"number": row["number"], "seq": seq + step, "vector": _vector_bytes(change.entry)}
        )
    if added:
        conn.execute(insert(items), added)
    if updated:
        _update_items(conn, updated)
    _store_vectors(conn, vector_rows, has_old=bool(updated))


def _item_row(change: _Change, codes: Mapping[str, int]) -> dict[str, Any]:
    entry, item = change.entry, change.entry.item
    return {
        "id": item.id,
        "hash": change.hash,
        "kind": item.kind,
        "text": item.text,
        "title": item.title,
        "turns": None if item.turns is None else [list(turn) for turn in item.turns],
        "date": item.date,
        "day": day_number(item.date),
        "customer": None if item.customer is None else codes[item.customer],
        "language": item.language,
        "attributes": dict(item.attributes),
        "source": item.source,
        "redactions": dict(item.redactions),
        "words": change.words,
        "text_key": change.key,
        "tags": dict(entry.tags),
        "terms": sorted(entry.terms),
        "model": entry.model,
    }


def _text_key(folded: Sequence[str]) -> str | None:
    if len(folded) < COPY_MIN_WORDS:
        return None
    return hashlib.blake2b(" ".join(folded).encode(), digest_size=16).hexdigest()


def _update_items(conn: Connection, rows: list[dict[str, Any]]) -> None:
    names = [name.removeprefix("b_") for name in rows[0] if name != "b_number"]
    changed = update(items).where(items.c.number == bindparam("b_number"))
    conn.execute(changed.values({name: bindparam(f"b_{name}") for name in names}), rows)


def _vector_bytes(entry: Entry) -> bytes | None:
    data = np.asarray(entry.vector, np.float32).tobytes()
    return data if data.strip(b"\0") else None


def _store_vectors(conn: Connection, rows: Sequence[dict[str, Any]], *, has_old: bool) -> None:
    """Replace the vectors that differ: an unchanged one needs no work in the vector index."""
    old: dict[int, bytes] = {}
    if has_old:
        for some in chunks([row["number"] for row in rows]):
            found = select(vectors.c.number, vectors.c.vector).where(vectors.c.number.in_(some))
            old.update((row.number, row.vector) for row in conn.execute(found))
    changed = [row for row in rows if row["vector"] != old.get(row["number"])]
    stale = [row["number"] for row in changed if row["number"] in old]
    for some in chunks(stale):
        conn.execute(delete(vectors).where(vectors.c.number.in_(some)))
    new = [row for row in changed if row["vector"] is not None]
    if new:
        conn.execute(insert(vectors), new)
    _tell_vanished(conn, [row["number"] for row in changed if row["vector"] is None and row["number"] in old])


def _tell_vanished(conn: Connection, numbers: Sequence[int]) -> None:
    """An item that lost its vector is a deletion for the vector index; the item itself is read again."""
    if not numbers:
        return
    seq, _, _ = tick(conn, len(numbers) * 2)
    rows = [{"seq": seq + step, "number": number} for step, number in enumerate(numbers)]
    conn.execute(insert(deletions), rows)
    _touch(conn, numbers, seq + len(numbers))


def _mark_copies(conn: Connection, changes: Sequence[_Change]) -> None:
    keys = {key for change in changes for key in (change.key, change.old_key) if key is not None}
    _recount_copies(conn, keys)


def _recount_copies(conn: Connection, keys: Iterable[str]) -> None:
    """Of items with equal words the one stored first counts, the others are its copies."""
    wrong: dict[bool, list[int]] = {True: [], False: []}
    for some in chunks(sorted(keys)):
        first = (
            select(items.c.text_key, func.min(items.c.number).label("number"))
            .where(items.c.text_key.in_(some))
            .group_by(items.c.text_key)
            .subquery()
        )
        is_copy = (items.c.number != first.c.number).label("is_copy")
        found = select(items.c.number, is_copy).join(first, items.c.text_key == first.c.text_key)
        for row in conn.execute(found.where(items.c.copy != is_copy)):
            wrong[bool(row.is_copy)].append(row.number)
    for value, numbers in wrong.items():
        if numbers:
            seq, _, _ = tick(conn, len(numbers))
            _touch(conn, numbers, seq, copy=value)


def _touch(conn: Connection, numbers: Sequence[int], seq: int, **values: Any) -> None:
    changed = update(items).where(items.c.number == bindparam("b_number"))
    names: dict[str, Any] = {name: bindparam(f"b_{name}") for name in values}
    rows = [
        {"b_number": number, "b_seq": seq + step, **{f"b_{name}": value for name, value in values.items()}}
        for step, number in enumerate(numbers)
    ]
    conn.execute(changed.values({"seq": bindparam("b_seq"), **names}), rows)
