"""`/v1/triage`: the queue of items that need somebody, what was done with them, and saved views."""

import datetime as dt
import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from assistant.api import examples
from assistant.api.feedback import detail
from assistant.api.feedback_schemas import Feedback, FeedbackDetail
from assistant.api.filters import FilterQuery, scope_of_query
from assistant.api.parts import Caller, Parts, Sealed, said_by
from assistant.ask.ledger import Ledger
from assistant.ask.profile import profile
from assistant.errors import InputError, NotFoundError
from assistant.triage.cases import Action, Case, Done, today_utc
from assistant.triage.desk import Entry, Shown
from assistant.wiring import Product

router = APIRouter(prefix="/v1", tags=["Triage"])
PAGE_DEFAULT, PAGE_MOST, MOST_VIEWS = 50, 200, 100
_PAGING = frozenset({"cursor", "limit", "status", "assignee", "overdue", "today"})
ItemId = Annotated[str, Path(max_length=500)]


class ReasonView(BaseModel):
    """Points of a priority, what they are for, and what of the item they come from."""

    name: str
    points: float
    because: str


class EntryView(BaseModel):
    """An item in the queue: its `priority` from 0 to 100 is the sum of its reasons, up to 100."""

    item: Feedback
    priority: float
    reasons: list[ReasonView]
    status: str
    case: Case
    due: dt.date | None
    is_overdue: bool


class QueuePage(BaseModel):
    """`total` are all that were asked for, `overdue` those of them whose answer is late."""

    total: int
    overdue: int
    entries: list[EntryView]
    next: str | None


class CustomerBrief(BaseModel):
    """Who wrote it: in a sentence, the strength of the relationship, and what was said after this item."""

    id: str
    attributes: dict[str, str]
    headline: str
    strength: float | None
    items: int
    later: list[dict[str, Any]] = Field(description="Items of the same customer after this one, oldest first")


class EntryDetail(EntryView):
    """With a reply that could be sent, and the customer. Nothing is ever sent by itself."""

    item: FeedbackDetail
    reply: str | None
    customer: CustomerBrief | None


class Counts(BaseModel):
    """How many items stand how; `overdue` of the open ones."""

    open: int
    snoozed: int
    done: int
    merged: int
    overdue: int


