"""What every request passes: an id, checks of where it comes from, and limits, before anything is parsed.

Pure ASGI, so that a client that goes away is noticed while an answer streams.
"""

import hmac
import logging
import re
import time
import uuid
from collections.abc import Iterable
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.api import problems

logger = logging.getLogger("earmark.requests")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
JSON_LIMIT_MB = 32
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

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

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
            took = (time.perf_counter() - started) * 1000
            logger.info(
                "%s %s %s %.0f ms %s", scope["method"], scope["path"], status[:1] or "-", took, request_id
            )


class LoopbackGuard:
    """Refuses what a foreign web page could make a browser send here (DNS rebinding, cross-site forms)."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str]) -> None:
        self.app = app
        self._hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (reason := self._refusal(scope)):
            await _refuse("foreign-origin", reason, scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _refusal(self, scope: Scope) -> str | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if _name(host) not in self._hosts:
            return f"The host {host!r} is not this machine; call {min(self._hosts)} instead."
        origin = headers.get("origin")
        if scope["method"] not in _SAFE_METHODS and origin and origin.partition("://")[2] != host:
            return f"A page of {origin} may not write here."
        return None


class Token:
    """Lets only those who know the token use the API. The pages themselves hold no data and stay open."""

    def __init__(self, app: ASGIApp, token: str, prefix: str = "/v1/") -> None:
        self.app = app
        self._token = token.encode()
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(self._prefix) and not self._is_known(scope):
            reason = "Send the header Authorization: Bearer <token> with the token of this server."
            await _refuse("unauthorised", reason, scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _is_known(self, scope: Scope) -> bool:
        scheme, _, given = Headers(scope=scope).get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), self._token)


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
            await _refuse("too-large", _too_large(limit_mb), scope, receive, send)
            return
        await self.app(scope, _counting(receive, limit, limit_mb), send)


def _counting(receive: Receive, limit: int, limit_mb: int) -> Receive:
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise HTTPException(413, _too_large(limit_mb))
        return message

    return counted


def _too_large(limit_mb: int) -> str:
    return f"The body is larger than {limit_mb} MB; send it in parts, or as a file to /v1/imports."


def _name(host: str) -> str:
    """The host without its port; IPv6 addresses keep their brackets."""
    return host.rpartition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0].lower()


async def _refuse(slug: str, detail: str, scope: Scope, receive: Receive, send: Send) -> None:
    request_id: Any = scope.get("state", {}).get("request_id")
    found = problems.problem(slug, detail, request_id=request_id, path=scope["path"])
    await problems.response(found)(scope, receive, send)
