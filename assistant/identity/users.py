"""Accounts: a name, a role, and a password that only its argon2 hash knows."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from pydantic import BaseModel, Field

from assistant.errors import InputError, NotFoundError
from assistant.identity import secrets
from assistant.identity.models import ROLES, Principal, Role
from index.documents import Documents

SHORTEST_PASSWORD = 12


class User(BaseModel):
    """An account as it is listed."""

    name: str = Field(description="What the person logs in with, lower case.")
    role: Role
    workspaces: list[str] | None = Field(default=None, description="Those it opens; null for all.")
    has_password: bool
    created: datetime
    created_by: str
    last_login: datetime | None = None


class Users:
    """The accounts of an installation."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def add(
        self,
        name: str,
        role: Role,
        *,
        by: str,
        password: str | None = None,
        workspaces: Sequence[str] | None = None,
    ) -> User:
        """A new account; without a password it is entered by one-time links. Raises InputError."""
        name = name.strip().casefold()
        body: dict[str, Any] = {
            "name": name,
            "role": role,
            "workspaces": None if workspaces is None else sorted(set(workspaces)),
            "password": None if password is None else hashed(password),
            "created": secrets.now().isoformat(),
            "created_by": by,
        }
        if self._documents.put_if_absent(name, body) != body:
            raise InputError(f"There is an account {name!r} already.")
        return _user(body)

    def all(self) -> list[User]:
        """All accounts by name."""
        return sorted((_user(body) for _, body in self._documents.items()), key=lambda user: user.name)

    def any(self) -> bool:
        """Whether there is an account."""
        return self._documents.state()[0] > 0

    def get(self, name: str) -> User:
        """An account. Raises NotFoundError."""
        return _user(self._body(name))

    def change(
        self,
        name: str,
        *,
        role: Role | None = None,
        password: str | None = None,
        workspaces: Sequence[str] | None = None,
    ) -> User:
        """Change what is given. Raises NotFoundError, and InputError when nobody would be left to administer."""
        body = self._body(name)
        if role is not None and role != "admin":
            self._keep_an_admin(body)
        new: dict[str, Any] = {}
        if role is not None:
            new["role"] = role
        if password is not None:
            new["password"] = hashed(password)
        if workspaces is not None:
            new["workspaces"] = sorted(set(workspaces)) or None
        self._documents.change(body["name"], new)
        return self.get(name)

    def remove(self, name: str) -> User:
        """Delete an account. Raises NotFoundError, and InputError when nobody would be left to administer."""
        body = self._body(name)
        self._keep_an_admin(body)
        self._documents.delete(body["name"])
        return _user(body)

    def log_in(self, name: str, password: str) -> User | None:
        """The account when the password is its own. Takes as long for a name that nobody has."""
        body = self._documents.get(name.strip().casefold())
        known = body["password"] if body else None
        try:
            _hasher().verify(known or _nobody(), password)
        except (Argon2Error, InvalidHashError):
            return None
        if body is None or known is None:
            return None
        new = {"last_login": secrets.now().isoformat()}
        if _hasher().check_needs_rehash(known):
            new["password"] = hashed(password)
        self._documents.change(body["name"], new)
        return _user(body)

    def _body(self, name: str) -> dict[str, Any]:
        body = self._documents.get(name.strip().casefold())
        if body is None:
            raise NotFoundError(f"There is no account {name!r}.")
        return body

    def _keep_an_admin(self, leaving: dict[str, Any]) -> None:
        others = [user for user in self.all() if user.role == "admin" and user.name != leaving["name"]]
        if leaving["role"] == "admin" and not others:
            raise InputError("This is the only administrator; make another one first.")


def principal_of(user: User) -> Principal:
    """Who somebody is that has logged in as an account."""
    return Principal(
        kind="user",
        id=user.name,
        name=user.name,
        rights=ROLES[user.role],
        workspaces=None if user.workspaces is None else frozenset(user.workspaces),
    )


def hashed(password: str) -> str:
    """argon2id with the library's parameters (RFC 9106). Raises InputError for one that is too short."""
    if len(password) < SHORTEST_PASSWORD:
        raise InputError(f"A password needs at least {SHORTEST_PASSWORD} characters.")
    return _hasher().hash(password)


def _user(body: dict[str, Any]) -> User:
    return User.model_validate({**body, "has_password": body.get("password") is not None})


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _nobody() -> str:
    """The hash of a password that nobody knows."""
    return _hasher().hash(secrets.new("nobody"))
