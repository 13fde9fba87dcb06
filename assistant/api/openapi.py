"""The OpenAPI document: every operation says how it can fail, as problem details."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from assistant.api.problems import KINDS, MEDIA_TYPE, Problem

DESCRIPTION = """Earmark listens to what customers say without being asked, tags it, and answers questions with
numbers that can be recounted and quotes that can be opened.

Every number in an answer is a *fact* with a `filter`; `POST /v1/feedback/search` with that filter lists exactly the
items that were counted. Errors are `application/problem+json` (RFC 9457).
"""
_METHODS = ("get", "post", "put", "patch", "delete")


def install(app: FastAPI, *, has_token: bool) -> None:
    """Make `app.openapi` build the document once, with its error responses."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = document(app, has_token=has_token)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def document(app: FastAPI, *, has_token: bool) -> dict[str, Any]:
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
                _complete(operations[method], path, method, has_token=has_token)
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    if has_token:
        made["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    return made


def _complete(operation: dict[str, Any], path: str, method: str, *, has_token: bool) -> None:
    responses = operation["responses"]
    responses.pop("422", None)
    for slug in _failures(path, method, has_token=has_token):
        kind = KINDS[slug]
        responses.setdefault(str(kind.status), {"description": kind.title, "content": {MEDIA_TYPE: {
            "schema": {"$ref": "#/components/schemas/Problem"},
            "example": {"type": f"/problems/{slug}", "title": kind.title, "status": kind.status,
                        "detail": kind.meaning, "instance": path, "request_id": "4c0f5f0e9d5b4c3a"},
        }}})  # fmt: skip
    if has_token and path.startswith("/v1/"):
        operation["security"] = [{"token": []}]


def _failures(path: str, method: str, *, has_token: bool) -> list[str]:
    """The kinds of problem that an operation can answer with."""
    if not path.startswith("/v1/"):
        return ["internal"]
    kinds = ["invalid", "internal", "busy"]
    kinds += ["unauthorised"] if has_token else []
    kinds += ["not-found"] if "{" in path else []
    kinds += ["bad-request", "too-large"] if method == "post" else []
    kinds += ["foreign-origin"] if not has_token else []
    kinds += ["conflict"] if path.endswith("/cancel") else []
    kinds += ["full"] if path in ("/v1/feedback", "/v1/imports") and method == "post" else []
    return kinds
