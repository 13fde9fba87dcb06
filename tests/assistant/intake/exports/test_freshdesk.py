"""Tickets of Freshdesk are read as conversations."""

import copy
import datetime as dt
import json
from pathlib import Path
from typing import Any

from assistant.intake.drafts import draft_of_row
from assistant.intake.inference import infer
from assistant.intake.mapping import wishes
from assistant.intake.reading import open_table

TICKET: dict[str, Any] = {
    "id": 4021, "created_at": "2026-03-18T07:41:12Z", "requester_id": 900144, "responder_id": 31,
    "subject": "Wardrobe door", "description": "<div>The left door hangs crooked.</div>",
    "description_text": "The left door hangs crooked.", "status": 4, "priority": 3, "source": 2, "type": "Problem",
    "tags": ["wardrobe", "assembly"],
    "conversations": [
        {"body_text": "Did you tighten the lower hinge?", "incoming": False, "private": False},
        {"body_text": "He has called twice already.", "incoming": False, "private": True},
        {"body": "<p>Twice. It slips back by morning.</p>", "incoming": True, "private": False},
    ],
}  # fmt: skip


def test_ticket(tmp_path: Path) -> None:
    """The first message and the public replies are turns, and numbers of the product are words."""
    second = {**copy.deepcopy(TICKET), "id": 4022, "source": 10, "status": 99}
    path = tmp_path / "tickets.json"
    path.write_text(json.dumps([TICKET, second]), encoding="utf-8")
    table = open_table(path)
    rows = list(table.rows())
    mapping = infer(table.columns, rows, wishes([], table.columns), today=dt.date(2026, 11, 1))
    draft, outbound = (draft_of_row(row, mapping) for row in rows)
    assert table.description.endswith("read as a Freshdesk export")
    assert draft.turns == (
        ("C", "The left door hangs crooked."),
        ("A", "Did you tighten the lower hinge?"),
        ("C", "Twice. It slips back by morning."),
    )
    assert (draft.id, draft.customer, draft.date) == ("4021", "900144", dt.date(2026, 3, 18))
    assert draft.attributes == {
        "channel": "portal", "status": "resolved", "priority": "high", "type": "Problem",
        "tags": "wardrobe, assembly",
    }  # fmt: skip
    assert outbound.turns is not None
    assert outbound.turns[0][0] == "A"
    assert outbound.attributes["status"] == "99"


def test_no_text(tmp_path: Path) -> None:
    """A ticket in which nobody says anything is refused with the reason."""
    empty = {**TICKET, "description": "", "description_text": "", "conversations": []}
    path = tmp_path / "tickets.json"
    path.write_text(json.dumps([empty]), encoding="utf-8")
    assert "no text" in (next(iter(open_table(path).rows())).problem or "")
