"""Who may do what: the matrix of scopes and operations, logins, sessions, workspaces, limits and the audit log."""

import re
from pathlib import Path
from typing import Any, get_args

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from assistant.api.rights import right_of
from assistant.app import create_app
from assistant.errors import SettingsError
from assistant.identity import ROLES, Identity, Right
from tests.assistant.api.conftest import BASE, Connect
from tests.assistant.api.homes import Homes

pytestmark = pytest.mark.faults

RIGHTS: tuple[Right, ...] = get_args(Right)
TOKEN = "correct horse battery staple"


def identity_of(client: TestClient) -> Identity:
    found: Identity = client.app.state.identity  # type: ignore[attr-defined]
    return found


def bearer(client: TestClient, *scopes: Right, workspace: str | None = None) -> dict[str, str]:
    """The header of a new key."""
    _, secret = identity_of(client).keys.make("test", scopes, by="test", workspace=workspace)
    identity_of(client).forget()
    return {"Authorization": f"Bearer {secret}"}


def operations(client: TestClient) -> list[tuple[str, str, dict[str, Any]]]:
    paths = client.get("/openapi.json").json()["paths"]
    return [(method, path, found) for path, methods in paths.items() for method, found in methods.items()]


def test_each_operation_lets_in_exactly_those_with_its_scope(client: TestClient) -> None:
    """The matrix of the OpenAPI document: without a key 401, with every scope but its own 403, with its own neither."""
    everybody = {right: bearer(client, right) for right in RIGHTS}
    checked = 0
    for method, path, operation in operations(client):
        if "security" not in operation:
            continue
        [[needed]] = [one["key"] for one in operation["security"]]
        address = re.sub(r"\{[^}]+\}", "x-none", path)
        assert client.request(method, address).status_code == 401, (method, path)
        for right, headers in everybody.items():
            status = client.request(method, address, headers=headers).status_code
            assert (status == 403) == (right != needed), (method, path, right, status)
            assert status not in (401, 500), (method, path, right, status)
            checked += 1
    assert checked >= 70 * len(RIGHTS)


def test_what_the_document_leaves_open_tells_nothing(client: TestClient) -> None:
    """Health, and the login itself."""
    bearer(client, "read")
    left = {(method, path) for method, path, operation in operations(client) if "security" not in operation}
    assert left == {
        ("get", "/livez"), ("get", "/readyz"), ("get", "/v1/session"), ("post", "/v1/session"), ("delete", "/v1/session"),
        ("put", "/v1/session/password"),
    }  # fmt: skip
    assert client.get("/v1/session").json()["kind"] == "nobody"
    refused = client.put("/v1/session/password", json={"old": "x", "new": "y" * 12})
    assert refused.status_code == 401


def test_an_operation_that_nobody_thought_of_needs_an_administrator() -> None:
    """The table is closed by default."""
    assert right_of("POST", "/v1/something-new") == "admin"
    assert right_of("GET", "/v1/something-new") == "read"


def test_here_without_keys_all_but_administration_is_open(client: TestClient) -> None:
    """A laptop needs no login, until the first key is made."""
    assert client.get("/v1/feedback").status_code == 200
    refused = client.get("/v1/keys")
    assert refused.status_code == 403
    assert "earmark serve" in refused.json()["detail"]
    bearer(client, "read")
    assert client.get("/v1/feedback").status_code == 401


def test_elsewhere_a_key_is_needed_to_start(homes: Homes, tmp_path: Path) -> None:
    """A key that was made before is as good as a token."""
    product = homes.product(tmp_path, host="0.0.0.0")
    try:
        with pytest.raises(SettingsError, match="earmark keys add"):
            create_app(product)
        made = Identity.open(tmp_path)
        made.keys.make("first", ["admin"], by="test")
        made.close()
        app = create_app(product)
        with TestClient(app, base_url="http://shop.example") as client:
            assert client.get("/v1/feedback").status_code == 401
            made = app.state.identity
            made.keys.revoke(made.keys.all()[0].id)
            made.forget()
            assert client.get("/v1/feedback").status_code == 401, "the last key gone must not open the doors"
    finally:
        product.close()


def log_in(client: TestClient, **body: str) -> dict[str, str]:
    """Log in; the client keeps the cookies. Returns what a change carries."""
    answer = client.post("/v1/session", json=body)
    assert answer.status_code == 200, answer.text
    return {"X-CSRF-Token": client.cookies["earmark_csrf"]}


