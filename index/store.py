"""The SQL store is the truth: what is committed here is kept, everything else is derived from it."""

import logging
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import Any, Self, TypeVar, cast

from pyroaring import BitMap
from sqlalchemy import Connection, delete, func, select, text, update

from index import job_progress, reading, writing
from index.documents import Documents
from index.engine import Database, connect
from index.errors import StoreFullError, StoreMissingError, StoreUnavailableError
from index.migrate import migrate
from index.reading import Order
from index.records import Counts, Customer, Entry, Page, RowError, StoredItem, Vector, WriteResult
from index.schema import clock, customers, documents, items, job_errors, jobs
from index.terms import Column

logger = logging.getLogger(__name__)
_T = TypeVar("_T")
_RETRIES = 3
_MERGE_PAGES = 1_000


class Store:
    """Items, tags, vectors, customers and documents of one workspace. Safe to share between threads."""

    def __init__(self, database: Database) -> None:
        self.database = database

    @classmethod
    def open(cls, url: str, *, schema: str | None = None, create: bool = True) -> Self:
        """Open `sqlite:///path` or a PostgreSQL URL, and bring its tables up to date.

        Raises StoreMissingError when there is no store and `create` is false.
        """
        database = connect(url, schema)
        path = database.engine.url.database
        if database.is_sqlite and not create and not (path and Path(path).exists()):
            raise StoreMissingError(f"there is no Earmark store at {path}; import something first")
        try:
            migrate(database, schema=schema, create=create)
        except BaseException:
            database.close()
            raise
        return cls(database)

    def close(self) -> None:
        """Close all connections."""
        self.database.close()

    def reading(self) -> AbstractContextManager[Connection]:
        """A read transaction that sees one state of the data."""
        return self.database.reading()

    def write(
        self,
        entries: Sequence[Entry],
        *,
        job: str | None = None,
        job_line: int | None = None,
        job_errors: Sequence[RowError] = (),
        worker: str | None = None,
        job_report: Callable[[WriteResult], Mapping[str, Any]] | None = None,
        retag: bool = False,
    ) -> WriteResult:
        """Write entries in one transaction: all or nothing, and kept when this returns.

        An entry with the id, content and model of a stored item changes nothing, so a repeated write is
        harmless. With `retag` entries bring new tags for content that is stored: items that were deleted or
        changed in the meantime are left as they are, see `Entry.seq`. With `job`, the line of its file that is
        done, the refused rows and what it has to report after this write are kept in the same transaction;
        `worker` makes sure that the job still belongs to it.

        Raises ItemError for a vector that does not fit, LeaseLostError, StoreBusyError, StoreFullError.
        """

        def once() -> WriteResult:
            with self.database.writing() as conn:
                result = writing.write_entries(conn, entries, retag=retag)
                if job is not None:
                    job_progress.advance(
                        conn,
                        job,
                        worker=worker,
                        line=job_line,
                        errors=job_errors,
                        result=result,
                        report=job_report(result) if job_report else None,
                    )
                return result

        return self._retried(once)

    def delete(self, ids: Sequence[str]) -> list[str]:
        """Delete items with everything derived from them; returns the ids that were there."""
        with self.database.writing() as conn:
            found = reading.numbers_of_ids(conn, ids)
            writing.delete_items(conn, list(found.values()))
        try:
            self._forget()
        except StoreFullError:  # the items themselves are gone
            logger.warning(
                "no room to clear the words of deleted items from the disk; the next deletion does it"
            )
        return [id_ for id_ in ids if id_ in found]

    def erase_customer(self, id_: str) -> list[str]:
        """Delete a customer and all items of this customer; returns the ids of the items."""
        with self.database.writing() as conn:
            # As a subquery: "no such customer" must not mean the items of nobody in particular.
            code = select(customers.c.code).where(customers.c.id == id_).scalar_subquery()
            rows = conn.execute(select(items.c.id, items.c.number).where(items.c.customer == code)).all()
            writing.delete_items(conn, [row.number for row in rows])
            conn.execute(delete(customers).where(customers.c.id == id_))
        self._forget()
        return [row.id for row in rows]

    def items_of_customer(self, id_: str) -> list[StoredItem]:
        """All items of a customer, oldest first."""
        with self.reading() as conn:
            code = select(customers.c.code).where(customers.c.id == id_).scalar_subquery()
            numbers = conn.scalars(
                select(items.c.number).where(items.c.customer == code).order_by(items.c.day)
            )
            return reading.by_numbers(conn, list(numbers))

    def count_dated_before(self, day: date) -> int:
        """How many items are dated before a day."""
        with self.reading() as conn:
            return int(conn.scalar(select(func.count()).where(items.c.date < day)) or 0)

    def dated_before(self, day: date, limit: int) -> list[str]:
        """Ids of items that are dated before a day, oldest first."""
        found = select(items.c.id).where(items.c.date < day).order_by(items.c.day, items.c.number)
        with self.reading() as conn:
            return list(conn.scalars(found.limit(limit)))

    def redactions(self) -> dict[str, tuple[int, int]]:
        """By type of personal data: in how many items it was replaced, and how often."""
        found: dict[str, tuple[int, int]] = {}
        with self.reading() as conn:
            for counted in conn.execution_options(yield_per=5_000).scalars(select(items.c.redactions)):
                for kind, times in counted.items():
                    in_items, all_times = found.get(kind, (0, 0))
                    found[kind] = (in_items + 1, all_times + times)
        return found

    def revise_documents(self, revise: Callable[[dict[str, Any]], dict[str, Any] | None]) -> int:
        """Rewrite every document, or delete it where `revise` says None; returns how many changed."""
        changed = 0
        with self.database.writing() as conn:
            for row in conn.execute(select(documents.c.kind, documents.c.key, documents.c.body)).all():
                where = (documents.c.kind == row.kind) & (documents.c.key == row.key)
                new = revise({"": row.key, **row.body})
                if new is None:
                    conn.execute(delete(documents).where(where))
                elif (new := {name: value for name, value in new.items() if name}) != row.body:
                    conn.execute(update(documents).where(where).values(body=new, updated=time.time()))
                else:
                    continue
                changed += 1
        return changed

    def revise_refused(self, is_theirs: Callable[[Mapping[str, Any]], bool]) -> int:
        """Delete the refused rows of imports that `is_theirs`; returns how many."""
        with self.database.writing() as conn:
            rows = conn.execute(select(job_errors.c.job, job_errors.c.line, job_errors.c.row)).all()
            gone = [row for row in rows if is_theirs(row.row)]
            for row in gone:
                where = (job_errors.c.job == row.job) & (job_errors.c.line == row.line)
                conn.execute(delete(job_errors).where(where))
        return len(gone)

    def unfinished_jobs(self, kind: str) -> list[str]:
        """Ids of jobs of a kind that wait or run."""
        found = select(jobs.c.id).where(jobs.c.kind == kind, jobs.c.state.in_(("queued", "running")))
        with self.reading() as conn:
            return list(conn.scalars(found))

    def compact(self) -> None:
        """Leave nothing of deleted rows on disk."""
        self._forget()

    def upsert_customers(self, rows: Sequence[Customer], drop: Mapping[str, Sequence[str]] = {}) -> int:
        """Lay attributes over those known of each customer; returns how many customers changed.

        Args:
            rows: customers with what is new of them.
            drop: names of attributes that go, by id of the customer.
        """
        with self.database.writing() as conn:
            codes = writing.customer_codes(conn, (row.id for row in rows))
            known = {row.id: dict(row.attributes) for row in reading.all_customers(conn, list(codes))}
            merged = {id_: dict(attributes) for id_, attributes in known.items()}
            for row in rows:
                merged[row.id].update(row.attributes)
                for name in drop.get(row.id, ()):
                    merged[row.id].pop(name, None)
            changed = [id_ for id_ in codes if merged[id_] != known[id_]]
            seq, _, _ = writing.tick(conn, len(changed))
            for step, id_ in enumerate(changed):
                new = update(customers).where(customers.c.code == codes[id_])
                conn.execute(new.values(attributes=merged[id_], seq=seq + step))
            return len(changed)

    def get_customer(self, id_: str) -> Customer | None:
        """A customer by id, or None."""
        with self.reading() as conn:
            return next(iter(reading.all_customers(conn, [id_])), None)

    def customers_by_code(self, codes: Sequence[int]) -> dict[int, Customer]:
        """Customers by the code that items carry."""
        with self.reading() as conn:
            return reading.customers_by_code(conn, codes)

    def customer_code(self, id_: str) -> int | None:
        """The code of a customer, or None."""
        with self.reading() as conn:
            return next(iter(reading.customer_codes(conn, id_, exactly=True)), None)

    def customer_codes(self, part: str | None = None) -> list[int]:
        """Codes of customers in the order of their ids; of those whose id contains `part`, whatever the case."""
        with self.reading() as conn:
            return reading.customer_codes(conn, part)

    def customers(self) -> list[Customer]:
        """All customers that items or customer files named, by id."""
        with self.reading() as conn:
            return reading.all_customers(conn, None)

    def numbers(self, ids: Sequence[str]) -> dict[str, int]:
        """The number of each id that is stored."""
        with self.reading() as conn:
            return reading.numbers_of_ids(conn, ids)

    def known_hashes(self, ids: Sequence[str]) -> dict[str, str]:
        """The content hash of each id that is stored; compare with `records.content_hash`."""
        with self.reading() as conn:
            return reading.hashes(conn, ids)

    def get(self, id_: str) -> StoredItem | None:
        """An item by id, or None."""
        return next(iter(self.get_many([id_])), None)

    def get_many(self, keys: "Sequence[int] | Sequence[str] | BitMap") -> list[StoredItem]:
        """Items by number or by id, in the order asked for; unknown ones are left out."""
        numbers = [key for key in keys if isinstance(key, int)]
        with self.reading() as conn:
            if numbers:
                return reading.by_numbers(conn, numbers)
            return reading.by_ids(conn, [key for key in keys if isinstance(key, str)])

    def tagged_otherwise(self, model: str, limit: int, after: int = -1) -> list[int]:
        """The first numbers beyond `after` of items that something else than `model` has tagged, in order."""
        with self.reading() as conn:
            return reading.tagged_otherwise(conn, model, limit, after)

    def count_tagged_otherwise(self, model: str) -> int:
        """How many items something else than `model` has tagged."""
        with self.reading() as conn:
            return reading.count_tagged_otherwise(conn, model)

    def existing(self, numbers: Sequence[int]) -> BitMap:
        """Those of the numbers that are items."""
        with self.reading() as conn:
            return reading.existing(conn, numbers)

    def page(
        self,
        numbers: BitMap | None = None,
        *,
        day: Column | None = None,
        after: str | None = None,
        limit: int = 50,
        order: Order = "newest",
    ) -> Page:
        """Items by date (undated ones last), of `numbers` only where given. Raises ItemError for a bad cursor.

        `day` is the column of the view that `numbers` come from: with it the database need not look for the page.
        """
        with self.reading() as conn:
            return reading.page(conn, numbers, day, after, limit, order)

    def vectors(self, numbers: "Sequence[int] | BitMap") -> Vector:
        """float32 of shape (n, dim) in the order asked for; zeros where an item has no vector."""
        with self.reading() as conn:
            return reading.vector_matrix(conn, list(numbers))

    def counts(self) -> Counts:
        """Totals over the whole store."""
        with self.reading() as conn:
            return reading.counts(conn)

    def last_number(self) -> int:
        """The largest item number that was given; -1 when there is none."""
        with self.reading() as conn:
            return int(conn.execute(select(clock.c.number)).scalar_one()) - 1

    def numbers_after(self, number: int, limit: int) -> list[int]:
        """The first numbers of items beyond one, in the order in which they came in."""
        found = select(items.c.number).where(items.c.number > number).order_by(items.c.number)
        with self.reading() as conn:
            return list(conn.scalars(found.limit(limit)))

    def data_version(self) -> int:
        """The last change number. It grows with every change and is in the order of the commits."""
        with self.reading() as conn:
            return int(conn.execute(select(clock.c.seq)).scalar_one())

    def lineage(self) -> str:
        """Names this history of changes; a restored backup gets another, so that old caches do not fit it."""
        with self.reading() as conn:
            return str(conn.execute(select(clock.c.lineage)).scalar_one())

    def documents(self, kind: str) -> Documents:
        """JSON documents of one kind by key: conversations, idempotency keys, settings of a workspace."""
        return Documents(self.database, kind)

    def _retried(self, once: Callable[[], _T]) -> _T:
        """Repeat a write whose connection broke: writes are idempotent, so it is harmless if it was kept."""
        for attempt in range(_RETRIES):
            try:
                return once()
            except StoreUnavailableError:
                if attempt == _RETRIES - 1:
                    raise
                time.sleep(0.1 * 2**attempt)
        raise AssertionError("the loop returns or raises")

    def _forget(self) -> None:
        """Leave nothing of deleted rows on disk: neither words in FTS5's segments nor pages in the WAL."""
        if not self.database.is_sqlite:
            return
        pages = -_MERGE_PAGES  # negative: begin to merge everything into one segment, then go on with it
        while self._merge_words(pages):
            pages = _MERGE_PAGES
        with self.database.engine.connect() as conn:
            raw = cast("sqlite3.Connection", conn.connection.driver_connection)
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _merge_words(self, pages: int) -> bool:
        """One short step of FTS5's merge, so that others can write in between; says whether it did anything."""
        with self.database.writing() as conn:
            raw = cast("sqlite3.Connection", conn.connection.driver_connection)
            before = raw.total_changes
            conn.execute(
                text("INSERT INTO item_words (item_words, rank) VALUES ('merge', :pages)"),
                {"pages": pages},
            )
            return raw.total_changes - before >= 2
