"""Key points: what a set of items says, by theme and tone first, then by reason, each with its share and quotes.

A reason is a sub-theme. A theme tag has one sub-theme at most, so the reasons of a theme do not overlap, and what
none of them holds is counted as the rest. The rest is grouped by meaning: of each item the longest passage on the
theme is read, so that these groups do not overlap either.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pyroaring import BitMap

from assistant.ask.answer import Citation, Fact
from assistant.ask.candidates import scope_of
from assistant.ask.ledger import Ledger, View
from assistant.ask.voices import quotes, spans_for
from assistant.ask.words import split
from assistant.insight.shares import Share, ranked
from assistant.scope import Scope
from nlp.decode import GENERAL_THEME

LEAST = 3  # items from which a point is named
LEAST_ALIKE = 5  # items from which a meaning is named
MOST_READ = 200  # items of a rest that are read; beyond, a sample

Embed = Callable[[Sequence[str]], np.ndarray]  # n texts -> (n, dim), rows of length 1


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyPoint:
    """A reason: its share of the items, how often it is the stated main reason, and quotes that show it."""

    sub: str
    share: Fact
    stated: Fact
    quotes: tuple[Citation, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Meaning:
    """Items of a rest that say the same, named by their words: `items` of the `read` ones, and quotes."""

    name: str
    phrases: tuple[str, ...]
    items: tuple[str, ...]
    read: int
    quotes: tuple[Citation, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyTheme:
    """A theme in one tone, its reasons, and the items of the theme that give none of them, by meaning."""

    theme: str
    polarity: str
    share: Fact
    points: tuple[KeyPoint, ...]
    rest: Fact
    meanings: tuple[Meaning, ...]
    quotes: tuple[Citation, ...]


def key_points(
    view: View,
    ledger: Ledger,
    scope: Scope,
    polarity: str,
    *,
    themes: int,
    points: int,
    voices: int = 2,
    embed: Embed | None = None,
) -> list[KeyTheme]:
    """The most frequent themes of one polarity with their most frequent reasons.

    Args:
        view: the feedback.
        ledger: where facts and quotes are written down.
        scope: whose items; all shares are shares of them.
        polarity: `-`, `+` or `0`.
        themes: how many themes at most.
        points: how many reasons per theme at most.
        voices: quotes per reason, and per theme where no reason is clear.
        embed: groups the rest of each theme by meaning; without it, the rest is only counted.
    """
    items = view.items(scope)
    named = {
        term: found
        for term, found in view.terms.terms("theme=").items()
        if split(term)[2] == polarity and split(term)[1] != GENERAL_THEME
    }
    often = [share for share in ranked(items, named) if share.n >= LEAST][:themes]
    return [_theme(view, ledger, scope, share, points, voices, embed) for share in often]


def _theme(
    view: View, ledger: Ledger, scope: Scope, share: Share, points: int, voices: int, embed: Embed | None
) -> KeyTheme:
    _, theme, polarity = split(share.label)
    within = scope.narrowed(scope_of(share.label))
    fact = ledger.fact("key_theme", share.label, within, share.of)
    found = [
        _point(view, ledger, within, one, share.of, voices)
        for one in reasons(view, within, theme, polarity)[:points]
    ]
    subs = [split(term)[1] for term in _below(view, theme, polarity)]
    unclear = within.without(Scope.model_validate({"themes": subs, "polarity": polarity})) if subs else within
    rest = ledger.fact("rest", share.label, unclear, share.of)
    alike = _meanings(view, ledger, view.items(unclear), share.label, voices, embed) if embed else []
    own = () if found or alike else tuple(quotes(ledger, view.items(within), share.label, voices))
    return KeyTheme(
        theme=theme,
        polarity=polarity,
        share=fact,
        points=tuple(found),
        rest=rest,
        meanings=tuple(alike[:points]),
        quotes=own,
    )


def _meanings(
    view: View, ledger: Ledger, items: BitMap, term: str, voices: int, embed: Embed
) -> list[Meaning]:
    """Groups of passages with one meaning, most first."""
    from nlp.discovery import discover

    numbers = list(items)
    if len(numbers) > MOST_READ:
        numbers = sorted(np.random.default_rng(0).choice(numbers, MOST_READ, replace=False).tolist())
    read = [(stored, text) for stored in view.load(numbers) if (text := _passage(stored, term))]
    if len(read) < LEAST_ALIKE:
        return []
    texts, own = [text for _, text in read], [stored.number for stored, _ in read]
    found = discover(texts, embed(texts), own, [-1] * len(read), min_items=LEAST_ALIKE)
    return [
        Meaning(
            name=one.name,
            phrases=one.phrases,
            items=tuple(read[row][0].item.id for row in one.members),
            read=len(read),
            quotes=tuple(quotes(ledger, BitMap(own[row] for row in one.members), term, voices)),
        )
        for one in found.candidates
    ]


def _passage(stored: Any, term: str) -> str:
    """The longest passage of an item that carries a theme."""
    said = [stored.item.text[slice(*span)] for span, _ in spans_for(stored.tags, term, len(stored.item.text))]
    return max(said, key=len, default="").strip()


def reasons(view: View, scope: Scope, theme: str, polarity: str) -> list[Share]:
    """The sub-themes of a theme in one tone among the items of a scope, most first."""
    terms = {term: view.terms.get(term) for term in _below(view, theme, polarity)}
    return [share for share in ranked(view.items(scope), terms) if share.n >= LEAST]


def _below(view: View, theme: str, polarity: str) -> list[str]:
    return [
        term
        for term in view.terms.terms("sub=")
        if split(term)[2] == polarity and view.names.parents.get(split(term)[1]) == theme
    ]


def _point(view: View, ledger: Ledger, scope: Scope, share: Share, of: int, voices: int) -> KeyPoint:
    sub = split(share.label)[1]
    within = scope.narrowed(scope_of(share.label))
    return KeyPoint(
        sub=sub,
        share=ledger.fact("key_point", share.label, within, of),
        stated=ledger.fact("stated", share.label, within.narrowed(Scope(terms=[f"why={sub}"])), of),
        quotes=tuple(quotes(ledger, view.items(within), share.label, voices)),
    )
