"""A change that is sent again is done once and answered as the first time."""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi.testclient import TestClient

from assistant.api import idempotency
from tests.assistant.api.test_access import bearer

pytestmark = pytest.mark.faults

KEYS = 2000 if os.environ.get("EARMARK_FAULTS") else 60
ITEM = {"id": "i1", "text": "The parcel was late and nobody answered."}


def stored(client: TestClient) -> Any:
    return client.app.state.product.index.store.documents(idempotency.KIND)  # type: ignore[attr-defined]


def test_the_answer_of_the_first_time_comes_again(client: TestClient) -> None:
    """Added, not unchanged; and it says that it is a replay."""
    first = client.post("/v1/feedback", json=ITEM, headers={"Idempotency-Key": "k1"})
    again = client.post("/v1/feedback", json=ITEM, headers={"Idempotency-Key": "k1"})
    assert first.json()["added"] == 1
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert client.post("/v1/feedback", json=ITEM).json()["unchanged"] == 1


def test_a_refusal_is_an_answer_too(client: TestClient) -> None:
    """Whoever sends nonsense twice is told twice; a key with other content is told so."""
    wrong = {"identity": "i2"}
    first = client.post("/v1/feedback", json=wrong, headers={"Idempotency-Key": "k2"})
    again = client.post("/v1/feedback", json=wrong, headers={"Idempotency-Key": "k2"})
    assert (first.status_code, again.status_code) == (422, 422)
    assert again.json() == first.json()
    assert again.headers["content-type"] == "application/problem+json"
    other = client.post("/v1/feedback", json=ITEM, headers={"Idempotency-Key": "k2"})
    assert other.status_code == 422
    assert "came before" in other.json()["detail"]


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "a b"])
def test_a_key_must_be_one(client: TestClient, key: str) -> None:
    """The detail says what one looks like."""
    refused = client.post("/v1/feedback", json=ITEM, headers={"Idempotency-Key": key})
    assert refused.status_code == 422
    assert "ASCII" in refused.json()["detail"]


def test_an_answer_without_a_body_comes_again(client: TestClient) -> None:
    """Deleting twice with one key is not 404 the second time."""
    answers = [client.delete("/v1/feedback/s0", headers={"Idempotency-Key": "gone"}) for _ in range(2)]
    assert [one.status_code for one in answers] == [204, 204]
    assert client.delete("/v1/feedback/s0").status_code == 404


def test_callers_do_not_share_keys(client: TestClient) -> None:
    """The same words from two keys are two requests."""
    first, second = bearer(client, "ingest"), bearer(client, "ingest")
    body = {"id": "i3", "text": "Two people, one key."}
    answers = [
        client.post("/v1/feedback", json=body, headers={**who, "Idempotency-Key": "same"})
        for who in (first, second, first)
    ]
    assert [one.json()["added"] for one in answers] == [1, 0, 1]


def test_a_claim_of_a_process_that_died_is_free_again(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a minute; before, the caller is told to wait."""
    original = idempotency.Idempotency._first

    async def dies(*_args: Any, **_more: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(idempotency.Idempotency, "_first", dies)
    died = client.post("/v1/feedback", json=ITEM, headers={"Idempotency-Key": "dead"})
    assert died.status_code == 500
    monkeypatch.setattr(idempotency.Idempotency, "_first", original)
    waiting = client.post("/v1/feedback", json=ITEM, headers={"Idempotency-Key": "dead"})
    assert waiting.status_code == 409
    now = time.time()
    monkeypatch.setattr(idempotency.time, "time", lambda: now + idempotency.CLAIMED_S + 1)
    taken = client.post("/v1/feedback", json=ITEM, headers={"Idempotency-Key": "dead"})
    assert taken.json()["added"] == 1


def test_secrets_are_not_kept(client: TestClient) -> None:
    """The answer that shows a key is not replayed: a second request makes a second key."""
    admin = bearer(client, "admin")
    body = {"name": "a", "scopes": ["read"]}
    made = [
        client.post("/v1/keys", json=body, headers={**admin, "Idempotency-Key": "k"}).json() for _ in range(2)
    ]
    assert made[0]["secret"] != made[1]["secret"]
    assert list(stored(client).items()) == []


def test_many_keys_at_once_each_take_effect_once(client: TestClient) -> None:
    """R9: each key is sent four times at the same time; one is done, the others see its answer or are told to wait."""
    start = threading.Barrier(8)

    def send(number: int) -> tuple[int, int, bool]:
        if number < 8:
            start.wait()
        key = number // 4
        body = {"id": f"n{key}", "text": f"Message number {key} about a late parcel."}
        while True:
            answer = client.post("/v1/feedback", json=body, headers={"Idempotency-Key": f"key-{key}"})
            if answer.status_code not in (409, 503):
                replayed = answer.headers.get("idempotent-replayed") == "true"
                return key, answer.json()["added"] if answer.status_code == 200 else -1, replayed

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(send, range(KEYS * 4)))
    assert {added for _, added, _ in results} == {1}
    firsts = [key for key, _, replayed in results if not replayed]
    assert sorted(firsts) == list(range(KEYS))
    print(f"R9: {KEYS} keys, {len(results)} requests, each done once")
