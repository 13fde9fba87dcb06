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


def test_the_rest_of_a_theme_is_grouped_by_meaning(client: TestClient) -> None:
    """Items of the rest that say the same stand together, once each, and none that gives a reason is among them."""
    rooms = (
        "garage",
        "cellar",
        "attic",
        "shed",
        "kitchen",
        "hallway",
        "porch",
        "office",
        "studio",
        "bathroom",
    )
    said = [f"The parcel for the {room} was left in the rain." for room in rooms]
    said += [f"The courier of the {room} parcel shouted at me." for room in rooms]
    sent = client.post("/v1/feedback", json=[{"text": text} for text in said]).json()
    assert sent["added"] == 20

    themes = points(client, meanings=True)["themes"]

    for theme in themes:
        items = [item for one in theme["meanings"] for item in one["items"]]
        rest = client.post(
            "/v1/feedback/search", json={"filter": theme["rest"]["filter"], "limit": 200}
        ).json()
        assert len(items) == len(set(items))
        assert set(items) <= {row["id"] for row in rest["items"]}
    [delivery] = [theme for theme in themes if theme["theme"] == "delivery"]
    assert len(delivery["meanings"]) == 2
    assert all(one["n"] >= 10 for one in delivery["meanings"])
