"""`POST /v1/impact`: what to fix first."""

import pytest
from fastapi.testclient import TestClient


def test_the_list_has_receipts_and_follows_the_assumptions(reader: TestClient) -> None:
    """The filter of a number gives its items; half the effect is half the gain."""
    outcome = {"sentiment": ["negative"]}
    bold = reader.post("/v1/impact", json={"outcome": outcome}).json()
    assert bold["actions"]
    assert bold["assumptions"] == {"removed": 1, "causal": 1, "customer_value": None}
    for one in bold["actions"]:
        page = reader.post("/v1/feedback/search", json={"filter": one["hit"]["filter"], "limit": 1}).json()
        assert page["total"] == one["hit"]["n"]
        assert one["avoidable"]["low"] <= one["avoidable"]["value"] <= one["avoidable"]["high"]
    half = reader.post("/v1/impact", json={"outcome": outcome, "assumptions": {"causal": 0.5}}).json()
    top = {one["label"]: one for one in half["actions"]}
    for one in bold["actions"]:
        assert top[one["label"]]["avoidable"]["value"] == pytest.approx(one["avoidable"]["value"] / 2)


def test_a_customer_is_worth_what_is_assumed(reader: TestClient) -> None:
    """Without recorded values there is none at stake unless one is assumed."""
    outcome = {"sentiment": ["negative"]}
    none = reader.post("/v1/impact", json={"outcome": outcome}).json()
    assert none["worth"] is None
    assert {one["at_stake"] for one in none["actions"]} == {None}
    some = reader.post("/v1/impact", json={"outcome": outcome, "assumptions": {"customer_value": 50}}).json()
    for one in some["actions"]:
        assert one["at_stake"] == 50 * one["customers"]["value"]


@pytest.mark.parametrize(
    "body", [{"outcome": {}}, {"assumptions": {"removed": 1.5}}, {"assumptions": {"effect": 1}}]
)
def test_what_makes_no_sense_is_refused(reader: TestClient, body: dict[str, object]) -> None:
    """An outcome of everything, more than all, and unknown assumptions."""
    assert reader.post("/v1/impact", json=body).status_code == 422
