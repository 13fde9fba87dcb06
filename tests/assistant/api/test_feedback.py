"""`/v1/feedback`: sending in, listing, opening, deleting, and searching."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from assistant.api.feedback_schemas import MOST_ITEMS

ITEM = {
    "id": "n1",
    "text": "The lamp broke. I buy elsewhere.",
    "date": "2026-05-03",
    "customer": "K1",
    "attributes": {"channel": "email"},
}


def pages(client: TestClient, **search: Any) -> list[dict[str, Any]]:
    """All pages of a search, one after the other."""
    found, cursor = [], None
    while True:
        page = client.post(
            "/v1/feedback/search", json={**search, **({"cursor": cursor} if cursor else {})}
        ).json()
        found.append(page)
        cursor = page["next"]
        if cursor is None:
            return found


def test_one_item_is_stored_tagged_and_found(client: TestClient) -> None:
    """It can be opened at once, and counts in searches."""
    written = client.post("/v1/feedback", json=ITEM)
    assert written.status_code == 200
    assert written.json()["results"] == [{"id": "n1", "status": "added", "reason": None}]
    item = client.get("/v1/feedback/n1").json()
    assert item["tags"]["churn"]["label"] == "leaving"
    assert item["customer_record"] == {"id": "K1", "attributes": {"segment": "premium"}, "items": 4}
    assert client.post("/v1/feedback/search", json={"filter": {"text": "lamp broke"}}).json()["total"] == 1


def test_the_same_item_again_changes_nothing_and_other_content_updates(client: TestClient) -> None:
    """Sending is safe to repeat."""
    statuses = [
        client.post("/v1/feedback", json=item).json()["results"][0]["status"]
        for item in (ITEM, ITEM, {**ITEM, "text": "The lamp is great."})
    ]
    assert statuses == ["added", "unchanged", "updated"]


def test_refused_items_have_a_reason_and_the_rest_is_stored(client: TestClient) -> None:
    """The status is 207, with the outcome of each item in its place."""
    body = [ITEM, {"id": "n2", "text": "   "}, {**ITEM, "id": "n3"}]
    written = client.post("/v1/feedback", json=body)
    assert written.status_code == 207
    answer = written.json()
    assert [one["status"] for one in answer["results"]] == ["added", "refused", "added"]
    assert answer["results"][1]["reason"]
    assert (answer["added"], answer["refused"]) == (2, 1)


def test_a_thousand_items_go_in_at_once_and_no_more(empty: TestClient) -> None:
    """The limit is stated in the refusal."""
    many = [{"id": f"m{at}", "text": f"Parcel {at} arrived late at door {at}."} for at in range(MOST_ITEMS)]
    assert empty.post("/v1/feedback", json=many).json()["added"] == MOST_ITEMS
    assert empty.post("/v1/feedback", json=[*many, ITEM]).status_code == 422
    assert empty.get("/v1/suggestions").json()["items"] == MOST_ITEMS


def test_personal_data_is_replaced_before_it_is_stored(client: TestClient) -> None:
    """What comes in by HTTP passes the same redaction as files."""
    client.post("/v1/feedback", json={"id": "p1", "text": "Write to ann.lee@example.org about my refund."})
    item = client.get("/v1/feedback/p1").json()
    assert "example.org" not in item["text"]
    assert sum(item["redactions"].values()) == 1


@pytest.mark.parametrize(
    ("query", "filter_"),
    [
        ("themes=delivery", {"themes": ["delivery"]}),
        ("themes=delivery&polarity=-", {"themes": ["delivery"], "polarity": "-"}),
        ("churn=leaving&churn=left", {"churn": ["leaving", "left"]}),
        ("attr.channel=email&attr.channel=chat", {"attributes": {"channel": ["email", "chat"]}}),
        ("attr.segment=premium", {"attributes": {"segment": ["premium"]}}),
        ("from=2026-03-01&to=2026-03-31", {"period": {"from": "2026-03-01", "to": "2026-03-31"}}),
        ("text=blue kettle", {"text": "blue kettle"}),
        ("empathy_gaps=unheard&sentiment=negative", {"empathy_gaps": ["unheard"], "sentiment": ["negative"]}),
        ('filter={"themes":["delivery"]}', {"themes": ["delivery"]}),
    ],
)
def test_every_filter_key_works_in_the_query_string(
    reader: TestClient, query: str, filter_: dict[str, Any]
) -> None:
    """Listing by query and searching by body mean the same items."""
    listed = reader.get(f"/v1/feedback?{query}&limit=200").json()
    searched = reader.post("/v1/feedback/search", json={"filter": filter_, "limit": 200}).json()
    assert listed["total"] > 0
    assert listed == searched


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("colour=red", "colour"),
        ("sentiment=angry", "sentiment"),
        ("from=2026-13-01", "period.from"),
        ("from=2026-03-01&to=2026-02-01", "period"),
        ("filter={", "filter"),
        ("filter=[]", "filter"),
        ("filter={}&themes=delivery", "filter"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("order=best", "order"),
    ],
)
def test_a_wrong_parameter_is_named(reader: TestClient, query: str, parameter: str) -> None:
    """The problem says which parameter, not only that something is wrong."""
    refused = reader.get(f"/v1/feedback?{query}")
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["parameter"].startswith(parameter)


def test_pages_hold_every_item_once_newest_first(reader: TestClient) -> None:
    """Following the cursors lists the total, in order."""
    found = pages(reader, limit=20)
    items = [item for page in found for item in page["items"]]
    assert len({item["id"] for item in items}) == len(items) == found[0]["total"] == 163
    dates = [item["date"] for item in items if item["date"]]
    assert dates == sorted(dates, reverse=True)
    oldest = pages(reader, limit=200, order="oldest")[0]["items"]
    assert oldest[0]["date"] == min(dates)


def test_search_by_meaning_orders_by_relevance_inside_the_filter(reader: TestClient) -> None:
    """The best come first, none lies outside the filter, and the pages follow one another."""
    search = {"filter": {"attributes": {"channel": ["review"]}}, "query": "parcel in the rain", "limit": 5}
    found = pages(reader, **search)
    items = [item for page in found for item in page["items"]]
    assert "rain" in items[0]["text"]
    assert all(item["attributes"]["channel"] == "review" for item in items)
    assert len({item["id"] for item in items}) == len(items) == found[0]["total"]


def test_a_conversation_is_one_item_with_its_turns(reader: TestClient) -> None:
    """Its text is the transcript that spans point into."""
    item = reader.get("/v1/feedback/talk").json()
    assert item["kind"] == "conversation"
    assert item["turns"][0] == ["C", "Where is my refund? I have written twice."]
    assert item["text"].startswith("Customer: Where is my refund?")


def test_a_deleted_item_is_gone_from_everything(client: TestClient) -> None:
    """It can neither be opened nor counted nor deleted again."""
    assert client.delete("/v1/feedback/s0").status_code == 204
    assert client.get("/v1/feedback/s0").status_code == 404
    assert client.delete("/v1/feedback/s0").status_code == 404
    assert client.post("/v1/feedback/search", json={}).json()["total"] == 162


def test_ids_with_strange_characters_can_be_opened(client: TestClient) -> None:
    """An id is data; whoever sends it can also read it."""
    client.post("/v1/feedback", json={**ITEM, "id": "a b?ü#1"})
    assert client.get("/v1/feedback/a%20b%3F%C3%BC%231").json()["id"] == "a b?ü#1"


def test_the_vocabulary_names_what_can_be_filtered_by(reader: TestClient) -> None:
    """Each count is the total of a search for that word."""
    words = reader.get("/v1/vocabulary").json()
    assert words["items"] == 163
    for key in ("themes", "churn", "sentiment", "empathy_gaps"):
        for word in [word for word in words["keys"][key] if word["items"]]:
            found = reader.post("/v1/feedback/search", json={"filter": {key: [word["id"]]}}).json()
            assert found["total"] == word["items"], word
    assert {word["id"] for word in words["attributes"]["segment"]} == {"premium", "regular"}
    json.dumps(words)
