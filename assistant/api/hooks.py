"""`/v1/hooks`: feedback that other systems post in their own JSON."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel

from assistant.api import examples
from assistant.api.feedback import outcome, stored
from assistant.api.feedback_schemas import ItemStatus, Written
from assistant.api.parts import Lane, Parts, ServedHere
from assistant.errors import RefusedError
from assistant.intake.feedback import FeedbackIn
from assistant.intake.hooks import Hook, NamedHook, read_entries

router = APIRouter(prefix="/v1/hooks", tags=["Feedback"])
Name = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$", description="Name of a hook")]
Posted = Annotated[Any, Body(description="Whatever the other system sends")]


class HookList(BaseModel):
    """All hooks, by name."""

    hooks: list[NamedHook]


class ReadEntry(BaseModel):
    """What one entry says, or why it would be refused."""

    item: FeedbackIn | None = None
    reason: str | None = None


class Tried(BaseModel):
    """What a body would become."""

    entries: list[ReadEntry]


@router.get("", summary="List hooks")
def list_hooks(product: Parts) -> HookList:
    """Where each finds things in what is posted to it."""
    return HookList(hooks=product.hooks.all())


@router.put("/{name}", summary="Make or change a hook", openapi_extra=examples.body(examples.HOOKS))
def put(name: Name, body: Hook, product: Parts) -> NamedHook:
    """JSON pointers say where things stand; try it with a body of the other system before you point it here."""
    product.hooks.put(name, body)
    return NamedHook(name=name, **body.model_dump())


@router.delete("/{name}", status_code=204, summary="Delete a hook")
def remove(name: Name, product: Parts) -> None:
    """What came in by it stays."""
    product.hooks.remove(name)


@router.post(
    "/{name}/try", summary="See what a body would become", openapi_extra=examples.body(examples.POSTED)
)
def try_out(name: Name, body: Posted, product: Parts) -> Tried:
    """Nothing is stored."""
    found = read_entries(product.hooks.get(name), body)
    return Tried(
        entries=[
            ReadEntry(reason=str(one)) if isinstance(one, RefusedError) else ReadEntry(item=one)
            for one in found
        ]
    )


@router.post(
    "/{name}",
    summary="Post feedback in another system's JSON",
    responses={200: examples.WRITTEN, 207: {**examples.WRITTEN_PARTLY, "model": Written}},
    openapi_extra=examples.body(examples.POSTED),
)
async def post(
    name: Name, request: Request, body: Posted, served: ServedHere, lane: Lane, response: Response
) -> Written:
    """Read by the hook's mapping, then as `POST /v1/feedback`: the same entry again changes nothing."""
    hook = await run_in_threadpool(served.product.hooks.get, name)
    found = read_entries(hook, body)
    taken = iter(await stored(served, lane, [one for one in found if isinstance(one, FeedbackIn)]))
    results = [
        ItemStatus(id=None, status="refused", reason=str(one))
        if isinstance(one, RefusedError)
        else next(taken)
        for one in found
    ]
    return outcome(request, response, results)
