"""Analyses on worlds whose truth is known, and their numbers recomputed from the rows without any bitmap."""

import random
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from assistant.ask import refusing
from assistant.ask.asker import ANALYSES
from assistant.ask.compose import markdown
from assistant.ask.ledger import Ledger
from assistant.ask.plan import RISK, QueryPlan
from assistant.scope import Scope
from index.records import Customer
from nlp.labels import EMPATHY_GAPS
from tests.assistant.conftest import Build, Said, World

FIELDS = {"emotions": "emotions", "empathy_gaps": "empathy_gaps"}
SINGLE = {"sentiment": "sentiment", "churn": "churn", "effort": "effort", "intents": "intent"}


def matches(row: dict[str, Any], wanted: dict[str, Any]) -> bool:
    """A filter applied to one row of SQL, written without looking at the product's own way."""
    tags = row["tags"]
    return all(_one(row, tags, key, value, wanted.get("polarity")) for key, value in wanted.items())


def _one(row: dict[str, Any], tags: dict[str, Any], key: str, value: Any, mark: str | None) -> bool:
    if key == "themes":
        return any(
            {t["label"], t["sub"]} & set(value) and mark in (None, t["polarity"]) for t in tags["themes"]
        )
    if key == "forces":
        return any(t["label"] in value and mark in (None, t["polarity"]) for t in tags["forces"])
    if key in FIELDS:
        return bool({t["label"] for t in tags[FIELDS[key]]} & set(value))
    if key in SINGLE:
        return tags[SINGLE[key]]["label"] in value
    if key == "attributes":
        return all(row["attributes"].get(name) in values for name, values in value.items())
    if key == "period":
        return date.fromisoformat(value["from"]) <= row["date"] <= date.fromisoformat(value["to"])
    if key == "also":
        return all(matches(row, other) for other in value)
    if key == "exclude":
        return not any(_excluded(row, tags, k, v, value.get("polarity")) for k, v in value.items())
    if key == "terms":
        return all(_term(row, tags, term) for term in value)
    return key == "polarity"


def _excluded(row: dict[str, Any], tags: dict[str, Any], key: str, value: Any, mark: str | None) -> bool:
    if key == "also":
        return any(matches(row, other) for other in value)
    if key == "terms":
        return any(_term(row, tags, term) for term in value)
    return _one(row, tags, key, value, mark)


def _term(row: dict[str, Any], tags: dict[str, Any], term: str) -> bool:
    field, _, label = term.partition("=")
    spans = [s for t in tags["themes"] if label in (t["label"], t["sub"]) for s in t["spans"]]
    spans += [s for t in tags["empathy_gaps"] if t["label"] == label for s in t["spans"]]
    if field == "why":
        return any(_meet(one, other) for one in spans for other in tags["why"])
    if field == "cue":
        cues = tags["churn"]["spans"]
        return bool(spans) and bool(cues) and all(any(_meet(one, cue) for cue in cues) for one in spans)
    return row["copy"] if term == "copy=yes" else any(one["field"] == "all" for one in tags["abstained"])


def _meet(one: list[int], other: list[int]) -> bool:
    return max(one[0], other[0]) < min(one[1], other[1])


def run(world: World, **plan: Any) -> tuple[Ledger, str]:
    """Execute a plan and compose its answer."""
    ledger = Ledger(world.view)
    made = QueryPlan.model_validate(plan)
    ANALYSES[made.intent](world.view, made, ledger)
    return ledger, markdown(ledger.blocks, {c.id: c for c in ledger.citations}, ledger.caveats)


def check(world: World, ledger: Ledger) -> None:
    """Every number again from the rows; every quote letter by letter; every claim on facts that exist."""
    rows = world.rows()
    texts = {row["id"]: row["text"] for row in rows}
    assert ledger.facts
    for fact in ledger.facts:
        assert fact.n == sum(matches(row, fact.filter) for row in rows), fact
        assert fact.n == len(world.view.items(Scope.model_validate(fact.filter))), fact
        assert fact.n <= fact.of
        if fact.ci:  # of `value`
            assert fact.ci[0] <= fact.value <= fact.ci[1]
    for quote in ledger.citations:
        assert quote.text
        assert texts[quote.item][slice(*quote.span)] == quote.text
    known = {fact.id for fact in ledger.facts} | {quote.id for quote in ledger.citations}
    for claim in ledger.claims:
        assert {*claim.facts, *claim.citations} <= known


STARTS = (
    "Honestly",
    "Well",
    "To be fair",
    "As it happens",
    "Frankly",
    "So",
    "Look",
    "Listen",
    "Again",
    "Right",
)
ENDS = (
    "I had hoped for more",
    "that is all",
    "make of it what you will",
    "my sister agrees",
    "it is what it is",
)


