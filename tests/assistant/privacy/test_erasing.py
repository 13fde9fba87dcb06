"""R20: after an erasure nothing of the customer is left, in any file, by its bytes."""

import time
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from assistant.privacy.erasing import without
from tests.assistant.api.conftest import Connect

pytestmark = pytest.mark.faults

NAME = "CUST-quokka-4711"
WORDS = "Zanzibarisch unobtainium parcel, still no refund after weeks, I buy elsewhere."
TRACES = (b"quokka", b"Zanzibarisch", b"unobtainium", b"plutonium", b"quizzaciously")


def traces(home: Path) -> list[str]:
    """Files in which something of the customer stands, in any case of letters."""
    found = []
    for path in home.rglob("*"):
        if path.is_file():
            read = path.read_bytes().lower()
            found += [f"{path.name}: {trace!r}" for trace in TRACES if trace.lower() in read]
    return found


def test_every_place_that_names_a_customer_is_emptied(connect: Connect, tmp_path: Path) -> None:
    """Feedback, attributes, notes, verdicts, conversations, refused rows, replies to repeat, vectors, words, snapshots."""
    client: Any = connect()
    client.app.state.identity.keys.make("x", ["read"], by="test")
    _, secret = client.app.state.identity.keys.make(
        "boss", ["admin", "ingest", "read", "ask", "triage", "export"], by="t"
    )
    client.app.state.identity.forget()
    client.headers["Authorization"] = f"Bearer {secret}"
    others = client.get("/v1/feedback").json()["total"]
    items = [
        {
            "id": f"q{n}",
            "text": f"{WORDS} Contact number {n}.",
            "customer": NAME,
            "attributes": {"plan": "plutonium"},
        }
        for n in range(3)
    ]
    assert client.post("/v1/feedback", json=items, headers={"Idempotency-Key": "q"}).json()["added"] == 3
    client.post("/v1/customers", json=[{"id": NAME, "attributes": {"segment": "plutonium"}}])
    client.post(
        "/v1/triage/actions",
        json={"action": "note", "items": ["q0"], "note": "quizzaciously angry", "by": "ana"},
    )
    label = {"field": "themes", "label": "delivery", "verdict": "right", "by": "ana"}
    client.post("/v1/feedback/q1/corrections", json=label)
    client.post("/v1/ask", json={"question": f"what does {NAME} say?"})
    asked = client.post("/v1/ask", json={"question": "how many complain about refunds?"}).json()
    refused = f"id,text,customer\nr1,,{NAME}\nr2,The seam of the coat broke on day one.,C-1\n"
    job = client.post("/v1/imports", files={"file": ("a.csv", refused.encode())}).json()["id"]
    wait_for(client, job)
    client.app.state.product.index.refresh()
    client.app.state.product.index.terms.save()
    assert traces(tmp_path), "the test must see what it looks for"

    found = client.get("/v1/personal-data", params={"customer": NAME}).json()
    assert {one["id"] for one in found["feedback"]} == {"q0", "q1", "q2"}
    assert found["cases"]["q0"]

    done = client.delete(f"/v1/customers/{NAME}")
    assert done.status_code == 200, done.text
    certificate = done.json()
    assert (certificate["items"], certificate["traces"]) == (3, [])
    assert certificate["rows"] == 1
    assert certificate["documents"] >= 3
    wait_until_gone(tmp_path)
    assert traces(tmp_path) == []
    assert client.get("/v1/feedback").json()["total"] == others + 1
    assert client.get("/v1/personal-data", params={"customer": NAME}).status_code == 404
    assert client.delete(f"/v1/customers/{NAME}").status_code == 404
    assert client.get(f"/v1/ask/{asked['conversation']}").status_code == 200, "what names nobody stays"
    assert [one["id"] for one in client.get("/v1/erasures").json()["certificates"]] == [certificate["id"]]


def wait_for(client: TestClient, job: str) -> None:
    """Until a job has ended."""
    for _ in range(200):
        if client.get(f"/v1/jobs/{job}").json()["state"] not in ("queued", "running"):
            return
        time.sleep(0.05)
    raise AssertionError("the import did not end")


def wait_until_gone(home: Path) -> None:
    """The follower builds Chroma's index again within seconds."""
    for _ in range(100):
        if not traces(home):
            return
        time.sleep(0.1)


@pytest.mark.parametrize(
    ("body", "left"),
    [
        ({"": "k", "text": "nothing of it", "n": 3}, {"": "k", "text": "nothing of it", "n": 3}),
        ({"": "F1", "note": "x"}, None),
        ({"": "k", "items": ["F1", "F2"]}, None),
        ({"": "k", "citations": [{"item": "F1"}, {"item": "F2"}]}, {"": "k", "citations": [{"item": "F2"}]}),
        ({"": "k", "question": "what does CUST-1-abc say?"}, None),
        ({"": "k", "before": {"F1": None}}, None),
        ({"": "k", "question": "about F10 and F12"}, {"": "k", "question": "about F10 and F12"}),
    ],
)
def test_documents_lose_what_names_somebody_and_nothing_else(body: dict[str, Any], left: Any) -> None:
    """Entries of lists go alone; a document about an item goes whole; ids inside of other words are not names."""
    assert without(body, {"CUST-1-abc", "F1"}, said="CUST-1-abc") == left


def test_a_short_id_is_matched_whole() -> None:
    """Customer 7 must not take everything with a 7 in it along."""
    assert without({"": "k", "text": "7 parcels"}, {"7"}, said="7") == {"": "k", "text": "7 parcels"}
    assert without({"": "k", "customer": "7"}, {"7"}, said="7") is None
