"""R16: nasty strings through every field and out by every export."""

import csv
import io
import json
import os
from typing import Any

import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from tests.assistant.api.conftest import Connect
from tests.assistant.api.nasty import PIECES, strings

COUNT = 2_000 if os.environ.get("EARMARK_FAULTS") else len(PIECES)
SEED = 16
pytestmark = [pytest.mark.faults, pytest.mark.timeout(3600)]


def sent(client: TestClient, method: str, path: str, body: Any) -> Any:
    """Send a body as JSON whatever it holds, lone surrogates too; fails when the server does."""
    answer = client.request(
        method, path, content=json.dumps(body).encode(), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code < 500, (method, path, body, answer.text)
    if answer.status_code >= 400 and not path.startswith("/openai/"):  # that protocol has its own errors
        assert answer.headers["content-type"] == "application/problem+json", (path, body)
    return answer


def bodies(nasty: str) -> list[tuple[str, str, Any]]:
    """Every place of the API where somebody else's words stand."""
    item = {
        "id": nasty, "text": f"{nasty} and the parcel was late", "title": nasty, "customer": nasty, "channel": nasty,
        "rating": nasty, "attributes": {nasty or "empty": nasty, "plan": nasty},
    }  # fmt: skip
    return [
        ("POST", "/v1/feedback", {**item, "id": nasty[:150]}),
        ("POST", "/v1/feedback", {"text": nasty}),
        ("POST", "/v1/feedback", {"turns": [["C", nasty], ["A", nasty], ["C", "thanks"]], "date": "2026-05-01"}),
        ("POST", "/v1/feedback", {**item, "date": nasty}),
        ("POST", "/v1/conversations", {"transcript": nasty}),
        ("POST", "/v1/conversations", {"transcript": f"Customer: {nasty}\nAgent: {nasty}", "customer_name": nasty}),
        ("POST", "/v1/tag", {"documents": [{"id": nasty, "text": nasty}]}),
        ("POST", "/v1/ask", {"question": nasty}),
        ("POST", "/v1/ask", {"question": f"why do {nasty} customers complain about {nasty}?", "conversation": nasty[:60]}),
        ("POST", "/v1/feedback/search", {"query": nasty, "filter": {"text": nasty}}),
        ("POST", "/v1/feedback/search", {"filter": {"attributes": {nasty: [nasty]}}}),
        ("POST", "/v1/overview", {"filter": {"attributes": {"plan": [nasty]}}}),
        ("POST", "/v1/customers", [{"id": nasty, "attributes": {nasty: nasty}}]),
        ("POST", "/v1/watches", {"question": nasty, "name": nasty}),
        ("POST", "/v1/themes/try", {"name": nasty, "sentence": nasty, "phrases": [nasty]}),
        ("POST", "/v1/key-points", {"filter": {"text": nasty}}),
        ("PUT", "/v1/hooks/nasty", {"text": nasty, "channel": nasty, "attributes": {nasty: nasty}}),
        ("POST", "/v1/triage/s0/notes", {"text": nasty}),
        ("POST", "/openai/v1/chat/completions", {"model": "earmark", "messages": [{"role": "user", "content": nasty}]}),
    ]  # fmt: skip


def test_nothing_breaks_on_any_string(connect: Connect) -> None:
    """Each is taken or refused with a reason; what was taken comes out again, the same in list, search and exports."""
    client = connect(token=SecretStr("s3cret"), headers={"Authorization": "Bearer s3cret"})
    done = 0
    for nasty in strings(COUNT, SEED):
        for method, path, body in bodies(nasty):
            sent(client, method, path, body)
            done += 1
        for path in ("/v1/feedback", "/v1/triage", "/v1/customers", "/v1/export"):
            query = nasty[:500].encode("utf-8", "replace").decode()
            answer = client.get(path, params={"text": query, "attr.plan": query, "limit": 1})
            assert answer.status_code < 500, (path, nasty)
            done += 1
        for path in ("/v1/feedback/", "/v1/customers/", "/v1/jobs/", "/v1/themes/"):
            answer = client.get(path + _quoted(nasty[:200]))
            assert answer.status_code < 500, (path, nasty)
            done += 1
    stored = _all(client)
    _exports_say_the_same(client, stored)
    print(f"R16: {COUNT} strings, {done} requests, {len(stored)} items in three exports, seed {SEED}")


def _quoted(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode("utf-8", "surrogatepass"))


def _all(client: TestClient) -> list[dict[str, Any]]:
    """Every item, page by page."""
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = client.get(
            "/v1/feedback", params={"limit": 200, **({"cursor": cursor} if cursor else {})}
        ).json()
        found += page["items"]
        cursor = page["next"]
        if cursor is None:
            assert len(found) == page["total"]
            return found


def _exports_say_the_same(client: TestClient, stored: list[dict[str, Any]]) -> None:
    texts = [item["text"] for item in stored]
    lines = client.get("/v1/export?format=jsonl").content.decode("utf-8").split("\n")
    assert [json.loads(line)["text"] for line in lines if line] == texts
    table: Any = pq.read_table(io.BytesIO(client.get("/v1/export?format=parquet").content))
    assert table.column("text").to_pylist() == texts
    rows = list(csv.reader(io.StringIO(client.get("/v1/export").content.decode("utf-8-sig"), newline="")))
    assert len(rows) == len(stored) + 1
    assert not any(cell[:1] in ("=", "+", "-", "@", "\t", "\r") for row in rows for cell in row if cell)
