"""`/v1/themes/candidates`: what the taxonomy misses, offered as themes."""

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict

from assistant.api import examples
from assistant.api.jobs import JobView, view
from assistant.api.parts import Parts, Worker
from assistant.api.themes import ThemeList, retagged
from assistant.wiring import Product
from nlp.taxonomy import Words

router = APIRouter(prefix="/v1", tags=["Themes"])


class CandidateQuote(BaseModel):
    """A clause that shows a candidate, `[start, end)` of the item's text."""

    item: str
    text: str
    span: tuple[int, int]


class Nearest(BaseModel):
    """The theme that a candidate is most like, with the mean cosine of its clauses to it."""

    id: str
    name: str
    likeness: float


class CandidateView(BaseModel):
    """A candidate. `growth` is the rate of the latest eight weeks over that before, `stability` the share of redrawn
    samples in which it was found again.
    """

    id: str
    name: str
    sentence: str
    phrases: list[str]
    items: int
    growth: float | None
    stability: float
    nearest: Nearest
    quotes: list[CandidateQuote]


class CandidateList(BaseModel):
    """`read` of the `uncovered` clauses were read (a sample where there are many), `looked_at` of them are like no
    theme, `outliers` of these belong to no candidate. Items of candidates are counted among what was read.
    """

    made: dt.datetime | None
    uncovered: int
    read: int
    looked_at: int
    outliers: int
    job: JobView | None
    candidates: list[CandidateView]


class JobStarted(BaseModel):
    """The job that does it."""

    job: JobView


class Accept(BaseModel):
    """Another name or sentence than the one that was proposed."""

    model_config = ConfigDict(extra="forbid")

    name: Words | None = None
    sentence: Words | None = None


CandidateId = Annotated[str, Path(max_length=100)]


@router.get("/themes/candidates", summary="Themes that the taxonomy misses")
def candidates(product: Parts) -> CandidateList:
    """What the last discovery found, without what was accepted or dismissed since."""
    return _candidates(product)


@router.post("/themes/candidates", status_code=202, summary="Discover what the taxonomy misses")
def discover(product: Parts, worker: Worker) -> JobStarted:
    """Groups the clauses that no theme covers; a job does it. Candidates seen before keep their ids."""
    job = product.discoverer.start()
    worker.wake()
    return JobStarted(job=view(job))


@router.post(
    "/themes/candidates/{candidate_id}/accept",
    status_code=201,
    summary="Make a theme of a candidate",
    openapi_extra=examples.body(examples.ACCEPT),
)
def accept(candidate_id: CandidateId, body: Accept, product: Parts, worker: Worker) -> ThemeList:
    """Its phrases and quotes become the examples of the theme; stored items are tagged in the background."""
    product.discoverer.accept(candidate_id, body.name, body.sentence)
    return retagged(product, worker)


@router.post("/themes/candidates/{candidate_id}/dismiss", summary="Do not offer a candidate again")
def dismiss(candidate_id: CandidateId, product: Parts) -> CandidateList:
    """Also when a later discovery finds it again."""
    product.discoverer.dismiss(candidate_id)
    return _candidates(product)


@router.post("/themes/candidates/{candidate_id}/restore", summary="Offer a dismissed candidate again")
def restore(candidate_id: CandidateId, product: Parts) -> CandidateList:
    """Takes a dismissal back."""
    product.discoverer.restore(candidate_id)
    return _candidates(product)


def _candidates(product: Product) -> CandidateList:
    found, job = product.discoverer.latest(), product.discoverer.open_job()
    names = {theme.id: theme.name for theme in product.taxonomy.themes}
    return CandidateList(
        made=found.made,
        uncovered=found.uncovered,
        read=found.read,
        looked_at=found.looked_at,
        outliers=found.outliers,
        job=view(job) if job else None,
        candidates=[
            CandidateView(
                id=one.id,
                name=one.name,
                sentence=one.sentence,
                phrases=list(one.phrases),
                items=one.items,
                growth=one.growth,
                stability=one.stability,
                nearest=Nearest(id=one.nearest[0], name=names[one.nearest[0]], likeness=one.nearest[1]),
                quotes=[CandidateQuote.model_validate(quote, from_attributes=True) for quote in one.quotes],
            )
            for one in found.candidates
        ],
    )