def returners(*, driver: bool, seed: int = 5, n: int = 240) -> list[Said]:
    """Returns feedback; leaving goes with slow refunds when `driver`, never with the fee."""
    rng = random.Random(seed)
    said = []
    for at in range(n):
        slow, fee = rng.random() < 0.35, rng.random() < 0.4
        leaves = rng.random() < ((0.6 if slow else 0.12) if driver else 0.28)
        themes = [("returns_refunds", "-", "refund_slow" if slow else None)]
        themes += [("price_value", "-", "return_cost")] if fee else []
        text = f"{rng.choice(STARTS)}, case number {at} about the thing I sent back. {rng.choice(ENDS)} {at}. Goodbye {at}."
        said.append(
            Said(
                text=text,
                themes=tuple(themes),
                churn=rng.choice(RISK) if leaves else "none",
                day=at,
                sentiment="negative" if rng.random() < 0.8 else "neutral",
                customer=f"c{at % 200}",
                attributes={"channel": rng.choice(["email", "chat"])},
            )
        )
    return said


def test_drivers_finds_what_was_planted(build: Build) -> None:
    """Slow refunds set the leaving apart; the fee, as common on both sides, is named as what does not."""
    world = build(returners(driver=True))
    ledger, text = run(
        world, intent="drivers", scope={"themes": ["returns_refunds"]}, outcome={"churn": RISK}
    )
    check(world, ledger)
    assert next(fact.label for fact in ledger.facts if fact.kind == "driver") == "sub=refund_slow:-"
    assert text.startswith("Slow refunds set them apart most.")
    assert "What does not set them apart: the return fee" in text
    assert ledger.citations


def test_drivers_names_nothing_where_nothing_is(build: Build) -> None:
    """On corpora without a driver at most 1 in 20 answers names one."""
    wrong = 0
    for seed in range(12):
        _ledger, text = run(
            build(returners(driver=False, seed=seed)),
            intent="drivers", scope={"themes": ["returns_refunds"]}, outcome={"churn": RISK},
        )  # fmt: skip
        wrong += "Nothing that was tested sets them apart" not in text
    assert wrong <= 2  # binomial(12, 0.05): more than 2 in 2 % of runs


@pytest.mark.parametrize("intent", ["quotes", "count", "trend"])
def test_a_sub_theme_is_quoted_where_it_stands(build: Build, intent: str) -> None:
    """A scope names themes and sub-themes alike, and both have quotes."""
    world = build(returners(driver=True))
    ledger, _text = run(world, intent=intent, scope={"themes": ["refund_slow"], "polarity": "-"})
    check(world, ledger)
    assert ledger.citations


def test_what_is_explained_does_not_explain_itself(build: Build) -> None:
    """Asked why things are sent back, the kinds of return are no answer; the trouble before it is, whatever its tone."""
    rng = random.Random(8)
    said = []
    for at in range(300):
        small = rng.random() < 0.3
        back = rng.random() < (0.7 if small else 0.1)
        themes = [("fit_and_description", "-", "fit_too_small")] if small else []
        themes += [("returns_refunds", "0", "refund_slow")] if back else []
        text = f"{rng.choice(STARTS)}, parcel {at} is here. {rng.choice(ENDS)} {at}."
        said.append(
            Said(text=text, themes=tuple(themes), sentiment="negative" if small else "positive", day=at % 90)
        )
    ledger, text = run(build(said), intent="drivers", scope={}, outcome={"themes": ["returns_refunds"]})
    labels = [fact.label for fact in ledger.facts if fact.kind == "driver"]
    assert set(labels) <= {"theme=fit_and_description:-", "sub=fit_too_small:-"}
    assert labels
    assert "At like length of text" in text


def test_few_items_are_shown_not_compared(build: Build) -> None:
    """Below ten items with the outcome there are quotes and counts only."""
    said = list(returners(driver=True, n=30))[:20]
    world = build(said)
    ledger, text = run(
        world, intent="drivers", scope={"themes": ["returns_refunds"]}, outcome={"churn": ["left"]}
    )
    check(world, ledger)
    assert "Too few to compare" in text
    assert not [fact for fact in ledger.facts if fact.kind == "driver"]


