"""`POST /v1/imports`: take a file in, or show how it would be read."""

import shutil
import uuid
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Annotated, Any, Literal

from fastapi import APIRouter, File, Form, Response, UploadFile
from pydantic import BaseModel, Field

from assistant.api import examples
from assistant.api.jobs import JobView, found, view
from assistant.api.parts import Parts, Worker
from assistant.intake import Column, Preview
from assistant.wiring import Product

router = APIRouter(prefix="/v1", tags=["Imports and jobs"])
UPLOADS = "uploads"
_SHOWN = 200  # characters of an example


class ColumnView(BaseModel):
    """What a column is taken for, why, and a first value as it would be stored."""

    name: str
    use: str
    attribute: str | None = Field(description="What the attribute is called, where `use` is attribute.")
    reason: str
    example: str | None


class RefusedRow(BaseModel):
    """A row among the first ones that would be refused."""

    line: int
    reason: str


class PreviewView(BaseModel):
    """How a file would be read. `rows` are its first rows, redacted; nothing is stored."""

    file: str
    description: str
    kind: Literal["feedback", "customers"]
    columns: list[ColumnView]
    rows: list[dict[str, Any]]
    refused: list[RefusedRow]
    notes: list[str]


@router.post(
    "/imports",
    status_code=202,
    summary="Import a file",
    response_model=JobView,
    responses={
        200: {"model": PreviewView, "description": "With `dry_run`: how the file would be read"},
        202: examples.JOB_ACCEPTED,
    },
)
def import_file(
    product: Parts,
    worker: Worker,
    response: Response,
    file: Annotated[UploadFile, File(description="CSV, TSV, JSON Lines, JSON, Excel, mails or chats")],
    map_: Annotated[
        list[str],
        Form(alias="map", description="`text=Review`, `attr.plan=Plan`, `skip=Notes`, `date_order=month`"),
    ] = [],  # noqa: B006 (FastAPI copies it)
    sheet: Annotated[
        str | None, Form(description="Sheet of a workbook; default is the first with rows")
    ] = None,
    dry_run: Annotated[bool, Form(description="Only show how the file would be read")] = False,  # noqa: FBT002
) -> JobView | Response | PreviewView:
    """Columns are recognised by names and contents, and can be named with `map`. Follow the job for the outcome.

    The same file again changes nothing. Rows that cannot be used are reported with line and reason; the rest
    goes in.
    """
    name = PurePath(file.filename or "upload").name
    path = _saved(product, file, name)
    try:
        if dry_run:
            shown = product.importer.preview(path, map_, sheet=sheet)
            return Response(_previewed(shown, name).model_dump_json(), media_type="application/json")
        job_id = product.importer.start(path, map_, sheet=sheet, name=name, owned=True)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    finally:
        if dry_run:
            path.unlink(missing_ok=True)
    worker.wake()
    response.headers["Location"] = f"/v1/jobs/{job_id}"
    return view(found(product, job_id))


def _saved(product: Product, file: UploadFile, name: str) -> Path:
    """The upload under a name of our own, in the data folder; the format is told from the suffix too."""
    folder = product.index.home / UPLOADS
    folder.mkdir(parents=True, exist_ok=True)
    suffix = PurePath(name).suffix.lower()
    path = folder / f"{uuid.uuid4().hex}{suffix if suffix[1:].isalnum() and len(suffix) < 9 else ''}"
    with path.open("wb") as copy:
        shutil.copyfileobj(file.file, copy)
    return path


def _previewed(shown: Preview, name: str) -> PreviewView:
    first = shown.rows[0] if shown.rows else {}
    has_title = shown.mapping.column("title") is not None
    return PreviewView(
        file=name,
        description=shown.description,
        kind=shown.mapping.kind,
        columns=[_column(column, first, has_title=has_title) for column in shown.mapping.columns],
        rows=[dict(row) for row in shown.rows],
        refused=[RefusedRow(line=line, reason=reason) for line, reason in shown.refused],
        notes=list(shown.mapping.notes),
    )


def _column(column: Column, first: Mapping[str, Any], *, has_title: bool) -> ColumnView:
    example = _example(column, first, has_title=has_title)
    return ColumnView(
        name=column.column,
        use=column.use,
        attribute=column.name if column.use == "attribute" else None,
        reason=column.reason,
        example=None if example is None else str(example)[:_SHOWN],
    )


def _example(column: Column, first: Mapping[str, Any], *, has_title: bool) -> Any:
    """What the first row holds of a column; ratings and channels are stored as attributes."""
    attributes: Mapping[str, Any] = first.get("attributes", {})
    if column.use in ("rating", "channel"):
        return attributes.get(column.use)
    if column.use == "attribute":
        return attributes.get(column.name or "")
    # A title stands before the text that it is stored with.
    title, _, text = str(first.get("text", "")).partition("\n") if has_title else ("", "", first.get("text"))
    return {"text": text, "turns": text, "title": title or None}.get(column.use, first.get(column.use))
