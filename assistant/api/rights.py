"""Which scope each operation of the API needs: one table, closed by default."""

import re
from collections.abc import Mapping

from fastapi import Request

from assistant.errors import ForbiddenError
from assistant.identity import SCOPES, Principal, Right

# The first row that fits the method and the beginning of the path template decides. What no row names needs `admin`.
_RIGHTS: tuple[tuple[str, str, Right | None], ...] = (
    ("*", "/livez", None),
    ("*", "/readyz", None),
    ("GET", "/metrics", "read"),
    ("*", "/v1/session", None),
    ("*", "/v1/workspaces$", "admin"),
    ("GET", "/v1/workspaces/current", "read"),
    ("*", "/v1/keys", "admin"),
    ("*", "/v1/users", "admin"),
    ("*", "/v1/audit", "admin"),
    ("*", "/v1/webhooks", "admin"),
    ("*", "/v1/erasures", "admin"),
    ("*", "/v1/retention", "admin"),
    ("DELETE", "/v1/customers", "admin"),
    ("GET", "/v1/personal-data", "export"),
    ("*", "/v1/export", "export"),
    ("*", "/v1/ask", "ask"),
    ("*", "/v1/suggestions", "ask"),
    ("POST", "/v1/key-points", "read"),
    ("POST", "/v1/key-drivers", "read"),
    ("POST", "/v1/impact", "read"),
    ("POST", "/v1/experience", "read"),
    ("POST", "/v1/overview", "read"),
    ("POST", "/v1/cross", "read"),
    ("POST", "/v1/tag", "read"),
    ("POST", "/v1/feedback/search", "read"),
    ("POST", "/v1/themes/try", "read"),
    ("POST", "/v1/watches/try", "read"),
    ("POST", "/v1/conversations$", "read"),
    ("*", "/v1/feedback/{item_id}/corrections", "triage"),
    ("GET", "/v1/", "read"),
    ("*", "/v1/triage", "triage"),
    ("*", "/v1/watches", "triage"),
    ("*", "/v1/alerts", "triage"),
    ("*", "/v1/feedback", "ingest"),
    ("*", "/v1/customers", "ingest"),
    ("*", "/v1/imports", "ingest"),
    ("*", "/v1/hooks", "ingest"),
    ("*", "/v1/jobs", "ingest"),
    ("*", "/v1/themes", "ingest"),
    ("*", "/v1/taxonomy", "ingest"),
    ("*", "/openai/", "ask"),
)  # fmt: skip
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def right_of(method: str, template: str) -> Right | None:
    """The scope that an operation needs; None where everybody may."""
    method = "GET" if method == "HEAD" else method
    for methods, start, right in _RIGHTS:
        fits = re.match(re.escape(start).replace(r"\$", "$"), template.replace(":path}", "}"))
        if methods in ("*", method) and fits:
            return right
    return "admin"


async def authorise(request: Request) -> None:
    """Let a request pass whose caller has the scope of the operation. Raises ForbiddenError."""
    template = getattr(request.scope.get("route"), "path", request.url.path)
    right = right_of(request.method, template)
    if right is not None:
        demand(request.scope, right)


def demand(scope: Mapping[str, object], right: Right) -> None:
    """Raises ForbiddenError unless the caller of a request has a scope."""
    who = principal_of(scope)
    if who is None or not who.may(right):
        raise ForbiddenError(_refusal(who, right))


def principal_of(scope: Mapping[str, object]) -> Principal | None:
    """Who makes a request, as `Access` found out."""
    state = scope.get("state")
    found = state.get("principal") if isinstance(state, Mapping) else None
    return found if isinstance(found, Principal) else None


def _refusal(who: Principal | None, right: Right) -> str:
    needed = f"This needs the scope {right!r} ({SCOPES[right].rstrip('.').lower()})"
    if who is not None and who.kind == "local":
        return f"{needed}. Open the link that `earmark serve` prints, or make a key: `earmark keys add NAME --scope {right}`."
    has = ", ".join(sorted(who.rights)) if who else "none"
    return f"{needed}; {who.name if who else 'the caller'} has: {has}. Ask an administrator for it."
