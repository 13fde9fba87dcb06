r"""Refuses JSON that holds half of a surrogate pair (`\ud800` alone): no text, and nothing could be stored or answered.

JSON's grammar allows it, Unicode does not (RFC 8259, section 8.2).
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.api.middleware import again, refuse, whole
from assistant.api.problems import pointer

_MAY_BE = re.compile(rb"\\u[dD][89a-fA-F]")
_HALF = re.compile("[\ud800-\udfff]")


class WholeCharacters:
    """Middleware; inside the body's limit."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = Headers(scope=scope).get("content-type", "") if scope["type"] == "http" else ""
        if "json" not in kind.lower():
            await self.app(scope, receive, send)
            return
        body = await whole(receive)
        place = _place_of_half(body) if _MAY_BE.search(body) else None
        if place is None:
            await self.app(scope, again(body, receive), send)
            return
        reason = f"The body holds half of a surrogate pair at {place}, which is no character; send the whole character."
        await refuse("invalid", reason, scope, receive, send)


def _place_of_half(body: bytes) -> str | None:
    try:
        found = (path for path, text in _texts(json.loads(body), ()) if _HALF.search(text))
        return next((pointer(path) for path in found), None)
    except (ValueError, RecursionError):
        return None  # whoever reads it next says so


def _texts(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every text of a value with its place; the name of a field stands at the object that has it."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from _texts(one, (*path, number))
    elif isinstance(value, dict):
        for name, one in value.items():
            yield path, name
            yield from _texts(one, (*path, name))
