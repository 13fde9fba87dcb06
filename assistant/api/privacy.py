"""Erasure, retention, one person's data, and what redaction replaced."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from assistant.api import examples
from assistant.api.feedback_schemas import Feedback
from assistant.api.parts import Caller, Parts
from assistant.errors import NotFoundError
from assistant.privacy.erasing import Certificate
from assistant.privacy.retention import Policy
from assistant.wiring import Product

router = APIRouter(prefix="/v1", tags=["Privacy"])
CustomerId = Annotated[
    str, Path(min_length=1, max_length=200, description="Id of a customer, or the mail address")
]


class Certificates(BaseModel):
    """All erasures, latest first."""

    certificates: list[Certificate]


class PolicyView(Policy):
    """The policy, and how many items it would delete today."""

    due: int


class PersonalData(BaseModel):
    """Everything that is kept of one person."""

    customer: str
    attributes: dict[str, str]
    feedback: list[Feedback]
    cases: dict[str, dict[str, Any]] = Field(description="What was done in triage, by item.")
    corrections: dict[str, list[dict[str, Any]]] = Field(description="Verdicts on tags, by item.")


class Replaced(BaseModel):
    """How often one type of personal data was replaced before storing."""

    items: int
    times: int


class RedactionReport(BaseModel):
    """What redaction replaced, by type."""

    total_items: int
    replaced: dict[str, Replaced]


@router.delete("/customers/{customer_id:path}", summary="Erase a customer")
def erase(customer_id: CustomerId, product: Parts, who: Caller) -> Certificate:
    """Feedback, tags, vectors, words, counts, notes, verdicts, conversations, alerts and refused rows that name the customer.

    Then every file of the workspace is read for what was erased. Backups made before keep it until they expire.
    """
    known = product.customers.stored_id(customer_id)
    name = customer_id if product.index.store.customer_code(customer_id) is not None else known
    return product.eraser.erase(name, by=who.name if who else "nobody")


@router.get("/erasures", summary="Certificates of erasure")
def certificates(product: Parts) -> Certificates:
    """They name nobody: `subject` is a keyed hash of the id."""
    return Certificates(certificates=product.eraser.all())


@router.get("/retention", summary="How long feedback is kept")
def retention(product: Parts) -> PolicyView:
    """Applied once a day while the server runs."""
    policy = product.retention.policy()
    return PolicyView(days=policy.days, due=product.retention.due(policy))


@router.post(
    "/retention/try",
    summary="What a retention period would delete",
    openapi_extra=examples.body(examples.RETENTION),
)
def try_retention(policy: Policy, product: Parts) -> PolicyView:
    """Counts only; nothing is deleted."""
    return PolicyView(days=policy.days, due=product.retention.due(policy))


@router.put(
    "/retention", summary="Set how long feedback is kept", openapi_extra=examples.body(examples.RETENTION)
)
def set_retention(policy: Policy, product: Parts) -> PolicyView:
    """What is older goes within a minute, then once a day; there is no way back. Undated feedback is kept."""
    product.retention.set(policy)
    return PolicyView(days=policy.days, due=product.retention.due(policy))


@router.get("/personal-data", summary="Everything that is kept of one person")
def personal_data(
    product: Parts,
    customer: Annotated[str, Query(min_length=1, max_length=200, description="Id of a customer")],
) -> PersonalData:
    """For a request of access (GDPR, article 15). Texts are as stored: after redaction."""
    store = product.index.store
    known = store.get_customer(customer) or store.get_customer(
        product.customers.stored_id(customer) or customer
    )
    if known is None:
        raise NotFoundError(f"There is no customer {customer!r}; GET /v1/customers lists those who wrote.")
    found = store.items_of_customer(known.id)
    ids = [one.item.id for one in found]
    return PersonalData(
        customer=known.id,
        attributes=dict(known.attributes),
        feedback=[Feedback.of(one) for one in found],
        cases=_cases(product, ids),
        corrections=_corrections(product, ids),
    )


@router.get("/redactions", summary="What redaction replaced")
def redactions(product: Parts) -> RedactionReport:
    """Mail addresses, phone numbers, cards and the like, counted before they were thrown away."""
    store = product.index.store
    replaced = {
        kind: Replaced(items=items, times=times) for kind, (items, times) in store.redactions().items()
    }
    return RedactionReport(total_items=store.counts().items, replaced=replaced)


def _cases(product: Product, ids: list[str]) -> dict[str, dict[str, Any]]:
    found = {id_: product.desk.cases.known(id_) for id_ in ids}
    return {id_: case.model_dump(mode="json") for id_, case in found.items() if case is not None}


def _corrections(product: Product, ids: list[str]) -> dict[str, list[dict[str, Any]]]:
    found = {id_: product.corrections.of_item(id_) for id_ in ids}
    return {id_: [one.model_dump(mode="json") for one in all_] for id_, all_ in found.items() if all_}
