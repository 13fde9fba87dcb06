"""What to fix first, as a list: what each fix may win under assumptions that the reader sets."""

from dataclasses import dataclass

import numpy as np

from assistant.ask.answer import Fact
from assistant.ask.candidates import own_scope
from assistant.ask.impact import Weighed, weighed, worth_of
from assistant.ask.ledger import Ledger, View, customers_of
from assistant.insight.impact import Stake
from assistant.scope import Scope

Range = tuple[float, float, float]  # value, and the ends of its 95 % interval


@dataclass(frozen=True, kw_only=True, slots=True)
class Assumptions:
    """What a fix is taken to achieve.

    `removed` is the part of a trouble's cases that it does away with. `causal` is the part of the difference between
    customers with the trouble and without that is due to the trouble; the rest would be there without it. `customer_value`
    is what a customer without a recorded value is worth.
    """

    removed: float = 1.0
    causal: float = 1.0
    customer_value: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Action:
    """One trouble to be fixed.

    `hit` are the items with the trouble and the outcome, of those with the trouble; `rest` the share without it.
    `avoidable` is how many of `hit` a fix may avoid. `customers` stand behind `hit`; `at_stake` is what they are worth
    together, as far as known or assumed, and `benefit` the part of it that a fix may keep.
    """

    label: str
    hit: Fact
    rest: Fact
    avoidable: Range
    customers: Fact
    at_stake: float | None
    benefit: Range | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Actions:
    """The list, best first by the lower end of what may be won; `worth` names the attribute that values are read from."""

    outcome: Fact
    tested: int
    worth: str | None
    found: list[Action]


def actions(view: View, ledger: Ledger, asked: Scope, outcome: Scope, assumed: Assumptions) -> Actions:
    """Weigh the troubles of a scope and say what fixing each may win.

    The intervals are those of the rates (MOVER, within like tone and length); what a customer is worth is taken as it is.
    """
    found = weighed(view, asked, outcome)
    worth = worth_of(view, outcome)
    values = worth[1] if worth else None
    made = [_action(view, ledger, found, outcome, one, values, assumed) for one in found.found]
    return Actions(
        outcome=ledger.fact("outcome", "outcome", found.scope.narrowed(outcome), len(found.items)),
        tested=found.tested,
        worth=worth[0] if worth else None,
        found=sorted(made, key=lambda one: -(one.benefit or one.avoidable)[1]),
    )


def _action(
    view: View,
    ledger: Ledger,
    found: Weighed,
    outcome: Scope,
    one: Stake,
    values: np.ndarray | None,
    assumed: Assumptions,
) -> Action:
    own = own_scope(one.label, outcome)
    both = found.scope.narrowed(own, outcome)
    hit = ledger.fact("hit", one.label, both, one.exposed, test=one.test, p=one.p, q=one.q)
    behind = customers_of(view, view.items(both))
    avoidable = _avoidable(one, hit.n, assumed)
    stake = _worth_of_all(behind, values, assumed.customer_value)
    return Action(
        label=one.label,
        hit=hit,
        rest=ledger.fact(
            "rest", one.label, found.scope.without(own).narrowed(outcome), one.table.c + one.table.d
        ),
        avoidable=avoidable,
        customers=ledger.fact("customers", "customers", both, hit.n, value=len(behind)),
        at_stake=stake,
        benefit=None if stake is None else _scaled(avoidable, stake / max(1, hit.n)),
    )


def _avoidable(one: Stake, most: int, assumed: Assumptions) -> Range:
    """Items that a fix may avoid, no fewer than none and no more than there are."""
    part = assumed.removed * assumed.causal
    value, low, high = (min(max(0.0, part * each), float(most)) for each in (one.avoidable, *one.ci))
    return value, low, high


def _worth_of_all(behind: np.ndarray, values: np.ndarray | None, assumed: float | None) -> float | None:
    """What customers are worth together; None where nothing is known of any and nothing is assumed."""
    own = values[behind] if values is not None else np.full(len(behind), np.nan)
    known, total = int(np.count_nonzero(~np.isnan(own))), float(np.nansum(own))
    if assumed is None:
        return total if known else None
    return total + assumed * (len(behind) - known)


def _scaled(range_: Range, by: float) -> Range:
    return range_[0] * by, range_[1] * by, range_[2] * by
