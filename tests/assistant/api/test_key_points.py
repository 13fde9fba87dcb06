"""`POST /v1/key-points`: reasons with shares that can be checked and quotes that can be opened."""

from typing import Any

import pytest
from fastapi.testclient import TestClient


def points(client: TestClient, **body: Any) -> dict[str, Any]:
    answer = client.post("/v1/key-points", json=body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


@pytest.mark.parametrize("scope", [{}, {"churn": ["leaving"]}, {"attributes": {"channel": ["email"]}}])
def test_every_number_has_a_receipt(reader: TestClient, scope: dict[str, Any]) -> None:
    """The filter of each fact finds exactly as many items as it states, of the items that were asked for."""
    found = points(reader, filter=scope)

    assert found["themes"]
    for theme in found["themes"]:
        facts = [
            theme["share"],
            theme["rest"],
            *(point[key] for point in theme["points"] for key in ("share", "stated")),
        ]
        for fact in facts:
            total = reader.post("/v1/feedback/search", json={"filter": fact["filter"]}).json()["total"]
            assert (total, fact["of"]) == (fact["n"], found["of"])


def test_reasons_of_a_theme_do_not_overlap(reader: TestClient) -> None:
    """Reasons and the rest add up to the theme; the stated ones are among them."""
    [refunds] = [theme for theme in points(reader)["themes"] if theme["theme"] == "returns_refunds"]

    assert [point["sub_theme"] for point in refunds["points"]] == ["refund_slow"]
    assert (
        sum(point["share"]["n"] for point in refunds["points"]) + refunds["rest"]["n"]
        == refunds["share"]["n"]
    )
    assert refunds["points"][0]["stated"]["n"] <= refunds["points"][0]["share"]["n"]


def test_quotes_are_stretches_of_the_items(reader: TestClient) -> None:
    """A theme without clear reasons speaks through quotes of its own; no item is quoted twice."""
    themes = points(reader, quotes=1)["themes"]
    quotes = [
        q
        for theme in themes
        for q in (*theme["quotes"], *(q for point in theme["points"] for q in point["quotes"]))
    ]

    assert quotes
    assert all(bool(theme["quotes"]) != bool(theme["points"]) for theme in themes)
    assert len({quote["item"] for quote in quotes}) == len(quotes)
    for quote in quotes:
        text = reader.get(f"/v1/feedback/{quote['item']}").json()["text"]
        assert text[slice(*quote["span"])] == quote["text"]


def test_no_items_have_no_points(reader: TestClient) -> None:
    """An empty filter result is no error."""
    assert points(reader, filter={"attributes": {"channel": ["fax"]}}) == {
        "of": 0,
        "polarity": "-",
        "themes": [],
    }
