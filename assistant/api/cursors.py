"""Cursors that callers cannot read or make: signed, and only good for the query that they came from."""

import base64
import binascii
import hashlib
import hmac
import json
from typing import Any

from assistant.errors import InputError

_MAC_BYTES = 16


class Cursors:
    """Signs and reads cursors. `secret` is the same in every process that serves a store."""

    def __init__(self, secret: str) -> None:
        self._key = hashlib.blake2b(secret.encode(), person=b"earmark-cursor").digest()

    def seal(self, after: str, query: Any) -> str:
        """A cursor for what comes after `after` in the answer to `query` (anything that JSON can hold)."""
        body = json.dumps([after, _digest(query)], separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(self._mac(body) + body).rstrip(b"=").decode()

    def read(self, cursor: str, query: Any) -> str:
        """What `seal` was given. Raises InputError for a cursor that is not ours or belongs to another query."""
        try:
            raw = base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4))
        except (ValueError, binascii.Error) as error:
            raise InputError("This is no cursor of ours; start again without one.") from error
        mac, body = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(body)):
            raise InputError("This is no cursor of ours; start again without one.")
        after, digest = json.loads(body)
        if digest != _digest(query):
            raise InputError("The cursor belongs to another filter; start again without it.")
        return str(after)

    def _mac(self, body: bytes) -> bytes:
        return hashlib.blake2b(body, key=self._key, digest_size=_MAC_BYTES).digest()


def _digest(query: Any) -> str:
    text = json.dumps(query, sort_keys=True, default=str)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
