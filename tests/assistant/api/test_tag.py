"""`POST /v1/tag`: tags for texts that are not kept."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from assistant.api.tag import MOST_DOCUMENTS


def test_texts_and_conversations_are_tagged_in_order(reader: TestClient) -> None:
    """Each document gets its tags under its id, a conversation those of its replies too."""
    turns = [["C", "Where is my refund?"], ["A", "Please wait."]]
    body = {"documents": [{"id": "a", "text": "Lovely towels."}, {"id": "b", "turns": turns}]}
    answer = reader.post("/v1/tag", json=body).json()
    assert [tags["id"] for tags in answer["results"]] == ["a", "b"]
    assert answer["results"][0]["sentiment"]["label"] == "positive"
    assert [reply["turn"] for reply in answer["results"][1]["replies"]] == [1]
    assert answer["model"] == "light-1"


def test_spans_cut_the_text_that_was_sent(reader: TestClient) -> None:
    """Offsets count code points, so that emoji do not shift them."""
    text = "🙂🙂 Nice rug. Still no refund after weeks."
    tags = reader.post("/v1/tag", json={"documents": [{"text": text}]}).json()["results"][0]
    start, end = tags["themes"][0]["spans"][0]
    assert text[start:end] == "Still no refund after weeks."


def test_nothing_is_stored(reader: TestClient) -> None:
    """Tagging changes neither items nor the version of the data."""
    before = reader.get("/v1/suggestions").json()["items"]
    reader.post("/v1/tag", json={"documents": [{"id": "fresh", "text": "Late again."}]})
    assert reader.get("/v1/suggestions").json()["items"] == before
    assert reader.get("/v1/feedback/fresh").status_code == 404


def test_a_full_batch_is_tagged(reader: TestClient) -> None:
    """As many documents as are allowed come back, each under its place where it has no id."""
    body = {"documents": [{"text": f"Parcel {at} was late."} for at in range(MOST_DOCUMENTS)]}
    results = reader.post("/v1/tag", json=body).json()["results"]
    assert [tags["id"] for tags in results] == [str(at) for at in range(MOST_DOCUMENTS)]


@pytest.mark.parametrize(
    ("documents", "pointer"),
    [
        ([], "#/documents"),
        ([{"text": "x"}] * (MOST_DOCUMENTS + 1), "#/documents"),
        ([{"text": "x" * 100_001}], "#/documents/0/text"),
        ([{"text": "a\x00b"}], "#/documents/0/text"),
        ([{"turns": [["X", "hello"]]}], "#/documents/0/turns/0/0"),
        ([{"text": "x", "lang": "en"}], "#/documents/0/lang"),
    ],
    ids=["none", "too many", "too long", "NUL", "unknown speaker", "unknown key"],
)
def test_bad_documents_are_refused_with_their_place(
    reader: TestClient, documents: list[Any], pointer: str
) -> None:
    """The problem points at the document and key."""
    refused = reader.post("/v1/tag", json={"documents": documents})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == pointer


def test_a_lone_surrogate_is_refused(reader: TestClient) -> None:
    """JSON can hold half a character; text cannot."""
    refused = reader.post(
        "/v1/tag", content=b'{"documents":[{"text":"\\ud800"}]}', headers={"Content-Type": "application/json"}
    )
    assert refused.status_code == 422
    assert "#/documents/0/text" in refused.json()["detail"]


def test_ids_must_differ(reader: TestClient) -> None:
    """Two documents of one id could not be told apart in the answer."""
    refused = reader.post("/v1/tag", json={"documents": [{"id": "a", "text": "x"}, {"id": "a", "text": "y"}]})
    assert refused.status_code == 422
    assert "'a' stands twice" in refused.json()["detail"]
