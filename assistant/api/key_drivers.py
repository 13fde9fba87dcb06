"""`POST /v1/key-drivers`: how much of a rating or another number each theme accounts for."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from assistant.api import examples
from assistant.api.parts import Parts
from assistant.ask.answer import Fact
from assistant.ask.importance import importance
from assistant.ask.ledger import Ledger, counted
from assistant.errors import InputError
from assistant.scope import Scope

router = APIRouter(prefix="/v1", tags=["Ask"])


class KeyDriversIn(BaseModel):
    """Which number is to be explained, and whose items."""

    model_config = ConfigDict(extra="forbid")

    attribute: Annotated[
        str, Field(max_length=200, description="An attribute with numbers, such as `rating`")
    ]
    filter: Scope = Field(default_factory=Scope)


class KeyDriverView(BaseModel):
    """A theme. `share.value` is its part of what all themes explain, with a 95 % bootstrap interval.

    `effect` is how much higher the number is with praise than with silence on the theme, and lower with a complaint,
    the other themes held fixed. `share.n` items speak of the theme.
    """

    theme: str
    name: str
    effect: float
    share: Fact


class KeyDriversView(BaseModel):
    """`r2` is the share of the variance of the number that the themes explain together, in `items` items."""

    attribute: str
    items: int
    mean: float
    r2: float
    themes: list[KeyDriverView]


@router.post(
    "/key-drivers",
    summary="What a rating or another number is made of",
    openapi_extra=examples.body(examples.KEY_DRIVERS),
)
def read(body: KeyDriversIn, product: Parts) -> KeyDriversView:
    """Relative importance by LMG (Shapley values of R²), the most frequent themes taking part. This is association."""
    view = product.snapshot().view
    found = importance(view, Ledger(view), counted(body.filter), body.attribute)
    if found is None:
        raise InputError(
            f"The key drivers of {body.attribute!r} cannot be told: it takes an attribute with numbers that differ, "
            "and 20 items or more that have it and speak of a theme. GET /v1/vocabulary lists the attributes."
        )
    return KeyDriversView(
        attribute=body.attribute,
        items=found.items,
        mean=found.mean,
        r2=found.r2,
        themes=[
            KeyDriverView(theme=one.label, name=view.names.theme(one.label), effect=one.effect, share=fact)
            for one, fact in found.found
        ],
    )
