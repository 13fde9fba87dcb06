"""Conversations: what was asked and how it was understood, so that a turn can edit the one before and be resumed."""

from dataclasses import dataclass
from typing import Any, Protocol

from assistant.ask.plan import QueryPlan

MOST = 50  # turns of a conversation that are kept; no text of a customer is in them
WITHOUT_SCOPE = frozenset({"help", "unsupported"})


class Documents(Protocol):
    """Keeps a document by key."""

    def get(self, key: str) -> dict[str, Any] | None: ...
    def put(self, key: str, body: dict[str, Any], /) -> None: ...
    def delete(self, key: str) -> bool: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """A question and its plan."""

    question: str
    plan: QueryPlan


class Talks:
    """The conversations of one workspace."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def turns(self, key: str) -> list[Turn]:
        """The turns of a conversation, oldest first; none when it is not known."""
        kept = self._documents.get(key) or {}
        return [
            Turn(question=turn["question"], plan=QueryPlan.model_validate(turn["plan"]))
            for turn in kept.get("turns", [])
        ]

    def plans(self, key: str | None) -> list[QueryPlan]:
        """What a further turn can refer to, oldest first."""
        turns = self.turns(key) if key else []
        return [turn.plan for turn in turns if turn.plan.intent not in WITHOUT_SCOPE]

    def add(self, key: str, question: str, plan: QueryPlan, *, is_revised: bool = False) -> None:
        """Keep a turn; a revised plan takes the place of the last one when that is of the same question."""
        turns = self.turns(key)
        if is_revised and turns and turns[-1].question == question:
            turns.pop()
        turns = [*turns, Turn(question=question, plan=plan)][-MOST:]
        plain = [{"question": turn.question, "plan": turn.plan.plain()} for turn in turns]
        self._documents.put(key, {"turns": plain})

    def forget(self, key: str) -> bool:
        """Delete a conversation; says whether there was one."""
        return self._documents.delete(key)
