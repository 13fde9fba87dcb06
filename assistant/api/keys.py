"""`/v1/keys`: API keys of the installation."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from assistant.api import examples
from assistant.api.parts import Caller, Houses, Who
from assistant.identity import Right
from assistant.identity.keys import ApiKey
from assistant.settings import WORKSPACE_NAME

router = APIRouter(prefix="/v1", tags=["Access"])
KeyId = Annotated[str, Path(max_length=64, description="Id of a key")]


class KeyIn(BaseModel):
    """A key that is to be made."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=100, description="What it is for.")]
    scopes: Annotated[list[Right], Field(min_length=1)]
    workspace: Annotated[str | None, Field(pattern=WORKSPACE_NAME)] = Field(
        default=None, description="The only workspace it opens; default is all."
    )
    expires: AwareDatetime | None = None


class NewKey(ApiKey):
    """A key with its secret, which is shown this once."""

    secret: str = Field(examples=["earmark_Zy4…"])


class Keys(BaseModel):
    """All keys, oldest first."""

    keys: list[ApiKey]


@router.get("/keys", summary="List keys")
def list_keys(identity: Who) -> Keys:
    """With scopes, expiry, and when they were last used; never the secrets."""
    return Keys(keys=identity.keys.all())


@router.post("/keys", status_code=201, summary="Make a key", openapi_extra=examples.body(examples.KEYS))
def add(body: KeyIn, identity: Who, who: Caller, workspaces: Houses) -> NewKey:
    """The secret is in this answer and nowhere else: only its hash is kept."""
    if body.workspace is not None:
        workspaces.of(body.workspace)
    expires: datetime | None = body.expires
    key, secret = identity.keys.make(
        body.name,
        body.scopes,
        by=who.name if who else "nobody",
        workspace=body.workspace,
        expires=expires,
    )
    identity.forget()
    return NewKey(**key.model_dump(), secret=secret)


@router.delete("/keys/{key_id}", status_code=204, summary="Revoke a key")
def revoke(key_id: KeyId, identity: Who) -> None:
    """Takes effect at once here, within five seconds in other processes; sessions opened with it end too."""
    identity.keys.revoke(key_id)
    identity.sessions.close_all("key", key_id)
    identity.forget()