def second(client: TestClient) -> TestClient:
    """Another browser at the same server."""
    return TestClient(client.app, base_url=BASE, raise_server_exceptions=False)


def test_a_link_logs_in_once_and_its_session_needs_the_token_for_changes(client: TestClient) -> None:
    """The cookie alone reads; another site that makes a browser send it changes nothing."""
    code = identity_of(client).links.make()
    csrf = log_in(client, link=code)
    assert client.post("/v1/session", json={"link": code}).status_code == 401
    assert client.get("/v1/keys").status_code == 200
    body = {"name": "a", "scopes": ["read"]}
    assert client.post("/v1/keys", json=body).status_code == 403
    assert client.post("/v1/keys", json=body, headers={"X-CSRF-Token": "x"}).status_code == 403
    foreign = {**csrf, "Origin": "https://evil.example"}
    assert client.post("/v1/keys", json=body, headers=foreign).status_code == 403
    assert client.post("/v1/keys", json=body, headers=csrf).status_code == 201
    assert client.delete("/v1/session", headers=csrf).status_code == 204
    assert client.get("/v1/keys").status_code == 401


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(client: TestClient) -> None:
    """Only the token for changes may be read by the page."""
    answer = client.post("/v1/session", json={"link": identity_of(client).links.make()})
    session, csrf = sorted(answer.headers.get_list("set-cookie"), key=lambda cookie: "csrf" in cookie)
    assert "HttpOnly" in session
    assert "HttpOnly" not in csrf
    assert all("SameSite=strict" in cookie and "Path=/" in cookie for cookie in (session, csrf))
    assert answer.headers["cache-control"] == "no-store"


def test_roles_are_scopes(client: TestClient) -> None:
    """What an account may do follows from its role, and changes with it."""
    root = log_in(client, link=identity_of(client).links.make())
    made = {"name": "ana", "role": "viewer", "password": "a long pass phrase"}
    assert client.post("/v1/users", json=made, headers=root).status_code == 201
    other = second(client)
    log_in(other, name="ana", password="a long pass phrase")
    assert set(other.get("/v1/session").json()["scopes"]) == ROLES["viewer"]
    assert other.get("/v1/triage").status_code == 200
    client.patch("/v1/users/ana", json={"role": "agent"}, headers=root)
    assert set(other.get("/v1/session").json()["scopes"]) == ROLES["agent"]
    changed = {"old": "a long pass phrase", "new": "another pass phrase"}
    csrf = {"X-CSRF-Token": other.cookies["earmark_csrf"]}
    assert other.put("/v1/session/password", json=changed, headers=csrf).status_code == 204
    assert other.get("/v1/session").json()["kind"] == "nobody"
    assert other.post("/v1/session", json={"name": "ana", "password": changed["old"]}).status_code == 401
    log_in(other, name="ana", password=changed["new"])


def test_guessing_is_slowed_down(client: TestClient) -> None:
    """Ten tries a minute, then 429 that says when to go on; the right password waits too."""
    identity_of(client).users.add("ana", "admin", by="test", password="a long pass phrase")
    tries = [client.post("/v1/session", json={"name": "ana", "password": f"wrong {n}"}) for n in range(11)]
    assert [one.status_code for one in tries] == [401] * 10 + [429]
    assert int(tries[-1].headers["retry-after"]) > 0
    assert (
        client.post("/v1/session", json={"name": "ana", "password": "a long pass phrase"}).status_code == 429
    )


