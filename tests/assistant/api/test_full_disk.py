"""R5: on a full disk writes are refused as such, what was acknowledged stays, and reading goes on."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event

from assistant.app import create_app
from assistant.wiring import Product
from tests.assistant.api.conftest import BASE
from tests.assistant.api.homes import Homes

pytestmark = pytest.mark.faults
LONG = "The lift was out for the third week and nobody on the desk knew why. " * 400
WRITES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "feedback": ("POST", "/v1/feedback", {"json": [{"id": f"n{n}", "text": f"{n} {LONG}"} for n in range(40)]}),
    "customers": ("POST", "/v1/customers", {"json": [{"id": f"C{n}", "attributes": {"note": LONG[:150] + str(n)}} for n in range(900)]}),
    "themes": ("PUT", "/v1/taxonomy", {"content": b""}),
    "hooks": ("PUT", "/v1/hooks/big", {"json": {"text": "/t", "attributes": {f"a{n}": "/" + "x" * 480 for n in range(50)}}}),
    "erasure": ("DELETE", "/v1/feedback/s0", {}),
}  # fmt: skip


@contextmanager
def full(product: Product) -> Iterator[None]:
    """The database may not grow any more."""
    engine = product.index.store.database.engine

    def fill(dbapi: Any, _record: object) -> None:
        dbapi.execute(f"PRAGMA max_page_count = {dbapi.execute('PRAGMA page_count').fetchone()[0]}")

    event.listen(engine, "connect", fill)
    engine.dispose()
    try:
        yield
    finally:
        event.remove(engine, "connect", fill)
        engine.dispose()


@pytest.mark.parametrize("write", WRITES)
def test_a_write_on_a_full_disk_is_refused_and_nothing_is_lost(
    homes: Homes, tmp_path: Any, write: str
) -> None:
    """507 or 503 with words; afterwards the same request goes through."""
    product = homes.product(tmp_path)
    with TestClient(create_app(product), base_url=BASE, raise_server_exceptions=False) as client:
        method, path, body = WRITES[write]
        if write == "themes":
            body = {
                "content": client.get("/v1/taxonomy").content,
                "headers": {"Content-Type": "application/yaml"},
            }
        before = client.get("/v1/feedback").json()["total"]
        with full(product):
            refused = client.request(method, path, **body)
            # What needs no room may go through: themes as they were, and a deletion.
            assert refused.status_code == {"themes": 200, "erasure": 204}.get(write, 507), refused.text
            if refused.status_code in (503, 507):
                assert "pace" in refused.json()["detail"]
                assert client.get("/v1/feedback").json()["total"] == before
            assert client.get("/v1/feedback/s1").status_code == 200
            assert client.post("/v1/feedback/search", json={"query": "refund"}).status_code == 200
            answer = client.post("/v1/ask", json={"question": "how many complain about refunds?"})
            assert answer.status_code == 200, answer.text
        again = client.request(method, path, **body)
        assert again.status_code in (200, 201, 204, 404), again.text
        print(f"R5: {write}: {refused.status_code}, then {again.status_code}; ask {answer.status_code}")
    product.close()
