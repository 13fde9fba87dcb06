"""`POST /v1/experience`: forces, spectrum, touchpoints and the strength of relationships."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from assistant.api import examples
from assistant.api.parts import Parts
from assistant.ask.answer import Fact
from assistant.ask.experience import Check, Experience, Force, Group, experience
from assistant.ask.ledger import Ledger, counted
from assistant.ask.words import listed
from assistant.errors import InputError
from assistant.insight.relationship import Strength
from assistant.scope import Scope
from nlp import labels

router = APIRouter(prefix="/v1", tags=["Ask"])


class ExperienceIn(BaseModel):
    """Whose items, and by which attribute groups are shown."""

    model_config = ConfigDict(extra="forbid")

    filter: Scope = Field(default_factory=Scope)
    by: Annotated[str | None, Field(max_length=200, description="An attribute, for instance `segment`")] = (
        None
    )


class ForceView(BaseModel):
    """A relational need (Forces of CX): shares of all items that show it met, and missed."""

    force: str
    about: str
    met: Fact
    missed: Fact


class StrengthView(BaseModel):
    """Relationship strength, 0 to 100; 50 is as many bonds as strains. `ci` is its 95 % interval over customers."""

    index: float
    ci: tuple[float, float] | None
    customers: int


class CellView(BaseModel):
    """A stage of the journey, as a whole (`value` null) or at a value level.

    `complaints`, `effort` and `emotion` are shares of its items.
    """

    stage: str
    value: str | None
    items: Fact
    complaints: Fact
    effort: Fact
    emotion: Fact | None


class GroupView(BaseModel):
    """One value of the attribute."""

    value: str
    items: Fact
    strength: StrengthView | None
    forces: list[ForceView]


class CheckView(BaseModel):
    """How well the strength tells customers with a recorded outcome from those without: `auc`, .5 is chance.

    Feedback may have been given after the outcome, so this is agreement and no forecast.
    """

    attribute: str
    values: list[str]
    auc: float
    with_outcome: int
    without: int
    p: float


class ExperienceView(BaseModel):
    """The frameworks of customer experience over `of` items. The filter of a fact gives exactly its `n` items.

    `relational` are items that show any force, `functional` those that speak of function or money. `nature` parts
    all items into rational only, both, emotional only and neither. `spectrum` counts items that are no praise by the
    component most at stake.
    """

    of: int
    forces: list[ForceView]
    relational: Fact
    functional: Fact
    spectrum: list[Fact]
    touchpoints: list[CellView]
    nature: list[Fact]
    strength: StrengthView | None
    by: str | None
    groups: list[GroupView]
    checks: list[CheckView]


@router.post(
    "/experience",
    summary="Forces, spectrum, touchpoints and relationships",
    openapi_extra=examples.body(examples.EXPERIENCE),
)
def read(body: ExperienceIn, product: Parts) -> ExperienceView:
    """Copies and untagged items are left out. Items without a customer count as a customer of their own."""
    view = product.snapshot().view
    if body.by is not None and not view.terms.terms(f"attr.{body.by}="):
        known = sorted({name.removeprefix("attr.").split("=")[0] for name in view.terms.terms("attr.")})
        there = f"use one of {listed(known)}" if known else "the feedback has none"
        raise InputError(f"There is no attribute {body.by!r}; {there}.")
    return _view(experience(view, Ledger(view), counted(body.filter), body.by), body.by)


def _view(found: Experience, by: str | None) -> ExperienceView:
    return ExperienceView(
        of=found.of,
        forces=[_force(force) for force in found.forces],
        relational=found.relational,
        functional=found.functional,
        spectrum=list(found.spectrum),
        touchpoints=[
            CellView(
                stage=cell.stage, value=cell.value, items=cell.items, complaints=cell.complaints,
                effort=cell.effort, emotion=cell.emotion,
            )
            for cell in found.touchpoints
        ],
        nature=list(found.nature),
        strength=_strength(found.strength),
        by=by,
        groups=[_group(group) for group in found.groups],
        checks=[_check(check) for check in found.checks],
    )  # fmt: skip


def _force(force: Force) -> ForceView:
    return ForceView(force=force.force, about=labels.FORCES[force.force], met=force.met, missed=force.missed)


def _strength(found: Strength | None) -> StrengthView | None:
    if found is None:
        return None
    return StrengthView(index=found.index, ci=found.ci, customers=found.customers)


def _group(group: Group) -> GroupView:
    return GroupView(
        value=group.value,
        items=group.items,
        strength=_strength(group.strength),
        forces=[_force(force) for force in group.forces],
    )


def _check(check: Check) -> CheckView:
    found = check.found
    return CheckView(
        attribute=check.attribute,
        values=list(check.values),
        auc=found.auc,
        with_outcome=found.with_outcome,
        without=found.without,
        p=found.p,
    )
