"""The OpenAPI document: complete, valid, and true."""

import json
import re
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from assistant.api import examples
from tests.assistant.api.conftest import Connect

ROUTES = {
    ("get", "/metrics"), ("post", "/v1/overview"), ("get", "/v1/webhooks"), ("post", "/v1/webhooks"), ("get", "/v1/webhooks/{webhook_id}"),
    ("put", "/v1/webhooks/{webhook_id}"), ("delete", "/v1/webhooks/{webhook_id}"), ("post", "/v1/webhooks/{webhook_id}/secret"),
    ("post", "/v1/webhooks/{webhook_id}/ping"), ("get", "/v1/webhooks/{webhook_id}/deliveries"),
    ("post", "/v1/webhooks/{webhook_id}/deliveries/{event_id}/replay"), ("get", "/v1/alerts.atom"), ("get", "/v1/hooks"), ("get", "/v1/model"), ("put", "/v1/hooks/{name}"),
    ("delete", "/v1/hooks/{name}"), ("post", "/v1/hooks/{name}"), ("post", "/v1/hooks/{name}/try"), ("get", "/v1/export"),
    ("get", "/v1/session"), ("post", "/v1/session"), ("delete", "/v1/session"), ("put", "/v1/session/password"),
    ("get", "/v1/keys"), ("post", "/v1/keys"), ("delete", "/v1/keys/{key_id}"), ("get", "/v1/users"), ("post", "/v1/users"),
    ("patch", "/v1/users/{user_name}"), ("delete", "/v1/users/{user_name}"), ("post", "/v1/users/{user_name}/link"),
    ("get", "/v1/workspaces/current"), ("post", "/v1/workspaces"), ("get", "/v1/audit"),
    ("delete", "/v1/customers/{customer_id}"), ("get", "/v1/erasures"), ("get", "/v1/retention"), ("put", "/v1/retention"),
    ("post", "/v1/retention/try"), ("get", "/v1/personal-data"), ("get", "/v1/redactions"),
    ("post", "/v1/ask"), ("get", "/v1/ask/{conversation}"), ("delete", "/v1/ask/{conversation}"), ("post", "/v1/experience"), ("post", "/v1/impact"), ("get", "/v1/triage"), ("get", "/v1/triage/counts"), ("get", "/v1/triage/views"), ("post", "/v1/triage/views"), ("delete", "/v1/triage/views/{view_id}"), ("post", "/v1/triage/actions"), ("delete", "/v1/triage/actions/{action_id}"), ("get", "/v1/triage/items/{item_id}"), ("get", "/v1/watches"), ("post", "/v1/watches"), ("post", "/v1/watches/try"), ("get", "/v1/watches/{watch_id}"), ("put", "/v1/watches/{watch_id}"), ("delete", "/v1/watches/{watch_id}"), ("get", "/v1/alerts"), ("put", "/v1/alerts/{alert_id}/seen"), ("delete", "/v1/alerts/{alert_id}/seen"), ("get", "/v1/customers"), ("post", "/v1/customers"), ("get", "/v1/customers/{customer_id}"), ("put", "/v1/customers/{customer_id}"), ("post", "/v1/key-drivers"), ("post", "/v1/key-points"), ("get", "/v1/suggestions"), ("post", "/v1/tag"),
    ("post", "/v1/feedback"), ("get", "/v1/feedback"), ("get", "/v1/feedback/{item_id}"),
    ("delete", "/v1/feedback/{item_id}"), ("post", "/v1/feedback/search"), ("get", "/v1/vocabulary"),
    ("post", "/v1/imports"), ("get", "/v1/jobs"), ("get", "/v1/jobs/{job_id}"), ("get", "/v1/jobs/{job_id}/errors"),
    ("post", "/v1/jobs/{job_id}/cancel"), ("get", "/livez"), ("get", "/readyz"),
    ("post", "/v1/conversations"), ("get", "/v1/corrections"), ("post", "/v1/feedback/{item_id}/corrections"),
    ("delete", "/v1/feedback/{item_id}/corrections/{correction_id}"), ("get", "/v1/themes"), ("post", "/v1/themes"),
    ("post", "/v1/themes/try"), ("put", "/v1/themes/{theme_id}"), ("delete", "/v1/themes/{theme_id}"),
    ("get", "/v1/themes/history"), ("post", "/v1/themes/history/{number}/restore"),
    ("get", "/v1/themes/candidates"), ("post", "/v1/themes/candidates"),
    ("post", "/v1/themes/candidates/{candidate_id}/accept"), ("post", "/v1/themes/candidates/{candidate_id}/dismiss"),
    ("post", "/v1/themes/candidates/{candidate_id}/restore"), ("get", "/v1/themes/retagging"), ("post", "/v1/themes/retagging"), ("get", "/v1/taxonomy"), ("put", "/v1/taxonomy"),
}  # fmt: skip


@pytest.fixture
def document(reader: TestClient) -> dict[str, Any]:
    """The document as it is served."""
    return dict(reader.get("/openapi.json").json())


def test_it_lists_exactly_the_routes_of_the_api(document: dict[str, Any]) -> None:
    """Pages and files are no part of the API."""
    assert {(method, path) for path, found in document["paths"].items() for method in found} == ROUTES
    assert document["openapi"].startswith("3.1")


def test_every_operation_says_what_it_does_and_how_it_fails(document: dict[str, Any]) -> None:
    """Summary, description, and problem details for each error."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"], (method, path)
            assert operation["description"], (method, path)
            failed = {status: found for status, found in operation["responses"].items() if status >= "400"}
            assert "500" in failed
            for status, found in failed.items():
                assert "application/problem+json" in found["content"] or (path, status) == ("/readyz", "503")


def test_bodies_have_examples(document: dict[str, Any]) -> None:
    """Who reads the page can send something at once."""
    for path, operations in document["paths"].items():
        content = operations.get("post", {}).get("requestBody", {}).get("content", {})
        if "application/json" in content:
            assert content["application/json"]["examples"], path


def test_the_examples_of_bodies_are_accepted(connect: Connect) -> None:
    """An example that does not work is worse than none."""
    client = connect(token=SecretStr("s3cret"), headers={"Authorization": "Bearer s3cret"})
    document = client.get("/openapi.json").json()
    client.put("/v1/hooks/survey", json=examples.HOOKS["A survey tool"])
    for path, operations in document["paths"].items():
        content = operations.get("post", {}).get("requestBody", {}).get("content", {})
        for name, example in content.get("application/json", {}).get("examples", {}).items():
            if "{candidate_id}" in path or path in ("/v1/session", "/v1/webhooks"):
                continue  # needs something discovered, a secret, or the internet
            body = json.loads(json.dumps(example["value"]).replace("F1001", "s0").replace("F1002", "s1"))
            answer = client.post(
                path.replace("{item_id}", "s0").replace("hooks/{name}", "hooks/survey"), json=body
            )
            assert answer.status_code in (200, 201, 207), (path, name, answer.text)


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    """No schema is missing, none of the framework's error schemas is left."""
    found = set(re.findall(r"#/components/schemas/([^\"]+)", str(document).replace("'", '"')))
    assert found <= set(document["components"]["schemas"])
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_the_documentation_is_served_from_here(empty: TestClient) -> None:
    """No address of another host stands in the page, and its files are there."""
    page = empty.get("/docs").text
    assert "http" not in page.replace("http-equiv", "")
    for path in re.findall(r'(?:src|href)="([^"]+)"', page):
        assert empty.get(path).status_code == 200, path
    assert empty.get("/docs/other.js").status_code == 404
