"""What to fix first, and what is at stake."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from pyroaring import BitMap

from assistant.ask.answer import Fact
from assistant.ask.candidates import by_tone, candidates, own_scope, strata
from assistant.ask.grades import is_number
from assistant.ask.ledger import Ledger, View, counted, customers_of, known_words, population, with_known
from assistant.ask.plan import RISK, QueryPlan
from assistant.ask.voices import quotes
from assistant.ask.words import interval, number, of, percent, points, split, upper
from assistant.insight.impact import LEAST_EXPOSED, Stake, stake, stakes
from assistant.insight.shares import distinct
from assistant.insight.statistics import FALSE_DISCOVERY
from assistant.scope import Scope
from index.records import attribute_term
from index.terms import numbers_of

SHOWN = 5
FREQUENT = 3  # troubles merely more frequent, shown where nothing stands out
Worth = tuple[str, np.ndarray]  # attribute, and its number by customer code, NaN where not known
WORTH = re.compile(r"(^|_)(value|ltv|clv|revenue|spend|spent|turnover)(_|$)", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Weighed:
    """Troubles that go with an outcome in the items of a scope, heaviest first, none inside another.

    `frequent` are those that do so only as long as tone and length are left aside; `tested` is how many were.
    """

    scope: Scope
    items: BitMap
    found: Sequence[Stake]
    frequent: Sequence[Stake]
    tested: int


def weighed(view: View, asked: Scope, outcome: Scope) -> Weighed:
    """Weigh every trouble of a scope by how much of the outcome it may account for."""
    scope = with_known(view, counted(asked), outcome)
    items, inside = view.items(scope), view.items(scope.narrowed(outcome))
    troubles = {
        term: found
        for term, found in candidates(view, scope, outcome)
        if not split(term)[0].startswith("attr.")
    }
    found = stakes(items, inside, troubles, strata(view, items, outcome))
    return Weighed(
        scope=scope, items=items, tested=found.tested,
        found=_distinct(found.found, items, troubles), frequent=_distinct(found.frequent, items, troubles),
    )  # fmt: skip


def impact(view: View, plan: QueryPlan, ledger: Ledger) -> None:
    """Answer an `impact` plan: troubles by how much of the outcome they may account for."""
    outcome = plan.outcome or Scope(churn=list(RISK))
    found = weighed(view, plan.scope, outcome)
    scope, items = found.scope, found.items
    shown = found.found[: plan.limit or SHOWN]
    frequent = [] if shown else found.frequent[:FREQUENT]
    held = "tone and length" if by_tone(outcome) else "length"
    whole = ledger.fact("outcome", "outcome", scope.narrowed(outcome), len(items))
    now = f"{percent(whole.value)} of {view.names.scope(plan.scope)}{known_words(plan.scope, scope, outcome)} ({of(whole.n, whole.of)}; 95 % interval {interval(whole.ci or (0, 1))}) {view.names.happens(outcome)}."
    first = (
        f"First in line: {view.names.noun(shown[0].label)}."
        if shown
        else f"Nothing stands out to be fixed first: at like {held} of text no trouble goes with it beyond chance."
    )
    ledger.say("head", f"{first} {now}", facts=[whole])
    worth = worth_of(view, outcome)
    if (
        topic := Scope(
            themes=plan.scope.themes, polarity=plan.scope.polarity, empathy_gaps=plan.scope.empathy_gaps
        )
    ) != Scope():
        base = with_known(view, counted(population(plan.scope)), outcome)
        own = stake(
            "scope", view.items(base), view.items(base.narrowed(outcome)), view.items(base.narrowed(topic))
        )
        if own.table.c + own.table.d:
            name = view.names.scope(topic)
            _stake(view, ledger, base, outcome, own, topic, upper(name), worth, "What is at stake")
    for one in shown:
        name = upper(view.names.noun(one.label))
        _stake(
            view,
            ledger,
            scope,
            outcome,
            one,
            own_scope(one.label, outcome),
            name,
            worth,
            "What may be won",
            held,
        )
    for one in frequent:
        title = f"More frequent with it, though not surely at like {held} of text"
        _frequent(view, ledger, scope, outcome, one, title)
    ledger.caveats.append(
        f"{number(found.tested)} troubles with {LEAST_EXPOSED} items or more were weighed; those put first go with it beyond "
        f"chance, also at like {held} of text (Fisher mid-p and "
        "Mantel-Haenszel, the larger p; false discovery rate held at 5 %), the heaviest first by the lower end of the "
        "interval."
    )
    if shown:
        ledger.caveats.append(
            "The gain assumes that customers without the trouble would be like the others in all else. This is association: "
            "take it as the most that could be won, and not as a forecast. Gains of several troubles do not add up."
        )


def _stake(
    view: View,
    ledger: Ledger,
    scope: Scope,
    outcome: Scope,
    found: Stake,
    own: Scope,
    name: str,
    worth: Worth | None,
    title: str,
    held: str | None = None,
) -> None:
    names = view.names
    both = scope.narrowed(own, outcome)
    fact = ledger.fact(
        "impact", found.label, both, found.exposed,
        value=found.avoidable, ci=found.ci, test=found.test, p=found.p, q=found.q,
    )  # fmt: skip
    rest = ledger.fact(
        "rest", found.label, scope.without(own).narrowed(outcome), found.table.c + found.table.d
    )
    one, other = found.table.shares
    low, high = found.ci
    text = (
        f"**{name}**: {percent(one)} of them ({of(fact.n, fact.of)}) {names.happens(outcome)}, against {percent(other)} "
        f"of the others ({of(rest.n, rest.of)})."
    )
    if found.avoidable > 0:
        others = f"others at like {held} of text" if held else "others"
        text += f" At the rate of the {others} that would be about {round(found.avoidable)} items fewer ({round(low)} to {round(high)})."
    if found.q >= FALSE_DISCOVERY:
        text += " The difference is within chance."
    facts: list[Fact] = [fact, rest]
    behind = customers_of(view, view.items(both))
    if len(behind):
        counted_people = ledger.fact("customers", "customers", both, fact.n, value=len(behind))
        facts.append(counted_people)
        text += f" Behind them stand {number(len(behind))} known customers"
        if worth and (total := float(np.nansum(worth[1][behind]))):
            value = ledger.fact("worth", worth[0], both, fact.n, value=total)
            facts.append(value)
            text += f" with a {names.value(worth[0])} of {total:,.0f} in all"
        text += "."
    voices = quotes(ledger, view.items(both), found.label if "=" in found.label else None, 1)
    ledger.say("list", text, facts=facts, citations=voices, title=title)


def _frequent(view: View, ledger: Ledger, scope: Scope, outcome: Scope, found: Stake, title: str) -> None:
    """A trouble that nothing is promised of."""
    own, table, names = own_scope(found.label, outcome), found.table, view.names
    both = scope.narrowed(own, outcome)
    fact = ledger.fact(
        "frequent", found.label, both, found.exposed,
        value=table.difference, ci=table.interval, test=found.test, p=found.p, q=found.q,
    )  # fmt: skip
    rest = ledger.fact("rest", found.label, scope.without(own).narrowed(outcome), table.c + table.d)
    one, other = table.shares
    text = (
        f"**{upper(names.noun(found.label))}**: {percent(one)} of them ({of(fact.n, fact.of)}) {names.happens(outcome)}, "
        f"against {percent(other)} of the others ({of(rest.n, rest.of)}), {points(table.difference, table.interval)}."
    )
    voices = quotes(ledger, view.items(both), found.label, 1)
    ledger.say("list", text, facts=[fact, rest], citations=voices, title=title)


def _distinct(found: Sequence[Stake], items: BitMap, troubles: Mapping[str, BitMap]) -> list[Stake]:
    return distinct(found, lambda one: troubles[one.label] & items)


def worth_of(view: View, outcome: Scope) -> Worth | None:
    """The attribute that says what a customer is worth, and its number by customer code; None when there is none."""
    found: Worth | None = None
    most = -1
    for name, values in view.terms.attributes().items():
        numbers = sorted(value for value in values if is_number(value))
        if WORTH.search(name) and name not in outcome.attributes and numbers:
            by_code, known = _by_code(view, name, numbers)
            if known > most:
                found, most = (name, by_code), known
    return found


def _by_code(view: View, name: str, values: Sequence[str]) -> tuple[np.ndarray, int]:
    """The number of each customer in an attribute, and how many customers have one."""
    having = [numbers_of(view.terms.get(attribute_term(name, value))) for value in values]
    codes = view.terms.customer[np.concatenate(having)]
    numbers = np.repeat([float(value) for value in values], [len(one) for one in having])
    by_code = np.full(int(view.terms.customer.max(initial=-1)) + 1, np.nan)
    by_code[codes[codes >= 0]] = numbers[codes >= 0]
    is_known = ~np.isnan(by_code)
    return by_code, int(is_known.sum())
