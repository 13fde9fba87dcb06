"""Errors as RFC 9457 problem details. Each kind has a stable `type`, which is also a page that explains it."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from assistant.errors import (
    BusyError,
    EarmarkError,
    ForbiddenError,
    InputError,
    LoginError,
    NotFoundError,
    SettingsError,
    TooManyError,
)
from index import errors as stored

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = "2"
logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """One kind of problem: what its page is called, its status, and what it means."""

    slug: str
    status: int
    title: str
    meaning: str


KINDS = {
    kind.slug: kind
    for kind in (
        Kind(slug="bad-request", status=400, title="The request cannot be read",
             meaning="The body is no valid JSON or form, or a header is malformed. Correct it and send it again."),
        Kind(slug="unauthorised", status=401, title="Who are you?",
             meaning="Send the header `Authorization: Bearer <key>` with an API key or the token of the server, or log "
                     "in at /login. `earmark keys add` makes a key."),
        Kind(slug="login", status=401, title="The login is not right",
             meaning="The password, the key or the link is not right, was used before, or is too old."),
        Kind(slug="forbidden", status=403, title="You may not do this",
             meaning="The key or the account lacks the scope, or the workspace is not open to it. An administrator can "
                     "give it."),
        Kind(slug="foreign-origin", status=403, title="The request comes from another site",
             meaning="Without a key the server answers only programs and pages of this machine, by its loopback address. "
                     "What a browser changes carries the header `X-CSRF-Token`."),
        Kind(slug="not-found", status=404, title="There is no such thing",
             meaning="The path, item or job does not exist, or has been deleted."),
        Kind(slug="wrong-method", status=405, title="This method is not allowed here",
             meaning="The header `Allow` of the response names the methods that are."),
        Kind(slug="conflict", status=409, title="The state does not allow this",
             meaning="The job is finished or belongs to another worker. Look at it again before you retry."),
        Kind(slug="too-large", status=413, title="The body is too large",
             meaning="Send fewer items per request, or raise EARMARK_MAX_UPLOAD_MB for files."),
        Kind(slug="wrong-media-type", status=415, title="This content type is not understood",
             meaning="Send `application/json`, or `multipart/form-data` where a file is expected."),
        Kind(slug="invalid", status=422, title="The request does not say what is needed",
             meaning="`errors` names each place by JSON pointer, and what is wrong there."),
        Kind(slug="too-many", status=429, title="Too many requests",
             meaning="Go on after the seconds in the header `Retry-After`; EARMARK_RATE_LIMIT sets the limit."),
        Kind(slug="internal", status=500, title="Something failed inside",
             meaning="It is logged under the request id. Retrying may help; if not, run `earmark doctor`."),
        Kind(slug="settings", status=500, title="The configuration contradicts itself",
             meaning="The detail says which setting to change."),
        Kind(slug="busy", status=503, title="Too busy at the moment",
             meaning="Send it again after the seconds in the header `Retry-After`."),
        Kind(slug="unavailable", status=503, title="The data cannot be reached",
             meaning="The database does not answer. `earmark doctor` says what to do."),
        Kind(slug="full", status=507, title="The disk is full",
             meaning="Nothing of this request was kept. Make room and send it again."),
    )
}  # fmt: skip

# The first class in an error's ancestry that stands here decides.
KIND_OF: Mapping[type[BaseException], str] = {
    InputError: "invalid",
    NotFoundError: "not-found",
    BusyError: "busy",
    ForbiddenError: "forbidden",
    LoginError: "login",
    TooManyError: "too-many",
    SettingsError: "settings",
    EarmarkError: "internal",
    stored.ItemError: "invalid",
    stored.JobError: "conflict",
    stored.StoreBusyError: "busy",
    stored.StoreFullError: "full",
    stored.VectorIndexError: "unavailable",
    stored.StoreError: "unavailable",
}
_KIND_OF_STATUS = {kind.status: kind.slug for kind in reversed(KINDS.values())}


class Place(BaseModel):
    """One thing that is wrong, and where: a JSON pointer into the body, or the name of a parameter."""

    detail: str
    pointer: str | None = Field(default=None, examples=["#/documents/0/text"])
    parameter: str | None = None


class Problem(BaseModel):
    """What went wrong (RFC 9457). `type` is stable and leads to a page that explains it."""

    type: str = Field(examples=["/problems/invalid"])
    title: str
    status: int
    detail: str | None = None
    instance: str | None = Field(default=None, description="The path that was asked for.")
    request_id: str | None = Field(
        default=None, description="As in the header `X-Request-Id` and in the log."
    )
    errors: list[Place] = []


def problem(
    slug: str, detail: str | None = None, *, request_id: str | None, path: str, errors: Sequence[Place] = ()
) -> Problem:
    """A problem of a known kind."""
    kind = KINDS[slug]
    return Problem(
        type=f"/problems/{slug}", title=kind.title, status=kind.status, detail=detail, instance=path,
        request_id=request_id, errors=list(errors),
    )  # fmt: skip


def of_error(error: BaseException, *, request_id: str | None, path: str) -> Problem:
    """The problem that an error of ours is to a caller; anything else says nothing about the inside."""
    slug = next((KIND_OF[base] for base in type(error).__mro__ if base in KIND_OF), None)
    if slug is None:
        logger.error("request %s failed", request_id, exc_info=error)
        return problem("internal", KINDS["internal"].meaning, request_id=request_id, path=path)
    return problem(slug, str(error), request_id=request_id, path=path)


def response(found: Problem, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The problem as it goes out. What may be retried says when."""
    more = {"Retry-After": RETRY_AFTER_S} if found.status == 503 else {}
    if found.status == 401:
        more["WWW-Authenticate"] = "Bearer"
    return JSONResponse(
        found.model_dump(exclude_defaults=True),
        status_code=found.status,
        media_type=MEDIA_TYPE,
        headers={**more, **(headers or {})},
    )


