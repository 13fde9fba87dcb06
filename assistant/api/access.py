"""Who makes a request: a bearer of the token or of a key, a browser's session, or somebody at this machine.

Pure ASGI. What they may do is decided per operation, see `rights`.
"""

import hmac
from collections.abc import Callable, Iterable, Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Any

from anyio import to_thread
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.api.middleware import refuse
from assistant.api.rights import SAFE_METHODS, right_of
from assistant.identity import Identity, Principal
from assistant.identity.models import LOCAL

COOKIE = "earmark_session"
CSRF_COOKIE, CSRF_HEADER = "earmark_csrf", "x-csrf-token"
_CLOSED = ("/v1/", "/openai/", "/mcp", "/metrics")
_OPEN = ("/v1/session",)  # to log in
_AUDITED = frozenset({"ingest", "triage", "export", "admin"})
# Path parameters that name no customer and nothing that a customer wrote.
_TARGETS = (
    "key_id",
    "user_name",
    "workspace",
    "theme_id",
    "watch_id",
    "webhook_id",
    "job_id",
    "number",
    "name",
)
NEEDED = "Send the header Authorization: Bearer <key>, or log in at /login. `earmark keys add` makes a key."


class Access:
    """Finds out who makes a request, and refuses who may not come in at all.

    `hosts` are the names of this machine: without a key, an account or a token, those who call it by one of them are
    let in, and what a foreign web page could make a browser send (DNS rebinding, cross-site forms) is refused.
    None where the server can be reached from elsewhere.
    """

    def __init__(self, app: ASGIApp, identity: Identity, hosts: Iterable[str] | None) -> None:
        self.app = app
        self._identity = identity
        self._hosts = None if hosts is None else frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        who = await self._who(headers)
        if who is None and self._hosts is not None and await self._is_open():
            if reason := _foreign(scope, headers, self._hosts):
                await refuse("foreign-origin", reason, scope, receive, send)
                return
            who = LOCAL
        if who is None and _is_closed(scope["path"]):
            await refuse("unauthorised", NEEDED, scope, receive, send)
            return
        if reason := _forged(scope, headers, who):
            await refuse("foreign-origin", reason, scope, receive, send)
            return
        scope.setdefault("state", {})["principal"] = who
        await self._audited(who, scope, receive, send)

    async def _is_open(self) -> bool:
        return bool(await self._asked(lambda: self._identity.is_open))

    async def _asked(self, find: Callable[[], Any]) -> Any:
        """Mostly it was asked a moment ago; only else is a thread worth its price."""
        is_kept, found = self._identity.at_once(find)
        return found if is_kept else await to_thread.run_sync(find)

    async def _who(self, headers: Headers) -> Principal | None:
        """Whom the credentials of a request stand for; wrong ones are as good as none."""
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            found = await self._asked(lambda: self._identity.by_secret(given.strip()))
        elif cookie := cookie_of(headers):
            found = await self._asked(lambda: self._identity.by_cookie(cookie))
        else:
            return None
        return found if isinstance(found, Principal) else None

    async def _audited(self, who: Principal | None, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and write down what it changed, or tried to."""
        status = 500

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, noted)
        finally:
            template = getattr(scope.get("route"), "path", None)
            if template is not None and _is_audited(scope["method"], template, status):
                await to_thread.run_sync(self._write_down, who, scope, template, status)

    def _write_down(self, who: Principal | None, scope: Scope, template: str, status: int) -> None:
        params: Mapping[str, object] = scope.get("path_params", {})
        target = next((str(params[name]) for name in _TARGETS if name in params), None)
        state = scope["state"]
        self._identity.audit.add(
            state.get("principal") or who,
            f"{scope['method']} {template}",
            status=status,
            target=target,
            workspace=state.get("workspace"),
            request_id=state.get("request_id"),
        )


def cookie_of(headers: Headers) -> str | None:
    """The session cookie of a request."""
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return None
    return found.value if found else None


def _is_closed(path: str) -> bool:
    return path.startswith(_CLOSED) and path not in _OPEN


def _is_audited(method: str, template: str, status: int) -> bool:
    if status in (401, 404, 405, 422):
        return False
    right = right_of(method, template)
    is_change = method not in SAFE_METHODS
    return (is_change and (right in _AUDITED or template.startswith(_OPEN))) or right == "export"


def _foreign(scope: Scope, headers: Headers, hosts: frozenset[str]) -> str | None:
    host = headers.get("host", "")
    if _name(host) not in hosts:
        return f"The host {host!r} is not this machine; call {min(hosts)} instead."
    return _from_elsewhere(scope, headers)


def _from_elsewhere(scope: Scope, headers: Headers) -> str | None:
    origin = headers.get("origin")
    if scope["method"] not in SAFE_METHODS and origin and origin.partition("://")[2] != headers.get("host"):
        return f"A page of {origin} may not write here."
    return None


def _forged(scope: Scope, headers: Headers, who: Principal | None) -> str | None:
    """Why a change that a browser's session asks for may come from another site."""
    if scope["path"] in _OPEN:
        return _from_elsewhere(scope, headers)
    if who is None or who.csrf is None or scope["method"] in SAFE_METHODS:
        return None
    if reason := _from_elsewhere(scope, headers):
        return reason
    if not hmac.compare_digest(headers.get(CSRF_HEADER, "").encode(), who.csrf.encode()):
        return f"A change from a browser carries the header {CSRF_HEADER} with the value of the cookie {CSRF_COOKIE}; reload the page."
    return None


def _name(host: str) -> str:
    """The host without its port; IPv6 addresses keep their brackets."""
    return host.rpartition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0].lower()
