"""How good a tagger was on texts of domains that it had not seen, as measured when it was made."""

import json
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from pathlib import Path

FILE = "quality.json"
RISK = "risk"  # as a label of `churn`: any of those below
LEAVING = ("left", "leaving", "at_risk")


@dataclass(frozen=True, slots=True)
class Confusion:
    """Texts by what the tagger said of a label and what is true: found, false alarms, missed, rightly passed."""

    found: int
    false: int
    missed: int
    passed: int


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldQuality:
    """Micro precision and recall of a field of `Tags`, and the confusion of each of its labels."""

    precision: float
    recall: float
    labels: Mapping[str, Confusion]


def quality(folder: Path) -> Mapping[str, FieldQuality]:
    """What was measured by field of `Tags`; empty when the folder holds no measurement."""
    path = folder / FILE
    if not path.is_file():
        return {}
    return {
        field: FieldQuality(
            precision=one["precision"],
            recall=one["recall"],
            labels={label: Confusion(*counts) for label, counts in one.get("labels", {}).items()},
        )
        for field, one in json.loads(path.read_text("utf-8")).items()
    }


def write_quality(folder: Path, measured: Mapping[str, FieldQuality]) -> None:
    """Write what `quality` reads."""
    rows = {
        field: {
            "precision": round(one.precision, 4),
            "recall": round(one.recall, 4),
            "labels": {label: astuple(counts) for label, counts in one.labels.items()},
        }
        for field, one in measured.items()
    }
    text = ",\n".join(f"{json.dumps(field)}: {json.dumps(row)}" for field, row in rows.items())
    (folder / FILE).write_text(f"{{{text}}}\n", encoding="utf-8")
