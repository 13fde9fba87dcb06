"""What operations know of customers, as it comes over HTTP; the same cleaning as the rows of a file."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from assistant.errors import RefusedError
from assistant.intake.column_names import attribute_name
from assistant.intake.drafts import clean_attributes, clean_customer
from assistant.intake.feedback import Scalar
from assistant.intake.identity import Pseudonyms
from assistant.intake.redaction import Redactor
from index.records import Customer
from index.workspace import Index

MOST_ATTRIBUTES = 100


class CustomerIn(BaseModel):
    """What is known of a customer. It is laid over what is known already; null takes an attribute away."""

    model_config = ConfigDict(extra="forbid")

    id: Annotated[str, Field(min_length=1, max_length=200, description="A mail address becomes a pseudonym")]
    attributes: Annotated[dict[str, Scalar | None], Field(max_length=MOST_ATTRIBUTES)] = Field(
        default_factory=dict, description="segment, plan, lifetime_value, nps, churned, churned_on, ..."
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomerResult:
    """What became of one customer. `id` is the one that it is stored under; None when it was refused."""

    id: str | None
    status: Literal["stored", "refused"]
    reason: str | None = None


class Customers:
    """Takes customers in.

    Args:
        index: the workspace.
        home: the folder of the workspace, where the key of its pseudonyms lies.
        keep: names that redaction leaves in.
    """

    def __init__(self, *, index: Index, home: Path, keep: Collection[str] = ()) -> None:
        self._index, self._home, self._keep = index, home, keep

    def put(self, customers: Sequence[CustomerIn]) -> list[CustomerResult]:
        """Store customers; a result per customer, in order. A refused one changes nothing."""
        redactor = Redactor(Pseudonyms.open(self._home), self._keep)
        accepted: list[Customer] = []
        drop: dict[str, list[str]] = {}
        results = []
        for one in customers:
            try:
                customer = _customer(one, redactor)
            except RefusedError as error:
                results.append(CustomerResult(id=None, status="refused", reason=str(error)))
                continue
            accepted.append(customer)
            gone = [attribute_name(name) for name, value in one.attributes.items() if value is None]
            drop.setdefault(customer.id, []).extend(gone)
            results.append(CustomerResult(id=customer.id, status="stored"))
        if accepted:
            self._index.store.upsert_customers(accepted, drop)
        return results

    def stored_id(self, id_: str) -> str:
        """The id under which a customer is stored: a pseudonym where it names a person."""
        return Redactor(Pseudonyms.open(self._home), self._keep).customer(clean_customer(id_)) or id_


def _customer(one: CustomerIn, redactor: Redactor) -> Customer:
    id_ = redactor.customer(clean_customer(one.id))
    if id_ is None:
        raise RefusedError(f"{one.id!r} names nobody in particular")
    texts = {attribute_name(name): str(value) for name, value in one.attributes.items() if value is not None}
    return Customer(id=id_, attributes=redactor.attributes(clean_attributes(texts)))
