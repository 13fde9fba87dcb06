"""Who may call, from where, and how much they may send."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from assistant.api.middleware import JSON_LIMIT_MB, Admission
from assistant.app import create_app, is_loopback
from assistant.errors import SettingsError
from tests.assistant.api.conftest import Connect
from tests.assistant.api.homes import Homes

TOKEN = "correct horse battery staple"


@pytest.fixture
def guarded(connect: Connect) -> TestClient:
    """A client of a server that wants a token."""
    return connect(token=SecretStr(TOKEN))


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer ünïcode".encode("latin-1")],
    ids=["none", "empty", "no token", "wrong", "basic", "longer", "not ascii"],
)  # fmt: skip
def test_with_a_token_the_api_wants_it(guarded: TestClient, header: str | bytes | None) -> None:
    """Anything but the token is 401 with a hint how to send it."""
    headers = {} if header is None else {"Authorization": header}
    refused = guarded.get("/v1/feedback", headers=headers)  # type: ignore[arg-type]
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == "Bearer"
    assert refused.json()["type"] == "/problems/unauthorised"


def test_the_token_opens_the_api(guarded: TestClient) -> None:
    """Every route under /v1 answers; pages and health need no token."""
    assert guarded.get("/v1/feedback", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
    assert guarded.get("/v1/feedback", headers={"Authorization": f"bearer {TOKEN}"}).status_code == 200
    assert [guarded.get(path).status_code for path in ("/", "/livez", "/readyz", "/docs")] == [200] * 4


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8765", ""]
)
def test_a_foreign_host_name_is_refused(reader: TestClient, host: str) -> None:
    """A page that rebinds its name to this machine gets no data."""
    refused = reader.get("/v1/feedback", headers={"Host": host})
    assert refused.status_code == 403
    assert refused.json()["type"] == "/problems/foreign-origin"


@pytest.mark.parametrize("host", ["127.0.0.1:8765", "localhost", "LOCALHOST:1", "[::1]:8765"])
def test_the_names_of_this_machine_are_let_in(reader: TestClient, host: str) -> None:
    """With any port."""
    assert reader.get("/livez", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:9999"])
def test_a_page_of_another_site_cannot_write(reader: TestClient, origin: str) -> None:
    """A form or a script elsewhere must not be able to put feedback in."""
    refused = reader.post("/v1/feedback", json={"id": "x", "text": "x"}, headers={"Origin": origin})
    assert refused.status_code == 403
    own = reader.post("/v1/feedback/search", json={}, headers={"Origin": "http://127.0.0.1:8765"})
    assert own.status_code == 200


def test_an_open_address_needs_a_token(homes: Homes, tmp_path: Path) -> None:
    """Without one the application is not even built."""
    product = homes.product(tmp_path, host="0.0.0.0")
    try:
        with pytest.raises(SettingsError, match="EARMARK_TOKEN"):
            create_app(product)
    finally:
        product.close()


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("127.8.8.8", True), ("localhost", True), ("::1", True), ("0.0.0.0", False), ("10.0.0.1", False), ("shop.example", False)],
)  # fmt: skip
def test_loopback_addresses(host: str, expected: bool) -> None:  # noqa: FBT001
    """Only what this machine alone can reach."""
    assert is_loopback(host) is expected


@pytest.mark.parametrize("more", [{}, {"Idempotency-Key": "grows"}, {"Content-Type": "text/plain"}])
def test_a_body_that_grows_too_large_is_stopped(reader: TestClient, more: dict[str, str]) -> None:
    """A stream without a length is cut off where the limit is reached, whoever reads it first."""
    chunk = b" " * (1 << 20)
    refused = reader.post(
        "/v1/ask",
        content=(chunk for _ in range(JSON_LIMIT_MB + 1)),
        headers={"Content-Type": "application/json", **more},
    )
    assert refused.status_code == 413
    assert f"{JSON_LIMIT_MB} MB" in refused.json()["detail"]


def test_a_file_over_the_limit_is_refused_before_it_is_read(connect: Connect) -> None:
    """The limit of uploads is a setting."""
    client = connect(max_upload_mb=1)
    large = b"text\n" + b"x" * (3 << 20)
    refused = client.post("/v1/imports", files={"file": ("a.csv", large)})
    assert refused.status_code == 413


@pytest.mark.parametrize("path", ["/", "/feedback", "/docs", "/v1/suggestions", "/nowhere"])
def test_every_answer_carries_the_security_headers(reader: TestClient, path: str) -> None:
    """No script but our own, no frames, no guessing of types."""
    headers = reader.get(path).headers
    assert "default-src 'none'; script-src 'self'" in headers["content-security-policy"]
    assert "'unsafe-inline'" not in headers["content-security-policy"] or path == "/docs"
    assert "unsafe-eval" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


def test_more_than_can_be_worked_on_is_turned_away_at_once() -> None:
    """The process still says that it lives, and lets others in when some are done."""

    async def go() -> None:
        release, full, inside = asyncio.Event(), asyncio.Event(), 0

        async def slow(_scope: Any, _receive: Any, send: Any) -> None:
            nonlocal inside
            inside += 1
            if inside == 3:
                full.set()
            await release.wait()
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b""})

        async def status(path: str) -> int:
            found: list[int] = []

            async def send(message: Any) -> None:
                found.extend([message["status"]] if "status" in message else [])

            await guarded({"type": "http", "path": path, "method": "GET", "headers": []}, None, send)  # type: ignore[arg-type]
            return found[0]

        guarded = Admission(slow, most=3)
        held = [asyncio.create_task(status("/v1/feedback")) for _ in range(3)]
        await full.wait()
        assert await status("/v1/feedback") == 503
        alive = asyncio.create_task(status("/livez"))
        await asyncio.sleep(0)
        release.set()
        assert await alive == 200
        assert [await one for one in held] == [200] * 3
        assert await status("/v1/feedback") == 200

    asyncio.run(go())
