"""The pattern language of the lexicon, and the finding of its patterns in a question.

A pattern is a row of words: `late|lost parcel|package`. Words match by stem, `=left` only as written;
`|` means or, `word?` may be missing, `..` skips up to three words. No pattern crosses a comma or full stop.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from assistant.ask.stems import stem
from assistant.ask.tokens import Token

_GAP = 3  # words that `..` may skip
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Element:
    """One place of a pattern: any of these stems or written forms, or a gap when there are none."""

    stems: frozenset[str]
    exact: frozenset[str]
    is_optional: bool

    @property
    def is_gap(self) -> bool:
        return not self.stems and not self.exact

    def fits(self, token: Token) -> bool:
        return token.stem in self.stems or token.low in self.exact


@dataclass(frozen=True, kw_only=True, slots=True)
class Hit(Generic[T]):
    """A pattern found at tokens `[first, last)`, with what it stands for.

    `places` are the tokens that its words matched, without those that a gap skipped.
    """

    first: int
    last: int
    means: T
    places: frozenset[int] = frozenset()


def read(pattern: str) -> tuple[Element, ...]:
    """Read one pattern; raises ValueError when it has no word to start from."""
    elements = tuple(_element(part) for part in pattern.lower().split())
    if not elements or elements[0].is_gap or elements[0].is_optional:
        raise ValueError(f"the pattern {pattern!r} must start with a word that has to be there")
    return elements


def words(pattern: str) -> Iterator[str]:
    """The words that a pattern is written with."""
    for part in pattern.lower().split():
        if part != "..":
            yield from (word.removeprefix("=") for word in part.removesuffix("?").split("|"))


def _element(part: str) -> Element:
    if part == "..":
        return Element(stems=frozenset(), exact=frozenset(), is_optional=True)
    forms = part.removesuffix("?").split("|")
    return Element(
        stems=frozenset(stem(form) for form in forms if not form.startswith("=")),
        exact=frozenset(form.removeprefix("=") for form in forms if form.startswith("=")),
        is_optional=part.endswith("?"),
    )


class Patterns(Generic[T]):
    """Many patterns with what they stand for, found in one pass over the tokens."""

    def __init__(self, entries: Iterable[tuple[str, T]]) -> None:
        self._by_first: dict[str, list[tuple[tuple[Element, ...], T]]] = defaultdict(list)
        for pattern, means in entries:
            elements = read(pattern)
            for form in elements[0].stems | elements[0].exact:
                self._by_first[form].append((elements, means))

    def find(self, tokens: Sequence[Token]) -> list[Hit[T]]:
        """All hits, overlapping ones too; of one pattern at one place the longest."""
        return [hit for at in range(len(tokens)) for hit in self._at(tokens, at)]

    def _at(self, tokens: Sequence[Token], at: int) -> Iterator[Hit[T]]:
        token = tokens[at]
        for form in {token.stem, token.low}:
            for elements, means in self._by_first.get(form, ()):
                places = _match(elements, tokens, at)
                if places:
                    yield Hit(first=at, last=places[-1] + 1, means=means, places=frozenset(places))


def _match(elements: Sequence[Element], tokens: Sequence[Token], at: int) -> tuple[int, ...] | None:
    """The places that the pattern matches when it starts at `at`, or None when it does not fit."""
    if not elements:
        return ()
    first, rest = elements[0], elements[1:]
    if first.is_gap:
        return _after_gap(rest, tokens, at)
    if at < len(tokens) and first.fits(tokens[at]):
        places = _match(rest, tokens, at + 1)
        if places is not None:
            return (at, *places)
    return _match(rest, tokens, at) if first.is_optional else None


def _after_gap(rest: Sequence[Element], tokens: Sequence[Token], at: int) -> tuple[int, ...] | None:
    for skipped in range(_GAP + 1):
        places = _match(rest, tokens, at + skipped)
        if places is not None:
            return places
        if at + skipped >= len(tokens) or not tokens[at + skipped].is_word:
            return None
    return None
