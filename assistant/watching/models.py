"""What a watch and an alert are."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from assistant.insight.weekly import Direction
from assistant.scope import Scope

NEW = "new"  # id of the standing watch over all labels
Kind = Literal["rise", "fall", "drift up", "drift down", "new"]


class WatchIn(BaseModel):
    """What is to be watched: the share of `filter` among the items of `of`, week by week."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=200)]
    filter: Scope
    of: Scope = Field(
        default_factory=Scope, description="The items that the share is of; default is all feedback"
    )
    direction: Direction = "rise"
    is_on: bool = True


class Watch(WatchIn):
    """A watch that is kept. The standing one, `new`, tests all labels and has no filter of its own."""

    id: str
    created: float = Field(description="Seconds since 1970")


class Before(BaseModel):
    """The weeks before, with the filter that lists exactly their `n` items."""

    first: date
    last: date
    n: int
    of: int
    share: float
    filter: dict[str, Any]


class Place(BaseModel):
    """A stretch of an item that shows it."""

    item: str
    span: tuple[int, int]


class Alert(BaseModel):
    """Something stood out in the time from `first` to `last`: `n` of `of` items, against the weeks before.

    `ci` is the 95 % interval of the change of the share; `p` of the exact binomial test, `q` after Benjamini-Hochberg where
    many labels were tested; a drift has neither, its CUSUM passed the limit. `is_past`: the week was over before the
    watch was made, so that nothing was sent.
    """

    id: str
    watch: str
    name: str
    kind: Kind
    label: str | None
    first: date
    last: date
    text: str
    n: int
    of: int
    share: float
    ci: tuple[float, float]
    before: Before
    p: float | None
    q: float | None
    test: str
    filter: dict[str, Any]
    places: list[Place]
    created: float
    is_seen: bool
    is_past: bool
