"""Reads the turns of a conversation out of a cell."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from assistant.errors import RefusedError
from assistant.intake.cleaning import MAX_TEXT, clean_text

Turn = tuple[Literal["C", "A"], str]

_CUSTOMER = frozenset(
    [
        "c",
        "customer",
        "cust",
        "user",
        "client",
        "consumer",
        "visitor",
        "caller",
        "guest",
        "member",
        "buyer",
        "requester",
        "enduser",
        "end_user",
        "human",
        "kunde",
        "klant",
        "cliente",
    ]
)
_AGENT = frozenset(
    [
        "a",
        "agent",
        "assistant",
        "support",
        "advisor",
        "adviser",
        "representative",
        "rep",
        "operator",
        "staff",
        "employee",
        "company",
        "bot",
        "chatbot",
        "system",
        "admin",
        "brand",
        "mitarbeiter",
        "berater",
        "medewerker",
        "agente",
        "conseiller",
    ]
)
_WHO = ("role", "speaker", "author", "from", "sender", "who", "party", "participant")
_WHAT = ("text", "content", "message", "body", "utterance", "value")
_MAX_TURNS = 2_000


def turns_of(cell: Any) -> tuple[Turn, ...]:
    """Turns from `[["C", "text"], ["A", "text"]]` or a list of objects with a role and a text; also as a JSON string.

    Raises:
        RefusedError: saying which turn cannot be read.
    """
    entries = _entries(cell)
    if len(entries) > _MAX_TURNS:
        raise RefusedError(f"the conversation is too long: {len(entries):,} turns, at most {_MAX_TURNS:,}")
    turns = []
    for number, entry in enumerate(entries, 1):
        who, said = _parts(entry, number)
        if said := clean_text(said):
            turns.append((who, said))
    if sum(len(said) for _, said in turns) > MAX_TEXT:
        raise RefusedError(f"the conversation is too long: more than {MAX_TEXT:,} characters")
    return tuple(turns)


def _entries(cell: Any) -> Sequence[Any]:
    if isinstance(cell, str):
        if not cell.strip():
            return ()
        try:
            cell = json.loads(cell)
        except (ValueError, RecursionError) as error:
            raise RefusedError(
                'the turns cannot be read: write them as [["C", "..."], ["A", "..."]]'
            ) from error
    if not isinstance(cell, list | tuple):
        raise RefusedError('the turns cannot be read: write them as [["C", "..."], ["A", "..."]]')
    return cell


def _parts(entry: Any, number: int) -> Turn:
    if isinstance(entry, Mapping):
        who = next((entry[key] for key in _WHO if key in entry), None)
        said = next((entry[key] for key in _WHAT if key in entry), None)
        if isinstance(who, Mapping):
            who = next((who[key] for key in ("role", "type", "name") if key in who), None)
    elif isinstance(entry, list | tuple) and len(entry) == 2:
        who, said = entry
    else:
        who = said = None
    if not isinstance(who, str) or not isinstance(said, str):
        raise RefusedError(f"a turn cannot be read: turn {number} has no role or no text")
    role = role_of(who)
    if role is None:
        raise RefusedError(
            f"a turn cannot be read: turn {number} is by {who[:40]!r}, which is neither customer nor agent"
        )
    return role, said


def role_of(who: str) -> Literal["C", "A"] | None:
    """Customer or agent, by a word for them in any case; None for any other name."""
    role = who.strip().casefold()
    if role in _CUSTOMER:
        return "C"
    return "A" if role in _AGENT else None
