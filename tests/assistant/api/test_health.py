"""`/livez` and `/readyz`."""

from typing import Any

from fastapi.testclient import TestClient


def test_a_living_process_says_so(client: TestClient) -> None:
    """Without touching anything."""
    assert client.get("/livez").json() == {"status": "ok"}


def test_ready_names_each_part(client: TestClient) -> None:
    """Database, index, model and queue, with a word about each."""
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert set(ready.json()["checks"]) == {"database", "index", "model", "queue"}
    assert ready.json()["checks"]["database"]["detail"] == "163 items"


def test_without_its_database_it_is_not_ready(client: TestClient) -> None:
    """The status is 503, so that no traffic is sent here; it is still alive."""
    product: Any = client.app.state.product  # type: ignore[attr-defined]
    home = product.index.home
    product.index.store.database.close()
    for file in home.glob("earmark.db*"):
        file.unlink()
    home.rename(home.with_name("away"))
    try:
        assert client.get("/readyz").status_code == 503
        assert client.get("/livez").status_code == 200
    finally:
        home.with_name("away").rename(home)
