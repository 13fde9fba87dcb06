"""Taking a sentence with slots apart: what it is about, in which order, and which words say how it stands."""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.ask.wording.slots import NUMBERS, SLOT
from assistant.ask.wording.vocabulary import ARTICLES, CHECKED, CONTRASTS, FREE, PREPOSITIONS

_TOKEN = re.compile(r"\{[^{}]*\}|[^\W\d_]+(?:['’-][^\W\d_]+)*|\S")
_PAUSES = frozenset(",;:–—")
Kind = Literal["number", "effect", "phrase", "citation", "word", "mark"]
# A preposition and what follows it: "of the rest" is ("of", "rest").
Anchor = tuple[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """A slot, a word in lower case, or a mark. `value` is the fact of a number, the words of a phrase."""

    kind: Kind
    value: str
    text: str


def tokens(text: str, slots: Mapping[str, str]) -> list[Token]:
    """The tokens of a sentence; every slot in it must exist."""
    return [_token(found[0], slots) for found in _TOKEN.finditer(text)]


def _token(text: str, slots: Mapping[str, str]) -> Token:
    if found := SLOT.fullmatch(text):
        if found[2] in ("points", "times"):
            return Token(kind="effect", value=found[1], text=text)
        if found[2] in NUMBERS:
            return Token(kind="number", value=found[1], text=text)
        if text[1] == "C":
            return Token(kind="citation", value=found[1], text=text)
        return Token(kind="phrase", value=slots[text[1:-1]].casefold(), text=text)
    return Token(kind="word" if text[0].isalpha() else "mark", value=text.casefold(), text=text)


def anchors(parts: Sequence[Token]) -> list[Anchor]:
    """What a sentence is about, in order: names, numbers, and words that are not free; with prepositions.

    Where one fact alone gives the numbers they may stand anywhere. Where there are others they must keep their places
    between the names, or a number could change its owner. A name that is said twice in a row counts once.
    """
    owners = {one.value for one in parts if one.kind == "number"}
    others = any(one.kind == "phrase" and one.value[0].isdigit() for one in parts)
    found = [anchor for kind, anchor in _walk(parts) if kind != "number" or others or len(owners) > 1]
    return [one for at, one in enumerate(found) if at == 0 or found[at - 1] != one]


def bound(parts: Sequence[Token]) -> Iterator[tuple[str, Anchor | None]]:
    """Each word that is checked against facts, with the anchor that follows it."""
    for at, one in enumerate(parts):
        if one.kind == "word" and one.value in CHECKED:
            yield one.value, next((anchor for _, anchor in _walk(parts[at + 1 :])), None)


def _walk(parts: Sequence[Token]) -> Iterator[tuple[Kind, Anchor]]:
    before, said = "", set[str]()
    for one in parts:
        if one.kind == "number":
            if one.value not in said:
                yield "number", ("", one.value)
            said.add(one.value)
        elif one.kind == "phrase" or (one.kind == "word" and one.value not in FREE):
            yield one.kind, (before, one.value)
        if one.kind == "word" and one.value in PREPOSITIONS:
            before = PREPOSITIONS[one.value]
        elif not (one.kind == "word" and one.value in ARTICLES):
            before = ""


def is_scattered(parts: Sequence[Token]) -> bool:
    """Whether the numbers of one fact do not stand together: another's among them, a contrast in between, or one twice.

    Nor may two facts' numbers touch: "54 % (20 of 63)" reads as one.
    """
    numbers = [(at, one) for at, one in enumerate(parts) if one.kind == "number"]
    order = [one.value for _, one in numbers]
    merged = [name for at, name in enumerate(order) if at == 0 or order[at - 1] != name]
    if len(merged) != len(set(merged)):
        return True
    if len(merged) == 1:
        return False
    return len({one.text for _, one in numbers}) < len(numbers) or any(
        _is_torn(one, other, parts[at + 1 : to]) for (at, one), (to, other) in itertools.pairwise(numbers)
    )


def _is_torn(one: Token, other: Token, between: Sequence[Token]) -> bool:
    if one.value != other.value:
        return all(part.kind == "mark" for part in between)
    return any(part.kind == "word" and part.value in CONTRASTS for part in between)


def misplaced(parts: Sequence[Token]) -> bool:
    """Whether a difference or ratio stands among the numbers that it compares, or is put beside the last as its gloss."""
    places = [at for at, one in enumerate(parts) if one.kind == "number"]
    if not places:
        return False
    return any(
        one.kind == "effect" and places[0] < at and (at < places[-1] or parts[at - 1].value not in _PAUSES)
        for at, one in enumerate(parts)
    )


def strays(parts: Sequence[Token], computed: Sequence[Token]) -> bool:
    """Whether a number of several facts stands among names where the computed sentence has none of its fact."""
    known, said = list(_stretches(computed)), list(_stretches(parts))
    if len(set().union(*known)) < 2:
        return False
    return any(not owners <= kept for owners, kept in zip(said, known, strict=False))


def _stretches(parts: Sequence[Token]) -> Iterator[set[str]]:
    """The facts whose numbers stand before the first name, between it and the next, and so on."""
    found = set[str]()
    for one in parts:
        if one.kind == "phrase" or (one.kind == "word" and one.value not in FREE):
            yield found
            found = set()
        elif one.kind == "number":
            found.add(one.value)
    yield found
