"""`/v1/customers`: what operations know of customers, who they are by what they said, and each all around."""

import datetime as dt
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from assistant.api import examples
from assistant.api.filters import FilterQuery, scope_of_query
from assistant.api.parts import Parts, Sealed
from assistant.ask.answer import Fact
from assistant.ask.ledger import Ledger
from assistant.ask.people import Order, People, people
from assistant.ask.profile import Profile, profile
from assistant.errors import InputError, NotFoundError
from assistant.intake.customers import CustomerIn
from assistant.intake.feedback import Scalar
from assistant.wiring import Product
from index.records import Customer

router = APIRouter(prefix="/v1", tags=["Customers"])
MOST = 1000
PAGE_DEFAULT, PAGE_MOST = 50, 200
_PAGING = frozenset({"cursor", "limit", "order", "search", "at_risk"})
CustomerId = Annotated[
    str, Path(min_length=1, max_length=200, description="Id of a customer", examples=["C-0412"])
]


class CustomerStatus(BaseModel):
    """What became of one customer that was sent."""

    id: str | None
    status: Literal["stored", "refused"]
    reason: str | None = None


class CustomersStored(BaseModel):
    """The outcome per customer, in the order sent."""

    results: list[CustomerStatus]
    stored: int
    refused: int


class AttributesIn(BaseModel):
    """What is new of a customer; null takes an attribute away."""

    model_config = ConfigDict(extra="forbid")

    attributes: dict[str, Scalar | None] = Field(max_length=100)


class CustomerRow(BaseModel):
    """A customer who wrote. `strength` is 0 (strain) to 100 (bond); `is_at_risk`: the latest word on it was a wish to leave."""

    id: str
    attributes: dict[str, str]
    items: int
    first: dt.date | None
    last: dt.date | None
    strength: float
    is_at_risk: bool
    worth: float | None


class CustomerPage(BaseModel):
    """`total` counts all customers that were asked for; `worth` names the attribute that their worth was read from."""

    total: int
    at_risk: int
    worth: str | None
    customers: list[CustomerRow]
    next: str | None


class MomentView(BaseModel):
    """One item. `mood` is -1, 0 or 1; `score` its part in the strength, -1 to 1; themes with their polarity."""

    item: str
    kind: str
    date: dt.date | None
    channel: str | None
    excerpt: str
    mood: float
    score: float
    sentiment: str | None
    emotion: str | None
    intensity: int | None
    effort: str | None
    churn: str | None
    themes: list[tuple[str, str]]
    gaps: list[str]
    conversation_gap: int | None


class PartView(BaseModel):
    """One signal of the strength: its mean over the items that show it, -1 to 1."""

    name: str
    mean: float
    items: int


class ProfileView(BaseModel):
    """A customer all around. The filter of `said` gives all items; `earlier` is the strength before the last three."""

    id: str
    attributes: dict[str, str]
    headline: str
    said: Fact
    strength: float | None
    ci: tuple[float, float] | None
    earlier: float | None
    parts: list[PartView]
    missed: list[Fact]
    course: list[MomentView]


@router.post(
    "/customers",
    summary="Send in what is known of customers, up to 1,000",
    responses={207: {"model": CustomersStored, "description": "Some were refused, each with its reason"}},
    openapi_extra=examples.body(examples.CUSTOMERS),
)
def add(
    body: Annotated[list[CustomerIn], Field(min_length=1, max_length=MOST)],
    product: Parts,
    response: Response,
) -> CustomersStored:
    """Laid over what is known; null takes an attribute away. What is refused has its reason, the others are stored."""
    results = [
        CustomerStatus.model_validate(one, from_attributes=True) for one in product.customers.put(body)
    ]
    refused = sum(one.status == "refused" for one in results)
    response.status_code = 207 if refused else 200
    return CustomersStored(results=results, stored=len(results) - refused, refused=refused)


