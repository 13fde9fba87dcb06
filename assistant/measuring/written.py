"""A small written corpus whose truth is known: the feedback of an invented company, made from a table."""

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import yaml

from assistant.ask.asker import Asker, Snapshot
from assistant.ask.ledger import View
from assistant.ask.parse import Parser
from assistant.ask.talks import Talks
from assistant.ask.vocabulary import Vocabulary
from assistant.ask.words import Names
from assistant.measuring.plans import THEMES
from assistant.terms import terms_of
from index.bitmaps import TermIndex
from index.fulltext import full_text
from index.records import Entry, Item
from index.store import Store

TABLE = Path(__file__).with_name("written.yaml")
_MODEL = "by hand"


@contextmanager
def written_asker() -> Iterator[Asker]:
    """What answers questions about the written corpus, while the block lasts."""
    with TemporaryDirectory() as folder:
        store = Store.open(f"sqlite:///{Path(folder) / 'written.db'}")
        try:
            store.write(list(entries()))
            snapshot = _snapshot(store)
            yield Asker(lambda: snapshot, Talks(store.documents("conversation")))
        finally:
            store.close()


def entries() -> Iterator[Entry]:
    """Every item of the corpus with its tags."""
    table = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    first = dt.date.fromisoformat(f"{table['first']}-01")
    for number, kind in enumerate(table["kinds"]):
        values = table["attributes"] | kind.get("attributes", {})
        months = [month for month, many in enumerate(kind["months"]) for _ in range(many)]
        for at, month in enumerate(months):
            # The number keeps two items with the same words from being copies, which count once.
            says = f"{kind['says'][at % len(kind['says'])]} Case {number}-{at}."
            text = f"{says} {kind.get('closes', table['closes'])}"
            item = Item(
                id=f"{number}-{at}", text=text, language="en", customer=f"customer {number}-{at}",
                date=first.replace(month=first.month + month, day=1 + (7 * at) % 28),
                attributes={name: of[at % len(of)] for name, of in values.items()},
            )  # fmt: skip
            tags = _tags(item, kind, len(says))
            vector = np.eye(1, 8, at % 8, dtype=np.float32)[0]
            yield Entry(item=item, tags=tags, terms=terms_of(tags, item), vector=vector, model=_MODEL)


def _tags(item: Item, kind: Mapping[str, Any], end: int) -> dict[str, Any]:
    """Tags as the tagger would give them: leaving or staying lies in how a text closes, all else before its `end`."""
    spans = [(0, end)]
    labelled = {"score": 1.0, "spans": spans}
    churn = kind.get("churn", "none")
    return {
        "id": item.id, "language": "en", "model": _MODEL, "abstained": [],
        "sentiment": {"label": kind["sentiment"], "score": 1.0},
        "emotions": [{"label": label, "score": 1.0} for label in kind.get("emotions", [])],
        "intensity": 1, "fine_emotions": [], "urgency": 1, "forces": [], "spectrum": None, "values": [],
        "themes": [{"label": theme, "polarity": mark, "sub": None, **labelled} for theme, mark in kind["themes"].items()],
        "empathy_gaps": [{"label": label, **labelled} for label in kind.get("gaps", [])],
        "churn": {"label": churn, "score": 1.0, "spans": [(end + 1, len(item.text))] if churn != "none" else []},
        "effort": {"label": kind.get("effort", "none"), "score": 1.0},
        "intent": {"label": kind.get("intent") or ("praise" if kind["sentiment"] == "positive" else "complaint"), "score": 1.0},
        "why": spans if kind["sentiment"] == "negative" else [],
    }  # fmt: skip


def _snapshot(store: Store) -> Snapshot:
    terms = TermIndex()
    terms.refresh(store)
    view = View(
        terms=terms.view,
        phrase=full_text(store).matching,
        load=lambda numbers: store.get_many(list(numbers)),
        names=Names(themes={name: theme.name for name, theme in THEMES.items()}),
    )
    counts = store.counts()
    vocabulary = Vocabulary(
        attributes=terms.view.attributes(), themes=THEMES, first=counts.first, last=counts.last
    )
    return Snapshot(view=view, parser=Parser(vocabulary), quality={}, vocabulary=vocabulary)
