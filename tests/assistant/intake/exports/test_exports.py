"""Exports of helpdesks are recognised and read as conversations."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from assistant.intake.drafts import Draft, draft_of_row
from assistant.intake.exports.markup import text_of_html
from assistant.intake.inference import infer
from assistant.intake.mapping import wishes
from assistant.intake.reading import open_table
from assistant.intake.rows import Table

TICKET: dict[str, Any] = {
    "id": 8812, "created_at": "2026-04-02T09:14:00Z", "requester_id": 71, "assignee_id": 5,
    "subject": "Kettle leaks", "description": "The kettle leaks at the base.", "status": "solved",
    "priority": "high", "tags": ["kettle", "warranty"], "via": {"channel": "email"},
    "satisfaction_rating": {"score": "bad"},
    "comments": [
        {"id": 1, "author_id": 71, "public": True, "plain_body": "The kettle leaks at the base."},
        {"id": 2, "author_id": 5, "public": False, "plain_body": "Third one this week."},
        {"id": 3, "author_id": 5, "public": True, "body": "Please send us a photo."},
    ],
}  # fmt: skip
CHAT: dict[str, Any] = {
    "type": "conversation", "id": "2155", "created_at": 1775120400, "state": "closed", "priority": "not_priority",
    "source": {"type": "conversation", "body": "<p>My invoice is wrong &amp; late.</p>",
               "author": {"type": "user", "id": "u-9", "email": "mia@example.org"}},
    "conversation_rating": {"rating": 2}, "tags": {"tags": [{"name": "billing"}]},
    "conversation_parts": {"conversation_parts": [
        {"part_type": "note", "body": "<p>Known bug.</p>", "author": {"type": "admin"}},
        {"part_type": "assignment", "body": None, "author": {"type": "bot"}},
        {"part_type": "comment", "body": "<p>Let me look.</p><p>One moment.</p>", "author": {"type": "admin"}},
    ]},
}  # fmt: skip


def written(folder: Path, *entries: Any, within: str | None = None) -> Path:
    path = folder / "export.json"
    text = json.dumps({within: entries}) if within else "\n".join(map(json.dumps, entries)) + "\n"
    path.write_text(text, encoding="utf-8")
    return path


def drafts(table: Table) -> list[Draft]:
    rows = list(table.rows())
    mapping = infer(table.columns, rows, wishes([], table.columns), today=dt.date(2026, 11, 1))
    return [draft_of_row(row, mapping) for row in rows]


@pytest.mark.parametrize("within", [None, "tickets"], ids=["lines", "array"])
def test_zendesk(tmp_path: Path, within: str | None) -> None:
    """A ticket becomes a conversation with what is known of it; internal notes stay out."""
    table = open_table(written(tmp_path, TICKET, {**TICKET, "id": 8813, "requester_id": 72}, within=within))
    draft = drafts(table)[0]
    assert table.description.endswith("read as a Zendesk export")
    assert draft.turns == (("C", "The kettle leaks at the base."), ("A", "Please send us a photo."))
    assert (draft.id, draft.customer, draft.date) == ("8812", "71", dt.date(2026, 4, 2))
    assert draft.attributes == {
        "channel": "email", "status": "solved", "priority": "high", "tags": "kettle, warranty", "satisfied": "no",
    }  # fmt: skip


def test_intercom(tmp_path: Path) -> None:
    """A conversation is its first message and the replies as plain text, without notes and mail addresses."""
    table = open_table(written(tmp_path, CHAT, {**CHAT, "id": "2156"}, within="conversations"))
    draft = drafts(table)[0]
    assert table.description.endswith("read as an Intercom export")
    assert draft.turns == (("C", "My invoice is wrong & late."), ("A", "Let me look.\nOne moment."))
    assert (draft.id, draft.customer, draft.date) == ("2155", "u-9", dt.date(2026, 4, 2))
    assert draft.attributes["rating"] == "2"
    assert draft.attributes["tags"] == "billing"


def test_refused(tmp_path: Path) -> None:
    """A ticket without a requester is refused with the reason and keeps its id only; the others are read."""
    rows = list(open_table(written(tmp_path, TICKET, {**TICKET, "requester_id": None})).rows())
    assert [row.problem is None for row in rows] == [True, False]
    assert rows[1].line == 2
    assert rows[1].cells == {"id": "8812"}
    assert "no requester_id" in (rows[1].problem or "")


def test_other_json(tmp_path: Path) -> None:
    """A file of another shape is read as before."""
    table = open_table(written(tmp_path, {"id": 1, "text": "Fine."}, {"id": 2, "text": "Slow."}))
    assert table.description == "JSON Lines, utf-8"


def test_markup() -> None:
    """Scripts and styles are no text, and paragraphs are lines."""
    assert text_of_html("<style>p{}</style><p>Hi<br>you</p><script>x()</script>&lt;3") == "Hi\nyou\n<3"
