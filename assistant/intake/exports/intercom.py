"""Conversations of Intercom with their parts."""

from collections.abc import Mapping, Sequence
from typing import Any

from assistant.errors import RefusedError
from assistant.intake.exports.markup import text_of_html

_CUSTOMER = frozenset(("user", "lead", "contact"))
_PARTS = "conversation_parts.conversation_parts"


class IntercomExport:
    """A conversation is its first message and the parts that say something; notes of the team are left out."""

    name = "an Intercom"
    fields = frozenset(("id", "source.body", "source.author.type", _PARTS))
    columns: Sequence[str] = (
        "id", "created_at", "customer_id", "channel", "turns", "state", "priority", "tags", "rating",
    )  # fmt: skip

    def cells(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        """As Export."""
        turns = _turns(entry)
        if not turns:
            raise RefusedError("the conversation has no message")
        return {
            "id": entry.get("id", ""),
            "created_at": entry.get("created_at", ""),
            "customer_id": _customer(entry),
            "channel": entry.get("source.type", ""),
            "turns": turns,
            "state": entry.get("state", ""),
            "priority": entry.get("priority", ""),
            "tags": ", ".join(str(tag.get("name", "")) for tag in _objects(entry.get("tags.tags"))),
            "rating": entry.get("conversation_rating.rating", ""),
        }


def _turns(entry: Mapping[str, Any]) -> list[list[str]]:
    said = [(entry.get("source.author.type"), entry.get("source.body"))]
    for part in _objects(entry.get(_PARTS)):
        if not str(part.get("part_type", "")).startswith("note"):
            author = part.get("author")
            said.append((author.get("type") if isinstance(author, Mapping) else None, part.get("body")))
    return [
        ["C" if who in _CUSTOMER else "A", text]
        for who, body in said
        if isinstance(body, str) and (text := text_of_html(body))
    ]


def _customer(entry: Mapping[str, Any]) -> str:
    """Who wrote first, or where the team did, whom it wrote to."""
    if entry.get("source.author.type") in _CUSTOMER:
        return str(entry.get("source.author.id", ""))
    return next((str(one.get("id", "")) for one in _objects(entry.get("contacts.contacts"))), "")


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []
