"""`/v1/themes` and `/v1/taxonomy`: what people change reaches all items, and can be taken back."""

import time
from typing import Any

from fastapi.testclient import TestClient

LAMP = {"name": "lamp", "sentence": "Lamps and lights of all kinds."}


def settled(client: TestClient) -> dict[str, Any]:
    """The last re-tagging once it has ended."""
    for _ in range(400):
        found = dict(client.get("/v1/themes/retagging").json())
        if found["job"]["state"] not in ("queued", "running"):
            return found
        time.sleep(0.02)
    raise AssertionError(f"the re-tagging does not end: {found}")


def own(listed: dict[str, Any]) -> list[dict[str, Any]]:
    return [theme for theme in listed["themes"] if theme["own"]]


def test_a_theme_goes_from_one_sentence_to_counted_items(client: TestClient) -> None:
    """Added, tagged in the background, counted, found by the filter, and part of the words of questions."""
    added = client.post("/v1/themes", json=LAMP)
    assert added.status_code == 201
    assert added.headers["location"] == "/v1/themes/lamp"
    assert added.json()["retagging"]["kind"] == "retag"

    found = settled(client)

    [theme] = own(client.get("/v1/themes").json())
    assert theme["items"] == found["changes"]["theme=lamp"]["gained"] > 0
    assert client.get("/v1/feedback?themes=lamp").json()["total"] == theme["items"]
    assert "lamp" in [word["id"] for word in client.get("/v1/vocabulary").json()["keys"]["themes"]]


def test_an_own_theme_is_understood_in_questions(client: TestClient) -> None:
    """Its name is as good as that of a shipped theme."""
    client.post("/v1/themes", json=LAMP)
    settled(client)

    plan = client.post("/v1/ask", json={"question": "How many complaints about lamps?"}).json()["plan"]

    assert plan["scope"]["themes"] == ["lamp"]


def test_a_theme_can_be_tried_first(client: TestClient) -> None:
    """It shows what would be tagged, with the place in the text, and changes nothing."""
    tried = client.post("/v1/themes/try", json=LAMP).json()

    assert tried["found"] > 0
    assert all("lamp" in one["text"][slice(*one["span"])] for one in tried["items"])
    assert own(client.get("/v1/themes").json()) == []


def test_going_back_brings_a_removed_theme_back(client: TestClient) -> None:
    """Removing, history, undo."""
    client.post("/v1/themes", json=LAMP)
    client.delete("/v1/themes/lamp")
    assert [version["what"] for version in client.get("/v1/themes/history").json()] == [
        "removed lamp",
        "added lamp",
        "as shipped",
    ]

    client.post("/v1/themes/history/1/restore")

    assert [theme["id"] for theme in own(client.get("/v1/themes").json())] == ["lamp"]


def test_themes_travel_as_yaml(client: TestClient, empty: TestClient) -> None:
    """What is exported is imported without loss."""
    client.put(
        "/v1/themes/delivery", json={"name": "shipping", "sentence": "Parcels.", "synonyms": ["freight"]}
    )
    client.post("/v1/themes", json={**LAMP, "phrases": ["the bulb went"]})
    file = client.get("/v1/taxonomy")
    assert file.headers["content-type"].startswith("application/yaml")

    taken = empty.put("/v1/taxonomy", content=file.content)

    assert taken.status_code == 200
    assert own(taken.json())[0]["phrases"] == ["the bulb went"]
    assert empty.get("/v1/taxonomy").text == file.text


def test_what_cannot_be_is_a_problem(client: TestClient) -> None:
    """Taken names, shipped themes, unknown ones, broken files, empty sentences."""
    client.post("/v1/themes", json=LAMP)
    assert client.post("/v1/themes", json=LAMP).status_code == 422
    assert "not removed" in client.delete("/v1/themes/delivery").json()["detail"]
    assert client.delete("/v1/themes/unknown").status_code == 404
    assert "YAML" in client.put("/v1/taxonomy", content=b"themes: [").json()["detail"]
    assert "UTF-8" in client.put("/v1/taxonomy", content=b"\xff\xfe").json()["detail"]
    assert client.post("/v1/themes", json={"name": "x", "sentence": " "}).status_code == 422
    assert "begins with a letter" in client.post("/v1/themes", json={**LAMP, "name": "7 %"}).json()["detail"]


def test_nothing_to_tag_again_is_no_job(client: TestClient) -> None:
    """All items have the tags of today."""
    assert client.post("/v1/themes/retagging").json() == {"job": None, "changes": {}}


def test_a_file_that_changes_nothing_is_no_job(client: TestClient) -> None:
    """The same themes once more leave the items as they are."""
    file = client.get("/v1/taxonomy").content
    assert client.put("/v1/taxonomy", content=file).json()["retagging"] is None


def test_a_shipped_theme_that_was_changed_says_so(client: TestClient) -> None:
    """Until it is reset."""

    def changed(listed: dict[str, Any]) -> list[str]:
        return [theme["id"] for theme in listed["themes"] if theme["changed"]]

    assert changed(
        client.put("/v1/themes/delivery", json={"name": "shipping", "sentence": "Parcels."}).json()
    ) == ["delivery"]
    assert changed(client.delete("/v1/themes/delivery").json()) == []
