"""Index terms: the words under which an item is counted, and the bitmap that a scope stands for.

`theme=delivery`, `theme=delivery:-`, `sub=refund_slow`, `gap=unheard`, `attr.channel=email`, ...
Two kinds carry evidence: `why=T` says that the stated reason speaks of theme or sub-theme `T`;
`cue=T` says that everything which shows `T` is also what shows the wish to leave, so that it cannot
be counted as a driver of leaving.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from pyroaring import BitMap

from assistant.scope import Scope
from index.records import Item, attribute_term

Tags = Mapping[str, Any]
Span = Sequence[int]

# scope key -> prefix of the term
FIELDS = {
    "sentiment": "sentiment",
    "emotions": "emotion",
    "empathy_gaps": "gap",
    "churn": "churn",
    "effort": "effort",
    "intents": "intent",
}


class Terms(Protocol):
    """What a scope needs of the tag bitmaps."""

    @property
    def all(self) -> BitMap: ...
    def any(self, terms: Iterable[str]) -> BitMap: ...
    def terms(self, prefix: str) -> Mapping[str, BitMap]: ...
    def between(self, first: Any, last: Any) -> BitMap: ...


Phrase = Callable[[str], BitMap]


def terms_of(tags: Tags, item: Item) -> frozenset[str]:
    """Terms of one tagged item: what it is, what it says, and its attributes."""
    known = {f"kind={item.kind}", f"language={tags['language']}"}
    known |= {attribute_term(name, value) for name, value in item.attributes.items()}
    if any(entry["field"] == "all" for entry in tags["abstained"]):
        return frozenset(known | {"untagged=yes"})
    return frozenset(
        known
        | _single(tags)
        | _open(tags)
        | _many(tags)
        | _themes(tags)
        | _evidence(tags)
        | _conversation(tags)
    )


def _single(tags: Tags) -> set[str]:
    found = {
        f"{name}={tags[name]['label']}"
        for name in ("sentiment", "churn", "effort", "intent", "spectrum")
        if tags[name]
    }
    found |= {f"{name}={tags[name]}" for name in ("urgency", "intensity") if tags[name] is not None}
    return found


def _open(tags: Tags) -> set[str]:
    """Fields that were left open because no label was likely enough."""
    return {f"abstained={entry['field']}" for entry in tags["abstained"]}


def _many(tags: Tags) -> set[str]:
    prefixes = {"emotions": "emotion", "fine_emotions": "fine", "empathy_gaps": "gap", "values": "value"}
    return {f"{prefix}={tag['label']}" for name, prefix in prefixes.items() for tag in tags[name]}


def _themes(tags: Tags) -> set[str]:
    found = {f"force={tag['label']}{mark}" for tag in tags["forces"] for mark in ("", f":{tag['polarity']}")}
    for tag in tags["themes"]:
        for mark in ("", f":{tag['polarity']}"):
            found.add(f"theme={tag['label']}{mark}")
            if tag["sub"]:
                found.add(f"sub={tag['sub']}{mark}")
    return found


def _evidence(tags: Tags) -> set[str]:
    found = set()
    leaving = tags["churn"]["spans"] if tags["churn"] and tags["churn"]["label"] != "none" else []
    carriers = [(name, tag["spans"]) for tag in tags["themes"] for name in (tag["label"], tag["sub"]) if name]
    carriers += [(tag["label"], tag["spans"]) for tag in tags["empathy_gaps"]]
    for name, spans in carriers:
        if any(overlaps(span, why) for span in spans for why in tags["why"]):
            found.add(f"why={name}")
        if spans and leaving and all(any(overlaps(span, cue) for cue in leaving) for span in spans):
            found.add(f"cue={name}")
    return found


def _conversation(tags: Tags) -> set[str]:
    names = ("gap", "resolved")
    return {f"conversation_{name}={tags[name]}" for name in names if tags.get(name) is not None}


def overlaps(one: Span, other: Span) -> bool:
    """Whether two `[start, end)` spans share a character."""
    return one[0] < other[1] and other[0] < one[1]


def resolve(scope: Scope, terms: Terms, phrase: Phrase) -> BitMap:
    """The numbers of all items that a scope means.

    Args:
        scope: what is meant; an empty scope means every item.
        terms: the tag bitmaps.
        phrase: all items that contain a phrase (full text).
    """
    found = terms.all
    for part in _parts(scope, terms, phrase):
        found = found & part
    for other in scope.also:
        found = found & resolve(other, terms, phrase)
    if scope.exclude:
        for part in _parts(scope.exclude, terms, phrase):
            found = found - part
        for other in scope.exclude.also:
            found = found - resolve(other, terms, phrase)
    return found


def _parts(scope: Scope, terms: Terms, phrase: Phrase) -> Iterable[BitMap]:
    """One bitmap per key that is set."""
    mark = f":{scope.polarity}" if scope.polarity else ""
    if scope.themes:
        yield terms.any(f"{kind}={name}{mark}" for name in scope.themes for kind in ("theme", "sub"))
    if scope.forces:
        yield terms.any(f"force={name}{mark}" for name in scope.forces)
    if mark and not scope.themes and not scope.forces:
        yield terms.any(term for term in terms.terms("theme=") if term.endswith(mark))
    for name, prefix in FIELDS.items():
        if values := getattr(scope, name):
            yield terms.any(f"{prefix}={value}" for value in values)
    for name, values in scope.attributes.items():
        yield terms.any(f"attr.{name}={value}" for value in values)
    if scope.period:
        yield terms.between(scope.period.first, scope.period.last)
    if scope.text:
        yield phrase(scope.text)
    for term in scope.terms:
        yield terms.any([term])
