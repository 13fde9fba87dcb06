"""`POST /v1/key-points`: the reasons that a set of items gives, by theme and tone."""

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from assistant.api import examples
from assistant.api.parts import Parts
from assistant.ask.answer import Citation, Fact
from assistant.ask.key_points import KeyTheme, key_points
from assistant.ask.ledger import Ledger, View, counted
from assistant.scope import Scope

router = APIRouter(prefix="/v1", tags=["Ask"])


class KeyPointsIn(BaseModel):
    """Whose items, in which tone, and how much to show."""

    model_config = ConfigDict(extra="forbid")

    filter: Scope = Field(default_factory=Scope)
    polarity: Literal["-", "+", "0"] = "-"
    themes: Annotated[int, Field(ge=1, le=50)] = 5
    points: Annotated[int, Field(ge=1, le=20, description="Reasons per theme")] = 5
    quotes: Annotated[int, Field(ge=0, le=10, description="Quotes per reason")] = 2
    meanings: Annotated[bool, Field(description="Group the rest by meaning; takes seconds per theme")] = False


class PointView(BaseModel):
    """A reason. `stated` counts the items that give it as their main reason."""

    sub_theme: str
    name: str
    share: Fact
    stated: Fact
    quotes: list[Citation]


class MeaningView(BaseModel):
    """Items of the rest that say the same, named by their own words: `items` of the `read` ones."""

    name: str
    phrases: list[str]
    n: int
    read: int
    items: list[str]
    quotes: list[Citation]


class ThemePoints(BaseModel):
    """A theme with its reasons; `rest` counts its items that give none of them clearly, `meanings` groups these.

    Beyond 200 items of a rest, the meanings are those of a sample; `read` says of how many.
    """

    theme: str
    name: str
    share: Fact
    points: list[PointView]
    rest: Fact
    meanings: list[MeaningView]
    quotes: list[Citation]


class KeyPoints(BaseModel):
    """All shares are shares of `of` items. The filter of a fact gives exactly its `n` items."""

    of: int
    polarity: str
    themes: list[ThemePoints]


@router.post(
    "/key-points", summary="The reasons that items give", openapi_extra=examples.body(examples.KEY_POINTS)
)
def read(body: KeyPointsIn, product: Parts) -> KeyPoints:
    """By theme first, then by reason, then by meaning, without overlap. Copies and untagged items are left out."""
    view = product.snapshot().view
    scope = counted(body.filter)
    found = key_points(
        view,
        Ledger(view),
        scope,
        body.polarity,
        themes=body.themes,
        points=body.points,
        voices=body.quotes,
        embed=product.embed if body.meanings else None,
    )
    return KeyPoints(
        of=len(view.items(scope)), polarity=body.polarity, themes=[_view(one, view) for one in found]
    )


def _view(one: KeyTheme, view: View) -> ThemePoints:
    return ThemePoints(
        theme=one.theme,
        name=view.names.theme(one.theme),
        share=one.share,
        points=[
            PointView(
                sub_theme=point.sub,
                name=view.names.theme(point.sub),
                share=point.share,
                stated=point.stated,
                quotes=list(point.quotes),
            )
            for point in one.points
        ],
        rest=one.rest,
        meanings=[
            MeaningView(
                name=same.name,
                phrases=list(same.phrases),
                n=len(same.items),
                read=same.read,
                items=list(same.items),
                quotes=list(same.quotes),
            )
            for same in one.meanings
        ],
        quotes=list(one.quotes),
    )
