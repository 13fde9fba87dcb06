"""`/livez` and `/readyz`: whether the process runs, and whether it can do its work."""

from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from assistant.api.parts import Lane
from assistant.wiring import Product
from index.errors import StoreError
from index.follow import PrimaryFollower

router = APIRouter(tags=["Health"])


class Alive(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Check(BaseModel):
    """One part that is needed."""

    ok: bool
    detail: str


class Ready(BaseModel):
    """Whether every part can do its work."""

    status: Literal["ok", "not ready"]
    checks: dict[str, Check] = Field(examples=[{"database": {"ok": True, "detail": "703 items"}}])


@router.get("/livez", summary="Is the process alive")
async def alive() -> Alive:
    """Touches nothing, so it answers even when everything else is busy."""
    return Alive()


@router.get(
    "/readyz", summary="Can it serve", responses={503: {"model": Ready, "description": "A part is missing"}}
)
def ready(request: Request, lane: Lane, response: Response) -> Ready:
    """Database and its migrations, the model, how far the index is behind, and the queue before the model."""
    state = request.app.state
    product: Product = state.product
    checks = {**_stored(product), "vectors": _vectors(state.workspaces.first.follower)}
    checks["model"] = _model(product, state.model_problem)
    checks["queue"] = Check(ok=True, detail=f"{lane.held} of {product.settings.queue_limit} places taken")
    is_ready = all(check.ok for check in checks.values())
    response.status_code = 200 if is_ready else 503
    return Ready(status="ok" if is_ready else "not ready", checks=checks)


def _stored(product: Product) -> dict[str, Check]:
    """The store was migrated when it was opened; a newer schema would have refused to open."""
    try:
        counts, lag = product.index.store.counts(), product.index.applier.lag()
    except StoreError as error:
        return {"database": Check(ok=False, detail=str(error))}
    return {
        "database": Check(ok=True, detail=f"{counts.items} items"),
        "index": Check(ok=True, detail=f"{lag} changes behind"),
    }


def _vectors(follower: PrimaryFollower | None) -> Check:
    """Exact search serves whenever Chroma does not, so that this never makes the process unready."""
    if follower is None:
        return Check(ok=True, detail="exact search serves")
    status = follower.status()
    if status.is_exact:
        return Check(ok=True, detail=f"exact search serves, not Chroma: {status.problem}")
    return Check(ok=True, detail=f"Chroma serves, {status.lag} changes behind")


def _model(product: Product, problem: str | None) -> Check:
    if product.has_loaded:
        return Check(ok=True, detail="loaded")
    return Check(ok=problem is None, detail=problem or "being loaded")