def install(app: FastAPI) -> None:
    """Let every error of the application leave as a problem."""
    app.add_exception_handler(EarmarkError, _ours)
    app.add_exception_handler(stored.StoreError, _ours)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)


def request_id(request: Request) -> str | None:
    """The id that the middleware gave this request."""
    found: str | None = request.scope.get("state", {}).get("request_id")
    return found


async def _ours(request: Request, error: Exception) -> JSONResponse:
    found = of_error(error, request_id=request_id(request), path=request.url.path)
    more = {"Retry-After": str(error.retry_after_s)} if isinstance(error, TooManyError) else {}
    return response(found, more)


async def _http(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise error
    slug = _KIND_OF_STATUS.get(error.status_code, "bad-request" if error.status_code < 500 else "internal")
    detail = _plain(error, request)
    found = problem(slug, detail, request_id=request_id(request), path=request.url.path)
    return response(found.model_copy(update={"status": error.status_code}), error.headers)


def _plain(error: HTTPException, request: Request) -> str:
    """The detail in our words where the framework only repeats the status."""
    if error.status_code == 404 and error.detail == "Not Found":
        return f"There is nothing at {request.url.path}; /docs lists what there is."
    if error.status_code == 405:
        return f"{request.method} is not allowed at {request.url.path}; see the header Allow."
    return str(error.detail)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RequestValidationError):
        raise error
    places = [place(entry) for entry in error.errors()]
    if any(entry["type"] == "json_invalid" for entry in error.errors()):
        detail = (
            f"The body is no JSON: {error.errors()[0].get('ctx', {}).get('error', 'it cannot be parsed')}."
        )
        return response(problem("bad-request", detail, request_id=request_id(request), path=request.url.path))
    detail = places[0].detail if len(places) == 1 else f"{len(places)} things are wrong; see errors."
    found = problem("invalid", detail, request_id=request_id(request), path=request.url.path, errors=places)
    return response(found)


def place(entry: Mapping[str, Any]) -> Place:
    """One entry of pydantic as a JSON pointer (body) or a parameter name (query, path, header)."""
    source, *rest = entry["loc"] or ("body",)
    message = entry["msg"].removeprefix("Value error, ")
    if source == "body":
        return Place(detail=message, pointer=pointer(rest))
    return Place(detail=message, parameter=".".join(str(part) for part in rest) or str(source))


def pointer(path: Iterable[str | int]) -> str:
    """A place in a body as a JSON pointer (RFC 6901)."""
    return "#" + "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)
