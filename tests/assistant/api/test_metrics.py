"""What Prometheus is told."""

from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from tests.assistant.api.test_access import bearer


def samples(client: TestClient, **headers: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """All samples by name and labels."""
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_requests_answers_and_stores_are_counted(client: TestClient) -> None:
    """By route and not by path, so that no customer stands in a label."""
    client.get("/v1/feedback/s0")
    client.get("/v1/customers/K17")
    client.post("/v1/ask", json={"question": "How many complain about refunds?"})
    client.post("/v1/feedback", json=[{"id": "m1", "text": "Late."}, {"id": "m2", "text": ""}])
    found = samples(client)
    request = (
        "earmark_http_requests_total",
        (("method", "GET"), ("route", "/v1/feedback/{item_id}"), ("status", "200")),
    )
    assert found[request] == 1
    assert (
        found[("earmark_answers_total", (("abstained", "no"), ("intent", "count"), ("mode", "composed")))]
        == 1
    )
    assert found[("earmark_feedback_received_total", (("status", "added"),))] == 1
    assert found[("earmark_feedback_received_total", (("status", "refused"),))] == 1
    assert found[("earmark_items", (("workspace", "default"),))] > 1
    assert ("earmark_index_lag", (("workspace", "default"),)) in found
    assert found[("earmark_jobs", (("state", "queued"), ("workspace", "default")))] == 0
    assert found[("earmark_model_wait_seconds_count", ())] >= 1
    assert not any("K17" in str(labels) or "s0" in str(labels) for _, labels in found)


def test_they_need_a_key_where_keys_are(client: TestClient) -> None:
    """Scope `read`."""
    key, other = bearer(client, "read"), bearer(client, "ask")
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers=other).status_code == 403
    assert samples(client, **key)
