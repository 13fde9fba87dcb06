"""`/v1/customers`: what operations know, who wrote, and each customer all around."""

from collections import defaultdict
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from tests.assistant.api.conftest import Connect

HOSTILE = ["a/b c", "né-🙂", "<script>alert(1)</script>", "x'; drop table customers;--", "100 % K", "?q=1#f"]


def everything(client: TestClient, **params: Any) -> list[dict[str, Any]]:
    """All pages of the list."""
    rows, cursor = [], None
    while True:
        page = client.get(
            "/v1/customers", params={"limit": 7, **params, **({"cursor": cursor} if cursor else {})}
        ).json()
        rows += page["customers"]
        if not (cursor := page["next"]):
            assert len(rows) == page["total"]
            return rows


def by_customer(client: TestClient) -> dict[str, list[dict[str, Any]]]:
    """Every counted item again, straight from the list of feedback."""
    found = defaultdict(list)
    for item in client.get("/v1/feedback", params={"limit": 200}).json()["items"]:
        if (
            item["customer"]
            and not item["is_copy"]
            and not any(a["field"] == "all" for a in item["tags"]["abstained"])
        ):
            found[item["customer"]].append(item)
    return found


def test_the_list_agrees_with_the_items(reader: TestClient) -> None:
    """Contacts, first and last day are those of the items; weakest first, one bad contact does not lead."""
    rows, items = everything(reader), by_customer(reader)
    assert {row["id"]: row["items"] for row in rows} == {name: len(said) for name, said in items.items()}
    for row in rows:
        days = [item["date"] for item in items[row["id"]]]
        assert (row["first"], row["last"]) == (min(days), max(days))
    shrunken = [(row["strength"] - 50) * row["items"] / (row["items"] + 2) for row in rows]
    assert shrunken == sorted(shrunken)


def test_the_list_is_ordered_searched_and_filtered(reader: TestClient) -> None:
    """Latest first, part of an id, an attribute, and who might leave."""
    latest = [row["last"] for row in everything(reader, order="last")]
    assert latest == sorted(latest, reverse=True)
    assert {row["id"] for row in everything(reader, search="k1")} == {
        "K1",
        *(f"K{at}" for at in range(10, 20)),
    }
    premium = everything(reader, **{"attr.segment": "premium"})
    assert premium
    assert {row["attributes"]["segment"] for row in premium} == {"premium"}
    at_risk = everything(reader, at_risk=True)
    items = by_customer(reader)
    for row in at_risk:
        said = sorted(items[row["id"]], key=lambda item: item["date"])
        words = [item["tags"]["churn"]["label"] for item in said if item["tags"]["churn"]["label"] != "none"]
        assert words[-1] != "loyal"
    assert len(at_risk) == sum(row["is_at_risk"] for row in everything(reader))


def test_a_profile_has_receipts(reader: TestClient) -> None:
    """The filters give exactly the items; the course is every item in order; the strength is its mean."""
    first = everything(reader, order="items")[0]
    found = reader.get(f"/v1/customers/{first['id']}").json()
    assert found["said"]["n"] == first["items"] == len(found["course"])
    for fact in [found["said"], *found["missed"]]:
        page = reader.post("/v1/feedback/search", json={"filter": fact["filter"], "limit": 50}).json()
        assert page["total"] == fact["n"]
        assert {item["customer"] for item in page["items"]} == {first["id"]}
    days = [moment["date"] for moment in found["course"]]
    assert days == sorted(days)
    mean = sum(moment["score"] for moment in found["course"]) / len(days)
    assert found["strength"] == pytest.approx(50 + 50 * mean)
    assert found["strength"] == pytest.approx(first["strength"])
    assert f"{len(days)} contacts" in found["headline"] or "1 contact" in found["headline"]


@pytest.mark.parametrize("name", HOSTILE)
def test_ids_may_be_anything(connect: Connect, name: str) -> None:
    """Slashes, quotes, emoji and markup are an id like any other."""
    client = connect()
    stored = client.put(f"/v1/customers/{quote(name, safe='')}", json={"attributes": {"plan": "gold"}})
    assert stored.status_code == 200, stored.text
    assert stored.json()["id"] == name
    assert client.get(f"/v1/customers/{quote(name, safe='')}").json()["attributes"] == {"plan": "gold"}


def test_attributes_are_laid_over_and_taken_away(connect: Connect) -> None:
    """What is new counts at once in filters; null takes away; a customer who never wrote has a profile too."""
    client = connect()
    assert (
        client.put("/v1/customers/K1", json={"attributes": {"plan": "gold", "Segment": None}}).status_code
        == 200
    )
    assert client.get("/v1/customers/K1").json()["attributes"] == {"plan": "gold"}
    assert client.get("/v1/customers", params={"attr.plan": "gold"}).json()["total"] == 1
    new = client.put("/v1/customers/never-wrote", json={"attributes": {"plan": "basic"}}).json()
    assert (new["said"]["n"], new["strength"]) == (0, None)
    assert "Nothing has been heard" in new["headline"]


def test_many_at_once_with_bad_ones(connect: Connect) -> None:
    """Each has its status; what is wrong with one does not stop the others."""
    client = connect()
    rows = [
        {"id": "N1", "attributes": {"a": 1}},
        {"id": "n/a"},
        {"id": "mia.ross@example.org", "attributes": {"a": 2}},
    ]
    answered = client.post("/v1/customers", json=rows)
    assert answered.status_code == 207
    found = answered.json()
    assert [one["status"] for one in found["results"]] == ["stored", "refused", "stored"]
    assert "nobody in particular" in found["results"][1]["reason"]
    assert "mia" not in answered.text
    named = client.get("/v1/customers/mia.ross@example.org").json()
    assert named["id"] == found["results"][2]["id"]
    assert client.post("/v1/customers", json=[]).status_code == 422


@pytest.mark.parametrize("path", ["%ED%A0%80", "%00", "a%00b"])
def test_an_id_that_no_text_can_be_is_refused(connect: Connect, path: str) -> None:
    """Half a character or a NUL is no error of the server."""
    client = connect()
    assert client.get(f"/v1/customers/{path}").status_code in (404, 422)
    assert client.put(f"/v1/customers/{path}", json={"attributes": {"a": 1}}).status_code in (200, 422)
    assert client.post("/v1/customers", json=[{"id": "a\u0000b"}]).status_code in (207, 422)


def test_an_unknown_customer_is_a_clear_404(reader: TestClient) -> None:
    """It says where to look."""
    missing = reader.get("/v1/customers/nobody-of-ours")
    assert missing.status_code == 404
    assert "GET /v1/customers" in missing.json()["detail"]
