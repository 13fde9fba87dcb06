"""A handful of labelled texts and a conversation."""

import json
from pathlib import Path

LATE = {
    "id": "m1", "text": "The parcel came a week late. The courier was kind.", "industry": "post",
    "sentiment": "mixed", "emotions": ["anger"], "intensity": 1, "themes": {"delivery": "-"},
    "empathy_gaps": ["unheard"], "churn": "at_risk", "effort": "high", "urgency": 3, "intent": "complaint",
    "forces": {"certainty": "-"}, "spectrum": "needs", "values": ["functional"], "why": "came a week late",
}  # fmt: skip
FINE = {
    "id": "m2", "text": "Lovely soup, quick service.", "industry": "food", "sentiment": "positive",
    "emotions": ["joy"], "intensity": 2, "themes": {"food_drink": "+", "wait_time": "+"}, "empathy_gaps": [],
    "churn": "loyal", "effort": "low", "urgency": 1, "intent": "praise", "forces": {}, "spectrum": None,
    "values": [], "why": "",
}  # fmt: skip
TALK = {
    "id": "t1", "industry": "post", "turns": [["C", "Where is it?"], ["A", "On its way, sorry."], ["C", "Thanks"]],
    "emotions": [], "intensity": 0, "themes": {"delivery": "0"}, "churn": "none", "empathy_gaps": [],
    "replies": [{"turn": 1, "acknowledges": 1, "understands": 1, "explores": 0, "acts": 1, "scripted": False}],
    "gap": 0, "gap_turn": None, "resolved": "yes",
}  # fmt: skip


def write_lines(path: Path, rows: list[dict]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path
