"""`POST /v1/experience`: every number can be found again."""

from collections.abc import Iterator
from typing import Any

from fastapi.testclient import TestClient


def read(client: TestClient, **body: Any) -> dict[str, Any]:
    found = client.post("/v1/experience", json=body)
    assert found.status_code == 200, found.text
    return dict(found.json())


def facts(found: Any) -> Iterator[dict[str, Any]]:
    if isinstance(found, dict):
        if "filter" in found and "n" in found:
            yield found
        for value in found.values():
            yield from facts(value)
    elif isinstance(found, list):
        for value in found:
            yield from facts(value)


def test_every_number_has_its_receipt(reader: TestClient) -> None:
    """The filter of each fact gives exactly its items."""
    found = read(reader, by="segment")
    receipts = list(facts(found))
    assert len(receipts) > 40
    for fact in receipts:
        page = reader.post("/v1/feedback/search", json={"filter": fact["filter"], "limit": 1}).json()
        assert page["total"] == fact["n"], fact
        assert fact["n"] <= fact["of"]


def test_the_natures_add_up_to_all_items(reader: TestClient) -> None:
    """Rational only, both, emotional only, neither."""
    found = read(reader)
    assert sum(fact["n"] for fact in found["nature"]) == found["of"]
    assert len(found["nature"]) == 4


def test_groups_are_those_of_the_attribute(reader: TestClient) -> None:
    """The most frequent first, with the strength of their relationship."""
    groups = read(reader, by="segment")["groups"]
    assert {group["value"] for group in groups} == {"premium", "regular"}
    sizes = [group["items"]["n"] for group in groups]
    assert sizes == sorted(sizes, reverse=True)
    for group in groups:
        low, high = group["strength"]["ci"]
        assert 0 <= low <= group["strength"]["index"] <= high <= 100
        assert {force["force"] for force in group["forces"]} >= {"certainty", "control"}


def test_a_scope_narrows_everything(reader: TestClient) -> None:
    """Only what is said about returns."""
    everything, returns = read(reader), read(reader, filter={"themes": ["returns_refunds"]})
    assert 0 < returns["of"] < everything["of"]
    assert {cell["stage"] for cell in returns["touchpoints"]} >= {"going back or leaving"}


def test_an_unknown_attribute_is_named(reader: TestClient) -> None:
    """With those that there are."""
    refused = reader.post("/v1/experience", json={"by": "region"})
    assert refused.status_code == 422
    assert "'region'" in refused.json()["detail"]
    assert "segment" in refused.json()["detail"]


def test_an_empty_workspace_has_no_strength(empty: TestClient) -> None:
    """Nothing is made up."""
    found = read(empty)
    assert found["of"] == 0
    assert found["strength"] is None
    assert found["touchpoints"] == []
