"""How many: the share of a whole, and the customers behind it."""

from assistant.ask.answer import Fact
from assistant.ask.ledger import Ledger, View, counted, customers_of, population
from assistant.ask.plan import QueryPlan
from assistant.ask.ranking import rank
from assistant.ask.trends import UNITS, moving
from assistant.ask.voices import quotes, shown_term
from assistant.ask.words import interval, number, of, percent, period, points, upper
from assistant.insight.drivers import LEAST_OUTCOME
from assistant.insight.statistics import Table
from assistant.scope import Scope


def count(view: View, plan: QueryPlan, ledger: Ledger) -> None:
    """Answer a `count` plan: so many of so many, and if asked by group or over time."""
    if plan.by in UNITS:
        moving(view, plan, ledger)
    elif plan.by:
        rank(view, plan, ledger)
    else:
        _count(view, plan, ledger)


def _count(view: View, plan: QueryPlan, ledger: Ledger) -> None:
    scope = counted(plan.scope)
    base = scope if plan.outcome else population(scope)
    wanted = scope.narrowed(plan.outcome) if plan.outcome else scope
    fact = ledger.fact("share", "count", wanted, len(view.items(base)))
    ledger.say("head", _sentence(view, plan, fact, is_all=wanted == base), facts=[fact])
    if plan.outcome and not fact.of < LEAST_OUTCOME:
        _others(view, plan, ledger, fact)
    _customers(view, ledger, wanted, fact.n)
    for voice in quotes(ledger, view.items(wanted), shown_term(plan), 2):
        ledger.say("quotes", "", citations=[voice], title="For example")


def _others(view: View, plan: QueryPlan, ledger: Ledger, fact: Fact) -> None:
    """The share among all items that are not meant, without which a share says little."""
    frame = Scope(period=plan.scope.period)
    asked = plan.scope.model_copy(update={"period": None})
    rest = counted(frame).without(asked)
    size = len(view.items(rest))
    if asked.is_empty() or plan.outcome is None or size < LEAST_OUTCOME:
        return
    other = ledger.fact("share", "others", rest.narrowed(plan.outcome), size)
    table = Table(a=fact.n, b=fact.of - fact.n, c=other.n, d=other.of - other.n)
    low, high = table.interval
    among = f"all other items, {percent(other.value)} ({of(other.n, other.of)})"
    more = points(table.difference, (low, high))
    text = (
        f"That is no clear difference from {among}: {more}."
        if low <= 0 <= high
        else f"That is {more} than of {among}."
    )
    ledger.say("text", text, facts=[fact, other])


def _sentence(view: View, plan: QueryPlan, fact: Fact, *, is_all: bool) -> str:
    names, frame = view.names, population(plan.scope)
    if is_all:
        return f"There are {number(fact.n)} {names.scope(plan.scope)}."
    measured = f"{percent(fact.value)}, 95 % interval {interval(fact.ci or (0, 1))}"
    whole = plan.scope if plan.outcome else frame
    when = f"{period(whole.period)}, " if whole.period else ""
    among = f"{of(fact.n, fact.of)} {names.scope(whole.model_copy(update={'period': None}))}"
    if plan.outcome:
        return upper(f"{when}{among} {names.happens(plan.outcome)} ({measured}).")
    what = plan.scope.model_copy(update={"attributes": {}, "period": None})
    return upper(f"{when}{among} {names.happens(what)} ({measured}).")


def _customers(view: View, ledger: Ledger, scope: Scope, items: int) -> None:
    """How many different customers stand behind the items, where ids are known."""
    people = len(customers_of(view, view.items(scope)))
    if people:
        fact = ledger.fact("customers", "customers", scope, items, value=people)
        ledger.say("text", f"They come from {number(people)} known customers.", facts=[fact])
