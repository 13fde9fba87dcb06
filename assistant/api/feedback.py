"""`/v1/feedback`: send items in, list them, open one, delete one."""

from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field, TypeAdapter, WrapValidator
from pyroaring import BitMap

from assistant.api import examples
from assistant.api.feedback_schemas import (
    MOST_ITEMS,
    PAGE_DEFAULT,
    PAGE_MOST,
    Customer,
    Feedback,
    FeedbackDetail,
    FeedbackPage,
    ItemStatus,
    Order,
    Written,
)
from assistant.api.filters import FilterQuery, scope_of_query
from assistant.api.lane import ModelLane
from assistant.api.parts import Lane, Parts, Sealed, ServedHere
from assistant.api.served import Served
from assistant.errors import NotFoundError
from assistant.intake import FeedbackIn
from assistant.scope import Scope
from assistant.terms import resolve
from assistant.wiring import Product
from index.records import words_hash

router = APIRouter(prefix="/v1", tags=["Feedback"])
_AT_ONCE = 64  # items per turn on the lane, so that questions come in between
_PAGING = frozenset({"cursor", "limit", "order"})
_MANY = TypeAdapter(Annotated[list[FeedbackIn], Field(min_length=1, max_length=MOST_ITEMS)])


def _one_or_many(value: Any, _handler: Any) -> FeedbackIn | list[FeedbackIn]:
    """Validate as what it is, so that the places of errors do not name both."""
    return _MANY.validate_python(value) if isinstance(value, list) else FeedbackIn.model_validate(value)


FeedbackBody = Annotated[FeedbackIn | list[FeedbackIn], WrapValidator(_one_or_many)]
ItemId = Annotated[str, Path(max_length=500, description="Id of an item", examples=["F1001"])]


@router.post(
    "/feedback",
    summary="Send feedback in, one item or up to 1,000",
    responses={200: examples.WRITTEN, 207: {**examples.WRITTEN_PARTLY, "model": Written}},
    openapi_extra=examples.body(examples.FEEDBACK),
)
async def add(
    request: Request,
    body: FeedbackBody,
    served: ServedHere,
    lane: Lane,
    response: Response,
) -> Written:
    """Redact, tag and store. Sending the same item again changes nothing; the same id with other content updates.

    The status is 207 when items were refused: each has its reason, the others are stored.
    """
    items = body if isinstance(body, list) else [body]
    return outcome(request, response, await stored(served, lane, items))


@router.get("/feedback", summary="List feedback")
def list_feedback(
    request: Request,
    filters: Annotated[FilterQuery, Query()],  # noqa: ARG001 (documents what `scope_of_query` reads)
    product: Parts,
    cursors: Sealed,
    order: Order = "newest",
    cursor: Annotated[str | None, Query(max_length=4000)] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MOST)] = PAGE_DEFAULT,
) -> FeedbackPage:
    """Items by date. All keys of a filter can be given, lists by repeating the key; `attr.<name>` for attributes."""
    scope = scope_of_query(request, _PAGING)
    return page(product, cursors, scope, order=order, cursor=cursor, limit=limit)


@router.get(
    "/feedback/{item_id}", summary="One item with its tags and customer", responses={200: examples.ITEM}
)
def read(item_id: ItemId, product: Parts) -> FeedbackDetail:
    """The stored text is what tags and citations point into."""
    return detail(product, item_id)


@router.delete(
    "/feedback/{item_id}", status_code=204, summary="Delete an item and all that was derived from it"
)
def delete(item_id: ItemId, product: Parts) -> None:
    """Text, tags, vector and index entries go; answers no longer count it."""
    if not product.index.store.delete([item_id]):
        raise _missing(item_id)
    product.forget_items([item_id])


async def stored(served: Served, lane: ModelLane, items: list[FeedbackIn]) -> list[ItemStatus]:
    """Redact, tag and store, some at a time."""
    results: list[ItemStatus] = []
    with lane.place():
        for first in range(0, len(items), _AT_ONCE):
            done = await served.adding.do(lane, items[first : first + _AT_ONCE])
            results += [ItemStatus.model_validate(one, from_attributes=True) for one in done]
    return results


def outcome(request: Request, response: Response, results: list[ItemStatus]) -> Written:
    """What became of all items together; the status says whether one was refused."""
    counts = {
        status: sum(one.status == status for one in results)
        for status in ("added", "updated", "unchanged", "refused")
    }
    for status, n in counts.items():
        request.app.state.metrics.received(status, n)
    response.status_code = 207 if counts["refused"] else 200
    return Written(results=results, **counts)


def detail(product: Product, item_id: str) -> FeedbackDetail:
    """One item in full. Raises NotFoundError."""
    stored = product.index.store.get(item_id)
    if stored is None:
        raise _missing(item_id)
    plain: dict[str, Any] = Feedback.of(stored).model_dump()
    customer = _customer(product, stored.item.customer, stored.number)
    words = words_hash(stored.item)
    said = [one for one in product.corrections.of_item(item_id) if one.hash == words]
    return FeedbackDetail(**plain, customer_record=customer, corrections=said)


def page(
    product: Product, cursors: Any, scope: Scope, *, order: Order, cursor: str | None, limit: int
) -> FeedbackPage:
    """One page of the items that a scope means."""
    query = [scope.plain(), order]
    after = cursors.read(cursor, query) if cursor else None
    numbers = meant(product, scope)
    day = product.index.terms.view.day
    found = product.index.store.page(numbers, day=day, after=after, limit=limit, order=order)
    following = cursors.seal(found.after, query) if found.after else None
    return FeedbackPage(total=len(numbers), items=[Feedback.of(one) for one in found.items], next=following)


def meant(product: Product, scope: Scope) -> BitMap:
    """The numbers of the items that a scope means now."""
    product.index.refresh()
    return resolve(scope, product.index.terms.view, product.index.fulltext.matching)


def _customer(product: Product, id_: str | None, number: int) -> Customer | None:
    known = product.index.store.get_customer(id_) if id_ else None
    if known is None:
        return None
    product.index.refresh()
    codes = product.index.terms.view.customer
    items = int(np.count_nonzero(codes == codes[number])) if number < len(codes) else 1
    return Customer(id=known.id, attributes=dict(known.attributes), items=items)


def _missing(item_id: str) -> NotFoundError:
    return NotFoundError(f"There is no item {item_id!r}; it may have been deleted.")
