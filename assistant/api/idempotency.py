"""`Idempotency-Key`: a change that is sent again is done once and answered as the first time.

A key is claimed before the change and keeps its answer for a day (draft-ietf-httpapi-idempotency-key-header). While the
first request runs, the second is told so (409); the same key with another body is refused (422). A process that dies in
between leaves a claim that is free again after a minute: the change is then made again, which adds nothing twice, since
items are told apart by their id, or by their content.
"""

import base64
import hashlib
import re
import time
import uuid
from dataclasses import dataclass
from typing import Any

from anyio import to_thread
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.api.middleware import again, refuse, whole
from assistant.api.parts import WORKSPACE_HEADER, served_for
from assistant.api.rights import principal_of
from assistant.api.served import Workspaces
from assistant.errors import EarmarkError
from index.documents import Documents

HEADER = "idempotency-key"
KIND = "idempotency"
KEPT_S = 24 * 3600.0
CLAIMED_S = 60.0
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_METHODS = frozenset({"POST", "PATCH", "PUT", "DELETE"})
# Secrets are shown once: their answers are not kept. Files are told apart by their content.
_LEFT_OUT = ("/v1/keys", "/v1/users", "/v1/session", "/v1/imports", "/v1/webhooks")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Claim:
    """What a request asks for: where it is kept, and what it is."""

    key: str
    fingerprint: str


class Idempotency:
    """Middleware; innermost, so that the caller is known and the body is within its limit."""

    def __init__(self, app: ASGIApp, workspaces: Workspaces) -> None:
        self.app = app
        self._workspaces = workspaces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        given = Headers(scope=scope).get(HEADER) if scope["type"] == "http" else None
        if given is None or not _is_kept(scope):
            await self.app(scope, receive, send)
            return
        if not _KEY.fullmatch(given):
            reason = "An Idempotency-Key has 1 to 255 visible ASCII characters; a UUID is good."
            await refuse("invalid", reason, scope, receive, send)
            return
        named = Headers(scope=scope).get(WORKSPACE_HEADER)
        try:
            served = await served_for(scope, self._workspaces, named)
        except EarmarkError:
            await self.app(scope, receive, send)  # the route says what is wrong
            return
        documents = served.product.index.store.documents(KIND)
        body = await whole(receive)
        await self._once(_claim(scope, given, body), documents, body, scope, receive, send)

    async def _once(
        self, claim: _Claim, documents: Documents, body: bytes, scope: Scope, receive: Receive, send: Send
    ) -> None:
        stored = await to_thread.run_sync(_claimed, documents, claim)
        if stored is not None and stored["fingerprint"] != claim.fingerprint:
            reason = "This Idempotency-Key came before with another request; take a new one for each."
            await refuse("invalid", reason, scope, receive, send)
        elif stored is not None and "status" in stored:
            await _replayed(stored, send)
        elif stored is not None:
            reason = "The first request with this Idempotency-Key is still under way; ask again in a moment."
            await refuse("conflict", reason, scope, receive, send)
        else:
            await self._first(claim, documents, body, scope, receive, send)

    async def _first(
        self, claim: _Claim, documents: Documents, body: bytes, scope: Scope, receive: Receive, send: Send
    ) -> None:
        sent: list[Message] = []

        async def kept(message: Message) -> None:
            sent.append(message)

        try:
            await self.app(scope, again(body, receive), kept)
        except BaseException:
            await to_thread.run_sync(documents.delete, claim.key)
            raise
        answer = _answer(claim, sent)
        # What failed inside may be tried again; everything else is the answer from now on.
        if answer["status"] >= 500 or answer["status"] == 429:
            await to_thread.run_sync(documents.delete, claim.key)
        else:
            await to_thread.run_sync(documents.put, claim.key, answer)
        for message in sent:
            await send(message)


def _is_kept(scope: Scope) -> bool:
    path = scope["path"]
    return scope["method"] in _METHODS and path.startswith("/v1/") and not path.startswith(_LEFT_OUT)


def _claim(scope: Scope, given: str, body: bytes) -> _Claim:
    who = principal_of(scope)
    caller = f"{who.kind} {who.id}" if who else "nobody"
    asked = b"\n".join((scope["method"].encode(), scope["path"].encode(), scope["query_string"], body))
    return _Claim(
        key=hashlib.sha256(f"{caller}\n{given}".encode()).hexdigest(),
        fingerprint=hashlib.sha256(asked).hexdigest(),
    )


def _claimed(documents: Documents, claim: _Claim) -> dict[str, Any] | None:
    """What is stored under a key; None when it is ours from now on."""
    mine = {"fingerprint": claim.fingerprint, "at": time.time(), "by": uuid.uuid4().hex}
    stored = documents.put_if_absent(claim.key, mine)
    if stored == mine:
        return None
    if "status" in stored and time.time() - stored["at"] < KEPT_S:
        return stored
    if "status" not in stored and time.time() - stored["at"] < CLAIMED_S:
        return stored
    return None if documents.replace(claim.key, stored, mine) else stored


def _answer(claim: _Claim, sent: list[Message]) -> dict[str, Any]:
    start = next(
        (one for one in sent if one["type"] == "http.response.start"), {"status": 500, "headers": []}
    )
    headers = Headers(scope=start)
    whole = b"".join(one.get("body", b"") for one in sent if one["type"] == "http.response.body")
    return {
        "fingerprint": claim.fingerprint,
        "at": time.time(),
        "status": start["status"],
        "type": headers.get("content-type", ""),
        "body": base64.b64encode(whole).decode(),
    }


async def _replayed(stored: dict[str, Any], send: Send) -> None:
    start: Message = {"type": "http.response.start", "status": stored["status"], "headers": []}
    headers, body = MutableHeaders(scope=start), base64.b64decode(stored["body"])
    headers["Idempotent-Replayed"] = "true"
    if stored["status"] != 204:
        headers["Content-Length"] = str(len(body))
    if stored["type"]:
        headers["Content-Type"] = stored["type"]
    await send(start)
    await send({"type": "http.response.body", "body": body})
