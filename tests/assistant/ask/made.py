"""Worlds that last for a whole module of tests."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from assistant.ask.ledger import View
from index.bitmaps import TermIndex
from index.fulltext import full_text
from index.store import Store
from tests.assistant.conftest import NAMES, Said, World, _entry


@contextmanager
def made(folder: Path, said: Iterable[Said]) -> Iterator[World]:
    """A store that holds what was said, open until the block ends."""
    store = Store.open(f"sqlite:///{folder / 'world.db'}")
    store.write([_entry(at, one) for at, one in enumerate(said)])
    terms = TermIndex()
    terms.refresh(store)
    view = View(
        terms=terms.view,
        phrase=full_text(store).matching,
        load=lambda numbers: store.get_many(list(numbers)),
        names=NAMES,
    )
    yield World(store=store, view=view)
    store.close()
