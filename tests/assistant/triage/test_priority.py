"""Who needs somebody first: points by hand, and replies that fit what was said."""

from datetime import date, timedelta

import numpy as np
import pytest

from assistant.triage.cases import Case, stands
from assistant.triage.priority import Priorities, due
from assistant.triage.replies import reply
from index.records import Customer
from tests.assistant.conftest import NAMES, Build, Said, World, tags_of

TODAY = date(2026, 1, 31)


@pytest.fixture
def world(build: Build) -> World:
    """Praise, a calm complaint, and an angry customer of high value who is leaving."""
    said = [
        Said(text="Lovely. Thanks.", sentiment="positive", day=0, customer="dear"),
        Said(text="The parcel was late. Oh well.", themes=(("delivery", "-", "parcel_late"),), day=29, customer="cheap"),
        Said(text="Nobody answers. I leave.", themes=(("support_service", "-", None),), gaps=("unheard",), emotions=("anger",),
             churn="leaving", effort="high", day=20, customer="dear"),
    ]  # fmt: skip
    return build(
        said,
        [
            Customer(id="dear", attributes={"lifetime_value": "900"}),
            Customer(id="cheap", attributes={"lifetime_value": "20"}),
        ],
    )


def test_points_are_the_sum_of_their_reasons(world: World) -> None:
    """Leaving 30, gap 15, effort 8, anger 7, tone 5, dearest customer 15, waited 10 of 14 days."""
    found = Priorities.of(world.view)
    points = found.points(TODAY)
    numbers = list(world.view.terms.all)
    reasons = found.reasons(numbers[2], TODAY)
    assert points[numbers[2]] == pytest.approx(30 + 15 + 8 + 7 + 5 + 15 + 10 / 14 * 10)
    assert sum(reason.points for reason in reasons) == pytest.approx(points[numbers[2]])
    assert [(reason.name, reason.because) for reason in reasons[:2]] == [
        ("wish to leave", "say they are leaving"),
        ("customer", "lifetime value"),
    ] or reasons[0].name == "wish to leave"
    assert found.worth_name == "lifetime_value"


def test_praise_waits_without_becoming_urgent(world: World) -> None:
    """Neither by its age nor by who wrote it."""
    found = Priorities.of(world.view)
    first = next(iter(world.view.terms.all))
    assert found.points(TODAY + timedelta(days=90))[first] == 0
    assert found.reasons(first, TODAY) == []


def test_the_order_is_by_points_then_latest(world: World) -> None:
    """The angry one, the late parcel, the praise."""
    found = Priorities.of(world.view)
    order = found.ordered(world.view.terms.all, TODAY)
    points = found.points(TODAY)[order]
    assert list(np.argsort(-points, kind="stable")) == [0, 1, 2]
    assert order[-1] == next(iter(world.view.terms.all))


def test_what_is_late_is_told_by_urgency(world: World) -> None:
    """A week for what is not urgent, a day for the most urgent; praise is never late."""
    assert due(date(2026, 1, 1), 4) == date(2026, 1, 2)
    assert due(date(2026, 1, 1), None) == date(2026, 1, 8)
    assert due(None, 4) is None
    found, numbers = Priorities.of(world.view), list(world.view.terms.all)
    assert list(found.late(date(2026, 1, 29))) == numbers[2:]
    assert list(found.late(date(2026, 3, 1))) == numbers[1:]  # praise wants no answer


def test_a_snoozed_item_comes_back_on_its_day() -> None:
    """Not before."""
    case = Case(status="snoozed", until=date(2026, 2, 1))
    assert (stands(case, date(2026, 1, 31)), stands(case, date(2026, 2, 1))) == ("snoozed", "open")


def test_a_reply_acknowledges_understands_and_acts(world: World) -> None:
    """It names the feeling, what it is about, what went wrong, and the next step."""
    said = Said(text="Refund lost. Nobody answers.", themes=(("returns_refunds", "-", "refund_slow"),), gaps=("unheard",),
                emotions=("anger",), churn="leaving", effort="high")  # fmt: skip
    text = reply(tags_of("a", said), NAMES) or ""
    for part in (
        "how angry",
        "slow refunds",
        "far too much effort",
        "no real answer",
        "refund stand",
        "keep you as a customer",
        "[day]",
    ):
        assert part in text, part


def test_praise_is_thanked_and_silence_is_not_answered(world: World) -> None:
    """No apology where nothing went wrong, and nothing where nothing was understood."""
    praise = tags_of(
        "a", Said(text="Great. Thanks.", sentiment="positive", themes=(("delivery", "+", None),))
    )
    text = reply(praise, NAMES) or ""
    assert "thank you" in text
    assert "sorry" not in text
    assert reply({**praise, "sentiment": None}, NAMES) is None