def test_what_nearly_all_say_is_not_compared_but_told(build: Build) -> None:
    """Where hardly anybody is left to compare with, there are the share and quotes, and it is not called too little."""
    said = [one for one in returners(driver=True) if one.sentiment == "negative"][:60]
    world = build(said)
    ledger, text = run(
        world, intent="drivers", scope={"themes": ["returns_refunds"]}, outcome={"sentiment": ["negative"]}
    )
    check(world, ledger)
    assert f"100 % of items about returns and refunds ({len(said)} of {len(said)}) are negative" in text
    assert ledger.citations
    assert ledger.abstained is None


def test_an_outcome_that_nobody_has_is_no_thin_one(build: Build) -> None:
    """Nothing, and not too little."""
    plan = {"intent": "drivers", "scope": {}, "outcome": {"emotions": ["surprise"]}}
    ledger, _text = run(build(returners(driver=True, n=40)), **plan)
    assert ledger.abstained == "nothing"


def test_too_few_items_have_no_shares(build: Build) -> None:
    """Their number and what they say."""
    world = build(returners(driver=True, n=6))
    ledger = Ledger(world.view)
    refusing.few(
        world.view,
        QueryPlan.model_validate({"intent": "summary", "scope": {"themes": ["returns_refunds"]}}),
        ledger,
    )
    assert ledger.claims[0].text == "Only 6 items about returns and refunds: too few for shares."
    assert ledger.citations
    assert ledger.abstained == "thin"
    check(world, ledger)


def test_the_nearest_scope_keeps_the_topic(build: Build) -> None:
    """Returns by others are nearer than anything else by the same ones."""
    mail = [replace(one, attributes={"channel": "email"}) for one in returners(driver=True, n=40)]
    chat = [
        replace(one, themes=(("delivery", "-", None),), attributes={"channel": "chat"})
        for one in returners(driver=True, n=90, seed=6)
    ]
    world = build([*mail, *chat])
    plan = QueryPlan.model_validate(
        {"intent": "summary", "scope": {"themes": ["returns_refunds"], "attributes": {"channel": ["chat"]}}}
    )
    ledger = Ledger(world.view)
    refusing.nothing(world.view, plan, ledger)
    assert ledger.claims[1].text == "Without channel chat there are 40 items about returns and refunds."
    assert ledger.abstained == "nothing"
    check(world, ledger)


@pytest.mark.parametrize(
    "plan",
    [
        {"intent": "count", "scope": {"themes": ["returns_refunds"], "attributes": {"channel": ["email"]}}},
        {"intent": "count", "scope": {}, "outcome": {"churn": RISK}},
        {"intent": "count", "scope": {"exclude": {"themes": ["return_cost"]}}},
        {"intent": "count", "scope": {"themes": ["refund_slow"]}, "outcome": {"churn": RISK}},
        {"intent": "rank", "by": "sub_theme", "scope": {}},
        {"intent": "rank", "by": "channel", "scope": {}, "outcome": {"churn": RISK}},
        {"intent": "trend", "scope": {"themes": ["refund_slow"]}},
        {"intent": "trend", "by": "month", "scope": {}, "outcome": {"churn": RISK}},
        {"intent": "quotes", "scope": {"themes": ["refund_slow"]}, "limit": 3},
        {"intent": "summary", "scope": {"themes": ["returns_refunds"]}},
        {
            "intent": "compare",
            "scope": {"attributes": {"channel": ["email"]}},
            "versus": {"attributes": {"channel": ["chat"]}},
        },
        {
            "intent": "compare",
            "scope": {"themes": ["refund_slow"]},
            "versus": {"themes": ["return_cost"]},
            "outcome": {"churn": RISK},
        },
        {"intent": "compare", "scope": {"themes": ["refund_slow"]}, "versus": {"themes": []}},
        {"intent": "drivers", "scope": {}, "outcome": {"sentiment": ["negative"]}},
        {
            "intent": "drivers",
            "scope": {},
            "outcome": {"churn": ["left"], "attributes": {"channel": ["email"]}},
        },
        {
            "intent": "drivers",
            "scope": {"attributes": {"channel": ["chat"]}},
            "outcome": {"themes": ["refund_slow"]},
        },
    ],
    ids=lambda plan: f"{plan['intent']}-{plan.get('by') or ''}{'-outcome' if plan.get('outcome') else ''}",
)
def test_every_number_has_its_receipt(build: Build, plan: dict[str, Any]) -> None:
    """Whatever is asked: numbers are recomputed from the rows, quotes are exact."""
    world = build(returners(driver=True))
    ledger, text = run(world, **plan)
    check(world, ledger)
    assert text


def test_a_share_is_told_beside_that_of_all_others(build: Build) -> None:
    """ "Do those with slow refunds leave more often?" wants to know more often than whom."""
    world = build(returners(driver=True))
    ledger, text = run(world, intent="count", scope={"themes": ["refund_slow"]}, outcome={"churn": RISK})
    own, others = (
        next(fact for fact in ledger.facts if fact.label == label) for label in ("count", "others")
    )
    assert own.of + others.of == ledger.view.items(Scope()).__len__()
    assert "points more" in text
    assert "than of all other items" in text


