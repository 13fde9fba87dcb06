"""`/v1/jobs`: how far imports are, what they refused, and how to stop them."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, Field

from assistant.api import examples
from assistant.api.parts import Parts
from assistant.errors import NotFoundError
from assistant.wiring import Product
from index import jobs as kept
from index.errors import JobError

router = APIRouter(prefix="/v1", tags=["Imports and jobs"])
JobId = Annotated[str, Path(max_length=100, examples=["job_5f0c2a9b3d7e4f10"])]
State = Literal["queued", "running", "finished", "failed", "cancelled"]

# The report of a job that has ended also knows the rows that were never written: customers, known ones.
_COUNTS = ("added", "updated", "unchanged", "refused")


class JobView(BaseModel):
    """A job. `done` of `total` rows are read; `unchanged` were stored already or stand twice in the file; `refused` rows are listed under `/errors`."""

    id: str
    kind: str
    state: State
    file: str | None
    done: int
    total: int | None
    added: int
    updated: int
    unchanged: int
    refused: int
    rate: float | None = Field(description="Rows per second since the start, while it runs.")
    error: str | None
    report: dict[str, Any]
    created: float = Field(description="Seconds since 1970.")
    changed: float


class JobList(BaseModel):
    """Jobs, the latest first."""

    jobs: list[JobView]


class Refused(BaseModel):
    """A row that was refused: its line in the file, why, and its columns."""

    line: int
    reason: str
    row: dict[str, Any]


class RefusedPage(BaseModel):
    """Refused rows by line; `next` is the `after` of the next page, null at the end."""

    errors: list[Refused]
    next: int | None


@router.get("/jobs", summary="List jobs")
def list_jobs(
    product: Parts, state: State | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> JobList:
    """Imports, the latest first."""
    return JobList(jobs=[view(job) for job in product.index.jobs.list(state=state, limit=limit)])


@router.get("/jobs/{job_id}", summary="One job", responses={200: examples.JOB})
def read(job_id: JobId, product: Parts) -> JobView:
    """How far it is."""
    return view(found(product, job_id))


@router.get(
    "/jobs/{job_id}/errors",
    summary="Rows that were refused",
    response_model=RefusedPage,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
def errors(
    job_id: JobId,
    product: Parts,
    as_: Annotated[Literal["json", "csv"], Query(alias="format")] = "json",
    after: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> RefusedPage | Response:
    """As JSON in pages, or all of them as CSV with line, reason and the original columns."""
    found(product, job_id)
    if as_ == "csv":
        name = f'attachment; filename="refused-{job_id}.csv"'
        lines = product.importer.refused_csv(job_id)
        return StreamingResponse(
            lines, media_type="text/csv; charset=utf-8", headers={"Content-Disposition": name}
        )
    rows = product.index.jobs.errors(job_id, after, limit)
    return RefusedPage(
        errors=[Refused(line=row.line, reason=row.reason, row=dict(row.row)) for row in rows],
        next=rows[-1].line if len(rows) == limit else None,
    )


@router.post("/jobs/{job_id}/cancel", summary="Stop a job")
def cancel(job_id: JobId, product: Parts) -> JobView:
    """What is stored stays stored. A job that has ended is a conflict."""
    job = found(product, job_id)
    if not product.index.jobs.cancel(job_id):
        raise JobError(f"The job {job_id} is {job.state} already; there is nothing to stop.")
    return view(found(product, job_id))


def found(product: Product, job_id: str) -> kept.Job:
    """A job by id. Raises NotFoundError."""
    try:
        return product.index.jobs.get(job_id)
    except JobError as error:
        raise NotFoundError(str(error)) from error


def view(job: kept.Job) -> JobView:
    """As it leaves: without paths and workers of this machine."""
    took = job.changed - job.created
    counts = {**{name: getattr(job, name) for name in _COUNTS}, **job.report}
    return JobView(
        id=job.id,
        kind=job.kind,
        state=job.state,
        file=_name(job.params),
        done=job.done,
        total=job.total,
        added=counts["added"],
        updated=counts["updated"],
        unchanged=counts["unchanged"] + counts.get("duplicates", 0),
        refused=counts["refused"],
        rate=round(job.done / took, 1) if job.state == "running" and job.done and took > 0 else None,
        error=job.error,
        report=dict(job.report),
        created=job.created,
        changed=job.changed,
    )


def _name(params: Mapping[str, Any]) -> str | None:
    name = params.get("name") or params.get("path")
    return None if name is None else str(name).replace("\\", "/").rpartition("/")[2]
