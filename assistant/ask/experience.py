"""The frameworks of customer experience over a set of items, every number with its receipt.

Forces of CX (Ipsos), the CX Spectrum (Genesys), value levels by stage of the journey, rational against emotional,
and the strength of the relationship.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pyroaring import BitMap

from assistant.ask.answer import Fact
from assistant.ask.grades import is_number
from assistant.ask.journey import STAGES
from assistant.ask.ledger import Ledger, View, customers_of
from assistant.ask.words import split
from assistant.insight.relationship import (
    Strength,
    Validity,
    by_customer,
    scores,
    strength,
    strength_of,
    validity,
)
from assistant.scope import Scope
from nlp import labels

RATIONAL = ["value=functional", "value=economic"]
FELT = ["value=experiential", "value=symbolic"]
MOST_GROUPS = 12
DETRACTOR, PROMOTER = 6, 9  # of the Net Promoter Score: up to 6, from 9


@dataclass(frozen=True, kw_only=True, slots=True)
class Force:
    """A relational need: the items that show it met, and missed."""

    force: str
    met: Fact
    missed: Fact


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """A stage of the journey, as a whole or at a value level: its items, of these complaints, effort and a feeling."""

    stage: str
    value: str | None
    items: Fact
    complaints: Fact
    effort: Fact
    emotion: Fact | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """The relationship with one group of customers, and what is missed there most."""

    value: str
    items: Fact
    strength: Strength | None
    forces: Sequence[Force]


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """How well the strength agrees with an attribute that operations recorded."""

    attribute: str
    values: Sequence[str]
    found: Validity


@dataclass(frozen=True, kw_only=True, slots=True)
class Experience:
    """All of it, over `of` items."""

    of: int
    forces: Sequence[Force]
    relational: Fact
    functional: Fact
    spectrum: Sequence[Fact]
    touchpoints: Sequence[Cell]
    nature: Sequence[Fact]
    strength: Strength | None
    groups: Sequence[Group]
    checks: Sequence[Check]


def experience(view: View, ledger: Ledger, scope: Scope, by: str | None) -> Experience:
    """The frameworks over the items of a scope.

    Args:
        view: the feedback.
        ledger: takes the receipts.
        scope: the items; copies and untagged ones should be left out, see `counted`.
        by: an attribute to show groups by, the most frequent values first.
    """
    items = view.items(scope)
    codes, customers = by_customer(view.terms, items, scores(view.terms, items))
    return Experience(
        of=len(items),
        forces=_forces(ledger, scope, len(items)),
        relational=_share(ledger, "relational", scope, list(view.terms.terms("force=")), len(items)),
        functional=_share(ledger, "functional", scope, RATIONAL, len(items)),
        spectrum=_spectrum(ledger, scope, len(items)),
        touchpoints=_touchpoints(view, ledger, scope, len(items)),
        nature=_nature(view, ledger, scope, len(items)),
        strength=strength(customers),
        groups=_groups(view, ledger, scope, items, by) if by else [],
        checks=_checks(view, items, codes, customers),
    )


def _forces(ledger: Ledger, scope: Scope, of: int) -> list[Force]:
    def fact(force: str, mark: str) -> Fact:
        kind = "missed" if mark == "-" else "met"
        return ledger.fact(
            kind, f"force={force}:{mark}", scope.narrowed(Scope(terms=[f"force={force}:{mark}"])), of
        )

    return [Force(force=name, met=fact(name, "+"), missed=fact(name, "-")) for name in labels.FORCES]


def _spectrum(ledger: Ledger, scope: Scope, of: int) -> list[Fact]:
    """Where a component is at stake and the item is no praise: what is missed, the most frequent first."""
    facts = [
        ledger.fact(
            "missed", f"spectrum={name}",
            scope.narrowed(Scope(terms=[f"spectrum={name}"], sentiment=["negative", "mixed"])), of,
        )
        for name in labels.SPECTRUM
    ]  # fmt: skip
    return sorted(facts, key=lambda fact: -fact.n)


def _touchpoints(view: View, ledger: Ledger, scope: Scope, of: int) -> list[Cell]:
    cells = []
    for stage, themes in STAGES.items():
        for level in (None, *labels.VALUES):
            own = scope.narrowed(Scope(themes=themes), Scope(terms=[f"value={level}"] if level else []))
            label = f"{stage} · {level}" if level else stage
            items = ledger.fact("share", label, own, of)
            if not items.n:
                continue
            cells.append(
                Cell(
                    stage=stage, value=level, items=items,
                    complaints=ledger.fact(
                        "share", label, own.narrowed(Scope(themes=themes, polarity="-")), items.n
                    ),
                    effort=ledger.fact("share", "effort=high", own.narrowed(Scope(effort=["high"])), items.n),
                    emotion=_emotion(view, ledger, own, items.n),
                )
            )  # fmt: skip
    return cells


def _emotion(view: View, ledger: Ledger, scope: Scope, of: int) -> Fact | None:
    """The most frequent emotion."""
    items = view.items(scope)
    found = {term: len(has & items) for term, has in view.terms.terms("emotion=").items()}
    best = max(found, key=lambda term: found[term], default=None)
    if best is None or not found[best]:
        return None
    return ledger.fact("share", best, scope.narrowed(Scope(emotions=[split(best)[1]])), of)


def _nature(view: View, ledger: Ledger, scope: Scope, of: int) -> list[Fact]:
    """Rational (function, money) against emotional (feelings, senses, identity): four parts that add up."""
    emotional = [*FELT, *view.terms.terms("emotion=")]
    rational, felt = any_of(RATIONAL), any_of(emotional)
    parts = {
        "rational only": scope.narrowed(rational).without(felt),
        "both": scope.narrowed(rational, felt),
        "emotional only": scope.narrowed(felt).without(rational),
        "neither": scope.without(rational).without(felt),
    }
    return [ledger.fact("share", name, part, of) for name, part in parts.items()]


def _groups(view: View, ledger: Ledger, scope: Scope, items: BitMap, by: str) -> list[Group]:
    values = {split(term)[1]: has & items for term, has in view.terms.terms(f"attr.{by}=").items()}
    order = sorted((value for value, has in values.items() if has), key=lambda value: -len(values[value]))
    groups = []
    for value in order[:MOST_GROUPS]:
        own = scope.narrowed(Scope(attributes={by: [value]}))
        inside = view.items(own)
        groups.append(
            Group(
                value=value,
                items=ledger.fact("share", f"attr.{by}={value}", own, len(items)),
                strength=strength_of(view.terms, inside),
                forces=_forces(ledger, own, len(inside)),
            )
        )
    return groups


def _checks(view: View, items: BitMap, codes: np.ndarray, customers: np.ndarray) -> list[Check]:
    """Agreement with what operations recorded: customers who churned, detractors against promoters."""
    checks = []
    for attribute in ("churned", "nps"):
        values = {split(term)[1]: has & items for term, has in view.terms.terms(f"attr.{attribute}=").items()}
        bad = [value for value in values if _is_bad(attribute, value)]
        good = [value for value in values if _is_good(attribute, value)]
        with_it, without = (_codes_of(view, values, chosen) for chosen in (bad, good))
        known = np.isin(codes, with_it) ^ np.isin(codes, without)
        found = validity(customers[known], np.isin(codes, with_it)[known])
        if found:
            checks.append(Check(attribute=attribute, values=sorted(bad), found=found))
    return checks


def _codes_of(view: View, values: dict[str, BitMap], chosen: Sequence[str]) -> np.ndarray:
    """The customers behind the items with any of the values."""
    found = BitMap.union(*(values[value] for value in chosen)) if chosen else BitMap()
    return customers_of(view, found)


def _is_bad(attribute: str, value: str) -> bool:
    if attribute == "nps":
        return is_number(value) and float(value) <= DETRACTOR
    return value.casefold() in {"yes", "true", "1"}


def _is_good(attribute: str, value: str) -> bool:
    if attribute == "nps":
        return is_number(value) and float(value) >= PROMOTER
    return value.casefold() in {"no", "false", "0"}


def any_of(terms: Sequence[str]) -> Scope:
    """Items with at least one of the terms: not those that have none."""
    return Scope(exclude=Scope(also=[Scope(exclude=Scope(terms=list(terms)))]))


def _share(ledger: Ledger, label: str, scope: Scope, terms: Sequence[str], of: int) -> Fact:
    return ledger.fact("share", label, scope.narrowed(any_of(terms)), of)
