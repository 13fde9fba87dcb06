"""`POST /v1/conversations`: a conversation, as turns or as a transcript, judged by how its replies met the customer."""

import datetime as dt
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from assistant.api import examples
from assistant.api.parts import Lane, Parts
from assistant.api.tag import Text
from assistant.errors import RefusedError
from assistant.intake import FeedbackIn
from assistant.intake.transcripts import turns_of_transcript
from assistant.intake.turns import Turn, turns_of
from assistant.wiring import Product
from nlp.tags import Document, transcript

router = APIRouter(prefix="/v1", tags=["Conversations"])


class ConversationIn(BaseModel):
    """A conversation: `turns` (`C` customer, `A` agent) or a pasted `transcript` with a speaker before each turn."""

    model_config = ConfigDict(extra="forbid")

    id: Annotated[str | None, Field(max_length=200)] = None
    turns: Annotated[list[tuple[Literal["C", "A"], Text]] | None, Field(max_length=1000)] = None
    transcript: Text | None = None
    customer_name: Annotated[str | None, Field(max_length=80)] = Field(
        default=None, description="What the customer is called in the transcript, where that is not plain."
    )
    date: dt.date | None = None
    customer: Annotated[str | None, Field(max_length=500, description="Customer id")] = None
    channel: Annotated[str | None, Field(max_length=100)] = None
    attributes: dict[str, str] = Field(default_factory=dict)
    keep: bool = Field(default=True, description="Store it. Otherwise it is only judged.")

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if (self.turns is None) == (self.transcript is None):
            raise ValueError("give either `turns` or `transcript`")
        return self

    def read(self) -> tuple[Turn, ...]:
        """Its turns. Raises RefusedError when a transcript cannot be read."""
        if self.transcript is not None:
            return turns_of_transcript(self.transcript, customer=self.customer_name)
        return tuple(self.turns or ())


class Judged(BaseModel):
    """A conversation as it was read and judged. Spans refer to `text`, one line per turn."""

    id: str
    status: Literal["added", "updated", "unchanged", "not kept"]
    turns: list[tuple[str, str]]
    text: str
    tags: dict[str, Any]


@router.post(
    "/conversations",
    status_code=201,
    summary="Judge a conversation, and keep it",
    responses={200: {"model": Judged, "description": "It was only judged, or stood there already"}},
    openapi_extra=examples.body(examples.CONVERSATIONS),
)
async def add(body: ConversationIn, product: Parts, lane: Lane, response: Response) -> Judged:
    """Per agent turn: acknowledges, understands, explores, acts, scripted; for the whole: gap, worst turn, resolved.

    The gap is null where no agent replied: there is nothing to judge.
    """
    with lane.place():
        found = await lane.turn(_judged, product, body)
    if found.status != "added":
        response.status_code = 200
    return found


def _judged(product: Product, body: ConversationIn) -> Judged:
    turns = turns_of(body.read())
    if not turns:
        raise RefusedError("the conversation is empty")
    return _kept(product, body, turns) if body.keep else _only_judged(product, body, turns)


def _kept(product: Product, body: ConversationIn, turns: tuple[Turn, ...]) -> Judged:
    given = body.model_dump(include={"date", "customer", "channel", "attributes"})
    result = product.intake.add([FeedbackIn(id=body.id, turns=list(turns), **given)])[0]
    stored = product.index.store.get(result.id or "")
    if result.status == "refused" or stored is None:
        raise RefusedError(result.reason or "the conversation was deleted while it was stored")
    return Judged(
        id=stored.item.id,
        status=result.status,
        turns=list(stored.item.turns or ()),
        text=stored.item.text,
        tags=dict(stored.tags),
    )


def _only_judged(product: Product, body: ConversationIn, turns: tuple[Turn, ...]) -> Judged:
    document = Document(id=body.id or "conversation", turns=turns)
    tags = product.tagger.tag([document])[0].tags
    return Judged(
        id=document.id,
        status="not kept",
        turns=list(turns),
        text=transcript(turns),
        tags=tags.model_dump(mode="json"),
    )
