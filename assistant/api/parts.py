"""What routes are given: the product of the workspace that a request names, and what serves it."""

from typing import Annotated, cast

from fastapi import Depends, Header, Request
from fastapi.concurrency import run_in_threadpool
from starlette.types import Scope

from assistant.api.cursors import Cursors
from assistant.api.lane import ModelLane
from assistant.api.rights import principal_of
from assistant.api.served import Served, Workspaces
from assistant.api.worker import JobWorker
from assistant.errors import ForbiddenError
from assistant.identity import Identity, Principal
from assistant.settings import WORKSPACE_NAME
from assistant.wiring import Product

WORKSPACE_HEADER = "earmark-workspace"
Named = Annotated[
    str | None,
    Header(
        alias="Earmark-Workspace",
        pattern=WORKSPACE_NAME,
        description="Workspace; default is the only one that the key opens, else the first of the server.",
    ),
]


async def served_for(scope: Scope, workspaces: Workspaces, named: str | None) -> Served:
    """The workspace that a request means. Raises ForbiddenError, NotFoundError."""
    who = principal_of(scope)
    name = named or _default_of(who, workspaces)
    if who is not None and not who.enters(name):
        raise ForbiddenError(f"The workspace {name!r} is not open to {who.name}.")
    scope.setdefault("state", {})["workspace"] = name
    known = workspaces.known(name)
    return known if known is not None else await run_in_threadpool(workspaces.of, name)


def _default_of(who: Principal | None, workspaces: Workspaces) -> str:
    if who is None or who.enters(workspaces.default) or not who.workspaces:
        return workspaces.default
    return min(who.workspaces)


# Async, because plain functions would each cost a trip to the thread pool.
async def _served(request: Request, named: Named = None) -> Served:
    return await served_for(request.scope, request.app.state.workspaces, named)


ServedHere = Annotated[Served, Depends(_served)]


async def _product(served: ServedHere) -> Product:
    return served.product


async def _cursors(served: ServedHere) -> Cursors:
    return served.cursors


async def _worker(served: ServedHere) -> JobWorker:
    return served.worker


async def _lane(request: Request) -> ModelLane:
    return cast("ModelLane", request.app.state.lane)


async def _identity(request: Request) -> Identity:
    return cast("Identity", request.app.state.identity)


async def _workspaces(request: Request) -> Workspaces:
    return cast("Workspaces", request.app.state.workspaces)


async def _caller(request: Request) -> Principal | None:
    return principal_of(request.scope)


Parts = Annotated[Product, Depends(_product)]
Sealed = Annotated[Cursors, Depends(_cursors)]
Worker = Annotated[JobWorker, Depends(_worker)]
Lane = Annotated[ModelLane, Depends(_lane)]
Who = Annotated[Identity, Depends(_identity)]
Houses = Annotated[Workspaces, Depends(_workspaces)]
Caller = Annotated[Principal | None, Depends(_caller)]


def said_by(who: Principal | None, given: str | None) -> str | None:
    """The name that something is kept under: the account's, else the one given."""
    return who.name if who is not None and who.kind == "user" else given
