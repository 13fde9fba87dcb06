"""The audit log: who did what. Never what customers wrote, and no id of a customer."""

import time
from datetime import UTC, datetime

from pydantic import BaseModel, Field

from assistant.identity import secrets
from assistant.identity.models import Principal
from index.documents import Documents


class Entry(BaseModel):
    """One thing that was done, or tried."""

    id: str = Field(description="Rises with time.")
    at: datetime
    who: str
    kind: str
    action: str = Field(examples=["DELETE /v1/keys/{key_id}"])
    target: str | None = Field(default=None, description="The key, account or theme; never a customer.")
    workspace: str | None = None
    status: int
    request_id: str | None = None


class Audit:
    """Entries by time. They are only ever added."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def add(
        self,
        who: Principal | None,
        action: str,
        *,
        status: int,
        target: str | None = None,
        workspace: str | None = None,
        request_id: str | None = None,
    ) -> None:
        """Write an entry."""
        at = time.time_ns()
        entry = Entry(
            id=f"{at:020d}-{secrets.short_id()[:6]}",
            at=datetime.fromtimestamp(at / 1e9, UTC),
            who=who.name if who else "nobody",
            kind=who.kind if who else "nobody",
            action=action,
            target=target,
            workspace=workspace,
            status=status,
            request_id=request_id,
        )
        self._documents.put(entry.id, entry.model_dump(mode="json"))

    def page(self, *, before: str | None = None, limit: int = 50) -> list[Entry]:
        """Entries, latest first, those before an id."""
        return [Entry.model_validate(body) for _, body in self._documents.page(before=before, limit=limit)]