def test_each_caller_has_a_rate(connect: Connect) -> None:
    """What is left is said; beyond it 429. Another key is not touched."""
    client = connect(rate_limit="3/minute")
    first, second = bearer(client, "read"), bearer(client, "read")
    answers = [client.get("/v1/vocabulary", headers=first) for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert [one.headers["ratelimit"].split(";")[1] for one in answers] == ["r=2", "r=1", "r=0", "r=0"]
    assert answers[0].headers["ratelimit-policy"] == '"default";q=3;w=60'
    assert answers[3].json()["type"] == "/problems/too-many"
    assert int(answers[3].headers["retry-after"]) > 0
    assert client.get("/v1/vocabulary", headers=second).status_code == 200


def test_workspaces_know_nothing_of_one_another(client: TestClient) -> None:
    """Each has its own feedback; a key of one does not open the other."""
    admin = bearer(client, "admin", "read", "ingest", "ask")
    assert client.post("/v1/workspaces", json={"name": "outlet"}, headers=admin).status_code == 201
    assert client.post("/v1/workspaces", json={"name": "outlet"}, headers=admin).status_code == 422
    there = {**admin, "Earmark-Workspace": "outlet"}
    before = client.get("/v1/feedback", headers=admin).json()["total"]
    sent = client.post("/v1/feedback", json={"id": "o1", "text": "The parcel was late."}, headers=there)
    assert sent.status_code == 200, sent.text
    assert client.get("/v1/feedback", headers=there).json()["total"] == 1
    assert client.get("/v1/feedback", headers=admin).json()["total"] == before > 1
    assert client.get("/v1/feedback/o1", headers=admin).status_code == 404
    answer = client.post("/v1/ask", json={"question": "how many complain about delivery?"}, headers=there)
    assert answer.json()["coverage"]["items"] == 1
    only = bearer(client, "read", workspace="outlet")
    assert client.get("/v1/feedback", headers=only).json()["total"] == 1, "its only workspace is its default"
    assert client.get("/v1/feedback", headers={**only, "Earmark-Workspace": "default"}).status_code == 403
    assert client.get("/v1/workspaces/current", headers=only).json() == {
        "workspaces": ["outlet"],
        "default": "outlet",
    }
    assert client.get("/v1/feedback", headers={**admin, "Earmark-Workspace": "none"}).status_code == 404
    assert client.get("/v1/feedback", headers={**admin, "Earmark-Workspace": "../x"}).status_code == 422
    cursor = client.get("/v1/feedback?limit=1", headers=admin).json()["next"]
    assert client.get(f"/v1/feedback?limit=1&cursor={cursor}", headers=there).status_code == 422


@pytest.mark.parametrize("name", ["installation", "a-b"])
def test_names_that_would_share_a_store_are_refused(client: TestClient, name: str) -> None:
    """PostgreSQL's schemas and Chroma's collections know no hyphen."""
    admin = bearer(client, "admin")
    client.post("/v1/workspaces", json={"name": "a_b"}, headers=admin)
    assert client.post("/v1/workspaces", json={"name": name}, headers=admin).status_code == 422


def test_the_audit_log_says_who_changed_what_and_never_what_customers_wrote(client: TestClient) -> None:
    """Refused attempts too; reading and asking is not written down."""
    admin = bearer(client, "admin", "ingest", "read")
    reader = bearer(client, "read")
    client.get("/v1/feedback", headers=reader)
    client.post(
        "/v1/feedback", json={"id": "a1", "text": "Unmistakable words.", "customer": "C-77"}, headers=admin
    )
    client.delete("/v1/customers/C-77", headers=reader)
    client.delete("/v1/customers/C-77", headers=admin)
    entries = client.get("/v1/audit", headers=admin).json()["entries"]
    assert [(entry["action"], entry["status"]) for entry in entries] == [
        ("DELETE /v1/customers/{customer_id:path}", 200),
        ("DELETE /v1/customers/{customer_id:path}", 403),
        ("POST /v1/feedback", 200),
    ]
    assert {entry["who"] for entry in entries} == {"test"}
    assert "C-77" not in str(entries)
    assert "Unmistakable" not in str(entries)
    assert all(entry["request_id"] for entry in entries)
    assert [entry["workspace"] for entry in entries] == ["default", None, "default"]


def test_the_token_of_the_server_opens_everything_and_sessions(connect: Connect) -> None:
    """A container needs no key to begin with."""
    client = connect(token=SecretStr(TOKEN))
    assert client.get("/v1/keys").status_code == 401
    assert client.get("/v1/keys", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
    log_in(client, key=TOKEN)
    assert client.get("/v1/keys").status_code == 200


def test_a_key_that_is_revoked_ends_the_sessions_it_opened(client: TestClient) -> None:
    """At once."""
    admin = bearer(client, "admin")
    made = client.post("/v1/keys", json={"name": "b", "scopes": ["read"]}, headers=admin).json()
    other = second(client)
    log_in(other, key=made["secret"])
    assert other.get("/v1/feedback").status_code == 200
    assert client.delete(f"/v1/keys/{made['id']}", headers=admin).status_code == 204
    assert other.get("/v1/feedback").status_code == 401
    assert made["secret"] not in client.get("/v1/keys", headers=admin).text
