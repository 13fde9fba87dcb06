"""Where the rows of a file go: feedback is tagged and written, customers are laid over what is known of them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from assistant.errors import RefusedError
from assistant.intake.drafts import Draft, clean_attributes, clean_customer, draft_of_row
from assistant.intake.identity import Pseudonyms, Seen
from assistant.intake.mapping import ColumnMapping
from assistant.intake.redaction import Redactor
from assistant.intake.rows import Row
from assistant.intake.tagging import LoadTagger, Prepared, Revise, prepare
from index.records import Customer, Item, RowError
from index.store import Store

T = TypeVar("T")
W = TypeVar("W")


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """Counts over accepted rows: what was redacted, in which languages they are, how many customers changed."""

    redactions: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    customers: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            redactions=self.redactions + other.redactions,
            languages=self.languages + other.languages,
            customers=self.customers + other.customers,
        )

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return {"redactions": self.redactions, "languages": self.languages, "customers": self.customers}

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> "Tally":
        """The inverse of `plain`."""
        return cls(
            redactions=Counter(plain["redactions"]),
            languages=Counter(plain["languages"]),
            customers=plain["customers"],
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """The job that a batch belongs to, its last line in the file, and the rows refused in it."""

    job: str
    worker: str
    line: int
    errors: Sequence[RowError]


class Sink(Protocol[T, W]):
    """Takes rows in the order of the file. What is prepared may be written by another thread, in the same order."""

    def read(self, row: Row) -> T | None:
        """What a row says; None when an earlier row said it. Raises RefusedError."""
        ...

    def prepare(self, read: Sequence[T]) -> W:
        """Do what needs no store to be locked: redact and tag."""
        ...

    def write(self, prepared: W, place: Place) -> Tally:
        """Keep rows; in one transaction with their place where they are feedback."""
        ...

    def tally(self, read: Sequence[T]) -> Tally:
        """Count rows that are kept already."""
        ...


class FeedbackSink:
    """Redacts, tags and writes items."""

    def __init__(
        self,
        *,
        store: Store,
        tagger: LoadTagger,
        revise: Revise,
        mapping: ColumnMapping,
        redactor: Redactor,
        pseudonyms: Pseudonyms,
        source: str,
    ) -> None:
        self._store, self._tagger, self._revise = store, tagger, revise
        self._mapping, self._redactor = mapping, redactor
        self._seen, self._source = Seen(pseudonyms), source

    def read(self, row: Row) -> Draft | None:
        """As Sink."""
        return self._seen.identified(draft_of_row(row, self._mapping))

    def prepare(self, read: Sequence[Draft]) -> Prepared:
        """As Sink. What is stored with the same content is neither tagged nor written again."""
        return prepare(self._items(read), self._store, self._tagger, self._revise)

    def write(self, prepared: Prepared, place: Place) -> Tally:
        """As Sink."""
        entries = prepared.entries
        self._store.write(
            entries, job=place.job, job_line=place.line, job_errors=place.errors, worker=place.worker
        )
        items = [*(entry.item for entry in entries), *prepared.unchanged]
        languages = Counter(entry.item.language or "unknown" for entry in entries)
        return Tally(redactions=_redactions(items), languages=languages + self._languages(prepared.unchanged))

    def tally(self, read: Sequence[Draft]) -> Tally:
        """As Sink."""
        items = self._items(read)
        return Tally(redactions=_redactions(items), languages=self._languages(items))

    def _items(self, drafts: Sequence[Draft]) -> list[Item]:
        return [self._redactor.item(draft, self._source) for draft in drafts]

    def _languages(self, items: Sequence[Item]) -> Counter[str]:
        stored = self._store.get_many([item.id for item in items]) if items else []
        return Counter(one.item.language or "unknown" for one in stored)


class CustomerSink:
    """Lays the attributes of customers over those known."""

    def __init__(self, *, store: Store, mapping: ColumnMapping, redactor: Redactor) -> None:
        self._store, self._mapping, self._redactor = store, mapping, redactor
        self._column = mapping.column("customer") or ""

    def read(self, row: Row) -> Customer | None:
        """As Sink."""
        if row.problem is not None:
            raise RefusedError(row.problem)
        value = row.cells.get(self._column, "")
        id_ = self._redactor.customer(clean_customer(value if isinstance(value, str) else ""))
        if id_ is None:
            raise RefusedError("the customer is empty")
        cells = {name: row.cells.get(column, "") for column, name in self._mapping.attributes.items()}
        texts = {name: cell for name, cell in cells.items() if isinstance(cell, str)}
        return Customer(id=id_, attributes=self._redactor.attributes(clean_attributes(texts)))

    def prepare(self, read: Sequence[Customer]) -> Sequence[Customer]:
        """As Sink."""
        return read

    def write(self, prepared: Sequence[Customer], place: Place) -> Tally:
        """As Sink: repeating it is harmless, so it needs no transaction with its place."""
        changed = self._store.upsert_customers(prepared) if prepared else 0
        self._store.write(
            [], job=place.job, job_line=place.line, job_errors=place.errors, worker=place.worker
        )
        return Tally(customers=changed)

    def tally(self, read: Sequence[Customer]) -> Tally:  # noqa: ARG002 (there is nothing to count)
        """As Sink."""
        return Tally()


def _redactions(items: Sequence[Item]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for item in items:
        counts.update(item.redactions)
    return counts
