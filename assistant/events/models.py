"""Endpoints, events and deliveries."""

from datetime import datetime
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal[
    "feedback.tagged", "feedback.high_priority", "feedback.churn_risk", "feedback.empathy_gap", "alert.fired", "import.finished"
]  # fmt: skip
KINDS: tuple[Kind, ...] = get_args(Kind)
Format = Literal["standard", "slack", "teams"]


class EndpointIn(BaseModel):
    """Where events go, and which."""

    model_config = ConfigDict(extra="forbid")

    url: Annotated[str, Field(min_length=8, max_length=2000)]
    kinds: Annotated[list[Kind], Field(min_length=1, description="The events that are sent.")]
    format: Format = "standard"
    with_text: bool = Field(default=False, description="Send what the customer wrote, too (after redaction).")
    active: bool = True


class Endpoint(EndpointIn):
    """An endpoint as it is listed; the secret is shown when it is made or renewed."""

    id: str
    created: datetime
    problem: str | None = Field(default=None, description="Why it was switched off, or what failed last.")
    failing_since: datetime | None = None
    waiting: int = Field(default=0, description="Events that are tried again.")


class Event(BaseModel):
    """Something that happened. `id` is the same however often it is sent: receivers drop what they have seen."""

    id: str
    type: Kind | Literal["ping"]
    timestamp: datetime
    data: dict[str, Any]


class Delivery(BaseModel):
    """An event that was sent to an endpoint, or is still to be."""

    event: Event
    status: Literal["delivered", "waiting", "failed"]
    attempt: int
    at: datetime
    next: datetime | None = None
    response: int | None = Field(
        default=None, description="Status of the receiver's answer; null when there was none."
    )
    error: str | None = None
    ms: float
