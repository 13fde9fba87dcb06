"""`/v1/workspaces`: stores that know nothing of one another."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from assistant.api import examples
from assistant.api.parts import Caller, Houses
from assistant.settings import WORKSPACE_NAME

router = APIRouter(prefix="/v1", tags=["Access"])


class WorkspaceIn(BaseModel):
    """A workspace that is to be made."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(pattern=WORKSPACE_NAME)]


class WorkspaceNames(BaseModel):
    """Those that are open to the caller; `default` is used where a request names none."""

    workspaces: list[str]
    default: str


@router.get("/workspaces/current", summary="The workspaces that are open to you")
def mine(who: Caller, workspaces: Houses) -> WorkspaceNames:
    """Send one in the header `Earmark-Workspace`."""
    names = [name for name in workspaces.names() if who is None or who.enters(name)]
    default = workspaces.default if workspaces.default in names or not names else names[0]
    return WorkspaceNames(workspaces=names, default=default)


@router.post(
    "/workspaces",
    status_code=201,
    summary="Make a workspace",
    openapi_extra=examples.body(examples.WORKSPACES),
)
def add(body: WorkspaceIn, workspaces: Houses) -> WorkspaceNames:
    """Its own database (or schema), vector index and bitmaps: nothing is shared but the models."""
    workspaces.create(body.name)
    return WorkspaceNames(workspaces=workspaces.names(), default=workspaces.default)
