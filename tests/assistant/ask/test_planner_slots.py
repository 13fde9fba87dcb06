"""From slots to plans: what is refused, and that whatever is not can be carried out."""

import random
from collections.abc import Iterator
from typing import get_args

import pytest

from assistant.ask.asker import ANALYSES
from assistant.ask.breakdown import TAGS, UNITS
from assistant.ask.ledger import Ledger
from assistant.ask.plan import Intent, QueryPlan
from assistant.ask.planning.material import TAGS as VALUES
from assistant.ask.planning.slots import PARTS, SlotError, flat, plan_of
from assistant.ask.refusing import nothing
from tests.assistant.ask.made import made
from tests.assistant.ask.test_analyses import returners
from tests.assistant.conftest import World

PLANS = [
    {"intent": "count", "scope": {}},
    {"intent": "rank", "by": "channel", "limit": 3, "scope": {"text": "zip", "period": {"from": "2026-06-01"}}},
    {"intent": "drivers", "scope": {"themes": ["delivery"], "polarity": "-", "exclude": {"attributes": {"a": ["b"]}}},
     "outcome": {"churn": ["left"]}},
    {"intent": "compare", "scope": {"attributes": {"channel": ["email"]}}, "versus": {"attributes": {"channel": ["chat"]}}},
]  # fmt: skip


@pytest.mark.parametrize("plan", PLANS, ids=[str(plan["intent"]) for plan in PLANS])
def test_slots_make_the_plan_that_they_were_taken_from(plan: dict[str, object]) -> None:
    """A plan taken apart and put together again is the same."""
    known = QueryPlan.model_validate(plan)
    assert plan_of(flat(known)) == known


def test_what_a_question_leaves_open_is_as_the_rules_have_it() -> None:
    """Being unhappy is what is explained, themes are what is ranked, and their parts within one theme."""
    assert plan_of({"intent": ["drivers"]}).outcome == QueryPlan.model_validate(
        {"intent": "count", "outcome": {"sentiment": ["negative"]}}
    ).outcome  # fmt: skip
    assert plan_of({"intent": ["rank"]}).by == "theme"
    assert plan_of({"intent": ["rank"], "scope.themes": ["delivery"]}).by == "sub_theme"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with made(tmp_path_factory.mktemp("returns"), returners(driver=True)) as world:
        yield world


def drawn(chance: random.Random) -> dict[str, list[str]]:
    """Slots drawn at random, all of them known."""
    values = {
        **VALUES, "themes": ["returns_refunds", "refund_slow", "delivery"], "attributes.channel": ["email", "chat"],
        "text": ["refund"], "period": [],
    }  # fmt: skip
    slots = {"intent": [chance.choice(get_args(Intent))]}
    for part in PARTS:
        for name in chance.sample(sorted(values), chance.choice([0, 0, 1, 2])):
            many = 1 if name in ("polarity", "text") else chance.choice([1, 1, 2])
            slots[f"{part}.{name}"] = (
                chance.choice([["2026-02-01", ""], ["", "2026-08-30"], ["2026-02-01", "2026-03-01"]])
                if name == "period"
                else chance.sample(values[name], min(many, len(values[name])))
            )
    if chance.random() < 0.4:
        slots["by"] = [chance.choice([*sorted(TAGS), *UNITS, "channel"])]
    if chance.random() < 0.3:
        slots["limit"] = [str(chance.randint(1, 100))]
    return slots


def test_every_plan_that_is_made_can_be_carried_out(world: World) -> None:
    """No combination of known slots that gets through breaks an analysis."""
    chance = random.Random(7)
    done = 0
    for _ in range(1200):
        slots = drawn(chance)
        try:
            plan = plan_of(slots)
        except SlotError:
            continue
        has_items = plan.intent in ("help", "unsupported") or world.view.items(plan.scope)
        (ANALYSES[plan.intent] if has_items else nothing)(world.view, plan, Ledger(world.view))
        done += 1
    assert done > 200
