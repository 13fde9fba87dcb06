"""Tickets of Freshdesk with their conversations."""

from collections.abc import Mapping, Sequence
from typing import Any

from assistant.errors import RefusedError
from assistant.intake.exports.markup import text_of_html

# The product writes numbers for these (its API v2); ones that a company has added itself stay numbers.
_STATUS = {"2": "open", "3": "pending", "4": "resolved", "5": "closed"}
_PRIORITY = {"1": "low", "2": "medium", "3": "high", "4": "urgent"}
_SOURCE = {
    "1": "email", "2": "portal", "3": "phone", "7": "chat", "9": "feedback_widget", "10": "outbound_email",
}  # fmt: skip


class FreshdeskExport:
    """A ticket is what was written first and the replies; private notes are left out."""

    name = "a Freshdesk"
    fields = frozenset(("id", "requester_id", "description_text", "source", "status"))
    columns: Sequence[str] = (
        "id", "created_at", "customer_id", "channel", "subject", "turns", "status", "priority", "type", "tags",
    )  # fmt: skip

    def cells(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        """As Export."""
        turns = _turns(entry)
        if not turns:
            raise RefusedError("the ticket has no text and no public reply")
        return {
            "id": entry.get("id", ""),
            "created_at": entry.get("created_at", ""),
            "customer_id": entry.get("requester_id", ""),
            "channel": _named(_SOURCE, entry.get("source")),
            "subject": entry.get("subject", ""),
            "turns": turns,
            "status": _named(_STATUS, entry.get("status")),
            "priority": _named(_PRIORITY, entry.get("priority")),
            "type": entry.get("type", ""),
            "tags": entry.get("tags", ""),
        }


def _turns(entry: Mapping[str, Any]) -> list[list[str]]:
    """The first message is the customer's, unless the company wrote it (an outbound mail)."""
    first = entry.get("description_text") or text_of_html(str(entry.get("description") or ""))
    turns = [["A" if str(entry.get("source")) == "10" else "C", str(first)]]
    conversations = entry.get("conversations")
    for reply in conversations if isinstance(conversations, list) else []:
        if isinstance(reply, Mapping) and not reply.get("private"):
            said = reply.get("body_text") or text_of_html(str(reply.get("body") or ""))
            turns.append(["C" if reply.get("incoming") else "A", str(said)])
    return [turn for turn in turns if turn[1].strip()]


def _named(names: Mapping[str, str], value: Any) -> str:
    return names.get(str(value), str(value or ""))
