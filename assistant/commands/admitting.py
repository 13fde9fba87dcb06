"""`earmark keys` and `earmark users`: who may come in."""

import getpass
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import get_args

from rich.console import Console
from rich.table import Table

from assistant.errors import InputError
from assistant.identity import SCOPES, Identity, Right, Role
from assistant.settings import Settings

_BY = "the command line"


@contextmanager
def _identity(settings: Settings) -> Iterator[Identity]:
    identity = Identity.open(settings.home, settings.database_url)
    try:
        yield identity
    finally:
        identity.close()


def add_key(
    settings: Settings,
    name: str,
    scopes: Sequence[str],
    *,
    workspace: str | None,
    expires: datetime | None,
) -> None:
    """Make a key and print its secret, alone on standard output, so that scripts can take it."""
    if unknown := sorted(set(scopes) - set(SCOPES)):
        raise InputError(f"There is no scope {unknown[0]!r}; there are {', '.join(SCOPES)}.")
    chosen: list[Right] = [scope for scope in get_args(Right) if scope in scopes]
    until = expires.replace(tzinfo=UTC) if expires else None
    with _identity(settings) as identity:
        key, secret = identity.keys.make(name, chosen, by=_BY, workspace=workspace, expires=until)
        identity.audit.add(None, "earmark keys add", status=201, target=key.id)
    Console(stderr=True).print(f"The key {key.id} ({', '.join(chosen)}); it is not shown again:")
    print(secret)


def list_keys(settings: Settings) -> None:
    """Print the keys."""
    with _identity(settings) as identity:
        keys = identity.keys.all()
    if not keys:
        Console().print("There is no key yet: earmark keys add NAME --scope read --scope ask")
        return
    table = Table("id", "name", "scopes", "workspace", "expires", "last used", box=None, header_style="dim")
    for key in keys:
        until = f"{key.expires:%Y-%m-%d}" if key.expires else ""
        used = f"{key.last_used:%Y-%m-%d %H:%M}" if key.last_used else "never"
        table.add_row(key.id, key.name, " ".join(key.scopes), key.workspace or "all", until, used)
    Console().print(table)


def revoke_key(settings: Settings, id_: str) -> None:
    """Let a key open nothing any more."""
    with _identity(settings) as identity:
        key = identity.keys.revoke(id_)
        identity.sessions.close_all("key", id_)
        identity.audit.add(None, "earmark keys revoke", status=204, target=id_)
    Console().print(f"{key.name} opens nothing any more (a server that runs notices within five seconds).")


def add_user(settings: Settings, name: str, role: Role, *, ask_password: bool) -> None:
    """Make an account; print a link into it unless a password is given."""
    password = _password() if ask_password else None
    with _identity(settings) as identity:
        user = identity.users.add(name, role, by=_BY, password=password)
        identity.audit.add(None, "earmark users add", status=201, target=user.name)
        code = None if password else identity.links.make(user=user.name)
    Console().print(f"{user.name} is a{'n' if role[0] == 'a' else ''} {role}.")
    if code:
        print(_address(settings, code))


def list_users(settings: Settings) -> None:
    """Print the accounts."""
    with _identity(settings) as identity:
        users = identity.users.all()
    if not users:
        Console().print("There is no account yet: earmark users add NAME --role lead")
        return
    table = Table("name", "role", "workspaces", "password", "last login", box=None, header_style="dim")
    for user in users:
        seen = f"{user.last_login:%Y-%m-%d %H:%M}" if user.last_login else "never"
        opened = " ".join(user.workspaces) if user.workspaces else "all"
        table.add_row(user.name, user.role, opened, "yes" if user.has_password else "by link", seen)
    Console().print(table)


def link_user(settings: Settings, name: str) -> None:
    """Print a link that logs into an account once."""
    with _identity(settings) as identity:
        user = identity.users.get(name)
        code = identity.links.make(user=user.name)
        identity.audit.add(None, "earmark users link", status=201, target=user.name)
    print(_address(settings, code))


def remove_user(settings: Settings, name: str) -> None:
    """Delete an account."""
    with _identity(settings) as identity:
        user = identity.users.remove(name)
        identity.sessions.close_all("user", user.name)
        identity.audit.add(None, "earmark users remove", status=204, target=user.name)
    Console().print(f"{user.name} cannot log in any more.")


def _address(settings: Settings, code: str) -> str:
    return f"http://{settings.host}:{settings.port}/login#link={code}"


def _password() -> str:
    """Asked for twice at a terminal, else one line of standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != first:
        raise InputError("The two differ.")
    return first
