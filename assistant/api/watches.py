"""`/v1/watches` and `/v1/alerts`: what is looked at every week, and what stood out."""

from datetime import date
from typing import Annotated, Any, Self

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field, model_validator

from assistant.api import examples
from assistant.api.parts import Parts, Sealed
from assistant.ask.plan import Chip, QueryPlan
from assistant.errors import InputError
from assistant.insight.weekly import Direction, series
from assistant.scope import Scope
from assistant.watching.asking import watch_of
from assistant.watching.models import Alert, Watch, WatchIn
from assistant.wiring import Product
from index.records import StoredItem

router = APIRouter(prefix="/v1", tags=["Watches"])
PAGE_DEFAULT, PAGE_MOST = 50, 200
WatchId = Annotated[str, Path(max_length=100, examples=["new"])]
AlertId = Annotated[str, Path(max_length=300)]


class WatchAsked(BaseModel):
    """What to watch: a `filter` with a name, a question in plain English, or the `plan` of an answer."""

    model_config = ConfigDict(extra="forbid")

    question: Annotated[str | None, Field(min_length=1, max_length=2000)] = None
    plan: QueryPlan | None = None
    name: Annotated[str | None, Field(min_length=1, max_length=200)] = None
    filter: Scope | None = None
    of: Scope = Field(default_factory=Scope)
    direction: Direction | None = Field(
        default=None, description="Default: as the question says, else `rise`"
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if sum(one is not None for one in (self.question, self.plan, self.filter)) != 1:
            msg = "give one of question, plan and filter"
            raise ValueError(msg)
        return self


class WatchMade(Watch):
    """A watch, how its question was understood, and what it would have said in the weeks before."""

    understood: list[Chip] = Field(default_factory=list)
    past: list[Alert] = Field(default_factory=list)


class WatchList(BaseModel):
    """The standing watch first."""

    watches: list[Watch]


class Week(BaseModel):
    """One whole week: `n` of `of` items."""

    monday: date
    n: int
    of: int


class Rehearsal(BaseModel):
    """What a watch would have said over all `weeks` of the data, and the counts of the last 26."""

    watch: WatchIn
    understood: list[Chip]
    weeks: int
    alerts: list[Alert]
    series: list[Week]


class Quote(BaseModel):
    """A stretch of an item, copied from the stored text."""

    item: str
    span: tuple[int, int]
    text: str
    date: date | None
    channel: str | None


class AlertView(Alert):
    """An alert with its quotes as they are stored now."""

    quotes: list[Quote]


class AlertPage(BaseModel):
    """The latest week first; `next` is the cursor of the next page. `unseen` counts all that nobody has looked at."""

    total: int
    unseen: int
    alerts: list[AlertView]
    next: str | None


@router.get("/watches", summary="What is watched")
def list_watches(product: Parts) -> WatchList:
    """The standing watch `new` tests all complaints and empathy gaps; the others one share each."""
    return WatchList(watches=product.watcher.watches())


@router.post(
    "/watches",
    status_code=201,
    summary="Watch something every week",
    openapi_extra=examples.body(examples.WATCHES),
)
def add(body: WatchAsked, product: Parts) -> WatchMade:
    """It is looked at whenever data comes in, whole weeks only. What it would have said in the last year comes back."""
    asked, understood = _asked(body, product)
    made = product.watcher.add(asked)
    past = [alert for alert in product.watcher.alerts() if alert.watch == made.id]
    return WatchMade(**made.model_dump(), understood=understood, past=past)


@router.post(
    "/watches/try", summary="What a watch would have said", openapi_extra=examples.body(examples.WATCHES)
)
def rehearse(body: WatchAsked, product: Parts) -> Rehearsal:
    """Nothing is kept."""
    asked, understood = _asked(body, product)
    found = product.watcher.series(asked)
    return Rehearsal(
        watch=asked,
        understood=understood,
        weeks=len(found.n) if found else 0,
        alerts=product.watcher.rehearse(asked),
        series=[Week(monday=monday, n=n, of=of) for monday, n, of in series(found)] if found else [],
    )


@router.get("/watches/{watch_id}", summary="One watch")
def read(watch_id: WatchId, product: Parts) -> Watch:
    """As it is kept."""
    return product.watcher.watch(watch_id)


@router.put("/watches/{watch_id}", summary="Change a watch, or keep it again")
def put(watch_id: WatchId, body: WatchIn, product: Parts) -> Watch:
    """Also how one that was removed comes back, under its old id; and how the standing watch is switched off."""
    return product.watcher.put(watch_id, body)


@router.delete("/watches/{watch_id}", status_code=204, summary="Stop watching")
def remove(watch_id: WatchId, product: Parts) -> None:
    """Its alerts stay."""
    product.watcher.remove(watch_id)


@router.get("/alerts", summary="What stood out")
def alerts(
    product: Parts,
    cursors: Sealed,
    unseen: Annotated[bool, Query(description="Only those that nobody has looked at")] = False,  # noqa: FBT002
    watch: Annotated[str | None, Query(max_length=100, description="Only those of a watch")] = None,
    cursor: Annotated[str | None, Query(max_length=4000)] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MOST)] = PAGE_DEFAULT,
) -> AlertPage:
    """Each number has its filter; `before` has the weeks that it was compared with."""
    every = product.watcher.alerts()
    found = [one for one in every if not (unseen and one.is_seen) and watch in (None, one.watch)]
    query = ["alerts", unseen, watch]
    first = int(cursors.read(cursor, query)) if cursor else 0
    return AlertPage(
        total=len(found),
        unseen=sum(not one.is_seen for one in every),
        alerts=_with_quotes(product, found[first : first + limit]),
        next=cursors.seal(str(first + limit), query) if first + limit < len(found) else None,
    )


