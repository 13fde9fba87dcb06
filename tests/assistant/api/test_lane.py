"""The model lane: one at a time, never on the event loop, never more waiting than allowed."""

import asyncio
import threading
from typing import Any

import pytest
from fastapi.testclient import TestClient

from assistant.api.lane import ModelLane
from assistant.errors import BusyError
from tests.assistant.api.conftest import Connect


def test_work_runs_in_order_on_one_other_thread() -> None:
    """The event loop stays free."""

    async def scenario() -> list[tuple[int, int]]:
        lane = ModelLane(8)
        tasks = [lane.start(lambda at=at: (at, threading.get_ident())) for at in range(4)]  # type: ignore[misc]
        found = [await task for task in tasks]
        lane.close()
        return found

    found = asyncio.run(scenario())
    assert [at for at, _ in found] == [0, 1, 2, 3]
    assert len({thread for _, thread in found}) == 1
    assert found[0][1] != threading.get_ident()


def test_a_full_lane_refuses_at_once_and_frees_its_places() -> None:
    """Who does not get a place is told now, not after a timeout; errors free the place too."""

    async def scenario() -> int:
        lane, go = ModelLane(2), threading.Event()
        waiting = [lane.start(go.wait), lane.start(_fail)]
        with pytest.raises(BusyError), lane.place():
            pass
        go.set()
        await asyncio.gather(*waiting, return_exceptions=True)
        with lane.place():
            held = lane.held
        lane.close()
        return held

    assert asyncio.run(scenario()) == 1


def test_a_full_server_answers_503_with_retry_after(connect: Connect) -> None:
    """JSON and streams alike are refused before anything is sent."""
    client = connect(queue_limit=1)
    entered, go = threading.Event(), threading.Event()
    tagger: Any = client.app.state.product.tagger  # type: ignore[attr-defined]
    tagger.embed = lambda texts: (entered.set(), go.wait(10), tagger.tag([]))[2]
    slow = threading.Thread(target=lambda: client.post("/v1/feedback/search", json={"query": "slow"}))
    slow.start()
    assert entered.wait(10)
    try:
        for accept in ("application/json", "text/event-stream"):
            refused = client.post("/v1/ask", json={"question": "why?"}, headers={"Accept": accept})
            assert refused.status_code == 503
            assert refused.headers["retry-after"] == "2"
            assert refused.json()["type"] == "/problems/busy"
        assert client.get("/livez").status_code == 200
        assert client.get("/v1/feedback").status_code == 200
    finally:
        go.set()
        slow.join()


def _fail() -> None:
    raise RuntimeError("on purpose")


def test_a_client_that_goes_away_stops_the_work(client: TestClient) -> None:
    """After the stream is closed the lane is free again."""
    with client.stream("POST", "/v1/ask", json={"question": "why?"}, headers={"Accept": "text/event-stream"}):
        pass
    assert client.post("/v1/tag", json={"documents": [{"text": "x"}]}).status_code == 200
    assert client.app.state.lane.held == 0  # type: ignore[attr-defined]
