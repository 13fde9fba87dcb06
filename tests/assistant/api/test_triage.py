"""`/v1/triage`: the queue, what is done with items, undo, and saved views."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.assistant.api.conftest import Connect

TODAY = "2026-09-30"


def queue(client: TestClient, **params: Any) -> dict[str, Any]:
    answered = client.get("/v1/triage", params={"today": TODAY, **params})
    assert answered.status_code == 200, answered.text
    return dict(answered.json())


def act(client: TestClient, action: str, *items: str, **more: Any) -> dict[str, Any]:
    answered = client.post("/v1/triage/actions", json={"items": items, "action": action, **more})
    assert answered.status_code == 200, answered.text
    return dict(answered.json())


def everything(client: TestClient, **params: Any) -> list[dict[str, Any]]:
    """All pages."""
    entries, cursor = [], None
    while True:
        page = queue(client, limit=40, **params, **({"cursor": cursor} if cursor else {}))
        entries += page["entries"]
        if not (cursor := page["next"]):
            assert len(entries) == page["total"]
            return entries


def test_the_queue_is_sorted_and_explains_itself(reader: TestClient) -> None:
    """Most points first; the points are the sum of the reasons; each item once, copies left out."""
    entries = everything(reader)
    points = [entry["priority"] for entry in entries]
    assert points == sorted(points, reverse=True)
    assert points[0] > 40
    for entry in entries:
        assert entry["priority"] == pytest.approx(
            min(100, sum(one["points"] for one in entry["reasons"])), abs=0.5
        )
        assert not entry["item"]["is_copy"]
    ids = [entry["item"]["id"] for entry in entries]
    assert len(set(ids)) == len(ids)


def test_filters_and_lateness_narrow_the_queue(reader: TestClient) -> None:
    """The keys of every filter, and what is overdue."""
    late = everything(reader, overdue=True)
    assert late
    assert all(entry["is_overdue"] and entry["due"] < TODAY for entry in late)
    email = everything(reader, **{"attr.channel": "email", "themes": "delivery"})
    assert {entry["item"]["attributes"]["channel"] for entry in email} == {"email"}
    assert len(email) < len(everything(reader))


def test_closing_takes_away_and_undo_brings_back(connect: Connect) -> None:
    """Done items leave the queue at once; undo puts them back as they were; undoing twice is refused."""
    client = connect()
    first, second = (entry["item"]["id"] for entry in queue(client)["entries"][:2])
    before = client.get("/v1/triage/counts", params={"today": TODAY}).json()
    done = act(client, "done", first, second, note="Called back.", by="Ada")
    assert done["cases"][first]["notes"][0]["text"] == "Called back."
    ids = {entry["item"]["id"] for entry in everything(client)}
    assert not ids & {first, second}
    assert {entry["item"]["id"] for entry in everything(client, status="done")} == {first, second}
    after = client.get("/v1/triage/counts", params={"today": TODAY}).json()
    assert (after["open"], after["done"]) == (before["open"] - 2, before["done"] + 2)
    assert client.delete(f"/v1/triage/actions/{done['id']}").status_code == 200
    assert queue(client)["entries"][0]["item"]["id"] == first
    assert queue(client)["entries"][0]["case"]["notes"] == []
    assert client.delete(f"/v1/triage/actions/{done['id']}").status_code == 404


def test_undo_does_not_run_over_what_others_did(connect: Connect) -> None:
    """Somebody else has touched the item since."""
    client = connect()
    first = queue(client)["entries"][0]["item"]["id"]
    mine = act(client, "assign", first, assignee="Ada")
    act(client, "done", first, by="Ben")
    refused = client.delete(f"/v1/triage/actions/{mine['id']}")
    assert refused.status_code == 422
    assert first in refused.json()["detail"]


def test_assigning_snoozing_and_merging(connect: Connect) -> None:
    """Whose, until when, into what."""
    client = connect()
    one, two, three = (entry["item"]["id"] for entry in queue(client)["entries"][:3])
    act(client, "assign", one, assignee="Ada")
    assert [entry["item"]["id"] for entry in everything(client, assignee="Ada")] == [one]
    assert one not in {entry["item"]["id"] for entry in everything(client, assignee="")}
    act(client, "snooze", two, until="2026-10-05")
    assert two not in {entry["item"]["id"] for entry in everything(client)}
    again = client.get("/v1/triage", params={"today": "2026-10-05", "limit": 200}).json()
    assert two in {entry["item"]["id"] for entry in again["entries"]}
    act(client, "merge", three, into=one)
    assert [entry["case"]["into"] for entry in everything(client, status="merged")] == [one]


def test_an_item_comes_with_a_reply_and_its_customer(reader: TestClient) -> None:
    """What could be sent, who wrote it, and what they said later."""
    first = next(entry["item"]["id"] for entry in queue(reader)["entries"] if entry["item"]["customer"])
    found = reader.get(f"/v1/triage/items/{first}", params={"today": TODAY}).json()
    assert "[day]" in found["reply"]
    assert found["customer"]["headline"]
    later = [one["date"] for one in found["customer"]["later"]]
    assert all(day >= found["item"]["date"] for day in later)
    assert reader.get("/v1/triage/items/none").status_code == 404


def test_a_deleted_item_leaves_no_case(connect: Connect) -> None:
    """Its notes go with it."""
    client = connect()
    first = queue(client)["entries"][0]["item"]["id"]
    act(client, "done", first, note="private")
    client.delete(f"/v1/feedback/{first}")
    assert everything(client, status="done") == []
    assert client.post("/v1/triage/actions", json={"items": [first], "action": "done"}).status_code == 404


def test_views_are_kept(connect: Connect) -> None:
    """Saved, listed by name, deleted."""
    client = connect()
    made = client.post(
        "/v1/triage/views", json={"name": "Late mail", "query": "overdue=true&attr.channel=email"}
    ).json()
    assert client.get("/v1/triage/views").json()["views"] == [made]
    assert client.delete(f"/v1/triage/views/{made['id']}").status_code == 204
    assert client.delete(f"/v1/triage/views/{made['id']}").status_code == 404


@pytest.mark.parametrize(
    "body",
    [{"items": [], "action": "done"}, {"items": ["a"], "action": "snooze"}, {"items": ["a"], "action": "note", "note": " "},
     {"items": ["a"], "action": "merge", "into": "a"}, {"items": ["a"], "action": "delete"}],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(reader: TestClient, body: dict[str, Any]) -> None:
    """With what is missing."""
    assert reader.post("/v1/triage/actions", json=body).status_code == 422
