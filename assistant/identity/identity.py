"""Everything about who may do what, over the store of the installation."""

import hmac
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from assistant.identity import secrets
from assistant.identity.audit import Audit
from assistant.identity.keys import PREFIX, ApiKeys
from assistant.identity.models import ROLES, TOKEN, Principal
from assistant.identity.sessions import Links, Sessions, of_link
from assistant.identity.users import Users, principal_of
from index.store import Store

FOLDER = "installation"  # no workspace may have this name
_KEPT_S = 5.0  # how long a change of another process may stay unnoticed
_MOST_KEPT = 10_000


class _NotKeptError(Exception):
    """The store would have to be asked."""


class Identity:
    """Keys, accounts, sessions, links and the audit log of an installation. Safe to share between threads."""

    def __init__(self, store: Store, token: str | None = None) -> None:
        self._store = store
        self._token = token
        self.keys = ApiKeys(store.documents("api_key"))
        self.users = Users(store.documents("user"))
        self.sessions = Sessions(store.documents("session"))
        self.links = Links(store.documents("login_link"))
        self.audit = Audit(store.documents("audit"))
        self._kept: dict[str, tuple[float, Any]] = {}
        self._lock = threading.Lock()
        self._only_kept = threading.local()

    @classmethod
    def open(cls, home: Path, url: str | None = None, token: str | None = None) -> "Identity":
        """Open the store of the installation whose data folder is `home`, or in the PostgreSQL at `url`."""
        if url is not None:
            return cls(Store.open(url, schema=f"earmark_{FOLDER}"), token)
        folder = home / FOLDER
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return cls(Store.open(f"sqlite:///{folder / 'earmark.db'}"), token)

    @property
    def is_open(self) -> bool:
        """Whether nobody has made a key, an account or a token yet."""
        if self._token is not None:
            return False
        return bool(self._remembered("open", lambda: not self.keys.any() and not self.users.any()))

    def by_secret(self, secret: str) -> Principal | None:
        """Who sends a bearer token: the one of the server, or a key."""
        if self._token is not None and hmac.compare_digest(secret.encode(), self._token.encode()):
            return TOKEN
        if not secret.startswith(f"{PREFIX}_"):
            return None
        found: Principal | None = self._remembered(
            f"key {secrets.digest(secret)}", lambda: self.keys.principal(secret)
        )
        return found

    def by_cookie(self, cookie: str) -> Principal | None:
        """Whose session a cookie stands for, with the rights of now."""
        found: Principal | None = self._remembered(
            f"session {secrets.digest(cookie)}", lambda: self._of_session(cookie)
        )
        return found

    def enter(self, principal: Principal) -> tuple[str, str]:
        """Open a session for somebody: the cookie and the token that every change must carry."""
        return self.sessions.open(principal.kind, principal.id)

    def of_link(self, code: str) -> Principal | None:
        """Who comes by a one-time link."""
        body = self.links.redeem(code)
        if body is None:
            return None
        if body["user"] is None:
            return of_link(body["role"], ROLES[body["role"]])
        return principal_of(self.users.get(body["user"]))

    def at_once(self, find: Callable[[], Any]) -> tuple[bool, Any]:
        """What a question has as its answer without a look into the store, and whether it has one."""
        self._only_kept.active = True
        try:
            return True, find()
        except _NotKeptError:
            return False, None
        finally:
            self._only_kept.active = False

    def forget(self) -> None:
        """Look again who is who: something was changed here."""
        with self._lock:
            self._kept.clear()

    def close(self) -> None:
        """Close the store."""
        self._store.close()

    def _remembered(self, what: str, find: Callable[[], Any]) -> Any:
        """What was found a moment ago, or is found now."""
        known = self._kept.get(what)
        if known is not None and time.monotonic() - known[0] < _KEPT_S:
            return known[1]
        if getattr(self._only_kept, "active", False):
            raise _NotKeptError
        found = find()
        with self._lock:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[what] = (time.monotonic(), found)
        return found

    def _of_session(self, cookie: str) -> Principal | None:
        session = self.sessions.find(cookie)
        if session is None:
            return None
        who = self._now(session["kind"], session["id"])
        if who is None:
            return None
        return Principal(
            kind=who.kind, id=who.id, name=who.name, rights=who.rights, workspaces=who.workspaces,
            csrf=session["csrf"],
        )  # fmt: skip

    def _now(self, kind: str, id_: str) -> Principal | None:
        """What somebody who has logged in may do now."""
        if kind == "token":
            return TOKEN if self._token is not None else None
        if kind == "link":
            return of_link(id_, ROLES[id_])  # type: ignore[index, arg-type]
        if kind == "user":
            return next((principal_of(user) for user in self.users.all() if user.name == id_), None)
        key = next((key for key in self.keys.all() if key.id == id_), None)
        if key is None or (key.expires is not None and key.expires <= secrets.now()):
            return None
        only = None if key.workspace is None else frozenset({key.workspace})
        return Principal(kind="key", id=key.id, name=key.name, rights=frozenset(key.scopes), workspaces=only)
