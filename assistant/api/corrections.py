"""What people say of tags: `/v1/feedback/{id}/corrections`, and how often each label was right: `/v1/corrections`."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel

from assistant.api import examples
from assistant.api.feedback import ItemId, detail
from assistant.api.feedback_schemas import FeedbackDetail
from assistant.api.parts import Caller, Lane, Parts, said_by
from assistant.curation.corrections import CorrectionIn
from assistant.wiring import Product

router = APIRouter(prefix="/v1", tags=["Corrections"])
CorrectionId = Annotated[str, Path(max_length=100)]


class ReviewedLabel(BaseModel):
    """A label as people judged it: `right` of `reviewed` tags, the share with its 95 % interval (Wilson), and how
    often it was missing.
    """

    field: str
    label: str
    reviewed: int
    right: int
    precision: float | None
    ci: tuple[float, float] | None
    missing: int


class ReviewedLabels(BaseModel):
    """All labels that people have judged, the most reviewed first, and how far their log-odds were moved for it."""

    labels: list[ReviewedLabel]
    shifts: dict[str, float]


@router.post(
    "/feedback/{item_id}/corrections",
    status_code=201,
    summary="Say that a tag is right, wrong or missing",
    openapi_extra=examples.body(examples.CORRECTIONS),
)
def add(item_id: ItemId, body: CorrectionIn, product: Parts, who: Caller) -> FeedbackDetail:
    """The tags of the item change at once. From five verdicts on a label on, new items are tagged accordingly."""
    product.corrections.add(item_id, body.model_copy(update={"by": said_by(who, body.by)}))
    return detail(product, item_id)


@router.delete("/feedback/{item_id}/corrections/{correction_id}", summary="Take a verdict back")
async def remove(item_id: ItemId, correction_id: CorrectionId, product: Parts, lane: Lane) -> FeedbackDetail:
    """The item is tagged again; its other verdicts stay."""
    return await lane.start(_removed, product, item_id, correction_id)


def _removed(product: Product, item_id: str, correction_id: str) -> FeedbackDetail:
    product.corrections.remove(item_id, correction_id)
    return detail(product, item_id)


@router.get("/corrections", summary="How often each label was right")
def summary(product: Parts) -> ReviewedLabels:
    """Precision per label as people see it: "reviewed 212, right 91 %"."""
    rows = [ReviewedLabel.model_validate(row, from_attributes=True) for row in product.corrections.summary()]
    moved = {f"{field}={label}": shift for (field, label), shift in product.corrections.shifts().items()}
    return ReviewedLabels(labels=rows, shifts=moved)
