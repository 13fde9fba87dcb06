"""Questions that take a change for granted are told first what has changed."""

import random
from datetime import date

import pytest

from assistant.ask.asker import Asker, Snapshot
from assistant.ask.ledger import Ledger
from assistant.ask.parse import Parser
from assistant.ask.plan import QueryPlan
from assistant.ask.premise import check, premise_of
from assistant.ask.talks import Talks
from assistant.ask.vocabulary import ThemeWords, Vocabulary
from tests.assistant.ask import test_analyses
from tests.assistant.ask.test_write import Remembered
from tests.assistant.conftest import NAMES, Build, Said, World

TODAY = date(2026, 5, 31)
APRIL_MAY = {"from": "2026-05-01", "to": "2026-05-31"}


@pytest.fixture
def world(build: Build) -> World:
    """Ten items a day from January to May; complaints about delivery are a tenth of them, in May four tenths."""
    rng = random.Random(2)
    said = []
    for at in range(1510):
        day = at // 10
        late = rng.random() < (0.4 if day >= 120 else 0.1)
        mood = "negative" if late or rng.random() < 0.3 else "positive"
        theme = (
            ("delivery", "-", None) if late else ("product_quality", "-" if mood == "negative" else "+", None)
        )
        said.append(
            Said(
                text=f"Parcel {at} came {rng.randint(0, 10**9)}. It was {at}. Bye {at}.",
                themes=(theme,),
                sentiment=mood,
                day=day,
            )
        )
    return build(said)


def told(world: World, question: str, **plan: object) -> tuple[Ledger, str]:
    """What is said first."""
    made = QueryPlan.model_validate({"intent": "drivers", **plan})
    premise = premise_of(question, made)
    assert premise
    ledger = Ledger(world.view)
    check(world.view, made, ledger, premise)
    return ledger, ledger.claims[0].text


def test_what_is_true_is_confirmed_with_both_times(world: World) -> None:
    """May against April, each with its receipt, and how many times as often."""
    ledger, text = told(
        world,
        "Why did delivery complaints quadruple in May?",
        scope={"themes": ["delivery"], "polarity": "-", "period": APRIL_MAY},
    )
    assert "they have risen" in text
    assert "In May 2026 they were" in text
    assert "in April 2026" in text
    assert "times as often" in text
    test_analyses.check(world, ledger)


def test_what_is_false_is_denied_with_the_real_change(world: World) -> None:
    """A fall that was a rise, and a rise within chance."""
    scope = {"themes": ["delivery"], "polarity": "-", "period": APRIL_MAY}
    _ledger, text = told(world, "Why have delivery complaints fallen in May?", scope=scope)
    assert "They have not fallen: they have risen" in text.replace("they have not", "They have not")
    april = {"from": "2026-04-01", "to": "2026-04-30"}
    _ledger, text = told(
        world, "Why did delivery complaints double in April?", scope=scope | {"period": april}
    )
    assert "they have not risen beyond chance" in text


def test_without_a_time_the_halves_are_compared(world: World) -> None:
    """The first half of all time against the second."""
    ledger, text = told(
        world, "Why are delivery complaints rising?", scope={"themes": ["delivery"], "polarity": "-"}
    )
    assert "they have risen" in text
    assert len(ledger.facts) == 2


def test_too_little_is_said_to_be_too_little(world: World) -> None:
    """Nothing is confirmed or denied."""
    _ledger, text = told(world, "Why is praise for billing growing?", scope={"themes": ["billing_payment"]})
    assert "too little to tell whether they have risen" in text


@pytest.mark.parametrize(
    ("question", "premise"),
    [
        ("Why did complaints about refunds double in August?", "rise"),
        ("why are more and more customers angry", "rise"),
        ("What explains that praise has gone down?", "fall"),
        ("Why are customers leaving after returns?", None),
        ("Why does anger rise and fall?", None),
        ("why has praise for the staff collapsed", "fall"),
        ("why is waiting getting worse and worse", "rise"),
        ("how come delivery has become so much better", "fall"),
        ("why is chat better than email", None),
        ("Why do most customers hate the app?", "most"),
        ("what makes nearly everybody unhappy with delivery", "most"),
        ("Why does everyone complain about prices?", "all"),
        ("why are so few people happy with delivery", "few"),
        ("why are customers most unhappy in May", None),
        ("Why are fewer people complaining about returns?", "fall"),
        ("why were there more complaints", "rise"),
        ("why do more gold members than silver members complain", None),
    ],
)
def test_what_is_taken_for_granted(question: str, premise: str | None) -> None:
    """A change in one direction, a large or a small share, and nothing else."""
    assert premise_of(question, QueryPlan(intent="drivers")) == premise
    assert premise_of(question, QueryPlan(intent="trend")) is None


def test_fewer_than_in_another_month_is_a_change() -> None:
    """And is told from both months."""
    months = {
        "scope": {"period": {"from": "2026-09-01", "to": "2026-09-30"}},
        "versus": {"period": {"from": "2026-04-01", "to": "2026-04-30"}},
    }
    plan = QueryPlan.model_validate({"intent": "drivers", **months})
    assert premise_of("why are there fewer complaints in September than in April", plan) == "fall"


def test_better_is_less_of_what_is_bad_and_more_of_what_is_good() -> None:
    """Worse complaints have risen; worse praise has fallen."""
    bad = QueryPlan.model_validate({"intent": "drivers", "outcome": {"sentiment": ["negative"]}})
    good = QueryPlan.model_validate({"intent": "drivers", "outcome": {"sentiment": ["positive"]}})
    assert premise_of("why did delivery get worse", bad) == "rise"
    assert premise_of("why did delivery get worse", good) == "fall"
    assert premise_of("why has delivery improved", good) == "rise"


@pytest.mark.parametrize(
    ("question", "mood", "is_denied"),
    [
        ("Why are most customers happy with delivery?", "positive", True),
        ("Why are most customers unhappy with delivery?", "negative", False),
        ("Why are so few customers unhappy with delivery?", "negative", True),
        ("Why are so few customers happy with delivery?", "positive", False),
        ("Why does everybody complain about delivery?", "negative", True),
    ],
)
def test_a_share_taken_for_granted_is_counted(
    world: World, question: str, mood: str, *, is_denied: bool
) -> None:
    """All that is said of delivery is bad; that is a small part of all that is said."""
    ledger, text = told(world, question, scope={"themes": ["delivery"]}, outcome={"sentiment": [mood]})
    assert ledger.abstained == ("premise" if is_denied else None)
    assert text.startswith("It is not") == is_denied
    test_analyses.check(world, ledger)


def test_a_time_that_nothing_comes_before_is_halved(world: World) -> None:
    """All of the data's days are asked about: its first half against its second."""
    everything = {"from": "2026-01-01", "to": "2026-05-31"}
    ledger, text = told(
        world, "Why did delivery complaints go up this year?",
        scope={"themes": ["delivery"], "polarity": "-", "period": everything},
    )  # fmt: skip
    assert "they have risen" in text
    assert ledger.abstained is None


def test_the_answer_begins_with_it(world: World) -> None:
    """Before the reasons."""
    vocabulary = Vocabulary(themes={name: ThemeWords(name=text) for name, text in NAMES.themes.items()})
    snapshot = Snapshot(view=world.view, parser=Parser(vocabulary), quality={}, vocabulary=vocabulary)
    answer = Asker(lambda: snapshot, Talks(Remembered())).ask(
        "Why did negative feedback about delivery soar in May?", today=TODAY
    )
    assert "they have risen" in answer.claims[0].text
    assert answer.plan["intent"] == "drivers"
