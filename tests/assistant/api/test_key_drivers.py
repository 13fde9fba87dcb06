"""`POST /v1/key-drivers`: a number taken apart by themes."""

from fastapi.testclient import TestClient


def test_the_parts_add_up_and_have_receipts(reader: TestClient) -> None:
    """Shares of what is explained; the filter of each gives its items."""
    found = reader.post("/v1/key-drivers", json={"attribute": "rating"}).json()
    assert found["items"] > 150
    assert 0 <= found["r2"] <= 1
    assert abs(sum(one["share"]["value"] for one in found["themes"]) - 1) < 1e-6
    for one in found["themes"]:
        page = reader.post("/v1/feedback/search", json={"filter": one["share"]["filter"], "limit": 1}).json()
        assert page["total"] == one["share"]["n"]


def test_what_is_no_number_is_refused(reader: TestClient) -> None:
    """A channel has no mean."""
    for attribute in ("channel", "unknown"):
        refused = reader.post("/v1/key-drivers", json={"attribute": attribute})
        assert refused.status_code == 422
        assert repr(attribute) in refused.json()["detail"]
