"""`/livez` and `/readyz`."""

import time
from typing import Any

from fastapi.testclient import TestClient

from tests.assistant.api.conftest import Connect


def what_serves(client: TestClient) -> str:
    """What serves similarity search, once Chroma does or half a minute has passed."""
    for _ in range(300):
        said: str = client.get("/readyz").json()["checks"]["vectors"]["detail"]
        if said.startswith("Chroma serves"):
            break
        time.sleep(0.1)
    return said


def test_a_living_process_says_so(client: TestClient) -> None:
    """Without touching anything."""
    assert client.get("/livez").json() == {"status": "ok"}


def test_ready_names_each_part(client: TestClient) -> None:
    """Database, index, model and queue, with a word about each."""
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert set(ready.json()["checks"]) == {"database", "index", "vectors", "model", "queue"}
    assert ready.json()["checks"]["database"]["detail"] == "163 items"


def test_without_its_database_it_is_not_ready(client: TestClient) -> None:
    """The status is 503, so that no traffic is sent here; it is still alive."""
    what_serves(client)  # nothing is being built any more, which would make the folder again
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
        # What runs in the background may have made it again.
        home.mkdir(exist_ok=True)


def test_chroma_comes_to_serve(client: TestClient) -> None:
    """Exact search serves until the index is built and checked; then Chroma does."""
    assert what_serves(client) == "Chroma serves, 0 changes behind"


def test_a_model_that_cannot_be_loaded_is_told(connect: Connect) -> None:
    """The process stays, answers what needs no model, and says why it is not ready."""

    def fails() -> Any:
        raise OSError("no weights here")

    client = connect(load_tagger=fails)
    for _ in range(50):
        if (ready := client.get("/readyz")).status_code == 503:
            break
        time.sleep(0.1)
    assert ready.json()["checks"]["model"] == {"ok": False, "detail": "OSError: no weights here"}
    assert client.get("/v1/feedback").status_code == 200
