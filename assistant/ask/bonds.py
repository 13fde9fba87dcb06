"""How strong the relationship is: with all who wrote, and group by group."""

from collections.abc import Mapping
from dataclasses import dataclass

from pyroaring import BitMap

from assistant.ask.answer import Fact
from assistant.ask.candidates import scope_of
from assistant.ask.ledger import Ledger, View, counted
from assistant.ask.plan import QueryPlan
from assistant.ask.words import number, split, upper
from assistant.insight.relationship import LEAST_CUSTOMERS, Strength, apart, strength_of
from assistant.insight.statistics import FALSE_DISCOVERY, benjamini_hochberg
from assistant.scope import Scope

SCALE = "where 0 is all strain, 100 all bonds and 50 as much of either in mood, loyalty, effort, empathy and forces"
SHOWN = 12  # groups


@dataclass(frozen=True, kw_only=True, slots=True)
class Bond:
    """The relationship with one group of customers, and whether it differs from that with all others."""

    label: str
    found: Strength
    p: float
    q: float


def relationship(view: View, ledger: Ledger, scope: Scope, total: int) -> None:
    """Say how strong the relationship is with those who wrote, if they are enough to say it."""
    found = strength_of(view.terms, view.items(scope))
    if found is None or found.ci is None or found.customers < LEAST_CUSTOMERS:
        return
    ledger.say(
        "text", f"The relationship with them stands at {_index(found)}, {SCALE}.",
        facts=[_fact(ledger, "strength", scope, total, found, "Student's t over customers")],
    )  # fmt: skip


def by_group(view: View, plan: QueryPlan, ledger: Ledger, by: str) -> None:
    """Answer how strong the relationship is with each value of an attribute, the weakest first."""
    known = view.terms.terms(f"attr.{by}=")
    scope = counted(plan.scope).narrowed(Scope(attributes={by: [split(term)[1] for term in known]}))
    items = view.items(scope)
    groups = {term: found & items for term, found in known.items() if found & items}
    bonds = _bonds(view, items, groups)
    if not bonds:
        ledger.say("head", f"No group has {LEAST_CUSTOMERS} customers, too few to say how strong it is.")
        return
    facts = [_bond_fact(ledger, scope, bond, len(items)) for bond in bonds[: plan.limit or SHOWN]]
    ledger.say("head", _head(view, bonds), facts=[facts[0]])
    for bond, fact in zip(bonds, facts, strict=False):
        note = "beyond chance" if bond.q < FALSE_DISCOVERY else "within chance of the others"
        text = (
            f"**{upper(view.names.noun(bond.label))}**: {_index(bond.found)} over "
            f"{number(bond.found.customers)} customers, {note}."
        )
        ledger.say("list", text, facts=[fact], title="The relationship, weakest first")
    relationship(view, ledger, scope, len(items))
    ledger.caveats.append(
        "Each group was tested against all other customers (Welch's t over customers; false discovery rate held at 5 %)."
    )
    if small := len(groups) - len(bonds):
        ledger.caveats.append(
            f"{small} values of {by} with fewer than {LEAST_CUSTOMERS} customers are left out."
        )


def _bonds(view: View, items: BitMap, groups: Mapping[str, BitMap]) -> list[Bond]:
    """The groups with enough customers, weakest first."""
    found = {term: strength_of(view.terms, inside) for term, inside in groups.items()}
    kept = {term: one for term, one in found.items() if one and one.ci and one.customers >= LEAST_CUSTOMERS}
    p = [apart(view.terms, groups[term], items - groups[term]) for term in kept]
    bonds = [
        Bond(label=term, found=one, p=float(p_), q=float(q))
        for (term, one), p_, q in zip(kept.items(), p, benjamini_hochberg(p), strict=True)
    ]
    return sorted(bonds, key=lambda bond: (bond.found.index, bond.label))


def _head(view: View, bonds: list[Bond]) -> str:
    weak = [bond for bond in bonds if bond.q < FALSE_DISCOVERY and bond.found.index < bonds[-1].found.index]
    if not weak or weak[0] is not bonds[0]:
        return f"No relationship is weaker than the others beyond chance; {_named(view, bonds[0])} is the lowest."
    return f"The relationship is weakest with {_named(view, bonds[0])}."


def _named(view: View, bond: Bond) -> str:
    return f"{view.names.noun(bond.label)}, at {_index(bond.found)}"


def _index(found: Strength) -> str:
    """`46 of 100 (41 to 51)`."""
    low, high = found.ci or (found.index, found.index)
    return f"{found.index:.0f} of 100 ({low:.0f} to {high:.0f})"


def _bond_fact(ledger: Ledger, scope: Scope, bond: Bond, total: int) -> Fact:
    own = scope.narrowed(scope_of(bond.label))
    return _fact(ledger, bond.label, own, total, bond.found, "Welch's t against the others", bond)


def _fact(
    ledger: Ledger, label: str, scope: Scope, total: int, found: Strength, test: str, bond: Bond | None = None
) -> Fact:
    return ledger.fact(
        "strength", label, scope, total, value=found.index, ci=found.ci, test=test,
        p=bond.p if bond else None, q=bond.q if bond else None,
    )  # fmt: skip
