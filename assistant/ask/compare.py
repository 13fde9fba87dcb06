"""Two groups side by side: how they differ in an outcome, or in everything that is tagged."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from pyroaring import BitMap

from assistant.ask.answer import Fact
from assistant.ask.candidates import scope_of
from assistant.ask.ledger import Ledger, View, counted
from assistant.ask.plan import QueryPlan
from assistant.ask.voices import quotes
from assistant.ask.words import listed, number, of, percent, points, split, upper
from assistant.insight.drivers import LEAST_OUTCOME, Driver, contrast
from assistant.insight.statistics import FALSE_DISCOVERY, Table, fisher_mid_p
from assistant.scope import Scope

SHOWN = 3  # differences to each side
FIELDS = ("theme=", "gap=", "emotion=", "effort=", "churn=", "sentiment=")
SILENT = frozenset({"effort=none", "churn=none"})


@dataclass(frozen=True, kw_only=True)
class Side:
    """One of the two groups: its scope, its items, and how it is called."""

    scope: Scope
    items: BitMap
    name: str


def compare(view: View, plan: QueryPlan, ledger: Ledger) -> None:
    """Answer a `compare` plan into the ledger."""
    sides = _sides(view, plan)
    if sides is None:
        ledger.say(
            "head",
            "Name the two groups to compare, for example: chat against email, or this quarter against the last.",
        )
        return
    one, other = sides
    small = [side for side in sides if len(side.items) < LEAST_OUTCOME]
    if small:
        _thin(ledger, sides, small)
    elif plan.outcome:
        _outcome(view, plan.outcome, ledger, one, other)
    else:
        _everything(view, plan, ledger, one, other)


def _sides(view: View, plan: QueryPlan) -> tuple[Side, Side] | None:
    """The scope, and the scope with `versus` laid over it, less what is in both."""
    if plan.versus is None or not plan.versus.model_fields_set:
        return None
    first, second = counted(plan.scope), counted(plan.scope.merged(plan.versus)).without(plan.scope)
    mine = Scope().model_copy(
        update={name: getattr(plan.scope, name) for name in plan.versus.model_fields_set}
    )
    named = {name: values for name, values in plan.scope.attributes.items() if name in plan.versus.attributes}
    mine = mine.model_copy(update={"attributes": named})
    names = [_called(view, mine), _called(view, plan.versus)]
    return (
        Side(scope=first, items=view.items(first), name=names[0]),
        Side(scope=second, items=view.items(second), name=names[1]),
    )


def _called(view: View, scope: Scope) -> str:
    """A side by what sets it apart: `chat`, `returns and refunds`; everything else when nothing is named."""
    if scope.is_empty():
        return "all others"
    if scope.attributes and set(scope.plain()) == {"attributes"}:
        return listed([view.names.value(value) for values in scope.attributes.values() for value in values])
    return view.names.scope(scope).removeprefix("items about ").removeprefix("items, ")


def _thin(ledger: Ledger, sides: tuple[Side, Side], small: list[Side]) -> None:
    ledger.abstain("thin")
    facts = [ledger.fact("side", side.name, side.scope, len(side.items)) for side in sides]
    text = " and ".join(
        f"{upper(side.name)} has {number(fact.n)} items" for side, fact in zip(sides, facts, strict=True)
    )
    ledger.say("head", f"Too few to compare: {text}.", facts=facts)
    for side in small:
        for voice in quotes(ledger, side.items, None, 2):
            ledger.say("quotes", "", citations=[voice], title="What they say")


def _outcome(view: View, outcome: Scope, ledger: Ledger, one: Side, other: Side) -> None:
    """One outcome, two shares, and whether they differ beyond chance."""
    inside = [view.items(side.scope.narrowed(outcome)) for side in (one, other)]
    table = Table(
        a=len(inside[0]),
        b=len(one.items) - len(inside[0]),
        c=len(inside[1]),
        d=len(other.items) - len(inside[1]),
    )
    p = float(fisher_mid_p([table])[0])
    fact = ledger.fact(
        "difference", one.name, one.scope.narrowed(outcome), len(one.items),
        value=table.difference, ci=table.interval, test="Fisher mid-p", p=p,
    )  # fmt: skip
    rest = ledger.fact("share", other.name, other.scope.narrowed(outcome), len(other.items))
    verdict = "a difference beyond chance" if p < FALSE_DISCOVERY else "within what chance alone would give"
    ledger.say(
        "head",
        f"{upper(one.name)}: {percent(table.shares[0])} {view.names.outcome(outcome)} ({of(fact.n, fact.of)}); {other.name}: "
        f"{percent(table.shares[1])} ({of(rest.n, rest.of)}). That is {points(table.difference, table.interval)}, {verdict}.",
        facts=[fact, rest],
    )
    for side in (one, other):
        for voice in quotes(ledger, view.items(side.scope.narrowed(outcome)), None, 1):
            ledger.say("quotes", "", citations=[voice], title="Voices")


def _everything(view: View, plan: QueryPlan, ledger: Ledger, one: Side, other: Side) -> None:
    """Every tag tested for a difference; the largest in each direction."""
    both = one.items | other.items
    named = {*plan.scope.themes, *(plan.versus.themes if plan.versus else ())}
    labels = dict(_labels(view, named))
    found = {side.name: contrast(both, side.items, labels, [both]) for side in (one, other)}
    lines = [(side, driver) for side in (one, other) for driver in found[side.name].drivers[:SHOWN]]
    sizes = [ledger.fact("side", side.name, side.scope, len(side.items)) for side in (one, other)]
    lead = _lead(view, lines) if lines else "Nothing that was tested distinguishes them"
    ledger.say(
        "head",
        f"{lead}. Compared are {number(sizes[0].n)} items of {one.name} and {number(sizes[1].n)} of {other.name}.",
        facts=sizes,
    )
    for side, driver in lines:
        _line(view, ledger, side, other if side is one else one, driver)
    ledger.caveats.append(
        f"{len(found[one.name].tested)} labels were compared with the false discovery rate held at 5 % "
        "(Benjamini-Hochberg). The groups may differ in more than what names them."
    )


def _labels(view: View, named: Collection[str]) -> Iterator[tuple[str, BitMap]]:
    for field in FIELDS:
        for term, items in view.terms.terms(field).items():
            _, label, mark = split(term)
            if (
                term not in SILENT
                and label not in {*named, "overall"}
                and (field != "theme=" or mark in ("-", "+"))
            ):
                yield term, items


def _lead(view: View, lines: list[tuple[Side, Driver]]) -> str:
    side, driver = lines[0]
    return f"The clearest difference: {view.names.noun(driver.label)}, more with {side.name}"


def _line(view: View, ledger: Ledger, side: Side, rest: Side, driver: Driver) -> None:
    own = scope_of(driver.label)
    fact: Fact = ledger.fact(
        "driver", driver.label, side.scope.narrowed(own), len(side.items),
        value=driver.table.difference, ci=driver.table.interval, test="Fisher mid-p and Mantel-Haenszel, the larger p", p=driver.p, q=driver.q,
    )  # fmt: skip
    other = ledger.fact("rest", driver.label, rest.scope.narrowed(own), len(rest.items))
    text = (
        f"**{upper(view.names.noun(driver.label))}**: {percent(driver.table.shares[0])} ({of(fact.n, fact.of)}) against "
        f"{percent(driver.table.shares[1])} ({of(other.n, other.of)}), {points(driver.table.difference, driver.table.interval)}."
    )
    voices = quotes(ledger, view.items(side.scope.narrowed(own)), driver.label, 1)
    ledger.say("list", text, facts=[fact, other], citations=voices, title=f"More with {side.name}")
