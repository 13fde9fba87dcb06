"""The values that go into the store and come out of it."""

import datetime as dt
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import orjson
from numpy.typing import NDArray

from index.errors import ItemError

Kind = Literal["feedback", "conversation"]
Vector = NDArray[np.float32]

COPY_TERM = "copy=yes"
COPY_MIN_WORDS = 8
_EPOCH = dt.date(1970, 1, 1)
_SURROGATE = re.compile("[\ud800-\udfff]")
_APOSTROPHE = re.compile("['’ʼ`´]")
_NO_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One piece of feedback as it is stored: redacted text, facts about it, and where it came from."""

    id: str
    text: str
    kind: Kind = "feedback"
    date: dt.date | None = None
    customer: str | None = None
    language: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    title: str | None = None
    turns: tuple[tuple[str, str], ...] | None = None
    source: str | None = None
    redactions: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.id:
            raise ItemError("an item needs an id; give it one")
        if "\x00" in self.text or _SURROGATE.search(self.text):
            raise ItemError(f"the text of item {self.id!r} holds NUL or a lone surrogate; remove it")


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """What is written at once: an item, its tags, its index terms and its embedding.

    `vector` is float32 of shape (dim,), the same dim in the whole store. A vector of zeros means "none":
    the item is stored and counted, but similarity never finds it. `model` names what made tags and vector.
    `seq` is of the stored item that was tagged again: when it has changed since, a re-tagging passes it over.
    """

    item: Item
    tags: Mapping[str, Any]
    terms: frozenset[str]
    vector: Vector
    model: str
    seq: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredItem:
    """An item as it is read back. `number` is its id in bitmaps; it is never given to another item."""

    number: int
    item: Item
    tags: Mapping[str, Any]
    terms: frozenset[str]
    copy: bool
    model: str
    seq: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Customer:
    """What operations know of a customer (O-data)."""

    id: str
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class RowError:
    """A row of a file that was refused. `row` keeps the original columns for the list of refused rows."""

    line: int
    reason: str
    row: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class WriteResult:
    """Ids of the entries of one write, in the order given."""

    added: Sequence[str] = ()
    updated: Sequence[str] = ()
    unchanged: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """Items in order, and the cursor of the next page (None at the end)."""

    items: Sequence[StoredItem]
    after: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """How much is in the store, and the first and last day of dated items."""

    items: int
    conversations: int
    copies: int
    customers: int
    first: dt.date | None
    last: dt.date | None


def attribute_term(name: str, value: str) -> str:
    """The index term of an attribute value, for items and customers alike."""
    return f"attr.{name}={value}"


def day_number(date: dt.date | None) -> int:
    """Days since 1970-01-01, or -1 for no date; a date before 1970 counts as none."""
    return -1 if date is None else max((date - _EPOCH).days, -1)


def date_of(number: int) -> dt.date:
    """The date of a day number that is not -1."""
    return _EPOCH + dt.timedelta(days=number)


def folded_words(text: str) -> list[str]:
    """The words of a text in lower case without punctuation; two texts are copies when these are equal."""
    return _NO_WORD.sub(" ", _APOSTROPHE.sub("", text.casefold())).split()


def content_hash(item: Item) -> str:
    """Hash of what the source says: not of what is found out later (language, redactions) or of the source."""
    return _hash([*_words(item), item.date, item.customer, sorted(item.attributes.items())])


def words_hash(item: Item) -> str:
    """Hash of the words alone: what a person judges who reads the item."""
    return _hash(_words(item))


def _words(item: Item) -> list[Any]:
    return [item.kind, item.text, item.title, item.turns]


def _hash(said: list[Any]) -> str:
    return hashlib.blake2b(orjson.dumps(said), digest_size=16).hexdigest()
