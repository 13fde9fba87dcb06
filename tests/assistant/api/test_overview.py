"""Everything at a glance: every number is found again by its filter."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient


def facts(body: Any) -> Iterator[dict[str, Any]]:
    """All facts in an answer."""
    if isinstance(body, dict):
        if {"id", "kind", "filter"} <= set(body):
            yield body
        for value in body.values():
            yield from facts(value)
    elif isinstance(body, list):
        for value in body:
            yield from facts(value)


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"attributes": {"channel": ["email"]}},
        {"themes": ["returns_refunds"]},
        {"period": {"from": "2026-06-01", "to": "2026-07-31"}},
    ],
)
def test_every_number_is_found_again(reader: TestClient, asked: dict[str, Any]) -> None:
    """`POST /v1/feedback/search` with the filter counts n; intervals hold their value."""
    body = reader.post("/v1/overview", json={"filter": asked}).json()
    found = list(facts(body))
    assert len(found) > 30
    for fact in found[:: max(1, len(found) // 60)]:
        again = reader.post("/v1/feedback/search", json={"filter": fact["filter"], "limit": 1}).json()
        assert again["total"] == fact["n"], fact
        if fact["ci"]:
            assert fact["ci"][0] - 1e-9 <= fact["value"] <= fact["ci"][1] + 1e-9


def test_changes_compare_equal_times_and_are_corrected(reader: TestClient) -> None:
    """The time before is as long and ends the day before; q is never below p."""
    asked = {"period": {"from": "2026-06-01", "to": "2026-06-30"}}
    body = reader.post("/v1/overview", json={"filter": asked}).json()
    assert body["before"] == {"from": "2026-05-02", "to": "2026-05-31"}
    moved = [one["moved"] for one in (*body["figures"], *body["themes"]) if one["moved"]]
    assert moved
    for one in moved:
        assert one["change"]["value"] == pytest.approx(one["now"]["value"] - one["before"]["value"])
        assert one["change"]["q"] >= one["change"]["p"]


def test_the_heat_adds_up(reader: TestClient) -> None:
    """A feeling that is more frequent within a theme than over all has a residual above zero; few items have none."""
    body = reader.post("/v1/overview", json={}).json()
    n = body["items"]["n"]
    for theme, cells in body["heat"].items():
        for name, cell in zip(body["emotions"], cells, strict=True):
            fact = cell["fact"]
            if cell["residual"] is None:
                continue
            column = reader.post(
                "/v1/feedback/search",
                json={
                    "filter": {"emotions": [name], "exclude": {"terms": ["copy=yes", "untagged=yes"]}},
                    "limit": 1,
                },
            )
            expected = fact["of"] * column.json()["total"] / n
            assert (cell["residual"] > 0) == (fact["n"] > expected), (theme, name)


def test_nothing_is_an_overview_too(reader: TestClient, empty: TestClient) -> None:
    """A filter that nothing fits, and a store without items."""
    for client in (reader, empty):
        body = client.post("/v1/overview", json={"filter": {"text": "xyzzyplugh"}}).json()
        assert (body["items"]["n"], body["themes"], body["series"]) == (0, [], {})
