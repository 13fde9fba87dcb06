"""Reading questions, and knowing which have no answer, never gets worse than the floors."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

from assistant.measuring.abstaining import abstaining

HERE = Path(__file__).parent
ALL_FLOORS = json.loads((HERE / "floors.json").read_text(encoding="utf-8"))
FLOORS = ALL_FLOORS["parse"]


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    spec = importlib.util.spec_from_file_location("parse_scores", HERE / "parse_scores.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_scores_hold_their_floors(benchmark: ModuleType) -> None:
    """Plans that are exact, intents and whole dialogues stay at or above their floors."""
    scores = {part: found.shares() for part, found in benchmark.measure().items()}
    low = [
        f"{part} {name}: {scores[part][name]:.3f} under {floor}"
        for part, floors in FLOORS["shares"].items()
        for name, floor in floors.items()
        if scores[part][name] < floor
    ]
    assert not low


def test_reading_is_fast(benchmark: ModuleType) -> None:
    """A question is read within the processor time that the floor allows."""
    found = benchmark.scored(benchmark.part("questions", odd=True))
    assert 1000 * found.seconds / found.questions < FLOORS["milliseconds"]


def test_abstaining_holds_its_floors() -> None:
    """What has no answer is refused for the right reason, and what has one is answered."""
    rates = {rate.name: rate.value for rate in abstaining(HERE, lambda _what, _done, _of: None)}
    assert {name for name, floor in ALL_FLOORS["abstaining"].items() if rates[name] < floor} == set()
