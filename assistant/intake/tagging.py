"""From redacted items to what is written: tags, index terms and vectors, for what has changed only."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray

from assistant.intake.turns import Turn
from assistant.terms import terms_of
from index.records import Entry, Item, content_hash
from index.store import Store
from nlp.tags import Document, Tags, transcript


class TaggedDocument(Protocol):
    """Tags and embedding of one document."""

    @property
    def tags(self) -> Tags: ...
    @property
    def vector(self) -> NDArray[np.float32]: ...


class DocumentTagger(Protocol):
    """What intake needs of the tagger."""

    @property
    def version(self) -> str: ...
    def tag(self, documents: Sequence[Document]) -> Sequence[TaggedDocument]: ...


LoadTagger = Callable[[], DocumentTagger]
Revise = Callable[[list[Entry]], list[Entry]]  # lays over new tags what people have said of the items


@dataclass(frozen=True, kw_only=True, slots=True)
class Prepared:
    """Entries to write, and the items that are stored already with the same content."""

    entries: Sequence[Entry]
    unchanged: Sequence[Item]


def prepare(items: Sequence[Item], store: Store, load: LoadTagger, revise: Revise) -> Prepared:
    """Tag the items that are new or changed. Without any, the models are not even loaded."""
    known = store.known_hashes([item.id for item in items])
    changed = [item for item in items if known.get(item.id) != content_hash(item)]
    kept = {item.id for item in items} - {item.id for item in changed}
    entries = revise(tagged_entries(changed, load())) if changed else []
    return Prepared(entries=entries, unchanged=[item for item in items if item.id in kept])


def tagged_entries(items: Sequence[Item], tagger: DocumentTagger) -> list[Entry]:
    """Items with their tags, terms and vectors, in order."""
    version = tagger.version
    tagged = tagger.tag([document_of(item) for item in items])
    return [_entry(item, one, version) for item, one in zip(items, tagged, strict=True)]


def _entry(item: Item, tagged: TaggedDocument, model: str) -> Entry:
    tags = tagged.tags.model_dump(mode="json")
    known = replace(item, language=tagged.tags.language)
    return Entry(item=known, tags=tags, terms=terms_of(tags, known), vector=tagged.vector, model=model)


def document_of(item: Item) -> Document:
    """What the tagger reads of an item: its text, or its turns."""
    if item.turns is None:
        return Document(id=item.id, text=item.text)
    turns = cast("tuple[Turn, ...]", item.turns)  # intake writes no other roles than C and A
    return Document(id=item.id, text=transcript(turns), turns=turns)
