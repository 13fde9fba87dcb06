"""`/v1/feedback/{id}/corrections`: a verdict changes the item, is counted, and can be taken back."""

from typing import Any

from fastapi.testclient import TestClient

WRONG = {"field": "themes", "label": "returns_refunds", "verdict": "wrong", "by": "anna"}


def themes(item: dict[str, Any]) -> list[str]:
    return [tag["label"] for tag in item["tags"]["themes"]]


def test_a_verdict_changes_the_item_and_can_be_taken_back(client: TestClient) -> None:
    """The answer is the item as it is afterwards, with who said what."""
    before = client.get("/v1/feedback/s0").json()
    answer = client.post("/v1/feedback/s0/corrections", json=WRONG)
    assert answer.status_code == 201
    assert "returns_refunds" not in themes(answer.json())
    [said] = answer.json()["corrections"]
    assert (said["by"], said["verdict"]) == ("anna", "wrong")

    after = client.delete(f"/v1/feedback/s0/corrections/{said['id']}").json()

    assert themes(after) == themes(before)
    assert after["corrections"] == []


def test_precision_per_label_is_shown(client: TestClient) -> None:
    """Reviewed, right, and the interval."""
    client.post("/v1/feedback/s0/corrections", json=WRONG)
    client.post("/v1/feedback/s1/corrections", json={**WRONG, "verdict": "right"})

    [row] = client.get("/v1/corrections").json()["labels"]

    assert (row["label"], row["reviewed"], row["right"], row["precision"]) == ("returns_refunds", 2, 1, 0.5)
    assert row["ci"][0] < 0.5 < row["ci"][1]


def test_what_makes_no_sense_is_a_problem(client: TestClient) -> None:
    """Unknown items, labels and verdicts."""
    assert client.post("/v1/feedback/none/corrections", json=WRONG).status_code == 404
    assert client.post("/v1/feedback/s0/corrections", json={**WRONG, "verdict": "maybe"}).status_code == 422
    sad = {"field": "sentiment", "label": "sad", "verdict": "right"}
    assert client.post("/v1/feedback/s0/corrections", json=sad).status_code == 422
    assert client.delete("/v1/feedback/s0/corrections/none").status_code == 404
