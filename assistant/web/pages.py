"""The pages. They hold no data: what they show comes over the public API."""

from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import FileResponse, HTMLResponse
from jinja2 import Environment, FileSystemLoader
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from assistant.errors import SettingsError

HERE = Path(__file__).parent
_PAGES = {
    "/": "chat",
    "/overview": "overview",
    "/triage": "triage",
    "/feedback": "feedback",
    "/themes": "themes",
    "/experience": "experience",
    "/customers": "customers",
    "/alerts": "alerts",
    "/login": "login",
    "/settings": "settings",
}
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
_SWAGGER_FILES = ("swagger-ui-bundle.js", "swagger-ui.css")
# Swagger UI writes style attributes; nothing else on its page is relaxed.
_DOCS_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; "
    "img-src 'self' data:; font-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class Files(StaticFiles):
    """Files of the pages: types that do not depend on the machine, checked again at every use."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """As StaticFiles."""
        response = await super().get_response(path, scope)
        if kind := _TYPES.get(Path(path).suffix):
            response.headers["Content-Type"] = f"{kind}; charset=utf-8"
        response.headers["Cache-Control"] = "no-cache"
        return response


def install(app: FastAPI, explained: Mapping[str, Any]) -> None:
    """Add the pages to an application. `explained` are the kinds of problem by name, each gets a page."""
    app.include_router(_router(explained), include_in_schema=False)
    app.mount("/static", Files(directory=HERE / "static"), name="static")


def _router(explained: Mapping[str, Any]) -> APIRouter:
    router = APIRouter()
    templates = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True)

    def page(name: str, **values: Any) -> HTMLResponse:
        return HTMLResponse(
            templates.get_template(name).render(**values), headers={"Cache-Control": "no-cache"}
        )

    def shown(name: str) -> Callable[[], HTMLResponse]:
        return lambda: page(f"{name}.html", page=name)

    for path, name in _PAGES.items():
        router.add_api_route(path, shown(name), methods=["GET"])

    @router.get("/problems/{slug}")
    def problem(slug: str, request: Request) -> HTMLResponse:
        if slug not in explained:
            raise HTTPException(404, f"There is no kind of problem {slug!r} at {request.url.path}.")
        return page("problem.html", kind=explained[slug])

    @router.get("/docs")
    def docs() -> HTMLResponse:
        response = page("docs.html")
        response.headers["Content-Security-Policy"] = _DOCS_POLICY
        return response

    @router.get("/docs/{name}")
    def swagger(name: str) -> FileResponse:
        if name not in _SWAGGER_FILES:
            raise HTTPException(404, f"There is no file {name!r} of the documentation.")
        return FileResponse(
            _swagger_folder() / name, media_type=f"{_TYPES[Path(name).suffix]}; charset=utf-8"
        )

    return router


def _swagger_folder() -> Path:
    """Where the files of Swagger UI lie; the package itself is not imported."""
    found = find_spec("fastapi_swagger")
    if found is None or found.origin is None:
        raise SettingsError("Swagger UI is missing; install the package fastapi-swagger.")
    return Path(found.origin).parent / "resources"
