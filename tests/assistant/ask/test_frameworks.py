"""Touchpoints, forces and relationships as answers, and quotes for what has no place in the text."""

import random

import pytest

from assistant.ask.ledger import Ledger
from assistant.ask.parse import Parser
from assistant.ask.vocabulary import Vocabulary
from assistant.ask.voices import quotes
from assistant.scope import Scope
from tests.assistant.ask.test_analyses import check, run
from tests.assistant.ask.test_parse import TODAY
from tests.assistant.conftest import Build, Said


def journey() -> list[Said]:
    """Delivery and set-up (receiving) go wrong three times as often as returns (going back)."""
    return [
        Said(
            text=f"Parcel {at} was not right. Then {at} happened. Bye {at}.",
            themes=((theme, mark, None),),
            sentiment="negative" if mark == "-" else "positive",
            day=at,
        )
        for at, (theme, mark) in enumerate(
            [("delivery", "-")] * 20 + [("setup_onboarding", "-")] * 10 + [("delivery", "+")] * 5 + [("returns_refunds", "-")] * 10
        )
    ]  # fmt: skip


def test_touchpoints_gather_the_themes_of_a_stage(build: Build) -> None:
    """Complaints about two themes of one stage are one number, each item once; praise is not in it."""
    world = build(journey())
    ledger, text = run(world, intent="rank", scope={"sentiment": ["negative"]}, by="touchpoint")
    check(world, ledger)
    assert [(fact.label, fact.n, fact.of) for fact in ledger.facts[:2]] == [
        ("touchpoint=receiving:-", 30, 40),
        ("touchpoint=going back or leaving:-", 10, 40),
    ]
    assert "complaints about receiving, in 75 %" in text


def test_a_touchpoint_of_the_data_comes_first(build: Build) -> None:
    """Where the data has its own touchpoints, these are ranked."""
    said = [Said(text=f"One {at}. Two.", attributes={"touchpoint": "till" if at < 15 else "phone"}) for at in range(20)]  # fmt: skip
    ledger, _text = run(build(said), intent="rank", scope={}, by="touchpoint")
    assert ledger.facts[0].label == "attr.touchpoint=till"


def test_forces_are_ranked_by_what_is_missed(build: Build) -> None:
    """A force that is met often does not lead; asked what pleases, it does."""
    said = [
        Said(
            text=f"Item {at} came. It was {at}. Bye {at}.", sentiment="negative" if at % 3 == 0 else "positive",
            forces=(("control", "-"),) if at % 3 == 0 else (("status", "+"),),
        )
        for at in range(30)
    ]  # fmt: skip
    world = build(said)
    missed, text = run(world, intent="rank", scope={}, by="force")
    check(world, missed)
    assert (missed.facts[0].label, missed.facts[0].n, missed.facts[0].of) == ("force=control:-", 10, 30)
    assert "missed" in text
    met, _text = run(world, intent="rank", scope={"sentiment": ["positive"]}, by="force")
    assert met.facts[0].label == "force=status:+"


def bonds(strained: float) -> list[Said]:
    """Eighty customers in two segments; `strained` is the share of the premium ones who are unhappy."""
    rng = random.Random(5)
    return [
        Said(
            text=f"Visit {at} was as it was. I sat {at}. Bye {at}.", customer=f"c{at}",
            sentiment="negative" if rng.random() < (strained if at % 2 else 0.3) else "positive",
            attributes={"segment": "premium" if at % 2 else "basic"} if at < 160 else {},
        )
        for at in range(170)
    ]  # fmt: skip


def test_the_weakest_relationship_is_named(build: Build) -> None:
    """Groups come weakest first, each with its interval, and customers without a segment are on no side."""
    world = build(bonds(0.9))
    ledger, text = run(world, intent="summary", scope={}, by="segment")
    check(world, ledger)
    first, second = ledger.facts[:2]
    assert (first.label, second.label) == ("attr.segment=premium", "attr.segment=basic")
    assert first.value < second.value
    assert (first.q or 1) < 0.05
    assert {first.of, second.of} == {160}
    assert "weakest with segment premium" in text


def test_no_relationship_is_called_weak_by_chance(build: Build) -> None:
    """Groups that do not differ beyond chance are said not to."""
    _ledger, text = run(build(bonds(0.3)), intent="summary", scope={}, by="segment")
    assert "No relationship is weaker than the others beyond chance" in text


@pytest.mark.parametrize(
    ("question", "plan"),
    [
        ("which force fails for premium customers?", {"intent": "rank", "by": "force", "scope": {"attributes": {"segment": ["premium"]}}}),
        ("which touchpoint is worst?", {"intent": "rank", "by": "touchpoint", "scope": {"sentiment": ["negative"]}}),
        ("where in the customer journey do we lose customers?", {"intent": "rank", "by": "touchpoint", "scope": {"churn": ["left", "leaving", "at_risk"]}}),
        ("where do premium customers feel ignored?", {"intent": "rank", "by": "theme", "scope": {"empathy_gaps": ["unheard"], "attributes": {"segment": ["premium"]}}}),
        ("how strong is our relationship by segment?", {"intent": "summary", "by": "segment"}),
        ("relationship strength per country", {"intent": "summary", "by": "country"}),
        ("how healthy is our relationship with premium customers?", {"intent": "summary", "scope": {"attributes": {"segment": ["premium"]}}}),
    ],
)  # fmt: skip
def test_questions_about_the_frameworks(question: str, plan: dict[str, object]) -> None:
    """Forces, stages of the journey and relationships are asked for in plain words."""
    parser = Parser(
        Vocabulary(attributes={"segment": {"premium": 1, "basic": 1}, "country": {"UK": 1, "FR": 1}})
    )
    assert parser.read(question, TODAY).plan.model_dump(exclude_defaults=True) == plan


def test_a_label_without_a_place_is_quoted_where_the_trouble_is(build: Build) -> None:
    """A force or a feeling has no span; the sentence of the complaint shows it, not the greeting."""
    said = Said(
        text="Nobody told me why the parcel was lost. Hello and good morning to you all there.",
        themes=(("delivery", "-", None),), forces=(("certainty", "-"),), emotions=("anger",),
    )  # fmt: skip
    world = build([said])
    for term in ("force=certainty:-", "emotion=anger", "sentiment=negative"):
        ledger = Ledger(world.view)
        [quote] = quotes(ledger, world.view.items(Scope()), term, 1)
        assert quote.text.startswith("Nobody told me"), term


def test_praise_is_not_quoted_with_a_complaint(build: Build) -> None:
    """Of an item in both tones, gratitude shows the part that is praised, also against the stated reason."""
    text = "The form was a pain to fill in again. Your colleague Mara was wonderful about it."
    world = build([Said(text=text, themes=(("policy_fairness", "-", None),), sentiment="negative")])
    [stored] = world.view.load(world.view.terms.all)
    stored.tags["themes"].append(
        {"label": "support_service", "polarity": "+", "score": 0.9, "sub": None, "spans": [[38, 81]]}
    )
    stored.tags["emotions"].append({"label": "gratitude", "score": 0.9})
    view = type(world.view)(terms=world.view.terms, phrase=world.view.phrase, load=lambda _n: [stored], names=world.view.names)  # fmt: skip
    [quote] = quotes(Ledger(view), world.view.items(Scope()), "emotion=gratitude", 1)
    assert quote.text == "Your colleague Mara was wonderful about it."
