"""The question plan: what a question asks for, in terms that can be executed and shown."""

from collections.abc import Sequence
from datetime import date
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from assistant.scope import Scope

Intent = Literal[
    "drivers", "count", "trend", "compare", "rank", "quotes",
    "summary", "emerging", "impact", "help", "unsupported",
]  # fmt: skip

RISK = ["left", "leaving", "at_risk"]


class QueryPlan(BaseModel):
    """One question as data. `by` is a tag field, a calendar unit or an attribute of the data."""

    model_config = ConfigDict(extra="forbid")

    intent: Intent
    scope: Scope = Field(default_factory=Scope)
    outcome: Scope | None = None
    by: str | None = None
    versus: Scope | None = None
    limit: int | None = Field(default=None, ge=1, le=100)
    reason: str | None = None

    def plain(self) -> dict[str, object]:
        """As JSON: every key of the plan and of its scope; the other scopes with what they set."""
        scope = self.scope.model_dump(mode="json", by_alias=True, exclude={"terms", "also", "exclude"})
        exclude = self.scope.exclude
        return {
            "intent": self.intent,
            "scope": scope | {"exclude": exclude.plain() if exclude else None},
            "outcome": self.outcome.plain() if self.outcome else None,
            "by": self.by,
            "versus": self.versus.plain() if self.versus else None,
            "limit": self.limit,
            "reason": self.reason,
        }


class Chip(BaseModel):
    """One slot of the plan as the reader sees it, and where it came from."""

    slot: str
    value: str
    source: Literal["name", "synonym", "meaning", "value", "date", "rule", "previous", "set"]
    words: str


class Reading(BaseModel):
    """What the parser made of a question: `unused` are the words that no slot accounts for.

    It is not sure where there are such words, where it guessed what is wanted, and where it looks for a word because
    it does not know what that means.
    """

    plan: QueryPlan
    chips: list[Chip] = []
    notes: list[str] = []
    unused: list[str] = []
    is_sure: bool = True


class Reads(Protocol):
    """Turns a question into a plan; `previous` is the plan that a follow-up edits, `earlier` those before."""

    def read(
        self, question: str, today: date, previous: QueryPlan | None = None, earlier: Sequence[QueryPlan] = ()
    ) -> Reading: ...
