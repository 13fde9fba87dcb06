"""`POST /v1/feedback/search`: the items behind a number, and search by meaning."""

from fastapi import APIRouter
from fastapi.concurrency import run_in_threadpool

from assistant.api import examples
from assistant.api.cursors import Cursors
from assistant.api.feedback import meant, page
from assistant.api.feedback_schemas import Feedback, FeedbackPage, Search
from assistant.api.parts import Lane, Sealed, ServedHere
from assistant.wiring import Product
from index.records import Vector

router = APIRouter(prefix="/v1", tags=["Feedback"])
MOST_HITS = 200


@router.post(
    "/feedback/search",
    summary="The items of a filter, or the best ones for some words",
    openapi_extra=examples.body(examples.SEARCHES),
)
async def search(body: Search, served: ServedHere, lane: Lane, cursors: Sealed) -> FeedbackPage:
    """With the `filter` of a fact, `total` is the fact's `n`: these are exactly the items that were counted."""
    product = served.product
    if body.query is None:
        return await run_in_threadpool(
            page, product, cursors, body.filter, order=body.order, cursor=body.cursor, limit=body.limit
        )
    with lane.place():
        [vector] = await served.embedding.do(lane, [body.query])
    return await run_in_threadpool(_ranked, product, cursors, body, vector)


def _ranked(product: Product, cursors: Cursors, body: Search, vector: Vector) -> FeedbackPage:
    query = [body.filter.plain(), body.query]
    first = int(cursors.read(body.cursor, query)) if body.cursor else 0
    hits = product.index.search.search(body.query or "", vector, MOST_HITS, meant(product, body.filter))
    upto = first + body.limit
    items = product.index.store.get_many([hit.number for hit in hits[first:upto]])
    following = cursors.seal(str(upto), query) if upto < len(hits) else None
    return FeedbackPage(total=len(hits), items=[Feedback.of(one) for one in items], next=following)