@router.put("/alerts/{alert_id}/seen", summary="Mark an alert as seen")
def see(alert_id: AlertId, product: Parts) -> Alert:
    """It is no longer counted as unseen."""
    return product.watcher.mark(alert_id, is_seen=True)


@router.delete("/alerts/{alert_id}/seen", summary="Mark an alert as not seen")
def unsee(alert_id: AlertId, product: Parts) -> Alert:
    """As it was."""
    return product.watcher.mark(alert_id, is_seen=False)


def _asked(body: WatchAsked, product: Product) -> tuple[WatchIn, list[Chip]]:
    """The watch that is meant, and how a question was understood."""
    chosen: dict[str, Any] = {name: value for name in ("name", "direction") if (value := getattr(body, name))}
    if body.filter is not None:
        if body.name is None:
            raise InputError("The watch has no name; give it one to know its alerts by.")
        return WatchIn(filter=body.filter, of=body.of, **chosen), []
    snapshot = product.snapshot()
    if body.plan is not None:
        return watch_of(body.plan, snapshot.view.names).model_copy(update=chosen), []
    question = body.question or ""
    found = snapshot.parser.read(question, product.index.store.counts().last or date.today())  # noqa: DTZ011
    return watch_of(found.plan, snapshot.view.names, question).model_copy(update=chosen), found.chips


def _with_quotes(product: Product, found: list[Alert]) -> list[AlertView]:
    ids = sorted({place.item for alert in found for place in alert.places})
    stored = {one.item.id: one for one in product.index.store.get_many(ids)}
    return [
        AlertView(
            **alert.model_dump(),
            quotes=[_quote(stored[place.item], place.span) for place in alert.places if place.item in stored],
        )
        for alert in found
    ]


def _quote(stored: StoredItem, span: tuple[int, int]) -> Quote:
    item = stored.item
    return Quote(
        item=item.id,
        span=span,
        text=item.text[slice(*span)],
        date=item.date,
        channel=item.attributes.get("channel"),
    )
