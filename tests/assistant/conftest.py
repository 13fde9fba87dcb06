"""A small world whose truth is known: feedback with hand-made tags in a real store."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.ask.ledger import View
from assistant.ask.words import Names
from assistant.terms import terms_of
from index.bitmaps import TermIndex
from index.fulltext import full_text
from index.records import Customer, Entry, Item
from index.store import Store

NAMES = Names(
    themes={
        "returns_refunds": "returns and refunds",
        "delivery": "delivery",
        "support_service": "customer service",
        "refund_slow": "slow refunds",
        "return_cost": "the return fee",
        "parcel_late": "late parcels",
        "fit_and_description": "fit and description",
        "fit_too_small": "sizes that run small",
    },
    parents={
        "refund_slow": "returns_refunds",
        "parcel_late": "delivery",
        "fit_too_small": "fit_and_description",
    },
)


@dataclass(frozen=True, kw_only=True)
class Said:
    """One piece of feedback and what is in it. Sentences are `text`'s parts between full stops."""

    text: str
    themes: tuple[tuple[str, str, str | None], ...] = ()  # theme, polarity, sub-theme
    gaps: tuple[str, ...] = ()
    emotions: tuple[str, ...] = ()
    forces: tuple[tuple[str, str], ...] = ()  # force, polarity
    churn: str = "none"
    sentiment: str = "negative"
    effort: str = "none"
    day: int = 0
    customer: str | None = None
    attributes: dict[str, str] = field(default_factory=dict)


def tags_of(name: str, said: Said) -> dict[str, Any]:
    """Tags as the tagger would give them: themes lie in the first sentence, leaving in the last."""
    ends = [at + 1 for at, letter in enumerate(said.text) if letter == "."]
    first, last = (0, ends[0]), (ends[-2] + 2 if len(ends) > 1 else 0, ends[-1])
    return {
        "id": name,
        "language": "en",
        "sentiment": {"label": said.sentiment, "score": 0.9},
        "emotions": [{"label": label, "score": 0.8} for label in said.emotions],
        "intensity": 1,
        "fine_emotions": [],
        "themes": [
            {"label": theme, "polarity": mark, "score": 0.9, "sub": sub, "spans": [first]}
            for theme, mark, sub in said.themes
        ],
        "empathy_gaps": [{"label": label, "score": 0.8, "spans": [first]} for label in said.gaps],
        "churn": {"label": said.churn, "score": 0.8, "spans": [last] if said.churn != "none" else []},
        "effort": {"label": said.effort, "score": 0.7},
        "urgency": 1,
        "intent": {"label": "complaint", "score": 0.7},
        "forces": [{"label": label, "polarity": mark, "score": 0.7} for label, mark in said.forces],
        "spectrum": None,
        "values": [],
        "why": [first] if said.sentiment == "negative" else [],
        "abstained": [],
        "model": "by-hand",
    }


@dataclass
class World:
    """A store that holds what was said, and the view of it."""

    store: Store
    view: View

    def rows(self) -> list[dict[str, Any]]:
        """Every stored item straight from SQL, without the bitmaps."""
        return [
            {"number": s.number, "id": s.item.id, "text": s.item.text, "tags": s.tags, "date": s.item.date,
             "attributes": dict(s.item.attributes), "copy": s.copy}
            for s in self.store.get_many(sorted(self.view.terms.all))
        ]  # fmt: skip


Build = Callable[..., World]


@pytest.fixture
def build(tmp_path: Path) -> Iterable[Build]:
    """Make a world of what was said."""
    opened: list[Store] = []

    def make(said: Iterable[Said], customers: Iterable[Customer] = ()) -> World:
        store = Store.open(f"sqlite:///{tmp_path / f'world{len(opened)}.db'}")
        opened.append(store)
        store.write([_entry(at, one) for at, one in enumerate(said)])
        store.upsert_customers(list(customers))
        terms = TermIndex()
        terms.refresh(store)
        text = full_text(store)
        view = View(
            terms=terms.view,
            phrase=text.matching,
            load=lambda numbers: store.get_many(list(numbers)),
            names=NAMES,
        )
        return World(store=store, view=view)

    yield make
    for store in opened:
        store.close()


def _entry(at: int, said: Said) -> Entry:
    name = f"i{at}"
    tags = tags_of(name, said)
    item = Item(
        id=name, text=said.text, date=date(2026, 1, 1) + timedelta(days=said.day), customer=said.customer,
        language="en", attributes=said.attributes,
    )  # fmt: skip
    vector = np.zeros(8, np.float32)
    vector[at % 8] = 1
    return Entry(item=item, tags=tags, terms=terms_of(tags, item), vector=vector, model="by-hand")
