"""The OpenAPI document: every operation says how it can fail, as problem details."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from assistant.api.problems import KINDS, MEDIA_TYPE, Problem
from assistant.api.rights import right_of
from assistant.identity import SCOPES

DESCRIPTION = """Earmark listens to what customers say without being asked, tags it, and answers questions with
numbers that can be recounted and quotes that can be opened.

Every number in an answer is a *fact* with a `filter`; `POST /v1/feedback/search` with that filter lists exactly the
items that were counted. Errors are `application/problem+json` (RFC 9457).

Send a key as `Authorization: Bearer <key>`; every operation names the scope that it needs. Changes may carry an
`Idempotency-Key`: sent again within a day they are done once and answered as the first time. What is going to be taken
away is marked deprecated here, and its answers carry `Deprecation` and `Sunset`, half a year ahead.
"""
_METHODS = ("get", "post", "put", "patch", "delete")


def install(app: FastAPI) -> None:
    """Make `app.openapi` build the document once, with its error responses."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = document(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def document(app: FastAPI) -> dict[str, Any]:
    """The document of an application."""
    made = get_openapi(
        title=app.title,
        version=app.version,
        description=DESCRIPTION,
        routes=app.routes,
        tags=app.openapi_tags,
    )
    schemas = made["components"]["schemas"]
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= {**problem.pop("$defs"), "Problem": problem}
    for path, operations in made["paths"].items():
        for method in _METHODS:
            if method in operations:
                _complete(operations[method], path, method)
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    scopes = "\n".join(f"- `{right}`: {what}" for right, what in SCOPES.items())
    made["components"]["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "description": f"An API key with scopes:\n\n{scopes}"}
    }
    return made


def _complete(operation: dict[str, Any], path: str, method: str) -> None:
    responses = operation["responses"]
    responses.pop("422", None)
    for slug in _failures(path, method):
        kind = KINDS[slug]
        responses.setdefault(str(kind.status), {"description": kind.title, "content": {MEDIA_TYPE: {
            "schema": {"$ref": "#/components/schemas/Problem"},
            "example": {"type": f"/problems/{slug}", "title": kind.title, "status": kind.status,
                        "detail": kind.meaning, "instance": path, "request_id": "4c0f5f0e9d5b4c3a"},
        }}})  # fmt: skip
    if right := right_of(method.upper(), path):
        operation["security"] = [{"key": [right]}]


def _failures(path: str, method: str) -> list[str]:
    """The kinds of problem that an operation can answer with."""
    if not path.startswith("/v1/"):
        return ["internal"]
    is_change = method != "get"
    kinds = ["invalid", "internal", "busy", "unauthorised", "forbidden", "too-many", "not-found"]
    kinds += ["bad-request", "too-large", "conflict", "full"] if is_change else []
    return kinds
