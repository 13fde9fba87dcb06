"""Scopes, roles and who a caller is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Right = Literal["ingest", "read", "triage", "ask", "export", "admin"]
Role = Literal["viewer", "agent", "lead", "admin"]

SCOPES: Mapping[Right, str] = {
    "ingest": "Send feedback and customers in, and say how they are tagged (themes).",
    "read": "See feedback, customers, counts and tags.",
    "triage": "Work the queue, correct tags, set watches.",
    "ask": "Ask questions.",
    "export": "Take feedback out in bulk.",
    "admin": "Keys, accounts, workspaces, erasure, webhooks and the audit log.",
}
ALL: frozenset[Right] = frozenset(get_args(Right))
ROLES: Mapping[Role, frozenset[Right]] = {
    "viewer": frozenset({"read", "ask"}),
    "agent": frozenset({"read", "ask", "triage"}),
    "lead": frozenset({"read", "ask", "triage", "ingest", "export"}),
    "admin": ALL,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Principal:
    """Who makes a request. `workspaces` is None where all are open to it."""

    kind: Literal["local", "token", "key", "user", "link"]
    id: str
    name: str
    rights: frozenset[Right]
    workspaces: frozenset[str] | None = None
    csrf: str | None = None  # of a session in a browser: every change must carry it

    def may(self, right: Right) -> bool:
        """Whether the principal has a right."""
        return right in self.rights

    def enters(self, workspace: str) -> bool:
        """Whether a workspace is open to the principal."""
        return self.workspaces is None or workspace in self.workspaces


# Somebody at this machine while nobody has made a key or an account: all but administration.
LOCAL = Principal(kind="local", id="local", name="this machine", rights=ALL - {"admin"})
# Whoever knows EARMARK_TOKEN.
TOKEN = Principal(kind="token", id="token", name="the token of the server", rights=ALL)
