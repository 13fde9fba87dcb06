"""Counts: one bitmap of item numbers per term, and a few columns, kept up to date with the store."""

import logging
import threading
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from pyroaring import BitMap

from index import catch_up, snapshot
from index.store import Store
from index.terms import Column, TermView

_LOG = logging.getLogger(__name__)
_SAVE_EVERY = 1_000  # changes; fewer are caught up with from SQL in a few milliseconds


class TermIndex:
    """The newest `TermView`. Readers may take a view and count on it while others refresh."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._view = TermView()
        self._saved = -1
        self._refreshing = threading.Lock()

    def refresh(self, store: Store) -> bool:
        """Catch up with the store; says whether anything changed. The first call loads the snapshot."""
        with self._refreshing:
            if self._saved < 0 and self._path is not None:
                self._view = snapshot.load(self._path) or self._view
                self._saved = self._view.version
            before = self._view.version, self._view.lineage
            self._view, erased = catch_up.refreshed(self._view, store)
            if erased or self._view.version - self._saved >= _SAVE_EVERY:
                self._save()
            return (self._view.version, self._view.lineage) != before

    def rebuild(self, store: Store) -> None:
        """Forget everything and read the whole store again."""
        with self._refreshing:
            self._view, _ = catch_up.refreshed(TermView(), store)
            self._save()

    def save(self) -> None:
        """Write the snapshot, so that the next start has nothing to catch up with."""
        with self._refreshing:
            if self._view.version != self._saved:
                self._save()

    def _save(self) -> None:
        if self._path is not None:
            try:
                snapshot.save(self._view, self._path)
            except OSError as error:
                _LOG.warning("bitmaps could not be written to disk and are tried again: %s", error)
                return
        self._saved = self._view.version

    @property
    def view(self) -> TermView:
        """One state of the index: take it once per answer, so that all numbers agree."""
        return self._view

    @property
    def version(self) -> int:
        """The change number up to which the store has been read."""
        return self._view.version

    @property
    def all(self) -> BitMap:
        """All items."""
        return self._view.all

    @property
    def day(self) -> Column:
        """As TermView."""
        return self._view.day

    @property
    def customer(self) -> Column:
        """As TermView."""
        return self._view.customer

    @property
    def words(self) -> Column:
        """As TermView."""
        return self._view.words

    def get(self, term: str) -> BitMap:
        """Items with a term; empty if nobody has it. The bitmap is the caller's own."""
        return self._view.get(term)

    def any(self, terms: Iterable[str]) -> BitMap:
        """Items with at least one of the terms."""
        return self._view.any(terms)

    def terms(self, prefix: str = "") -> dict[str, BitMap]:
        """All terms that start with `prefix`, with their items."""
        return self._view.terms(prefix)

    def between(self, first: date | None, last: date | None) -> BitMap:
        """Dated items from `first` to `last`, both included; a missing end is open."""
        return self._view.between(first, last)

    def attributes(self) -> dict[str, dict[str, int]]:
        """Attribute name to value to number of items."""
        return self._view.attributes()