@router.get("/customers", summary="Customers by what they said")
def list_customers(
    request: Request,
    filters: Annotated[FilterQuery, Query()],  # noqa: ARG001 (documents what `scope_of_query` reads)
    product: Parts,
    cursors: Sealed,
    order: Order = "strength",
    search: Annotated[str | None, Query(max_length=200, description="Part of an id")] = None,
    at_risk: Annotated[bool, Query(description="Only those whose latest word was a wish to leave")] = False,  # noqa: FBT002
    cursor: Annotated[str | None, Query(max_length=4000)] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MOST)] = PAGE_DEFAULT,
) -> CustomerPage:
    """Those with items in the filter: weakest relationship first, latest, most talkative or of the highest value."""
    scope = scope_of_query(request, _PAGING)
    codes = product.index.store.customer_codes(search) if search else None
    found = people(product.snapshot().view, scope, codes, only_at_risk=at_risk)
    query = [scope.plain(), order, search, at_risk]
    first = int(cursors.read(cursor, query)) if cursor else 0
    places = found.ordered(order)[first : first + limit]
    known = product.index.store.customers_by_code([int(found.code[place]) for place in places])
    rows = [_row(found, int(place), known) for place in places if int(found.code[place]) in known]
    return CustomerPage(
        total=len(found),
        at_risk=int(found.is_at_risk.sum()),
        worth=found.worth_name,
        customers=rows,
        next=cursors.seal(str(first + limit), query) if first + limit < len(found) else None,
    )


@router.get("/customers/{customer_id:path}", summary="One customer, all around")
def read(customer_id: CustomerId, product: Parts) -> ProfileView:
    """Attributes, the course of feelings over all items, the strength of the relationship and what was missed."""
    stored, code = _found(product, customer_id)
    view = product.snapshot().view
    return _profile(stored, profile(view, Ledger(view), code, stored.attributes))


@router.put(
    "/customers/{customer_id:path}",
    summary="Set what is known of a customer",
    openapi_extra=examples.body(examples.CUSTOMER),
)
def put(customer_id: CustomerId, body: AttributesIn, product: Parts) -> ProfileView:
    """Laid over what is known; null takes an attribute away. An unknown customer is made."""
    [result] = product.customers.put([CustomerIn(id=customer_id, attributes=body.attributes)])
    if result.id is None:
        raise InputError(f"The customer cannot be stored: {result.reason}.")
    return read(result.id, product)


def _found(product: Product, customer_id: str) -> tuple[Customer, int]:
    store = product.index.store
    for name in dict.fromkeys([customer_id, product.customers.stored_id(customer_id)]):
        code = store.customer_code(name)
        if code is not None:
            return store.customers_by_code([code])[code], code
    raise NotFoundError(f"There is no customer {customer_id!r}; GET /v1/customers lists those who wrote.")


def _row(found: People, place: int, known: dict[int, Customer]) -> CustomerRow:
    customer, worth = known[int(found.code[place])], float(found.worth[place])
    return CustomerRow(
        id=customer.id, attributes=dict(customer.attributes), items=int(found.items[place]),
        first=_day(int(found.first[place])), last=_day(int(found.last[place])), strength=float(found.strength[place]),
        is_at_risk=bool(found.is_at_risk[place]), worth=None if worth != worth else worth,  # noqa: PLR0124 (not a number)
    )  # fmt: skip


def _day(day: int) -> dt.date | None:
    return None if day < 0 else dt.date(1970, 1, 1) + dt.timedelta(days=day)


def _profile(stored: Customer, found: Profile) -> ProfileView:
    return ProfileView(
        id=stored.id,
        attributes=dict(stored.attributes),
        headline=found.headline,
        said=found.said,
        strength=found.strength,
        ci=found.ci,
        earlier=found.earlier,
        parts=[PartView.model_validate(part, from_attributes=True) for part in found.parts],
        missed=list(found.missed),
        course=[MomentView.model_validate(one, from_attributes=True) for one in found.course],
    )
