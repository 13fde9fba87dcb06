"""`/v1/users`: accounts of the installation."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from assistant.api import examples
from assistant.api.parts import Caller, Who
from assistant.errors import InputError
from assistant.identity import Role
from assistant.identity.users import User
from assistant.settings import WORKSPACE_NAME

router = APIRouter(prefix="/v1", tags=["Access"])
UserName = Annotated[str, Path(min_length=1, max_length=200, description="Name of an account")]
Password = Annotated[SecretStr | None, Field(min_length=12, max_length=1000)]
Opened = Annotated[list[Annotated[str, Field(pattern=WORKSPACE_NAME)]] | None, Field(max_length=100)]


class UserIn(BaseModel):
    """An account that is to be made."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[
        str, Field(min_length=1, max_length=200, pattern=r"^\S+$", description="A name or mail address.")
    ]
    role: Role
    password: Password = Field(
        default=None, description="Without one the account is entered by one-time links."
    )
    workspaces: Opened = Field(default=None, description="Those it opens; default is all.")


class UserChange(BaseModel):
    """What is to change; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    role: Role | None = None
    password: Password = None
    workspaces: Opened = Field(default=None, description="An empty list opens all.")


class PasswordChange(BaseModel):
    """One's own password."""

    model_config = ConfigDict(extra="forbid")

    old: Annotated[SecretStr, Field(max_length=1000)]
    new: Annotated[SecretStr, Field(min_length=12, max_length=1000)]


class Users(BaseModel):
    """All accounts by name."""

    users: list[User]


class Link(BaseModel):
    """A link that logs in once, within half an hour. Append it to the address of the server."""

    path: str = Field(examples=["/login#link=login_Zy4…"])


@router.get("/users", summary="List accounts")
def list_users(identity: Who) -> Users:
    """With role and last login."""
    return Users(users=identity.users.all())


@router.post(
    "/users", status_code=201, summary="Make an account", openapi_extra=examples.body(examples.USERS)
)
def add(body: UserIn, identity: Who, who: Caller) -> User:
    """Roles: `viewer` reads and asks, `agent` also triages, `lead` also sends in and exports, `admin` does all."""
    made = identity.users.add(
        body.name,
        body.role,
        by=who.name if who else "nobody",
        password=body.password.get_secret_value() if body.password else None,
        workspaces=body.workspaces,
    )
    identity.forget()
    return made


@router.patch("/users/{user_name}", summary="Change an account")
def change(user_name: UserName, body: UserChange, identity: Who) -> User:
    """A new password logs the account out everywhere."""
    changed = identity.users.change(
        user_name,
        role=body.role,
        password=body.password.get_secret_value() if body.password else None,
        workspaces=body.workspaces,
    )
    if body.password is not None:
        identity.sessions.close_all("user", changed.name)
    identity.forget()
    return changed


@router.delete("/users/{user_name}", status_code=204, summary="Delete an account")
def remove(user_name: UserName, identity: Who) -> None:
    """Logged out everywhere at once. What the account did stays in the audit log."""
    removed = identity.users.remove(user_name)
    identity.sessions.close_all("user", removed.name)
    identity.forget()


@router.post("/users/{user_name}/link", summary="Make a one-time link into an account")
def link(user_name: UserName, identity: Who) -> Link:
    """For a first login, or when a password was forgotten."""
    user = identity.users.get(user_name)
    return Link(path=f"/login#link={identity.links.make(user=user.name)}")


@router.put("/session/password", status_code=204, summary="Change one's own password")
def change_own(body: PasswordChange, identity: Who, who: Caller) -> None:
    """The old one is asked for again. Other sessions of the account end."""
    if who is None or who.kind != "user":
        raise InputError("Only an account has a password; log in with one.")
    user = identity.users.get(who.id)
    if user.has_password and identity.users.log_in(who.id, body.old.get_secret_value()) is None:
        raise InputError("The old password is not right.")
    identity.users.change(who.id, password=body.new.get_secret_value())
    identity.sessions.close_all("user", who.id)
    identity.forget()
