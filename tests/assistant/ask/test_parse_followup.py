"""Turns of a conversation edit the plan before them, or start afresh."""

from datetime import date
from typing import Any

import pytest

from assistant.ask.parse import Parser
from assistant.ask.plan import QueryPlan
from assistant.ask.vocabulary import Vocabulary

TODAY = date(2026, 9, 30)
RISK = ["left", "leaving", "at_risk"]


@pytest.fixture(scope="module")
def parser() -> Parser:
    return Parser(
        Vocabulary(
            attributes={
                "channel": {"email": 1, "chat": 1, "phone_note": 1},
                "country": {"UK": 1, "DE": 1, "FR": 1},
                "segment": {"premium": 1, "regular": 1, "new": 1},
            }
        )
    )


def talk(parser: Parser, *turns: str) -> dict[str, Any]:
    """The plan after the last turn."""
    plans: list[QueryPlan] = []
    for turn in turns:
        previous = plans[-1] if plans else None
        plans.append(parser.read(turn, TODAY, previous, plans[:-1]).plan)
    return plans[-1].model_dump(mode="json", exclude_defaults=True, by_alias=True)


LEAVING = "why are customers leaving after returns?"


def test_a_value_is_added_and_replaced(parser: Parser) -> None:
    """A new value narrows the scope; another value of the same attribute replaces it."""
    assert talk(parser, LEAVING, "and for email?")["scope"]["attributes"] == {"channel": ["email"]}
    assert talk(parser, LEAVING, "and for email?", "and by phone")["scope"]["attributes"] == {
        "channel": ["phone_note"]
    }
    assert talk(parser, LEAVING, "by email", "also chat")["scope"]["attributes"] == {
        "channel": ["email", "chat"]
    }
    assert "attributes" not in talk(parser, LEAVING, "and for email?", "all channels")["scope"]


def test_theme_and_period_are_replaced(parser: Parser) -> None:
    """Another theme or period takes the place of the one before; the rest stays."""
    found = talk(parser, LEAVING, "since June", "same for deliveries")
    assert found == {
        "intent": "drivers",
        "scope": {"themes": ["delivery"], "period": {"from": "2026-06-01"}},
        "outcome": {"churn": RISK},
    }


def test_quotes_take_the_outcome_into_the_scope(parser: Parser) -> None:
    """Where the new intent has no outcome, what happened filters the items."""
    found = talk(parser, LEAVING, "show me three of them")
    assert found == {"intent": "quotes", "scope": {"themes": ["returns_refunds"], "churn": RISK}, "limit": 3}


def test_why_takes_the_outcome_out_of_the_scope(parser: Parser) -> None:
    """Asking why makes an outcome of what was counted."""
    found = talk(parser, "how many complaints about delivery in May?", "why?")
    assert found["intent"] == "drivers"
    assert found["outcome"] == {"sentiment": ["negative"]}
    assert found["scope"]["themes"] == ["delivery"]
    assert "polarity" not in found["scope"]


def test_breakdown_and_course(parser: Parser) -> None:
    """A count is broken down or followed over time."""
    assert talk(parser, "how many mention sizing?", "per country")["by"] == "country"
    found = talk(parser, "how many mention sizing?", "over time", "weekly")
    assert (found["intent"], found["by"]) == ("trend", "week")


def test_compare_with_another_value_or_period(parser: Parser) -> None:
    """The turn names the other side only."""
    found = talk(parser, "how many complaints in Germany in May?", "compare that with France")
    assert found["scope"]["attributes"] == {"country": ["DE"]}
    assert found["versus"] == {"attributes": {"country": ["FR"]}}
    found = talk(parser, "complaints in May", "compare with the month before")
    assert found["versus"] == {"period": {"from": "2026-04-01", "to": "2026-04-30"}}


def test_compare_the_two(parser: Parser) -> None:
    """ "The two" are the values of which the last turns spoke."""
    found = talk(parser, "how many complaints in Germany?", "and in France?", "compare the two")
    assert found["scope"]["attributes"] == {"country": ["DE"]}
    assert found["versus"] == {"attributes": {"country": ["FR"]}}


def test_exclusions_add_up(parser: Parser) -> None:
    """What is left out is added to the plan."""
    found = talk(parser, "why are people angry", "not in Germany", "and without returns")
    assert found["scope"]["exclude"] == {"attributes": {"country": ["DE"]}, "themes": ["returns_refunds"]}


@pytest.mark.parametrize(
    "question",
    [
        "what do customers think of our prices?",
        "how many complaints about the app last week?",
        "in general, what should we fix first?",
        "what can you do?",
        "what was our revenue?",
    ],
)
def test_a_new_topic_starts_afresh(parser: Parser, question: str) -> None:
    """A whole question keeps nothing of the plan before."""
    alone = parser.read(question, TODAY).plan
    before = parser.read("why are premium customers leaving after returns by email?", TODAY).plan
    assert parser.read(question, TODAY, before).plan == alone


def test_inherited_slots_say_so(parser: Parser) -> None:
    """Chips tell which slots come from the turn before."""
    before = parser.read(LEAVING, TODAY).plan
    chips = {chip.slot: chip.source for chip in parser.read("and for email?", TODAY, before).chips}
    assert chips["scope.themes"] == "previous"
    assert chips["scope.attributes.channel"] == "value"
