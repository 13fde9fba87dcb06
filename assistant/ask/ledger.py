"""The ledger: every number and every quote of an answer, made by code and never typed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from pyroaring import BitMap

from assistant.ask.answer import Abstained, Citation, Claim, Fact
from assistant.ask.words import Names, listed
from assistant.insight.statistics import wilson
from assistant.scope import Scope
from assistant.terms import Terms, resolve
from index.terms import numbers_of
from nlp.sentences import sentences

# Copies count once, and what could not be judged is in no denominator.
COUNTED = ["copy=yes", "untagged=yes"]


class Columns(Terms, Protocol):
    """The tag bitmaps with the columns that statistics need, each indexed by item number."""

    @property
    def day(self) -> np.ndarray: ...
    @property
    def words(self) -> np.ndarray: ...
    @property
    def customer(self) -> np.ndarray: ...
    def get(self, term: str) -> BitMap: ...
    def attributes(self) -> Mapping[str, Mapping[str, int]]: ...


class Stored(Protocol):
    """An item as the store gives it back."""

    @property
    def number(self) -> int: ...
    @property
    def item(self) -> Any: ...
    @property
    def tags(self) -> Any: ...


@dataclass(frozen=True, kw_only=True)
class View:
    """The feedback as an analysis sees it, at one version of the data."""

    terms: Columns
    phrase: Callable[[str], BitMap]
    load: Callable[[Iterable[int]], Sequence[Stored]]
    names: Names
    sentences: Callable[[str], Sequence[tuple[int, int]]] = sentences

    def items(self, scope: Scope) -> BitMap:
        return resolve(scope, self.terms, self.phrase)


def counted(scope: Scope) -> Scope:
    """The scope without copies and without items that could not be judged."""
    exclude = scope.exclude or Scope()
    if set(COUNTED) <= set(exclude.terms):
        return scope
    return scope.model_copy(
        update={"exclude": exclude.model_copy(update={"terms": [*exclude.terms, *COUNTED]})}
    )


def with_known(view: View, scope: Scope, outcome: Scope) -> Scope:
    """The scope without items of which is not known whether they have the outcome: those without its attributes."""
    for name in outcome.attributes:
        values = [term.partition("=")[2] for term in view.terms.terms(f"attr.{name}=")]
        if view.items(scope) - view.terms.any(f"attr.{name}={value}" for value in values):
            scope = scope.narrowed(Scope(attributes={name: values}))
    return scope


def customers_of(view: View, items: BitMap) -> np.ndarray:
    """Codes of the different known customers of items."""
    known = view.terms.customer[numbers_of(items)]
    return np.unique(known[known >= 0])


def known_words(asked: Scope, used: Scope, outcome: Scope) -> str:
    """What `with_known` has done, to be said after the name of the scope: " with a known rating"."""
    if used == counted(asked):
        return ""
    return f" with a known {listed([name.replace('_', ' ') for name in outcome.attributes])}"


def population(scope: Scope) -> Scope:
    """What a share is a share of: the same channel, segment and time, whatever the items say."""
    exclude = Scope(terms=scope.exclude.terms) if scope.exclude else None
    return Scope(attributes=scope.attributes, period=scope.period, exclude=exclude)


@dataclass
class Block:
    """Claims that belong together: `head` bold, `list` numbered, `text` as sentences, `quotes` as quotes."""

    kind: str
    claims: list[Claim] = field(default_factory=list)
    title: str | None = None


class Ledger:
    """Collects facts, citations, claims and caveats while an analysis runs."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.facts: list[Fact] = []
        self.citations: list[Citation] = []
        self.blocks: list[Block] = []
        self.caveats: list[str] = []
        self.suggestions: list[str] = []
        self.abstained: Abstained | None = None
        self._quoted: set[str] = set()

    def fact(
        self,
        kind: str,
        label: str,
        scope: Scope,
        of: int,
        *,
        n: int | None = None,
        value: float | None = None,
        ci: tuple[float, float] | None = None,
        test: str | None = None,
        p: float | None = None,
        q: float | None = None,
    ) -> Fact:
        """Count the items of `scope` and write them down with the filter that finds them again.

        Without a `value` the fact states the share `n / of` with its Wilson interval. `n` is given where a bitmap of the
        items was at hand.
        """
        n = len(self.view.items(scope)) if n is None else n
        if value is None:
            value, ci = (n / of if of else 0.0), (wilson(n, of) if of >= n and of else None)
        fact = Fact(
            id=f"F{len(self.facts) + 1}", kind=kind, label=label, value=value, n=n, of=of,
            ci=ci, test=test, p=p, q=q, filter=scope.plain(),
        )  # fmt: skip
        self.facts.append(fact)
        return fact

    def quote(self, stored: Stored, span: tuple[int, int]) -> Citation:
        """Copy characters `span` out of the stored text."""
        item = stored.item
        self._quoted.add(item.id)
        citation = Citation(
            id=f"C{len(self.citations) + 1}", item=item.id, span=span, text=item.text[span[0] : span[1]],
            date=item.date, channel=item.attributes.get("channel"),
        )  # fmt: skip
        self.citations.append(citation)
        return citation

    def is_quoted(self, item_id: str) -> bool:
        return item_id in self._quoted

    def abstain(self, reason: Abstained) -> None:
        """Note why the question is not answered as it was put; the first reason stands."""
        self.abstained = self.abstained or reason

    def say(
        self,
        kind: str,
        text: str,
        *,
        facts: Sequence[Fact] = (),
        citations: Sequence[Citation] = (),
        title: str | None = None,
    ) -> None:
        """Add a claim. Claims of the same kind and title that follow each other form one block."""
        claim = Claim(
            text=text, facts=[fact.id for fact in facts], citations=[quote.id for quote in citations]
        )
        last = self.blocks[-1] if self.blocks else None
        if last is None or last.kind != kind or (title is not None and title != last.title):
            last = Block(kind=kind, title=title)
            self.blocks.append(last)
        last.claims.append(claim)

    @property
    def claims(self) -> list[Claim]:
        return [claim for block in self.blocks for claim in block.claims]
