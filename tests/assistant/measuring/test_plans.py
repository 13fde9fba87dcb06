"""Reading question sets: what is right is counted as right, and what is wrong as wrong."""

import json
from pathlib import Path
from typing import Any

import pytest

from assistant.commands.measuring import measured
from assistant.errors import InputError
from assistant.measuring.plans import plans, read, scored

ATTRIBUTES = {"channel": ["email", "chat"]}


def quiet(_what: str, _done: int, _of: int) -> None:
    """Progress that nobody watches."""


def entry(name: str, question: str, **plan: Any) -> dict[str, Any]:
    return {"id": name, "question": question, "today": "2026-09-30", "attributes": ATTRIBUTES, "plan": plan}


RIGHT = entry("q1", "Why are customers leaving after returns?", intent="drivers",
              scope={"themes": ["returns_refunds"]}, outcome={"churn": ["left", "leaving", "at_risk"]})  # fmt: skip
WRONG = entry("q2", "How many complaints by email?", intent="count", scope={"attributes": {"channel": ["chat"]}, "sentiment": ["negative"]})  # fmt: skip
WEATHER = entry("q3", "What will the weather be in Hamburg tomorrow?", intent="unsupported")
REFUSED = entry("q4", "What is the weather like?", intent="count")
DIALOGUE = {
    "id": "f1", "today": "2026-09-30", "attributes": ATTRIBUTES,
    "turns": [{"question": "complaints about delivery", "plan": {"intent": "count", "scope": {"themes": ["delivery"], "polarity": "-"}}},
              {"question": "and by email?", "plan": {"intent": "count", "scope": {"themes": ["delivery"], "polarity": "-", "attributes": {"channel": ["email"]}}}}],
}  # fmt: skip


def written(folder: Path, name: str, *entries: dict[str, Any]) -> Path:
    (folder / name).write_text("".join(f"{json.dumps(one)}\n" for one in entries), encoding="utf-8")
    return folder


def test_slots_and_refusals_are_counted() -> None:
    """Of three slots in one plan one is wrong; of two questions that were not answered one ought to have been."""
    found = scored([RIGHT, WRONG, WEATHER, REFUSED])
    assert (found.questions, found.exact) == (4, 2)
    assert found.wrong["attributes"] == 1
    assert (found.due, found.declined, found.refused) == (1, 2, 1)
    assert found.right < found.said


def test_a_dialogue_is_whole_or_not() -> None:
    """One wrong turn spoils it."""
    assert scored([DIALOGUE]).whole == 1
    turns = [*DIALOGUE["turns"][:1], {**DIALOGUE["turns"][1], "plan": {"intent": "trend"}}]  # type: ignore[index]
    assert scored([{**DIALOGUE, "turns": turns}]).whole == 0


def test_the_sets_of_a_folder_are_rated(tmp_path: Path) -> None:
    """Each by its name: slots, whole plans, dialogues, and F1 of abstaining."""
    written(tmp_path, "questions_new.jsonl", RIGHT, WRONG, WEATHER, REFUSED)
    written(tmp_path, "followups.jsonl", DIALOGUE)
    rates = {rate.name: rate for rate in plans(tmp_path, quiet)}
    assert rates["plans exact, questions new"].value == 0.5
    assert rates["abstaining, F1, questions new"].value == pytest.approx(2 / 3)
    assert rates["whole dialogues right, followups"].value == 1


def test_a_folder_without_cases_and_a_bad_line_are_explained(tmp_path: Path) -> None:
    """Which file and line, and what it takes; before anything else is measured."""
    with pytest.raises(InputError, match="it takes questions"):
        measured(None, 1, 1, tmp_path, quiet)  # type: ignore[arg-type]
    assert plans(tmp_path, quiet) == []
    written(tmp_path, "questions.jsonl", RIGHT, {"question": "?"})
    with pytest.raises(InputError, match="line 2"):
        read(tmp_path / "questions.jsonl")
