"""What feedback looks like on the wire."""

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from assistant.curation.corrections import Correction
from assistant.scope import Scope
from index.records import StoredItem

MOST_ITEMS = 1000
PAGE_DEFAULT, PAGE_MOST = 50, 200
Order = Literal["newest", "oldest"]


class Feedback(BaseModel):
    """A stored item with its tags. Spans in the tags are `[start, end)` offsets into `text`."""

    id: str
    kind: Literal["feedback", "conversation"]
    text: str
    title: str | None
    date: date | None
    customer: str | None
    language: str | None
    source: str | None
    attributes: dict[str, str]
    turns: list[tuple[str, str]] | None
    is_copy: bool = Field(description="Another item says the same; counted once in answers.")
    redactions: dict[str, int] = Field(description="What was replaced before storing, by type.")
    tags: dict[str, Any]
    model: str

    @classmethod
    def of(cls, stored: StoredItem) -> Self:
        """As it leaves."""
        item = stored.item
        return cls(
            id=item.id, kind=item.kind, text=item.text, title=item.title, date=item.date,
            customer=item.customer, language=item.language, source=item.source,
            attributes=dict(item.attributes), turns=None if item.turns is None else list(item.turns),
            is_copy=stored.copy, redactions=dict(item.redactions), tags=dict(stored.tags), model=stored.model,
        )  # fmt: skip


class Customer(BaseModel):
    """What operations know of a customer, and how many items came from them."""

    id: str
    attributes: dict[str, str]
    items: int


class FeedbackDetail(Feedback):
    """An item with its customer, where there is one, and what people have said of its tags."""

    customer_record: Customer | None
    corrections: list[Correction]


class FeedbackPage(BaseModel):
    """`total` counts all items of the filter; `next` is the cursor of the next page, null at the end."""

    total: int
    items: list[Feedback]
    next: str | None


class Search(BaseModel):
    """A filter, such as that of a fact, and words to order by."""

    model_config = ConfigDict(extra="forbid")

    filter: Scope = Field(default_factory=Scope)
    query: Annotated[str | None, Field(min_length=1, max_length=2000)] = Field(
        default=None,
        description="What the items should be about, in plain words. Lists the best 200 inside the filter, "
        "best first; `total` is then how many were found.",
    )
    order: Order = "newest"
    cursor: Annotated[str | None, Field(max_length=4000)] = None
    limit: Annotated[int, Field(ge=1, le=PAGE_MOST)] = PAGE_DEFAULT


class ItemStatus(BaseModel):
    """What became of one item that was sent."""

    id: str | None
    status: Literal["added", "updated", "unchanged", "refused"]
    reason: str | None = None


class Written(BaseModel):
    """The outcome per item, in the order sent, and how many of each."""

    results: list[ItemStatus]
    added: int
    updated: int
    unchanged: int
    refused: int
