"""The list of what to fix, by hand, and how it moves with what is assumed."""

import pytest

from assistant.ask.actions import Action, Assumptions, actions
from assistant.ask.ledger import Ledger
from assistant.ask.plan import RISK
from assistant.scope import Scope
from index.records import Customer
from tests.assistant.ask.test_analyses import check, returners
from tests.assistant.conftest import Build, World

ASKED = Scope(themes=["returns_refunds"])
LEAVING = Scope(churn=list(RISK))


@pytest.fixture
def world(build: Build) -> World:
    """Slow refunds drive the leaving; every second customer has a value of 100."""
    people = [
        Customer(id=f"c{at}", attributes={"lifetime_value": "100"} if at % 2 else {}) for at in range(200)
    ]
    return build(returners(driver=True), people)


def first(world: World, **assumed: float) -> Action:
    ledger = Ledger(world.view)
    found = actions(world.view, ledger, ASKED, LEAVING, Assumptions(**assumed))
    check(world, ledger)
    assert found.worth == "lifetime_value"
    return found.found[0]


def test_the_list_begins_with_the_planted_trouble(world: World) -> None:
    """What stands behind it is counted once; the benefit is its avoidable part of the value."""
    one = first(world)
    assert one.label == "sub=refund_slow:-"
    with_it, without = one.hit.value, one.rest.value
    assert one.avoidable[0] == pytest.approx(one.hit.of * (with_it - without), rel=0.05)
    assert 0 < one.avoidable[1] < one.avoidable[0] < one.avoidable[2] <= one.hit.n
    known = [
        customer for customer in world.store.customers() if customer.attributes and _is_behind(world, one, customer.id)
    ]  # fmt: skip
    assert one.at_stake == 100 * len(known)
    assert one.benefit
    assert one.benefit[0] == pytest.approx(one.at_stake * one.avoidable[0] / one.hit.n)


def _is_behind(world: World, one: Action, customer: str) -> bool:
    items = world.view.items(Scope.model_validate(one.hit.filter))
    return customer in {stored.item.customer for stored in world.view.load(items)}


def test_a_cautious_reader_gets_less(world: World) -> None:
    """Half removed and half causal is a quarter; a value for customers without one adds what is assumed."""
    bold, cautious = first(world), first(world, removed=0.5, causal=0.5)
    assert cautious.avoidable[0] == pytest.approx(bold.avoidable[0] / 4)
    assert cautious.at_stake == bold.at_stake
    assumed = first(world, customer_value=10)
    assert bold.at_stake
    assert assumed.at_stake
    unknown = bold.customers.value - bold.at_stake / 100
    assert assumed.at_stake - bold.at_stake == pytest.approx(10 * unknown)


def test_nothing_is_won_where_nothing_is_assumed_to_help(world: World) -> None:
    """An effect of nothing wins nothing, and no interval says otherwise."""
    assert first(world, causal=0).avoidable == (0, 0, 0)
