"""What a theme would tag, before it is added."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.intake.tagging import document_of
from index.records import Item
from index.workspace import Index
from nlp.tags import Document, ThemeTag
from nlp.taxonomy import Theme

MOST = 200  # items that are looked at


class ThemeTrier(Protocol):
    """What trying needs of the tagger."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]: ...
    def try_theme(self, theme: Theme, documents: Sequence[Document]) -> list[ThemeTag | None]: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """An item that would carry the theme, with the part of its text that says so."""

    item: Item
    score: float
    polarity: str
    span: tuple[int, int]


def try_theme(index: Index, tagger: ThemeTrier, theme: Theme) -> tuple[int, list[Found]]:
    """How many items were looked at, the nearest to the theme's words, and those it would tag, likeliest first."""
    index.refresh()
    words = [theme.sentence, theme.name, *theme.phrases]
    near: dict[int, float] = {}
    for text, vector in zip(words, tagger.embed(words), strict=True):
        for hit in index.search.search(text, vector, MOST, None):
            near[hit.number] = max(hit.score, near.get(hit.number, 0.0))
    numbers = sorted(near, key=lambda number: (-near[number], number))[:MOST]
    items = [stored.item for stored in index.store.get_many(numbers) if not stored.copy]
    tags = tagger.try_theme(theme, [document_of(item) for item in items])
    found = [
        Found(item=item, score=tag.score, polarity=tag.polarity, span=tag.spans[0])
        for item, tag in zip(items, tags, strict=True)
        if tag is not None and tag.spans
    ]
    return len(items), sorted(found, key=lambda one: (-one.score, one.item.id))
