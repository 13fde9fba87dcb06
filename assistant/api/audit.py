"""`/v1/audit`: who did what."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from assistant.api.parts import Who
from assistant.identity.audit import Entry

router = APIRouter(prefix="/v1", tags=["Access"])


class AuditPage(BaseModel):
    """Entries, latest first."""

    entries: list[Entry]
    next: str | None = Field(description="Send it as `cursor` for the entries before.")


@router.get("/audit", summary="Who did what")
def read(
    identity: Who,
    cursor: Annotated[str | None, Query(max_length=100, pattern=r"^[0-9a-f-]+$")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> AuditPage:
    """Every change, login, export and erasure with its caller, and those that were refused. Never what customers wrote."""
    found = identity.audit.page(before=cursor, limit=limit)
    return AuditPage(entries=found, next=found[-1].id if len(found) == limit else None)
