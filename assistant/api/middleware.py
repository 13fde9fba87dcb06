"""What every request passes: an id, checks of where it comes from, and limits, before anything is parsed.

Pure ASGI, so that a client that goes away is noticed while an answer streams.
"""

import re
import time
import uuid
from collections.abc import Callable
from typing import Any

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.api import problems

logger = structlog.get_logger("earmark.requests")
Observe = Callable[[str, str, int, float], None]
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
JSON_LIMIT_MB = 32
_ALWAYS = frozenset({"/livez", "/readyz", "/metrics"})
_FORM_OVERHEAD = 1 << 20

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class RequestContext:
    """Gives each request an id, logs it without its texts, sets security headers, and catches what nobody did."""

    def __init__(self, app: ASGIApp, observe: Observe) -> None:
        self.app = app
        self._observe = observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        status: list[int] = []

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                status.append(message["status"])
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = request_id
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        started = time.perf_counter()
        try:
            await self.app(scope, receive, send_with_headers)
        except Exception as error:
            if status:
                raise
            found = problems.of_error(error, request_id=request_id, path=scope["path"])
            await problems.response(found)(scope, receive, send_with_headers)
        finally:
            self._tell(scope, status[0] if status else 0, time.perf_counter() - started)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        """The route and not the path: that may name a customer."""
        route = getattr(scope.get("route"), "path", "other")
        self._observe(scope["method"], route, status, seconds)
        state = scope["state"]
        # The parts of a page are thirty lines that nobody reads.
        tell = logger.debug if scope["path"].startswith("/static/") else logger.info
        tell(
            "request",
            method=scope["method"],
            route=route,
            status=status,
            ms=round(seconds * 1000, 1),
            workspace=state.get("workspace"),
            request_id=state["request_id"],
        )


class Admission:
    """Turns away at once what could only wait: more requests under way than can be worked on make all of them late."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self.app = app
        self._most = most
        self._held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in _ALWAYS:
            await self.app(scope, receive, send)
            return
        if self._held >= self._most:
            reason = f"{self._held} requests are under way already; send this one again in a few seconds."
            await refuse("busy", reason, scope, receive, send)
            return
        self._held += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self._held -= 1


class BodyLimit:
    """Stops a body that is too large before it is parsed: by its announced length, else while it comes in."""

    def __init__(self, app: ASGIApp, upload_mb: int, upload_path: str = "/v1/imports") -> None:
        self.app = app
        self._upload_mb = upload_mb
        self._upload_path = upload_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        is_upload = scope["path"].rstrip("/") == self._upload_path
        limit_mb = self._upload_mb if is_upload else JSON_LIMIT_MB
        limit = limit_mb * (1 << 20) + (_FORM_OVERHEAD if is_upload else 0)
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdigit() and int(announced) > limit:
            await refuse("too-large", _too_large(limit_mb), scope, receive, send)
            return
        try:
            await self.app(scope, _counting(receive, limit, limit_mb), send)
        except _TooLargeError:  # a middleware has read the body; what a route reads is answered inside
            await refuse("too-large", _too_large(limit_mb), scope, receive, send)


class _TooLargeError(HTTPException):
    """The body has grown beyond its limit."""


def _counting(receive: Receive, limit: int, limit_mb: int) -> Receive:
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise _TooLargeError(413, _too_large(limit_mb))
        return message

    return counted


def _too_large(limit_mb: int) -> str:
    return f"The body is larger than {limit_mb} MB; send it in parts, or as a file to /v1/imports."


async def refuse(slug: str, detail: str, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request with a problem, before it gets anywhere."""
    request_id: Any = scope.get("state", {}).get("request_id")
    found = problems.problem(slug, detail, request_id=request_id, path=scope["path"])
    await problems.response(found)(scope, receive, send)


async def whole(receive: Receive) -> bytes:
    """All of a body that is within its limit."""
    parts: list[bytes] = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            return b"".join(parts)


def again(body: bytes, receive: Receive) -> Receive:
    """Hand the body on, once; then what comes from the client."""
    given = False

    async def received() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return received