def test_copies_count_once(build: Build) -> None:
    """A text that was sent ten times is one voice."""
    burst = [
        Said(
            text="The parcel from the advert never came and nobody writes back to me.",
            themes=(("delivery", "-", None),),
        )
        for _ in range(10)
    ]
    world = build(
        [*burst, Said(text="Late again, third time this month.", themes=(("delivery", "-", None),))]
    )
    ledger, _ = run(world, intent="count", scope={"themes": ["delivery"]})
    assert ledger.facts[0].n == 2


def test_customers_attributes_rank_groups(build: Build) -> None:
    """What operations know of customers can be asked by group."""
    from index.records import Customer

    customers = [
        Customer(id=f"c{at}", attributes={"segment": "premium" if at % 2 else "regular"}) for at in range(200)
    ]
    world = build(returners(driver=True), customers)
    ledger, text = run(world, intent="rank", by="segment", scope={}, outcome={"churn": RISK})
    assert {fact.label for fact in ledger.facts if fact.kind == "rate"} == {
        "attr.segment=premium",
        "attr.segment=regular",
    }
    assert "against the others" in text


def test_who_is_in_no_group_is_not_ranked_against(build: Build) -> None:
    """Only half of the customers have a segment: the share of all is of theirs, and so are "the others"."""
    people = [
        Customer(id=f"c{at}", attributes={"segment": "premium" if at % 2 else "regular"}) for at in range(100)
    ]
    world = build(returners(driver=True), people)
    ledger, text = run(world, intent="rank", by="segment", scope={}, outcome={"churn": RISK})
    groups = [fact for fact in ledger.facts if fact.kind == "rate"]
    whole = next(fact for fact in ledger.facts if fact.label == "all")
    assert (whole.n, whole.of) == (sum(one.n for one in groups), sum(one.of for one in groups))
    assert whole.of < len(world.view.items(Scope()))
    assert "of all with a known segment" in text


def test_what_to_fix_first_is_the_planted_trouble(build: Build) -> None:
    """Its weight is recomputed, the customers behind it and their value are added up once each."""
    people = [
        Customer(id=f"c{at}", attributes={"lifetime_value": str(100 + at), "segment": "a"})
        for at in range(200)
    ]
    world = build(returners(driver=True), people)
    ledger, text = run(world, intent="impact", scope={"themes": ["returns_refunds"]})
    check(world, ledger)
    fact = next(fact for fact in ledger.facts if fact.kind == "impact" and fact.label.startswith("sub="))
    rest = ledger.facts[ledger.facts.index(fact) + 1]
    assert fact.label == "sub=refund_slow:-"
    assert fact.value == pytest.approx(
        fact.of * (fact.n / fact.of - rest.n / rest.of), rel=0.05
    )  # lengths are held alike
    behind = {
        f"c{int(row['text'].split('case number ')[1].split()[0]) % 200}"
        for row in world.rows()
        if matches(row, fact.filter)
    }
    worth = next(one for one in ledger.facts if one.kind == "worth" and one.filter == fact.filter)
    assert worth.value == sum(100 + int(name[1:]) for name in behind)
    assert "First in line: slow refunds." in text


def test_nothing_to_fix_is_an_answer(build: Build) -> None:
    """Where no trouble goes with leaving, none is put first."""
    wrong = sum(
        "Nothing stands out"
        not in run(
            build(returners(driver=False, seed=seed)), intent="impact", scope={"themes": ["returns_refunds"]}
        )[1]
        for seed in range(10)
    )
    assert wrong <= 1


def told(*, lately: bool, seed: int = 3, n: int = 600) -> list[Said]:
    """Thirty weeks of delivery and refunds; slow refunds are four times as frequent in the last four when `lately`."""
    rng = random.Random(seed)
    said = []
    for at in range(n):
        day = at * 210 // n
        slow = rng.random() < (0.4 if lately and day >= 182 else 0.1)
        theme = ("returns_refunds", "-", "refund_slow") if slow else ("delivery", "-", "parcel_late")
        text = f"{rng.choice(STARTS)}, letter {at} of mine. {rng.choice(ENDS)} {at}."
        said.append(Said(text=text, themes=(theme,), day=day, customer=f"c{at}"))
    return said


