"""The texts that we wrote for training use the words of the guide, quote themselves, and do not repeat."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from nlp import labels
from nlp.data import OWN_CONVERSATIONS, OWN_TEXTS

FILES = sorted(OWN_TEXTS.glob("*.jsonl"))


def rows(path: Path) -> list[dict[str, Any]]:
    """The objects of a file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_labels_are_those_of_the_guide(path: Path) -> None:
    """Every value is one that the guide knows, and the reason stands in the text."""
    for row in rows(path):
        assert row["sentiment"] in labels.SENTIMENTS, row["id"]
        assert set(row["emotions"]) <= set(labels.EMOTIONS), row["id"]
        assert row["intensity"] in (0, 1, 2, 3), row["id"]
        assert set(row["themes"]) <= set(labels.THEMES), row["id"]
        assert set(row["themes"].values()) <= {"-", "+", "0"}, row["id"]
        assert set(row["empathy_gaps"]) <= set(labels.EMPATHY_GAPS), row["id"]
        assert row["churn"] in labels.CHURN, row["id"]
        assert row["effort"] in labels.EFFORT, row["id"]
        assert row["urgency"] in labels.URGENCY, row["id"]
        assert row["intent"] in labels.INTENTS, row["id"]
        assert set(row["forces"]) <= set(labels.FORCES), row["id"]
        assert row["spectrum"] in (None, *labels.SPECTRUM), row["id"]
        assert set(row["values"]) <= set(labels.VALUES), row["id"]
        assert row["why"] in row["text"], row["id"]


def test_no_text_is_there_twice() -> None:
    """Neither an id nor the words of a text, whatever the case and the marks."""
    every = [row for path in FILES for row in rows(path)]
    talks = [row for path in sorted(OWN_CONVERSATIONS.glob("*.jsonl")) for row in rows(path)]
    for name, values in (
        ("id", [row["id"] for row in (*every, *talks)]),
        ("text", [" ".join(re.findall(r"\w+", row["text"].casefold())) for row in every]),
    ):
        assert not [value for value, count in Counter(values).items() if count > 1], name
