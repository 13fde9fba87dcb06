"""`POST /v1/tag`: tags for texts and conversations, which are not kept."""

from collections import Counter
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from assistant.api import examples
from assistant.api.parts import Lane, ServedHere
from assistant.errors import InputError
from assistant.wiring import Product
from nlp.tags import ConversationTags, Document, Tags

router = APIRouter(prefix="/v1", tags=["Tag"])
MOST_DOCUMENTS = 256
LONGEST_TEXT = 100_000
_AT_ONCE = 32  # documents per turn on the lane, so that questions come in between

Text = Annotated[str, StringConstraints(max_length=LONGEST_TEXT, pattern=r"^[^\x00]*$")]


class DocumentIn(BaseModel):
    """A text, or the turns of a conversation: `C` is the customer, `A` the agent."""

    model_config = ConfigDict(extra="forbid")

    id: Annotated[str | None, Field(max_length=200)] = Field(
        default=None, description="Default is its place."
    )
    text: Text = ""
    turns: Annotated[list[tuple[Literal["C", "A"], Text]] | None, Field(max_length=1000)] = None

    def document(self, place: int) -> Document:
        """As the tagger takes it."""
        turns = tuple(self.turns) if self.turns is not None else None
        return Document(id=self.id or str(place), text=self.text, turns=turns)


class Documents(BaseModel):
    """What is to be tagged."""

    model_config = ConfigDict(extra="forbid")

    documents: Annotated[list[DocumentIn], Field(min_length=1, max_length=MOST_DOCUMENTS)]


class Tagging(BaseModel):
    """The tags in the order of the documents. Spans are `[start, end)` offsets into the text as sent,
    for conversations into its transcript (one line per turn, led by `Customer: ` or `Agent: `).
    """

    model: str
    results: list[ConversationTags | Tags]


@router.post(
    "/tag",
    summary="Tag texts without keeping them",
    responses={200: examples.TAGGING},
    openapi_extra=examples.body(examples.DOCUMENTS),
)
async def tag(body: Documents, served: ServedHere, lane: Lane) -> Tagging:
    """Sentiment, emotions, themes, empathy gaps, churn, effort and the rest, with calibrated scores."""
    documents = [document.document(place) for place, document in enumerate(body.documents)]
    if (twice := _twice([document.id for document in documents])) is not None:
        raise InputError(f"The id {twice!r} stands twice; give every document its own.")
    with lane.place():
        results: list[ConversationTags | Tags] = []
        for first in range(0, len(documents), _AT_ONCE):
            done = await served.tagging.do(lane, documents[first : first + _AT_ONCE])
            results += [tagged.tags for tagged in done]
        return Tagging(model=await lane.turn(_model, served.product), results=results)


def _model(product: Product) -> str:
    return product.tagger.model_id


def _twice(ids: list[str]) -> str | None:
    """The first id that stands more than once."""
    return next((id_ for id_, times in Counter(ids).items() if times > 1), None)
