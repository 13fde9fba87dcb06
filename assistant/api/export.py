"""`GET /v1/export`: all items of a filter as a file."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse, Response, StreamingResponse
from starlette.background import BackgroundTask

from assistant.api.feedback import meant
from assistant.api.filters import FilterQuery, scope_of_query
from assistant.api.parts import Parts
from assistant.intake.tabular import MEDIA_TYPES, Format, csv_lines, json_lines, write_parquet
from assistant.scope import Scope
from assistant.wiring import Product
from index.records import StoredItem

router = APIRouter(prefix="/v1", tags=["Feedback"])
_PAGE = 500
_FILES = {
    200: {
        "description": "The file.",
        "content": {
            media.partition(";")[0]: {"schema": {"type": "string", "format": "binary"}}
            for media in MEDIA_TYPES.values()
        },
    }
}


@router.get("/export", summary="Take feedback out as a file", response_class=Response, responses=_FILES)  # type: ignore[arg-type]
def export(
    request: Request,
    filters: Annotated[FilterQuery, Query()],  # noqa: ARG001 (documents what `scope_of_query` reads)
    product: Parts,
    format: Format = "csv",  # noqa: A002
) -> Response:
    """All items of the filter, latest first. CSV and Parquet have flat columns (labels joined by `;`, `delivery:-`,
    `attr.<name>`), JSON Lines the whole items. In CSV no cell can become a formula.
    """
    scope = scope_of_query(request, frozenset({"format"}))
    attributes = list(product.index.terms.view.attributes())
    headers = {
        "Content-Disposition": f'attachment; filename="feedback.{format}"',
        "Cache-Control": "no-store",
    }
    if format == "parquet":
        with tempfile.NamedTemporaryFile(suffix=".parquet", delete=False) as file:
            path = Path(file.name)
        write_parquet(items_of(product, scope), attributes, path)
        done = BackgroundTask(path.unlink, missing_ok=True)
        return FileResponse(path, media_type=MEDIA_TYPES[format], headers=headers, background=done)
    lines = (
        csv_lines(items_of(product, scope), attributes)
        if format == "csv"
        else json_lines(items_of(product, scope))
    )
    return StreamingResponse(lines, media_type=MEDIA_TYPES[format], headers=headers)


def items_of(product: Product, scope: Scope) -> Iterator[StoredItem]:
    """All items of a scope, latest first, a page at a time."""
    numbers, after = meant(product, scope), None
    while True:
        page = product.index.store.page(numbers, day=product.index.terms.view.day, after=after, limit=_PAGE)
        yield from page.items
        if (after := page.after) is None:
            return
