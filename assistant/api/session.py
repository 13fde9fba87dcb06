"""`/v1/session`: log in, see who one is, log out."""

from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from assistant.api import examples
from assistant.api.access import COOKIE, CSRF_COOKIE, cookie_of
from assistant.api.parts import Caller, Houses, Who
from assistant.errors import InputError, LoginError
from assistant.identity import Identity, Principal, Right
from assistant.identity.sessions import LONGEST
from assistant.identity.users import principal_of

router = APIRouter(prefix="/v1", tags=["Access"])


class Login(BaseModel):
    """One of: the code of a link, a name with its password, a key or the token of the server."""

    model_config = ConfigDict(extra="forbid")

    link: Annotated[SecretStr | None, Field(max_length=200)] = None
    name: Annotated[str | None, Field(max_length=200)] = None
    password: Annotated[SecretStr | None, Field(max_length=1000)] = None
    key: Annotated[SecretStr | None, Field(max_length=1000)] = None


class Me(BaseModel):
    """Who is asking, and what they may do. `kind` is `nobody` before a login."""

    kind: Literal["nobody", "local", "token", "key", "user", "link"]
    name: str | None = None
    scopes: list[Right] = []
    workspaces: list[str] | None = Field(default=None, description="Those that are open; null for all.")
    workspace: str | None = Field(default=None, description="The one that is used when none is named.")


@router.get("/session", summary="Who am I")
def me(who: Caller, workspaces: Houses) -> Me:
    """Answers before a login too."""
    return _me(who, workspaces.default)


@router.post(
    "/session",
    summary="Log in",
    openapi_extra=examples.body(examples.LOGINS),
)
async def log_in(body: Login, request: Request, response: Response, identity: Who, workspaces: Houses) -> Me:
    """Opens a session for a browser by cookies; changes then carry the header `X-CSRF-Token`. Programs send a key instead."""
    address = request.client.host if request.client else "unknown"
    request.app.state.login_limits.hit(*{address, f"name {body.name}" if body.name else address})
    who = await run_in_threadpool(_entering, identity, body)
    request.scope["state"]["principal"] = who
    cookie, csrf = await run_in_threadpool(identity.enter, who)
    is_secure = request.url.scheme == "https"
    for name, value, hidden in ((COOKIE, cookie, True), (CSRF_COOKIE, csrf, False)):
        response.set_cookie(
            name,
            value,
            max_age=int(LONGEST.total_seconds()),
            path="/",
            secure=is_secure,
            httponly=hidden,
            samesite="strict",
        )
    response.headers["Cache-Control"] = "no-store"
    return _me(who, workspaces.default)


@router.delete("/session", status_code=204, summary="Log out")
async def log_out(request: Request, response: Response, identity: Who) -> None:
    """Ends the session of this browser."""
    if cookie := cookie_of(request.headers):
        await run_in_threadpool(identity.sessions.close, cookie)
        identity.forget()
    for name in (COOKIE, CSRF_COOKIE):
        response.delete_cookie(name, path="/", samesite="strict")


def _entering(identity: Identity, body: Login) -> Principal:
    """Who logs in. Raises LoginError, InputError."""
    if body.link is not None:
        if (found := identity.of_link(body.link.get_secret_value())) is None:
            raise LoginError(
                "This link was used before, or is too old. `earmark serve` prints a new one at every start."
            )
    elif body.name is not None and body.password is not None:
        user = identity.users.log_in(body.name, body.password.get_secret_value())
        found = principal_of(user) if user else None
        if found is None:
            raise LoginError("The name or the password is not right.")
    elif body.key is not None:
        if (found := identity.by_secret(body.key.get_secret_value())) is None:
            raise LoginError("This key is unknown, was revoked, or has expired.")
    else:
        raise InputError("Send a link, a name with its password, or a key.")
    return found


def _me(who: Principal | None, default: str) -> Me:
    if who is None:
        return Me(kind="nobody")
    return Me(
        kind=who.kind,
        name=who.name,
        scopes=sorted(who.rights),
        workspaces=None if who.workspaces is None else sorted(who.workspaces),
        workspace=default if who.enters(default) or not who.workspaces else min(who.workspaces),
    )
