"""`POST /v1/conversations`: turns or a transcript in, the judgement of every reply out."""

from fastapi.testclient import TestClient

TRANSCRIPT = (
    "10:02 Mia (customer): Where is my refund? I have written twice.\n10:04 Tom: Please allow ten days."
)


def test_a_transcript_is_read_judged_and_kept(empty: TestClient) -> None:
    """It can be opened as an item afterwards; spans point into its text."""
    answer = empty.post("/v1/conversations", json={"id": "c1", "transcript": TRANSCRIPT, "channel": "chat"})

    assert answer.status_code == 201
    judged = answer.json()
    assert judged["turns"] == [
        ["C", "Where is my refund? I have written twice."],
        ["A", "Please allow ten days."],
    ]
    assert [reply["turn"] for reply in judged["tags"]["replies"]] == [1]
    stored = empty.get("/v1/feedback/c1").json()
    assert (stored["kind"], stored["attributes"]["channel"]) == ("conversation", "chat")
    assert stored["text"] == judged["text"]


def test_the_same_conversation_again_changes_nothing(empty: TestClient) -> None:
    """Also without an id."""
    first = empty.post("/v1/conversations", json={"transcript": TRANSCRIPT})
    again = empty.post("/v1/conversations", json={"transcript": TRANSCRIPT})

    assert (first.status_code, again.status_code, again.json()["status"]) == (201, 200, "unchanged")
    assert again.json()["id"] == first.json()["id"]


def test_judging_alone_keeps_nothing(empty: TestClient) -> None:
    """`keep: false` is for previews and for data that may not be stored."""
    answer = empty.post(
        "/v1/conversations", json={"turns": [["C", "Hello?"], ["A", "Hello!"]], "keep": False}
    )

    assert (answer.status_code, answer.json()["status"]) == (200, "not kept")
    assert empty.get("/v1/feedback").json()["total"] == 0


def test_personal_data_is_replaced_before_it_is_kept(empty: TestClient) -> None:
    """The same path as every other item."""
    turns = [["C", "Write to mia.ross@example.com, my parcel is lost."], ["A", "I will."]]

    assert "mia.ross" not in empty.post("/v1/conversations", json={"turns": turns}).text


def test_what_cannot_be_read_is_a_problem(empty: TestClient) -> None:
    """Neither form, both forms, and speakers that cannot be told apart."""
    assert empty.post("/v1/conversations", json={}).status_code == 422
    both = {"turns": [["C", "a"]], "transcript": TRANSCRIPT}
    assert empty.post("/v1/conversations", json=both).status_code == 422
    unclear = empty.post("/v1/conversations", json={"transcript": "Mia: hi\nTom: hello"})
    assert unclear.status_code == 422
    assert "customer_name" in unclear.json()["detail"]
