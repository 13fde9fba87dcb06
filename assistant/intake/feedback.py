"""Feedback that comes one by one or in small lists, over HTTP or from Python; the same path as a file's rows."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from assistant.errors import RefusedError
from assistant.intake.cleaning import clean_cell, clean_text
from assistant.intake.column_names import attribute_name
from assistant.intake.drafts import (
    Draft,
    clean_attributes,
    clean_channel,
    clean_customer,
    clean_id,
    clean_rating,
)
from assistant.intake.identity import Pseudonyms, Seen
from assistant.intake.redaction import Redactor
from assistant.intake.tagging import LoadTagger, Revise, prepare
from assistant.intake.turns import turns_of
from index.workspace import Index

Status = Literal["added", "updated", "unchanged", "refused"]
Scalar = str | int | float | bool


class TurnIn(BaseModel):
    """One turn of a conversation: `C` customer, `A` agent."""

    model_config = ConfigDict(extra="forbid")

    role: Annotated[str, Field(description="customer (or C), agent (or A)", examples=["customer"])]
    text: str


class FeedbackIn(BaseModel):
    """One piece of feedback as it comes in. Either `text` or `turns`."""

    model_config = ConfigDict(extra="forbid")

    id: str | None = Field(
        default=None,
        max_length=200,
        description="Your id. The same id with other content updates; without one, the same text on the same date from"
        " the same customer is the same item",
    )
    text: str | None = Field(default=None, description="What the customer wrote, up to 100,000 characters")
    title: str | None = Field(
        default=None, description="Kept apart, and put before the text on a line of its own"
    )
    turns: list[TurnIn] | list[tuple[str, str]] | None = Field(
        default=None,
        description='A conversation: objects with role and text, or ["C", "..."] and ["A", "..."]',
    )
    date: Annotated[dt.date | dt.datetime | None, Field(description="Day on which it was said")] = None
    customer: str | None = Field(default=None, description="Customer id; a mail address becomes a pseudonym")
    channel: str | None = None
    rating: float | str | None = None
    attributes: dict[str, Scalar | None] = Field(
        default_factory=dict, description="What else is known, to count by: plan, country, store, ..."
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemResult:
    """What became of one item. `id` is the one that it is stored under; None when it was refused without one."""

    id: str | None
    status: Status
    reason: str | None = None


class Intake:
    """Takes feedback in.

    Args:
        index: the workspace.
        tagger: gives the tagger; asked for only when there is something to tag.
        home: the folder of the workspace, where the key of its pseudonyms lies.
        keep: names that redaction leaves in, such as the company's own.
        revise: lays over new tags what people have said of the items.
    """

    def __init__(
        self,
        *,
        index: Index,
        tagger: LoadTagger,
        home: Path,
        keep: Collection[str] = (),
        revise: Revise = list,
    ) -> None:
        self._index, self._tagger, self._home, self._keep = index, tagger, home, keep
        self._revise = revise

    def add(self, items: Sequence[FeedbackIn], source: str = "api") -> list[ItemResult]:
        """Redact, tag and store items in one transaction; a result per item, in order."""
        pseudonyms = Pseudonyms.open(self._home)
        redactor, seen = Redactor(pseudonyms, self._keep), Seen(pseudonyms)
        results: dict[int, ItemResult] = {}
        accepted = {}
        for place, item in enumerate(items):
            try:
                draft = seen.identified(draft_from(item, place + 1))
            except RefusedError as error:
                results[place] = ItemResult(id=item.id, status="refused", reason=str(error))
                continue
            if draft is None:
                results[place] = ItemResult(
                    id=item.id, status="unchanged", reason="it stands twice in this list"
                )
            else:
                accepted[place] = redactor.item(draft, source)
        prepared = prepare(list(accepted.values()), self._index.store, self._tagger, self._revise)
        written = self._index.store.write(prepared.entries)
        status: Mapping[str, Status] = {
            **dict.fromkeys(written.added, "added"),
            **dict.fromkeys(written.updated, "updated"),
        }
        results |= {
            place: ItemResult(id=item.id, status=status.get(item.id, "unchanged"))
            for place, item in accepted.items()
        }
        return [results[place] for place in range(len(items))]


def draft_from(item: FeedbackIn, line: int) -> Draft:
    """What an item says. Raises RefusedError as a row of a file would."""
    turns = turns_of([_turn(turn) for turn in item.turns]) if item.turns else None
    text = "" if turns else clean_text(item.text or "")
    if not turns and not text:
        raise RefusedError("the text is empty")
    values = {
        attribute_name(name): str(value) for name, value in item.attributes.items() if value is not None
    }
    attributes = clean_attributes(values)
    if item.channel and (channel := clean_channel(item.channel)):
        attributes["channel"] = channel
    if item.rating is not None and (rating := clean_rating(str(item.rating))):
        attributes["rating"] = rating
    return Draft(
        line=line,
        id=clean_id(item.id or ""),
        text=text,
        title=clean_cell(item.title or "", "title") or None,
        date=item.date.date() if isinstance(item.date, dt.datetime) else item.date,
        customer=clean_customer(item.customer or ""),
        attributes=attributes,
        turns=turns,
    )


def _turn(turn: TurnIn | tuple[str, str]) -> tuple[str, str]:
    return (turn.role, turn.text) if isinstance(turn, TurnIn) else turn
