"""Other systems post their own JSON, and a stored mapping says what it means."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

HOOK = {
    "entries": "/data/items", "id": "/uuid", "text": "/body/html", "title": "/subject", "date": "/at",
    "customer": "/who/mail", "rating": "/score", "channel": "chat",
    "attributes": {"Plan": "/who/plan", "shop": "Galway", "is_first": "/first"},
}  # fmt: skip
BODY = {
    "data": {
        "items": [
            {
                "uuid": 91, "subject": "Saturday slot", "at": 1780390800, "score": 2, "first": True,
                "body": {"html": "<p>You promised nine.</p><p>He came at two &amp; left the box outside.</p>"},
                "who": {"mail": "rosa@example.org", "plan": "plus"},
            },
            {"uuid": 92, "body": {"html": "Steady, quick, friendly."}, "who": {}},
            {"uuid": 93, "body": {}},
            {"uuid": 94, "body": {"html": "Where is it?"}, "at": "soon"},
        ]
    }
}  # fmt: skip


@pytest.fixture
def hooked(empty: TestClient) -> TestClient:
    """A product with the hook `shop`."""
    made = empty.put("/v1/hooks/shop", json=HOOK)
    assert made.status_code == 200, made.text
    return empty


def test_a_body_is_read_by_the_mapping(hooked: TestClient) -> None:
    """Each entry has its outcome; what is stored is redacted, plain text with its attributes."""
    answer = hooked.post("/v1/hooks/shop", json=BODY)
    assert answer.status_code == 207
    written = answer.json()
    assert [one["status"] for one in written["results"]] == ["added", "added", "refused", "refused"]
    assert "empty" in written["results"][2]["reason"]
    assert "date" in written["results"][3]["reason"]
    item = hooked.get("/v1/feedback/91").json()
    assert item["text"] == "Saturday slot\nYou promised nine.\nHe came at two & left the box outside."
    assert item["date"] == "2026-06-02"
    assert item["customer"].startswith("cust_")
    assert item["attributes"] == {
        "plan": "plus", "shop": "Galway", "is_first": "yes", "channel": "chat", "rating": "2",
    }  # fmt: skip


def test_the_same_body_again_changes_nothing(hooked: TestClient) -> None:
    """Senders repeat what they are not sure of."""
    hooked.post("/v1/hooks/shop", json=BODY)
    again = hooked.post("/v1/hooks/shop", json=BODY).json()
    assert (again["added"], again["updated"], again["unchanged"]) == (0, 0, 2)


def test_trying_stores_nothing(hooked: TestClient) -> None:
    """What would be read, and why the rest would not."""
    tried = hooked.post("/v1/hooks/shop/try", json=BODY).json()["entries"]
    assert tried[0]["item"]["rating"] == "2"
    assert tried[0]["item"]["attributes"]["shop"] == "Galway"
    assert tried[3]["reason"]
    assert hooked.get("/v1/feedback").json()["total"] == 0


@pytest.mark.parametrize(
    ("hook", "body", "texts"),
    [
        ({"text": "/t"}, {"t": "One alone."}, ["One alone."]),
        ({"text": "/t"}, [{"t": "First."}, {"t": "Second."}], ["First.", "Second."]),
        ({"text": ""}, "no object", [None]),
        ({"text": "/a~1b"}, {"a/b": "A name with a slash."}, ["A name with a slash."]),
        ({"text": "/l/1"}, {"l": ["x", "The second of a list."]}, ["The second of a list."]),
        ({"text": "/t"}, {"t": {"not": "a text"}}, [None]),
        ({"turns": "/m"}, {"m": [["C", "Hi"], ["A", "Hello"]]}, [None]),
    ],
)
def test_shapes(empty: TestClient, hook: Any, body: Any, texts: list[str | None]) -> None:
    """One entry, a list of them, and pointers of every kind."""
    assert empty.put("/v1/hooks/any", json=hook).status_code == 200
    tried = empty.post("/v1/hooks/any/try", json=body).json()["entries"]
    assert [one["item"]["text"] for one in tried] == texts


@pytest.mark.parametrize(
    ("hook", "said"),
    [
        ({"text": "comment"}, "JSON pointer"),
        ({"id": "/id"}, "neither"),
        ({"text": "/t", "attributes": {"a": "/x~9"}}, "JSON pointer"),
        ({"text": "/t", "rating_": "/r"}, "Extra"),
    ],
)
def test_a_mapping_that_cannot_work_is_refused(empty: TestClient, hook: Any, said: str) -> None:
    """With the reason."""
    answer = empty.put("/v1/hooks/any", json=hook)
    assert answer.status_code == 422
    assert said in answer.text


def test_what_is_missing_is_said(hooked: TestClient) -> None:
    """A hook that is not there, a list that is not there, too many entries."""
    assert hooked.post("/v1/hooks/none", json={}).status_code == 404
    assert "/data/items" in hooked.post("/v1/hooks/shop", json={"data": 1}).json()["detail"]
    many = {"data": {"items": [{}] * 1001}}
    assert "1,001" in hooked.post("/v1/hooks/shop", json=many).json()["detail"]
    assert [one["name"] for one in hooked.get("/v1/hooks").json()["hooks"]] == ["shop"]
    assert hooked.delete("/v1/hooks/shop").status_code == 204
    assert hooked.delete("/v1/hooks/shop").status_code == 404
