"""How good a tagger was on texts of domains that it had not seen, as measured when it was made."""

import json
from collections.abc import Mapping
from pathlib import Path

FILE = "quality.json"


def quality(folder: Path) -> Mapping[str, tuple[float, float]]:
    """Micro precision and recall by field of `Tags`; empty when the folder holds no measurement."""
    path = folder / FILE
    if not path.is_file():
        return {}
    return {
        field: (one["precision"], one["recall"]) for field, one in json.loads(path.read_text("utf-8")).items()
    }


def write_quality(folder: Path, measured: Mapping[str, tuple[float, float]]) -> None:
    """Write what `quality` reads."""
    rows = {field: {"precision": round(p, 4), "recall": round(r, 4)} for field, (p, r) in measured.items()}
    (folder / FILE).write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
