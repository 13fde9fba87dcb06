"""Sessions of browsers, and the links that open one once."""

from datetime import datetime, timedelta
from typing import Any

from assistant.identity import secrets
from assistant.identity.models import Principal, Role
from index.documents import Documents

IDLE = timedelta(hours=12)
LONGEST = timedelta(days=7)
LINK_LASTS = timedelta(minutes=30)
_SEEN_EVERY = timedelta(minutes=5)


class Sessions:
    """What the cookies of browsers stand for. Says who somebody was at login; `Identity` says what they are now."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def open(self, kind: str, id_: str) -> tuple[str, str]:
        """A new session: what the cookie holds, and the token that every change must carry."""
        cookie, csrf = secrets.new("session"), secrets.new("csrf")
        now = secrets.now().isoformat()
        body = {"kind": kind, "id": id_, "csrf": csrf, "opened": now, "seen": now}
        self._documents.put(secrets.digest(cookie), body)
        self._documents.expire((secrets.now() - LONGEST).timestamp())
        return cookie, csrf

    def find(self, cookie: str) -> dict[str, Any] | None:
        """An open session, or None."""
        digest = secrets.digest(cookie)
        body = self._documents.get(digest)
        if body is None:
            return None
        now = secrets.now()
        opened, seen = datetime.fromisoformat(body["opened"]), datetime.fromisoformat(body["seen"])
        if now - seen > IDLE or now - opened > LONGEST:
            self._documents.delete(digest)
            return None
        if now - seen >= _SEEN_EVERY:
            self._documents.change(digest, {"seen": now.isoformat()})
        return body

    def close(self, cookie: str) -> None:
        """Log out."""
        self._documents.delete(secrets.digest(cookie))

    def close_all(self, kind: str, id_: str) -> None:
        """Log somebody out everywhere: the account, the password or the key has changed."""
        for digest, body in self._documents.items():
            if (body["kind"], body["id"]) == (kind, id_):
                self._documents.delete(digest)


class Links:
    """Links that log in once."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def make(self, *, user: str | None = None, role: Role = "admin") -> str:
        """The code of a link: into an account, or as somebody without one who has a role."""
        code = secrets.new("login")
        body = {"user": user, "role": role, "until": (secrets.now() + LINK_LASTS).isoformat()}
        self._documents.put(secrets.digest(code), body)
        return code

    def redeem(self, code: str) -> dict[str, Any] | None:
        """What a link was for; None when it was used before or is too old. Works once, whoever comes second."""
        digest = secrets.digest(code)
        body = self._documents.get(digest)
        if body is None or not self._documents.delete(digest):
            return None
        return body if datetime.fromisoformat(body["until"]) > secrets.now() else None


def of_link(role: Role, rights: frozenset[Any]) -> Principal:
    """Who somebody is that came by a link without an account."""
    return Principal(kind="link", id=role, name=f"{role} by link", rights=rights)
