"""Tickets of Zendesk with their comments."""

from collections.abc import Mapping, Sequence
from typing import Any

from assistant.errors import RefusedError

_SATISFIED = {"good": "yes", "bad": "no"}


class ZendeskExport:
    """A ticket is a conversation of its requester with the others; internal notes are left out."""

    name = "a Zendesk"
    fields = frozenset(("id", "requester_id", "comments", "status", "subject"))
    columns: Sequence[str] = (
        "id", "created_at", "customer_id", "channel", "subject", "turns", "status", "priority", "tags", "satisfied",
    )  # fmt: skip

    def cells(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        """As Export."""
        requester, comments = entry.get("requester_id"), entry.get("comments")
        if not requester:
            raise RefusedError("the ticket has no requester_id, so it is not clear who is the customer")
        if not isinstance(comments, list):
            raise RefusedError("the ticket has no comments; export tickets together with their comments")
        turns = [_turn(one, requester) for one in comments if _is_public(one)]
        if not turns:
            raise RefusedError("the ticket has no public comment")
        return {
            "id": entry.get("id", ""),
            "created_at": entry.get("created_at", ""),
            "customer_id": requester,
            "channel": entry.get("via.channel", ""),
            "subject": entry.get("subject", ""),
            "turns": turns,
            "status": entry.get("status", ""),
            "priority": entry.get("priority", ""),
            "tags": entry.get("tags", ""),
            "satisfied": _SATISFIED.get(entry.get("satisfaction_rating.score", ""), ""),
        }


def _is_public(comment: Any) -> bool:
    return isinstance(comment, Mapping) and comment.get("public") is not False


def _turn(comment: Mapping[str, Any], requester: str) -> list[str]:
    said = comment.get("plain_body") or comment.get("body")
    if not isinstance(said, str):
        raise RefusedError("a comment of the ticket has no body")
    return ["C" if str(comment.get("author_id")) == requester else "A", said]
