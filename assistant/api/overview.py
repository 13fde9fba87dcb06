"""`POST /v1/overview`: everything at a glance."""

import datetime as dt

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from assistant.api import examples
from assistant.api.parts import Parts
from assistant.ask.answer import Fact
from assistant.ask.ledger import Ledger
from assistant.ask.overview import overview
from assistant.insight.shares import Unit
from assistant.scope import Period, Scope

router = APIRouter(prefix="/v1", tags=["Ask"])


class OverviewOf(BaseModel):
    """What to look at."""

    model_config = ConfigDict(extra="forbid")

    filter: Scope = Scope()


class MovedView(BaseModel):
    """A share in the time `now` and in the time `before`; `change` is the difference, with `q` over all that were tested."""

    now: Fact
    before: Fact
    change: Fact


class FigureView(BaseModel):
    """A share of the items, and how it has moved."""

    name: str
    share: Fact
    moved: MovedView | None


class ThemeView(BaseModel):
    """A theme or sub-theme. `leaving`: the share that may leave with it, less that without it."""

    id: str
    parent: str | None
    share: Fact
    complaints: Fact
    praise: Fact
    moved: MovedView | None
    leaving: Fact | None


class CellView(BaseModel):
    """The share of a theme's items with a feeling; `residual` in standard errors from what would be expected."""

    fact: Fact
    residual: float | None


class Event(BaseModel):
    """An alert that fired."""

    first: dt.date
    last: dt.date
    name: str
    text: str


class OverviewView(BaseModel):
    """Everything at a glance; every number is a fact with a filter that finds its items."""

    items: Fact
    unit: Unit | None
    now: Period | None
    before: Period | None
    figures: list[FigureView]
    series: dict[str, list[Fact]] = Field(description="Shares by period.")
    themes: list[ThemeView] = Field(description="Most frequent first, each sub-theme after its theme.")
    emotions: list[str] = Field(description="Columns of `heat`.")
    heat: dict[str, list[CellView]] = Field(description="Theme by feeling.")
    events: list[Event]


@router.post("/overview", summary="Everything at a glance", openapi_extra=examples.body(examples.OVERVIEWS))
def read(body: OverviewOf, product: Parts) -> OverviewView:
    """How much, how it feels and moves, which themes, and which feelings go with which theme."""
    view = product.snapshot().view
    found = overview(view, Ledger(view), body.filter)
    events = [
        Event(first=alert.first, last=alert.last, name=alert.name, text=alert.text)
        for alert in product.watcher.alerts()
    ]
    return OverviewView(
        items=found.items,
        unit=found.unit,
        now=found.now,
        before=found.before,
        figures=[FigureView.model_validate(one, from_attributes=True) for one in found.figures],
        series={name: list(facts) for name, facts in found.series.items()},
        themes=[ThemeView.model_validate(one, from_attributes=True) for one in found.themes],
        emotions=list(found.emotions),
        heat={
            theme: [CellView.model_validate(cell, from_attributes=True) for cell in cells]
            for theme, cells in found.heat.items()
        },
        events=sorted(events, key=lambda one: one.first),
    )
