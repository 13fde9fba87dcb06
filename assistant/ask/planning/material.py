"""What a planner is given: the question, the plans, the day, and names. Never any feedback."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from assistant.ask.plan import QueryPlan, Reading
from assistant.ask.tokens import stems
from assistant.ask.vocabulary import Vocabulary
from nlp import labels

VALUES = 12  # of each attribute, the most frequent ones
MANY = 200  # values from which an attribute is a number or a name of somebody, and none is shown
LONGEST = 60  # characters of a value that is shown
TAGS: Mapping[str, list[str]] = {
    "polarity": ["-", "+", "0"],
    "sentiment": list(labels.SENTIMENTS),
    "emotions": list(labels.EMOTIONS),
    "empathy_gaps": list(labels.EMPATHY_GAPS),
    "churn": list(labels.CHURN),
    "effort": list(labels.EFFORT),
    "intents": list(labels.INTENTS),
    "forces": list(labels.FORCES),
}


def material(
    question: str, read: Reading, vocabulary: Vocabulary, today: date, previous: QueryPlan | None
) -> dict[str, Any]:
    """As JSON for the prompt."""
    days = [day.isoformat() for day in (vocabulary.first, vocabulary.last) if day]
    return {
        "question": question,
        "today": today.isoformat(),
        "days": days,
        "read": _short(read.plan),
        "unclear": read.unused,
        "previous": _short(previous) if previous else None,
        "vocabulary": {
            "themes": _themes(vocabulary),
            "tags": TAGS,
            "attributes": _attributes(question, vocabulary),
        },
    }


def _short(plan: QueryPlan) -> dict[str, Any]:
    return plan.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def _themes(vocabulary: Vocabulary) -> dict[str, Any]:
    """Each theme with its name and the names of its parts."""
    found: dict[str, Any] = {
        name: {"name": theme.name, "parts": {}}
        for name, theme in vocabulary.themes.items() if theme.parent is None
    }  # fmt: skip
    for name, theme in vocabulary.themes.items():
        if theme.parent in found:
            found[theme.parent]["parts"][name] = theme.name
    return found


def _attributes(question: str, vocabulary: Vocabulary) -> dict[str, list[str]]:
    """The most frequent values of each attribute, and those of which the question has a word."""
    asked = set(stems(question))
    shown = {}
    for name, counts in vocabulary.attributes.items():
        few = counts if len(counts) <= MANY else ()
        short = sorted((one for one in few if len(one) <= LONGEST), key=lambda one: (-counts[one], one))
        named = [one for one in short[VALUES:] if asked & set(stems(one))]
        shown[name] = [*short[:VALUES], *named[:VALUES]]
    return shown
