"""One state of the bitmaps and columns. It never changes, so threads can count on it without locks."""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import islice, takewhile

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from index.records import date_of, day_number

Column = NDArray[np.int32]
ATTRIBUTE_PREFIX, CUSTOMER_PREFIX = "attr.", "customer="


def _empty() -> Column:
    return np.empty(0, np.int32)


def bitmap(numbers: "NDArray[np.integer]") -> BitMap:
    """A bitmap of item numbers."""
    return BitMap(array("I", np.ascontiguousarray(numbers, np.uint32).tobytes()))


def numbers_of(items: BitMap) -> NDArray[np.intp]:
    """The numbers in a bitmap, ascending, to index columns with."""
    return np.frombuffer(items.to_array(), np.uint32).astype(np.intp)


@dataclass(frozen=True, kw_only=True)
class TermView:
    """Bitmaps per term and columns by item number.

    `own` are the terms that came with items, `joined` the attributes of their customers. Columns are int32 and
    read-only: `day` since 1970-01-01 (-1 none), `customer` code (-1 none), `words`.
    """

    lineage: str = ""
    version: int = 0
    items: BitMap = field(default_factory=BitMap)
    own: Mapping[str, BitMap] = field(default_factory=dict)
    joined: Mapping[str, BitMap] = field(default_factory=dict)
    day: Column = field(default_factory=_empty)
    customer: Column = field(default_factory=_empty)
    words: Column = field(default_factory=_empty)

    @property
    def all(self) -> BitMap:
        """All items."""
        return self.items.copy()

    def get(self, term: str) -> BitMap:
        """Items with a term; empty if nobody has it. The bitmap is the caller's own."""
        own, joined = self.own.get(term), self.joined.get(term)
        if own is None:
            return BitMap() if joined is None else joined.copy()
        return own.copy() if joined is None else own | joined

    def any(self, terms: Iterable[str]) -> BitMap:
        """Items with at least one of the terms; `customer=17` are those of the customer with code 17."""
        found = BitMap()
        for term in terms:
            for source in (self.own, self.joined):
                found |= source.get(term, _NOTHING)
            if term.startswith(CUSTOMER_PREFIX):
                found |= self._of_customer(term.removeprefix(CUSTOMER_PREFIX))
        return found

    def _of_customer(self, code: str) -> BitMap:
        """The items of a customer, whose code is `code`."""
        return bitmap(np.flatnonzero(self.customer == int(code))) if code.isdecimal() else BitMap()

    def terms(self, prefix: str = "") -> dict[str, BitMap]:
        """All terms that start with `prefix`, in alphabetical order, with their items."""
        return {name: self.get(name) for name in self.names(prefix)}

    def names(self, prefix: str = "") -> list[str]:
        """All terms that start with `prefix`, in alphabetical order."""
        first = bisect_left(self._names, prefix)
        return list(takewhile(lambda name: name.startswith(prefix), islice(self._names, first, None)))

    def between(self, first: date | None, last: date | None) -> BitMap:
        """Dated items from `first` to `last`, both included; a missing end is open."""
        inside = self.day >= max(day_number(first), 0)
        if last is not None:
            inside &= self.day <= day_number(last)
        return bitmap(np.flatnonzero(inside))

    def days(self) -> tuple[date, date] | None:
        """First and last day of dated items."""
        dated = self.day[self.day >= 0]
        return (date_of(int(dated.min())), date_of(int(dated.max()))) if len(dated) else None

    def attributes(self) -> dict[str, dict[str, int]]:
        """Attribute name to value to number of items, of items and their customers."""
        return {name: dict(values) for name, values in self._attributes.items()}

    @cached_property
    def _names(self) -> list[str]:
        return sorted({*self.own, *self.joined})

    @cached_property
    def _attributes(self) -> dict[str, dict[str, int]]:
        found: dict[str, dict[str, int]] = {}
        for term, items in self.terms(ATTRIBUTE_PREFIX).items():
            name, _, value = term.removeprefix(ATTRIBUTE_PREFIX).partition("=")
            found.setdefault(name, {})[value] = len(items)
        return found


_NOTHING = BitMap()
