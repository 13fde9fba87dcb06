"""Attribute values in the words of questions."""

from collections.abc import Mapping
from datetime import date

import pytest

from assistant.ask.parse import Parser
from assistant.ask.vocabulary import Vocabulary

TODAY = date(2026, 9, 30)


def attributes(data: Mapping[str, str], question: str) -> dict[str, list[str]]:
    stored = {name: dict.fromkeys(values.split(), 1) for name, values in data.items()}
    return Parser(Vocabulary(attributes=stored)).read(question, TODAY).plan.scope.attributes


@pytest.mark.parametrize(
    ("data", "question", "expected"),
    [
        ({"country": "UK DE FR"}, "feedback from German customers", {"country": ["DE"]}),
        ({"country": "Germany France"}, "what do the French think of prices", {"country": ["France"]}),
        ({"country": "US UK"}, "why do US customers leave us", {"country": ["US"]}),
        ({"country": "US UK"}, "what do people say about us", {}),
        ({"channel": "phone_note email"}, "complaints by phone", {"channel": ["phone_note"]}),
        ({"channel": "social survey"}, "posts on Twitter about prices", {"channel": ["social"]}),
        ({"channel": "app_review review"}, "app store reviews about prices", {"channel": ["app_review"]}),
        ({"segment": "premium regular"}, "what do regulars say", {"segment": ["regular"]}),
        ({"segment": "new old"}, "what's new?", {}),
        ({"segment": "new old"}, "complaints of new customers", {"segment": ["new"]}),
        ({"cabin": "business economy"}, "how many business class complaints", {"cabin": ["business"]}),
        (
            {"cabin": "business economy"},
            "complaints in economy or business",
            {"cabin": ["economy", "business"]},
        ),
        ({"plan": "free team"}, "onboarding on the free plan", {"plan": ["free"]}),
        ({"plan": "free team"}, "free shipping", {}),
        ({"guest_type": "family solo"}, "what do families say about noise", {"guest_type": ["family"]}),
        ({"version": "4.1 5.0"}, "crashes in 5.0", {"version": ["5.0"]}),
        ({"Class Name": "Dresses Pants"}, "how many mention dresses", {"Class Name": ["Dresses"]}),
    ],
)
def test_value(data: dict[str, str], question: str, expected: dict[str, list[str]]) -> None:
    """Values are found in any case and number, by other names, and everyday words only where they are meant."""
    assert attributes(data, question) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("how many 1-star ratings", ["1"]),
        ("how many five-star reviews", ["5"]),
        ("how many 1 and 2 stars", ["1", "2"]),
        ("how many ratings under 3", ["1", "2"]),
        ("how many gave at least 4 stars", ["4", "5"]),
        ("how many gave 3 stars or less", ["1", "2", "3"]),
        ("how many 4+ stars", ["4", "5"]),
        ("how many low ratings", ["1", "2"]),
        ("how many rated us 5", ["5"]),
        ("how many detractors", ["1", "2"]),
    ],
)
def test_grade(question: str, expected: list[str]) -> None:
    """Numbers, bounds and levels of a rating are lists of its values."""
    assert attributes({"rating": "1 2 3 4 5"}, question) == {"rating": expected}


def test_numeric_attribute_by_name() -> None:
    """Bounds work on any numeric attribute that is named."""
    assert attributes({"Age": "25 45 65 70"}, "complaints of customers over 60") == {"Age": ["65", "70"]}
    assert attributes({"orders": "1 2 9"}, "complaints with orders over 2") == {"orders": ["9"]}


def test_nps_by_number_or_name() -> None:
    """Promoters and detractors are found where NPS is stored as a number or as a word."""
    numbers = " ".join(str(number) for number in range(11))
    assert attributes({"nps": numbers}, "comments of promoters") == {"nps": ["9", "10"]}
    assert attributes({"nps": "promoter passive detractor"}, "comments of promoters") == {"nps": ["promoter"]}


def test_yes_or_no() -> None:
    """A yes or no attribute is found by its name, and by its negation."""
    assert attributes({"churned": "yes no"}, "how many churned customers") == {"churned": ["yes"]}
    assert attributes({"churned": "yes no"}, "how many have not churned") == {"churned": ["no"]}


def test_the_named_attribute_wins() -> None:
    """A value that several attributes have goes to the one that is named."""
    data = {"plan": "premium basic", "cabin": "premium economy"}
    assert attributes(data, "complaints on the premium plan") == {"plan": ["premium"]}
    assert attributes(data, "complaints in the premium cabin") == {"cabin": ["premium"]}