def test_what_has_grown_is_named_with_its_receipt(build: Build) -> None:
    """The planted rise, once: the sub-theme and not the theme around it as well."""
    world = build(told(lately=True))
    ledger, text = run(world, intent="emerging")
    check(world, ledger)
    assert [fact.label for fact in ledger.facts if fact.kind == "rise"] in (
        ["sub=refund_slow:-"],
        ["theme=returns_refunds:-"],
    )
    assert text.startswith("What has grown most: ")
    assert ledger.citations


def test_nothing_new_is_an_answer(build: Build) -> None:
    """In worlds that do not change, hardly any names a rise."""
    wrong = sum(
        "Nothing that was tested is new"
        not in run(build(told(lately=False, seed=seed)), intent="emerging")[1]
        for seed in range(10)
    )
    assert wrong <= 1


def test_what_is_new_takes_weeks_before(build: Build) -> None:
    """Six weeks of feedback cannot tell."""
    ledger, text = run(build(told(lately=True)[:120]), intent="emerging")
    assert text.startswith("Too little time")
    assert not [fact for fact in ledger.facts if fact.kind == "rise"]


def raters(n: int = 200) -> list[Said]:
    """Reviews whose rating falls with late delivery, and chats without any rating, most of them about delivery."""
    rng = random.Random(3)
    said = []
    for at in range(n):
        rated, late, thin = at % 2 == 0, rng.random() < 0.5, rng.random() < 0.4
        stars = 5 - (3 if late and rng.random() < 0.8 else 0) - (rng.random() < 0.3)
        themes = [("delivery", "-", None)] if late or not rated else []
        themes += [("product_quality", rng.choice("-+"), None)] if thin else []
        said.append(
            Said(
                text=f"{rng.choice(STARTS)}, parcel {at} and what became of it. {rng.choice(ENDS)} {at}. Bye {at}.",
                themes=tuple(themes), day=at, sentiment="negative" if rng.random() < 0.5 else "neutral",
                attributes={"rating": str(stars)} if rated else {"channel": "chat"},
            )
        )  # fmt: skip
    return said


@pytest.mark.parametrize("intent", ["drivers", "impact", "rank"])
def test_items_without_a_rating_are_no_items_with_a_good_one(build: Build, intent: str) -> None:
    """What is not known is on neither side of a comparison."""
    world = build(raters())
    ledger, _text = run(
        world,
        intent=intent,
        scope={},
        outcome={"attributes": {"rating": ["1", "2"]}},
        by="theme" if intent == "rank" else None,
    )
    check(world, ledger)
    assert max(fact.of for fact in ledger.facts) == 100


def test_the_rating_is_taken_apart_by_themes(build: Build) -> None:
    """Late delivery accounts for most of it, in points of the rating."""
    world = build(raters())
    ledger, text = run(world, intent="drivers", scope={}, outcome={"attributes": {"rating": ["1", "2"]}})
    first = next(fact for fact in ledger.facts if fact.kind == "importance")
    assert first.label == "theme=delivery"
    assert first.ci is not None
    assert first.ci[0] > 0.5
    assert "of what the themes explain" in text
    assert "items with a known rating" in text


def test_every_gap_together_is_said_in_a_few_words(build: Build) -> None:
    """Nobody reads a list of eight."""
    world = build(raters())
    _ledger, text = run(world, intent="count", scope={"empathy_gaps": list(EMPATHY_GAPS)})
    assert "say that they were failed as people" in text
    assert "canned replies" not in text


def test_general_blame_explains_nothing(build: Build) -> None:
    """That bad ratings are bad is no reason for them."""
    said = [
        Said(
            text=f"Bad, number {at}. It was {at}. Bye {at}.", themes=(("overall", "-" if at % 2 else "+", None),), day=at,
            attributes={"rating": "1" if at % 2 else "5"},
        )
        for at in range(80)
    ]  # fmt: skip
    ledger, text = run(build(said), intent="drivers", scope={}, outcome={"attributes": {"rating": ["1"]}})
    assert not [fact for fact in ledger.facts if fact.label.startswith("theme=overall")]
    assert "Nothing that was tested sets them apart" in text


def test_a_summary_says_how_strong_the_relationship_is(build: Build) -> None:
    """From 0 to 100 with an interval, over customers; not for a handful of them."""
    ledger, text = run(build(raters()), intent="summary", scope={})
    fact = next(fact for fact in ledger.facts if fact.kind == "strength")
    assert fact.ci is not None
    assert 0 <= fact.ci[0] < fact.value < fact.ci[1] <= 100
    assert f"stands at {fact.value:.0f} of 100" in text
    few, _text = run(build(raters(4)), intent="summary", scope={})
    assert "strength" not in {fact.kind for fact in few.facts}
