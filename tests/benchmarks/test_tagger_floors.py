import json
import os
from pathlib import Path

import pytest

from nlp.evaluate import Report, evaluate
from nlp.tagger import Tagger

FLOORS = json.loads(Path(__file__).with_name("floors.json").read_text(encoding="utf-8"))["tagger"]
LABELS = os.environ.get("EARMARK_LABELS")

pytestmark = pytest.mark.skipif(
    LABELS is None, reason="EARMARK_LABELS does not name a folder with dev.jsonl and dialogues_dev.jsonl"
)


@pytest.fixture(scope="module")
def report() -> Report:
    return evaluate(Tagger.load(), None, Path(str(LABELS)))


@pytest.mark.parametrize("name", sorted(FLOORS))
def test_the_shipped_tagger_keeps_its_scores(report, name):
    """Errors must stay below their ceiling and scores above their floor, a little under what was measured."""
    value = report.value(name)

    if name.startswith("calibration error"):
        assert value <= FLOORS[name]
    else:
        assert value >= FLOORS[name]
