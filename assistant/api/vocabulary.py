"""`GET /v1/vocabulary`: the words that filters can use, with how many items each has."""

from collections.abc import Iterable, Mapping
from datetime import date

from fastapi import APIRouter
from pydantic import BaseModel

from assistant.api.parts import Parts
from assistant.ask import words
from assistant.wiring import Product, theme_words
from index.terms import TermView
from nlp import labels

router = APIRouter(prefix="/v1", tags=["Feedback"])
MOST_VALUES = 100  # of an attribute, the most frequent ones

# filter key -> prefix of its index terms, its labels
_KEYS: Mapping[str, tuple[str, Iterable[str]]] = {
    "sentiment": ("sentiment", labels.SENTIMENTS),
    "emotions": ("emotion", labels.EMOTIONS),
    "empathy_gaps": ("gap", labels.EMPATHY_GAPS),
    "churn": ("churn", labels.CHURN),
    "effort": ("effort", labels.EFFORT),
    "intents": ("intent", labels.INTENTS),
    "forces": ("force", labels.FORCES),
}


class Word(BaseModel):
    """A label as filters use it, how it reads, and how many items carry it. `parent` is a sub-theme's theme."""

    id: str
    name: str
    items: int
    parent: str | None = None


class Vocabulary(BaseModel):
    """All that can be filtered by: key of a filter -> its words; attribute -> its most frequent values."""

    items: int
    untagged: int
    first: date | None
    last: date | None
    keys: dict[str, list[Word]]
    attributes: dict[str, list[Word]]


@router.get("/vocabulary", summary="What can be filtered by")
def vocabulary(product: Parts) -> Vocabulary:
    """Themes with their sub-themes, the labels of each tag field, and the attributes of the data."""
    product.index.refresh()
    terms, counts = product.index.terms.view, product.index.store.counts()
    keys = {key: [_word(terms, prefix, label) for label in known] for key, (prefix, known) in _KEYS.items()}
    return Vocabulary(
        items=counts.items,
        untagged=len(terms.get("untagged=yes")),
        first=counts.first,
        last=counts.last,
        keys={"themes": _themes(product, terms), **keys},
        attributes={name: _values(values) for name, values in terms.attributes().items()},
    )


def _word(terms: TermView, prefix: str, label: str) -> Word:
    name = words.GAPS[label][1] if prefix == "gap" else label.replace("_", " ")
    return Word(id=label, name=name, items=len(terms.get(f"{prefix}={label}")))


def _themes(product: Product, terms: TermView) -> list[Word]:
    return [
        Word(
            id=name,
            name=theme.name,
            items=len(terms.get(f"{'sub' if theme.parent else 'theme'}={name}")),
            parent=theme.parent,
        )
        for name, theme in theme_words(product.taxonomy).items()
    ]


def _values(values: Mapping[str, int]) -> list[Word]:
    ordered = sorted(values.items(), key=lambda pair: (-pair[1], pair[0]))
    return [Word(id=value, name=value, items=n) for value, n in ordered[:MOST_VALUES]]
