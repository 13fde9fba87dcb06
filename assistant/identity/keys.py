"""API keys: shown once, kept as hashes, with scopes, workspace and expiry."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pydantic import BaseModel, Field

from assistant.errors import InputError, NotFoundError
from assistant.identity import secrets
from assistant.identity.models import Principal, Right
from index.documents import Documents

PREFIX = "earmark"
_SEEN_EVERY = timedelta(minutes=1)  # a write for each request would be for nothing


class ApiKey(BaseModel):
    """A key as it is listed; the secret itself is nowhere."""

    id: str
    name: str
    scopes: list[Right]
    workspace: str | None = Field(default=None, description="The only workspace it opens; null for all.")
    created: datetime
    created_by: str
    expires: datetime | None = None
    last_used: datetime | None = None


class ApiKeys:
    """The keys of an installation."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def make(
        self,
        name: str,
        scopes: Sequence[Right],
        *,
        by: str,
        workspace: str | None = None,
        expires: datetime | None = None,
    ) -> tuple[ApiKey, str]:
        """A new key and its secret, which cannot be shown again. Raises InputError."""
        if not scopes:
            raise InputError("A key needs at least one scope.")
        if expires is not None and expires <= secrets.now():
            raise InputError(f"The key would have expired on {expires:%Y-%m-%d}; name a day to come.")
        secret = secrets.new(PREFIX)
        key = ApiKey(
            id=secrets.short_id(),
            name=name,
            scopes=sorted(set(scopes)),
            workspace=workspace,
            created=secrets.now(),
            created_by=by,
            expires=expires,
        )
        self._documents.put(secrets.digest(secret), key.model_dump(mode="json"))
        return key, secret

    def all(self) -> list[ApiKey]:
        """All keys, oldest first."""
        found = (ApiKey.model_validate(body) for _, body in self._documents.items())
        return sorted(found, key=lambda key: (key.created, key.id))

    def any(self) -> bool:
        """Whether there is a key."""
        return self._documents.state()[0] > 0

    def revoke(self, id_: str) -> ApiKey:
        """A key opens nothing any more. Raises NotFoundError."""
        for digest, body in self._documents.items():
            if body["id"] == id_:
                self._documents.delete(digest)
                return ApiKey.model_validate(body)
        raise NotFoundError(f"There is no key {id_!r}; it may have been revoked before.")

    def principal(self, secret: str) -> Principal | None:
        """Who shows a secret; None when it is unknown or has expired."""
        digest = secrets.digest(secret)
        body = self._documents.get(digest)
        if body is None:
            return None
        key, now = ApiKey.model_validate(body), secrets.now()
        if key.expires is not None and key.expires <= now:
            return None
        if key.last_used is None or now - key.last_used >= _SEEN_EVERY:
            self._documents.change(digest, {"last_used": now.isoformat()})
        return Principal(
            kind="key",
            id=key.id,
            name=key.name,
            rights=frozenset(key.scopes),
            workspaces=None if key.workspace is None else frozenset({key.workspace}),
        )