class ViewIn(BaseModel):
    """A view of the queue to come back to: the query of `GET /v1/triage`, as it stands in the address."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=100)]
    query: Annotated[str, Field(max_length=4000)]


class ViewKept(ViewIn):
    """A saved view."""

    id: str


class ViewList(BaseModel):
    """Saved views by name."""

    views: list[ViewKept]


@router.get("/triage", summary="Items that need somebody, most urgent first")
def queue(
    request: Request,
    filters: Annotated[FilterQuery, Query()],  # noqa: ARG001 (documents what `scope_of_query` reads)
    product: Parts,
    cursors: Sealed,
    status: Shown = "open",
    assignee: Annotated[str | None, Query(max_length=200, description="Whose; empty means nobody's")] = None,
    overdue: Annotated[bool, Query(description="Only those whose answer is late")] = False,  # noqa: FBT002
    today: Annotated[dt.date | None, Query(description="Default is the day of the call")] = None,
    cursor: Annotated[str | None, Query(max_length=4000)] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MOST)] = PAGE_DEFAULT,
) -> QueuePage:
    """By wish to leave, urgency, empathy gaps, effort, feeling, value of the customer and waiting; each says its points."""
    scope = scope_of_query(request, _PAGING)
    query = ["triage", scope.plain(), status, assignee, overdue]
    first = int(cursors.read(cursor, query)) if cursor else 0
    found = product.desk.queue(
        scope,
        status=status,
        today=today or today_utc(),
        assignee=assignee,
        only_overdue=overdue,
        first=first,
        limit=limit,
    )
    following = first + limit
    return QueuePage(
        total=found.total,
        overdue=found.overdue,
        entries=[_view(entry) for entry in found.entries],
        next=cursors.seal(str(following), query) if following < found.total else None,
    )


@router.get("/triage/counts", summary="How many items stand how")
def counts(product: Parts, today: dt.date | None = None) -> Counts:
    """Open, snoozed, done, merged; and the open ones that are late."""
    return Counts(**product.desk.counts(today or today_utc()))


@router.get("/triage/views", summary="Saved views")
def views(product: Parts) -> ViewList:
    """By name."""
    kept = [ViewKept(id=key, **body) for key, body in product.triage_views.items()]
    return ViewList(views=sorted(kept, key=lambda view: (view.name.casefold(), view.id)))


@router.post(
    "/triage/views",
    status_code=201,
    summary="Save a view",
    openapi_extra=examples.body(examples.TRIAGE_VIEWS),
)
def save(body: ViewIn, product: Parts) -> ViewKept:
    """Its query brings the same queue back."""
    if len(views(product).views) >= MOST_VIEWS:
        raise InputError(f"There are {MOST_VIEWS} views already; delete one first.")
    made = ViewKept(id=f"v{uuid.uuid4().hex[:12]}", **body.model_dump())
    product.triage_views.put(made.id, body.model_dump())
    return made


@router.delete("/triage/views/{view_id}", status_code=204, summary="Delete a saved view")
def drop(view_id: Annotated[str, Path(max_length=100)], product: Parts) -> None:
    """The items stay as they are."""
    if not product.triage_views.delete(view_id):
        raise NotFoundError(f"There is no view {view_id!r}; it may have been deleted.")


@router.post(
    "/triage/actions", summary="Do something with items", openapi_extra=examples.body(examples.TRIAGE)
)
def act(body: Action, product: Parts, who: Caller) -> Done:
    """Assign, close, reopen, snooze, note or merge, up to 500 items at once. The id undoes it.

    `by` is the account where somebody has logged in with one.
    """
    return product.desk.cases.apply(body.model_copy(update={"by": said_by(who, body.by)}))


@router.delete("/triage/actions/{action_id}", summary="Undo")
def undo(action_id: Annotated[str, Path(max_length=100)], product: Parts) -> Done:
    """The items stand as before, unless somebody has done something else with them since."""
    return product.desk.cases.undo(action_id)


@router.get("/triage/items/{item_id}", summary="One item, with a reply that could be sent and its customer")
def read(item_id: ItemId, product: Parts, today: dt.date | None = None) -> EntryDetail:
    """The reply acknowledges, shows what was understood, and asks or acts; it is composed from the tags."""
    entry = product.desk.entry(item_id, today or today_utc())
    return EntryDetail(
        **_view(entry).model_dump(exclude={"item"}),
        item=detail(product, item_id),
        reply=product.desk.reply(entry.stored),
        customer=_customer(product, entry),
    )


def _view(entry: Entry) -> EntryView:
    return EntryView(
        item=Feedback.of(entry.stored),
        priority=round(entry.points, 1),
        reasons=[
            ReasonView(name=one.name, points=round(one.points, 1), because=one.because)
            for one in entry.reasons
        ],
        status=entry.status,
        case=entry.case,
        due=entry.due,
        is_overdue=entry.is_overdue,
    )


def _customer(product: Product, entry: Entry) -> CustomerBrief | None:
    store, item = product.index.store, entry.stored.item
    code = store.customer_code(item.customer) if item.customer else None
    known = store.customers_by_code([code]).get(code) if code is not None else None
    if code is None or known is None:
        return None
    view = product.snapshot().view
    found = profile(view, Ledger(view), code, known.attributes)
    after = (item.date or dt.date.min, item.id)
    later = [one for one in found.course if (one.date or dt.date.min, one.item) > after]
    return CustomerBrief(
        id=known.id, attributes=dict(known.attributes), headline=found.headline, strength=found.strength, items=found.said.n,
        later=[{"item": one.item, "date": one.date, "sentiment": one.sentiment, "churn": one.churn, "excerpt": one.excerpt} for one in later],
    )  # fmt: skip
