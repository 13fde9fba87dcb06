"""`POST /v1/impact`: what to fix first, under assumptions that can be set."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from assistant.api import examples
from assistant.api.parts import Parts
from assistant.ask.actions import Action, Assumptions, Range, actions
from assistant.ask.answer import Fact
from assistant.ask.ledger import Ledger
from assistant.ask.plan import RISK
from assistant.errors import InputError
from assistant.scope import Scope

router = APIRouter(prefix="/v1", tags=["Ask"])
Part = Annotated[float, Field(ge=0, le=1)]


class AssumptionsIn(BaseModel):
    """What a fix is taken to achieve; by default all that the difference allows, which is the most that could be won."""

    model_config = ConfigDict(extra="forbid")

    removed: Part = Field(default=1, description="Part of a trouble's cases that a fix does away with")
    causal: Part = Field(
        default=1, description="Part of the difference that is due to the trouble and to nothing else"
    )
    customer_value: Annotated[float, Field(ge=0)] | None = Field(
        default=None, description="What a customer is worth of whom no value is recorded"
    )


class ImpactIn(BaseModel):
    """Whose items, which outcome is to become rarer, and what is assumed."""

    model_config = ConfigDict(extra="forbid")

    filter: Scope = Field(default_factory=Scope)
    outcome: Scope = Field(
        default_factory=lambda: Scope(churn=list(RISK)), description="Default: leaving or at risk"
    )
    assumptions: AssumptionsIn = Field(default_factory=AssumptionsIn)


class RangeView(BaseModel):
    """A value with its 95 % interval."""

    value: float
    low: float
    high: float


class ActionView(BaseModel):
    """A trouble to be fixed: how often the outcome goes with it and without, and what a fix may win.

    `avoidable` counts items, `at_stake` and `benefit` are in the units of `worth`. `customers.value` are different known
    customers.
    """

    label: str
    name: str
    hit: Fact
    rest: Fact
    avoidable: RangeView
    customers: Fact
    at_stake: float | None
    benefit: RangeView | None


class ImpactView(BaseModel):
    """The list, best first. `worth` is the attribute that values were read from; null where there is none."""

    outcome: Fact
    tested: int
    worth: str | None
    assumptions: AssumptionsIn
    actions: list[ActionView]


@router.post("/impact", summary="What to fix first", openapi_extra=examples.body(examples.IMPACT))
def read(body: ImpactIn, product: Parts) -> ImpactView:
    """Only troubles that go with the outcome beyond chance, also at like tone and length. This is association."""
    if body.outcome.is_empty():
        raise InputError(
            'The outcome is empty; name what is to become rarer, for instance {"churn": ["leaving"]}.'
        )
    view = product.snapshot().view
    assumed = Assumptions(**body.assumptions.model_dump())
    found = actions(view, Ledger(view), body.filter, body.outcome, assumed)
    return ImpactView(
        outcome=found.outcome,
        tested=found.tested,
        worth=found.worth,
        assumptions=body.assumptions,
        actions=[_view(one, view.names.noun(one.label)) for one in found.found],
    )


def _view(one: Action, name: str) -> ActionView:
    return ActionView(
        label=one.label, name=name, hit=one.hit, rest=one.rest, avoidable=_range(one.avoidable),
        customers=one.customers, at_stake=one.at_stake, benefit=_range(one.benefit) if one.benefit else None,
    )  # fmt: skip


def _range(found: Range) -> RangeView:
    value, low, high = found
    return RangeView(value=value, low=low, high=high)
