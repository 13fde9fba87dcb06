"""`/v1/watches` and `/v1/alerts`: from a sentence to an alert whose items can be opened."""

from datetime import date, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.assistant.api.conftest import Connect

SENTENCE = "tell me when complaints about delivery rise"
FILTER = {"themes": ["delivery"], "polarity": "-"}
MONDAY = date(2026, 9, 7)


def surge(client: TestClient) -> None:
    """A week, after the seeded ones, in which parcels are late for everybody."""
    items = [
        {"id": f"late-{at}", "text": f"My parcel number {at} came a week too late and nobody told me. Order {at} again.",
         "date": str(MONDAY + timedelta(days=at % 7))}
        for at in range(28)
    ]  # fmt: skip
    assert client.post("/v1/feedback", json=items).json()["added"] == 28


def kept(client: TestClient) -> list[dict[str, Any]]:
    return list(client.get("/v1/watches").json()["watches"])


def test_a_sentence_becomes_a_watch(connect: Connect) -> None:
    """What was understood comes back; the standing watch is always there."""
    client = connect()
    made = client.post("/v1/watches", json={"question": SENTENCE})
    assert made.status_code == 201, made.text
    watch = made.json()
    assert {key: value for key, value in watch["filter"].items() if value and key in FILTER} == FILTER
    assert watch["direction"] == "rise"
    assert any(chip["slot"] == "scope.themes" for chip in watch["understood"])
    assert [one["id"] for one in kept(client)] == ["new", watch["id"]]


def test_a_surge_fires_and_its_numbers_open(connect: Connect) -> None:
    """After the week has come in, an alert stands there; its filters give exactly the items; it can be marked."""
    client = connect()
    client.post("/v1/watches", json={"question": SENTENCE})
    surge(client)
    client.app.state.product.watcher.check()  # type: ignore[attr-defined]
    page = client.get("/v1/alerts", params={"unseen": True}).json()
    found = [one for one in page["alerts"] if one["name"].endswith("complaining about delivery")]
    assert found, page
    alert = found[0]
    assert alert["first"] == str(MONDAY)
    for n, plain in ((alert["n"], alert["filter"]), (alert["before"]["n"], alert["before"]["filter"])):
        assert client.post("/v1/feedback/search", json={"filter": plain, "limit": 1}).json()["total"] == n
    for quote in alert["quotes"]:
        assert quote["text"] in client.get(f"/v1/feedback/{quote['item']}").json()["text"]
    assert client.put(f"/v1/alerts/{alert['id']}/seen").json()["is_seen"]
    assert client.get("/v1/alerts").json()["unseen"] == page["unseen"] - 1
    assert not client.delete(f"/v1/alerts/{alert['id']}/seen").json()["is_seen"]


def test_a_deleted_item_is_quoted_no_more(connect: Connect) -> None:
    """An alert keeps places, not texts."""
    client = connect()
    surge(client)
    client.app.state.product.watcher.check()  # type: ignore[attr-defined]
    alert = client.get("/v1/alerts").json()["alerts"][0]
    for quote in alert["quotes"]:
        client.delete(f"/v1/feedback/{quote['item']}")
    assert client.get("/v1/alerts").json()["alerts"][0]["quotes"] == []


def test_a_watch_can_be_tried_before_it_is_kept(reader: TestClient) -> None:
    """The weeks and what would have been said; nothing is kept."""
    before = kept(reader)
    tried = reader.post("/v1/watches/try", json={"question": SENTENCE}).json()
    assert tried["weeks"] > 20
    assert len(tried["series"]) <= 26
    assert all(week["n"] <= week["of"] for week in tried["series"])
    assert [one["id"] for one in kept(reader)] == [one["id"] for one in before]


def test_watches_are_switched_off_removed_and_brought_back(connect: Connect) -> None:
    """PUT with the same id undoes a removal."""
    client = connect()
    made = client.post("/v1/watches", json={"name": "Mine", "filter": FILTER}).json()
    plain = {key: made[key] for key in ("name", "filter", "of", "direction", "is_on")}
    assert client.put(f"/v1/watches/{made['id']}", json=plain | {"is_on": False}).json()["is_on"] is False
    assert client.delete(f"/v1/watches/{made['id']}").status_code == 204
    assert client.get(f"/v1/watches/{made['id']}").status_code == 404
    assert client.put(f"/v1/watches/{made['id']}", json=plain).json()["id"] == made["id"]
    assert client.delete("/v1/watches/new").status_code == 422


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "one of question, plan and filter"),
        ({"question": "a", "filter": {}}, "one of question, plan and filter"),
        ({"question": "tell me when anything happens"}, "nothing whose share"),
        ({"filter": FILTER}, "has no name"),
        ({"name": "All", "filter": {}}, "empty"),
    ],
)
def test_what_cannot_be_watched_is_refused(reader: TestClient, body: dict[str, Any], said: str) -> None:
    """It says what to do instead."""
    refused = reader.post("/v1/watches", json=body)
    assert refused.status_code == 422
    assert said in refused.text


def test_alerts_are_a_feed(client: TestClient) -> None:
    """Atom that a feed reader takes: ids that stay, times, titles; what is in a text stays text."""
    from xml.etree import ElementTree as ET

    client.app.state.product.watcher.check()  # type: ignore[attr-defined]
    answer = client.get("/v1/alerts.atom")
    assert answer.headers["content-type"] == "application/atom+xml"
    root = ET.fromstring(answer.content)
    atom = "{http://www.w3.org/2005/Atom}"
    alerts = client.get("/v1/alerts").json()["alerts"]
    entries = root.findall(f"{atom}entry")
    assert len(entries) == len(alerts)
    assert {entry.findtext(f"{atom}id") for entry in entries} == {
        f"urn:earmark:alert:{one['id']}" for one in alerts
    }
    assert root.findtext(f"{atom}updated", "").endswith("Z")
