"""The verifier on claims about facts that are known: what is true gets through, what is in doubt does not."""

from collections.abc import Iterator
from typing import Any

import pytest

from assistant.ask.asker import ANALYSES
from assistant.ask.ledger import Ledger
from assistant.ask.plan import RISK, QueryPlan
from assistant.ask.verify import plain, verify
from assistant.ask.wording.draft import DraftClaim
from assistant.ask.wording.material import Material, gather, rendered
from assistant.ask.wording.slots import SLOT
from assistant.ask.words import of, percent
from assistant.scope import Scope
from tests.assistant.ask.made import made
from tests.assistant.ask.test_analyses import returners
from tests.assistant.conftest import World

PLANS: dict[str, dict[str, Any]] = {
    "drivers": {
        "intent": "drivers", "scope": {"themes": ["returns_refunds"], "period": {"from": "2026-01-01", "to": "2026-08-30"}},
        "outcome": {"churn": RISK},
    },
    "count": {"intent": "count", "scope": {"themes": ["refund_slow"], "attributes": {"channel": ["email"]}}},
    "count with outcome": {"intent": "count", "scope": {}, "outcome": {"churn": RISK}},
    "count by channel": {"intent": "rank", "by": "channel", "scope": {}, "outcome": {"churn": RISK}},
    "rank": {"intent": "rank", "by": "sub_theme", "scope": {}},
    "trend": {"intent": "trend", "scope": {"themes": ["refund_slow"]}},
    "summary": {"intent": "summary", "scope": {"themes": ["returns_refunds"]}},
    "compare": {
        "intent": "compare", "scope": {"themes": ["refund_slow"]}, "versus": {"themes": ["return_cost"]},
        "outcome": {"churn": RISK},
    },
    "compare everything": {
        "intent": "compare", "scope": {"themes": ["refund_slow"]}, "versus": {"themes": ["return_cost"]},
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with made(tmp_path_factory.mktemp("returns"), returners(driver=True)) as world:
        yield world


def material(world: World, name: str) -> Material:
    """What a writer would be given for a plan."""
    plan, ledger = QueryPlan.model_validate(PLANS[name]), Ledger(world.view)
    ANALYSES[plan.intent](world.view, plan, ledger)
    return gather(plan, ledger)


def said(material: Material, kind: str, text: str, facts: str, citations: str = "") -> list[str]:
    """The sentences that get through, as a reader sees them; none when anything is in doubt."""
    phrases = {phrase: slot for slot, phrase in material.slots.items() if slot.startswith("P")}
    for phrase, slot in phrases.items():
        text = text.replace(f"<{phrase}>", f"{{{slot}}}")
    claim = DraftClaim(kind=kind, text=text, facts=facts.split(), citations=citations.split())
    return [rendered(one, material) for one in verify(claim, material).sentences.values()]


@pytest.mark.parametrize("name", PLANS)
def test_slots_stand_for_what_was_computed(world: World, name: str) -> None:
    """Filled in again, the sentences that a writer sees are the computed ones, letter by letter, and hold no digit."""
    found = material(world, name)
    for source in found.sources:
        computed = " ".join(rendered(one.text, found) for one in source.sentences)
        assert computed == source.claim.text.replace("**", "")
        assert not any(sign.isdigit() for one in source.sentences for sign in SLOT.sub("", one.text))


@pytest.mark.parametrize("name", PLANS)
def test_what_was_computed_gets_through(world: World, name: str) -> None:
    """A writer that copies is right."""
    found = material(world, name)
    for source in found.sources:
        text = " ".join(one.text for one in source.sentences)
        assert not verify(
            DraftClaim(
                kind=source.kind, text=text, facts=source.claim.facts, citations=source.claim.citations
            ),
            found,
        ).reasons


def test_quantities_of_most_answers_may_be_reworded(world: World) -> None:
    """Claims that deny or quote something are not offered, nor are quotes and rows of a table."""
    offered = {name: [source.kind for source in material(world, name).sources] for name in PLANS}
    assert offered["drivers"][:2] == ["head", "list"]
    assert offered["summary"][:2] == ["head", "list"]
    drivers = material(world, "drivers")
    assert not any("What does not" in source.claim.text for source in drivers.sources)


PAIR = "{F2.share} of them against {F3.share} of the rest."
TRUE = {
    "more": f"{{F2.label}} are more common: {PAIR}",
    "much more": f"{{F2.label}} are mentioned much more often: {PAIR}",
    "more than": "{F2.label} appear in {F2.share} of them, more than the {F3.share} of the rest.",
    "times": f"{{F2.label}} are {{F2.times}} as common: {PAIR}",
    "most of": f"{{F2.label}} are named by most of them: {PAIR}",
    "written label": f"Slow refunds set them apart: {PAIR}",
    "a quote's number": f"{{F2.label}} stand out {{C1}}: {PAIR}",
    "whereas": "{F2.label} appear in {F2.share} of them whereas it is {F3.share} of the rest.",
    "points": f"{{F2.label}}, {{F2.points}}: {PAIR}",
    "bold": f"**{{F2.label}}** stand out: {PAIR}",
}  # fmt: skip


@pytest.mark.parametrize("text", TRUE.values(), ids=TRUE.keys())
def test_true_words_get_through(world: World, text: str) -> None:
    """Words of amount, direction and rank that the facts bear out are the writer's to choose."""
    found = material(world, "drivers")
    assert said(found, "list", text, "F2 F3", "C1")


FALSE = {
    "less": ("{F2.label} are less common: ", "turns the direction"),
    "fewer": ("{F2.label}: fewer of them, ", "turns the direction"),
    "few": ("{F2.label} are named by few: ", "does not agree with the share"),
    "half": ("{F2.label} are named by half: ", "does not agree with the share"),
    "minority": ("{F2.label}, a minority: ", "does not agree with the share"),
    "rank": ("{F2.label} are top: ", "does not stand by what leads"),
    "risen": ("{F2.label} have risen: ", "the computed sentence does not say so"),
    "fallen": ("{F2.label} have fallen: ", "the computed sentence does not say so"),
    "cause": ("{F2.label} drive them away: ", "claims a cause"),
    "negation": ("{F2.label} don't stand out: ", "denies something"),
    "number word": ("{F2.label} are twice as common: ", "is a number"),
    "other label": ("{F2.label} and {F7.label}: ", "no slot|not among the facts"),
    "not its label": ("They stand out: ", "begins with"),
    "foreign word": ("{F2.label} are a scandal: ", "neither the claim nor the list"),
    "points as a ratio": ("{F2.label} are {F2.times} more common: ", "as often"),
    "lone total": ("{F2.label}, {F2.of} of them: ", "stands alone"),
    "open bracket": ("{F2.label} (stand out: ", "close brackets"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "reason"), FALSE.values(), ids=FALSE.keys())
def test_false_words_do_not(world: World, text: str, reason: str) -> None:
    """The reason says which word is wrong, so that the writer can correct it."""
    found = material(world, "drivers")
    verdict = verify(DraftClaim(kind="list", text=text + PAIR, facts=["F2", "F3"], citations=[]), found)
    assert not verdict.sentences
    assert any(any(part in one for part in reason.split("|")) for one in verdict.reasons), verdict.reasons


@pytest.mark.parametrize(
    "text",
    [
        "{F2.label}: {F3.share} of them against {F2.share} of the rest.",
        "{F2.label}: {F3.share} against {F2.share} of the rest.",
        "{F2.label}: {F2.share} and {F3.share} of the rest.",
        "{F2.label}: {F2.share} of the rest against {F3.share}.",
        "{F2.label}: the rest {F2.share} against {F3.share}.",
        "{F2.label}: {F2.share} of them.",
        "{F2.label}: {F2.share} of the rest.",
        "{F2.label}: {F2.share} of them against {F3.share} of the rest, {F2.share}.",
        "{F2.label} are common, against {F2.share} of them {F3.share} of the rest more often.",
        "Of {F2.label} {F2.share} are against {F3.share} of the rest.",
        "{F2.label}.",
    ],
)
def test_numbers_stay_with_their_owners(world: World, text: str) -> None:
    """Shares that change places, or lose what they are measured against, do not get through."""
    found = material(world, "drivers")
    assert not said(found, "list", text, "F2 F3")


@pytest.mark.parametrize(
    "text",
    [
        "{F2.label}: {F2.count} of them against {F2.share} ({F3.count}) of the rest.",
        "{F2.label}: {F2.share} of them against {F2.share} ({F3.count}) of the rest.",
        "{F2.label}: {F2.share} ({F3.count}) of the rest.",
        "{F2.label}: {F2.share} of them against {F2.points} and {F3.share} of the rest.",
        "{F2.label}: {F2.share} of them against {F3.share} of the rest ({F2.points}).",
    ],
    ids=[
        "a share moved",
        "a share twice",
        "two as one",
        "a difference as a share",
        "a difference as a gloss",
    ],
)
def test_numbers_of_two_facts_do_not_mix(world: World, text: str) -> None:
    """A number beside another fact's would be read as that fact's."""
    assert not said(material(world, "drivers"), "list", text, "F2 F3")


@pytest.mark.parametrize(
    "second",
    ["{F2.share} ({F1.count})", "{F2.share} and {F1.count}", "{F1.count}, {F2.share}"],
)
def test_halves_keep_their_numbers(world: World, second: str) -> None:
    """Each half of the time has its own share, also where one of them is said again."""
    plan, ledger = QueryPlan.model_validate(PLANS["trend"]), Ledger(world.view)
    late = ledger.fact("half", "late", Scope(themes=["return_cost"]), 230)
    early = ledger.fact("half", "early", Scope(themes=["refund_slow"]), 200)
    shares = [f"{percent(fact.value)} ({of(fact.n, fact.of)})" for fact in (early, late)]
    text = f"Over time it was {shares[0]} in the former half, {shares[1]} in the latter."
    ledger.say("text", text, facts=[late, early])
    found = gather(plan, ledger)
    start = "Over time it was {F2.count} in the former half, "
    assert said(found, "text", f"{start}{{F1.share}} in the latter.", "F1 F2")
    assert not said(found, "text", f"{start}{second} in the latter.", "F1 F2")


def test_a_share_is_not_turned_round(world: World) -> None:
    """“31 % of returns feedback comes from leavers” does not become “31 % of leavers write about returns”."""
    found = material(world, "drivers")
    scope = "<items about returns and refunds from 1 January 2026 to 30 August 2026>"
    left = "<have left, say they are leaving or might leave>"
    assert said(found, "head", f"Of {scope}, {{F1.share}} come from customers who {left}.", "F1")
    assert not said(found, "head", f"{scope}: {{F1.share}} of customers who {left}.", "F1")
    assert not said(found, "head", f"{{F1.share}} of customers who {left} come from {scope}.", "F1")
    assert not said(found, "head", f"{scope} come from customers who {left}.", "F1")
    assert not said(found, "head", f"Most of {scope} come from customers who {left}: {{F1.share}}.", "F1")
    assert not said(found, "head", f"{{F1.share}} of {scope} come from customers who might leave.", "F1")


def test_names_in_a_row_stay_in_their_order(world: World) -> None:
    """In a sentence with several names each keeps its number, and the word of rank stays with the first."""
    plan, ledger = QueryPlan.model_validate(PLANS["rank"]), Ledger(world.view)
    one = ledger.fact("stated", "sub=refund_slow:-", Scope(themes=["refund_slow"]), 200)
    other = ledger.fact("stated", "sub=return_cost:-", Scope(themes=["return_cost"]), 230)
    start, shares = "The main trouble is", [of(fact.n, fact.of) for fact in (one, other)]
    text = f"{start} most often slow refunds ({shares[0]}) and the return fee ({shares[1]})."
    ledger.say("text", text, facts=[one, other])
    found = gather(plan, ledger)
    a, b = "{F1.label} ({F1.n} of {F1.of})", "{F2.label} ({F2.n} of {F2.of})"
    assert said(found, "text", f"{start} most often {a}, and also {b}.", "F1 F2")
    assert not said(found, "text", f"{start} {b} and {a}.", "F1 F2")
    assert not said(found, "text", f"{start} {a} and most often {b}.", "F1 F2")
    swapped = "{F1.label} ({F2.n} of {F2.of}) and {F2.label} ({F1.n} of {F1.of})"
    assert not said(found, "text", f"{start} most often {swapped}.", "F1 F2")


def test_two_groups_keep_their_shares(world: World) -> None:
    """In a comparison neither the names nor the direction can be exchanged."""
    found = material(world, "compare")
    left = "<have left, say they are leaving or might leave>"
    right = f"Of {{F1.label}} more: {{F1.share}} {left}; {{F2.label}}: {{F2.share}}."
    assert said(found, "head", right.replace("Of {F1.label} more", "{F1.label} reach more"), "F1 F2")
    for wrong in (
        f"{{F2.label}}: {{F1.share}} {left}; {{F1.label}}: {{F2.share}}.",
        f"{{F1.label}}: {{F2.share}} {left}; {{F2.label}}: {{F1.share}}.",
        f"{{F1.label}} reach less: {{F1.share}} {left}; {{F2.label}}: {{F2.share}}.",
        f"{{F1.label}}: {{F1.share}} {left}; {{F2.label}} more: {{F2.share}}.",
    ):
        assert not said(found, "head", wrong, "F1 F2")


@pytest.mark.parametrize(
    "text",
    [
        "{F2.label}: -{F2.share} of them against {F3.share} of the rest.",
        "{F2.label}: {F2.share}–{F2.n} of them against {F3.share} of the rest.",
        "{F2.label}: {F2.n}.{F2.share} of them against {F3.share} of the rest.",
        "{F2.label}: {F2.n},{F2.share} of them against {F3.share} of the rest.",
        "{F2.label}: {F2.n}{F2.n} of them against {F3.share} of the rest.",
    ],
)
def test_numbers_are_not_made_of_slots(world: World, text: str) -> None:
    """No sign and no other number right beside a slot."""
    assert not said(material(world, "drivers"), "list", text, "F2 F3")


def test_leftover_numbers_keep_sign_and_place(world: World) -> None:
    """A number that is no fact of its own is a slot with its sign, and changes places with no other."""
    plan, ledger = QueryPlan.model_validate(PLANS["trend"]), Ledger(world.view)
    one, other = (
        ledger.fact("half", "late", Scope(themes=["refund_slow"]), 240),
        ledger.fact("half", "early", Scope(), 240),
    )
    shares = [f"{percent(fact.value)} ({of(fact.n, fact.of)})" for fact in (one, other)]
    ledger.say(
        "head",
        f"It has risen: {shares[0]} against {shares[1]}, 8 points more (-5 to 21).",
        facts=[one, other],
    )
    found = gather(plan, ledger)
    start, end = "It has grown: {F1.share} against {F2.share}, ", " points more ({P2} to {P3})."
    assert said(found, "head", f"{start}{{P1}}{end}", "F1 F2")[0].endswith("8 points more (-5 to 21).")
    assert not said(found, "head", f"{start}{{P3}} points more ({{P2}} to {{P1}}).", "F1 F2")
    assert not said(found, "head", f"{start}{{P1}} points less ({{P2}} to {{P3}}).", "F1 F2")
    assert not said(found, "head", f"It has fallen: {{F1.share}} against {{F2.share}}, {{P1}}{end}", "F1 F2")


def test_names_with_braces_are_no_slots(world: World) -> None:
    """A name that looks like a slot keeps its claim from being reworded."""
    plan, ledger = QueryPlan.model_validate(PLANS["rank"]), Ledger(world.view)
    fact = ledger.fact("rank", "{F1.n}", Scope(themes=["refund_slow"]), 240)
    ledger.say("head", f"{{F1.n}} leads: {percent(fact.value)} ({of(fact.n, fact.of)}).", facts=[fact])
    assert gather(plan, ledger).sources == ()


def test_a_claim_needs_its_facts(world: World) -> None:
    """Without facts, with those of two claims, or with quotes of another claim nothing is verified."""
    found = material(world, "drivers")
    assert not said(found, "list", "{F2.label} " + PAIR, "")
    assert not said(found, "list", "{F2.label} " + PAIR, "F1 F2 F3")
    assert not said(found, "head", "{F2.label} " + PAIR, "F2 F3")
    assert not said(found, "list", "{F2.label} " + PAIR, "F2 F3", "C99")


def test_plain_text_is_what_is_checked() -> None:
    """HTML, links, images and emphasis are taken out before a word is read."""
    assert (
        plain("**Slow** <i>refunds</i> ![x](http://a.example/b.png)[here](http://a.example) _come up_")
        == "Slow refunds appear"
    )
