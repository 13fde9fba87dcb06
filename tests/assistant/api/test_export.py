"""Feedback as a file: all of a filter, harmless in spreadsheets, and back in again."""

import csv
import io
import json
from typing import Any

import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient

from tests.assistant.api.conftest import Connect

NASTY = (
    '=HYPERLINK("https://evil.example")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    "\tx=1",
    'a "quoted", text\nof two lines',
)


def rows(client: TestClient, query: str = "") -> list[dict[str, str]]:
    """The CSV export."""
    answer = client.get(f"/v1/export?format=csv{query}")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == 'attachment; filename="feedback.csv"'
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_all_items_of_a_filter_are_in_each_format(client: TestClient) -> None:
    """As many as the list counts, with text, tags and attributes."""
    query = "&themes=returns_refunds&polarity=-"
    listed = client.get(f"/v1/feedback?limit=200{query}").json()
    found = rows(client, query)
    assert [row["id"] for row in found] == [item["id"] for item in listed["items"]]
    assert len(found) == listed["total"] > 3
    assert all("returns_refunds:-" in row["themes"].split(";") for row in found)
    lines = client.get(f"/v1/export?format=jsonl{query}").text.splitlines()
    assert [json.loads(line)["tags"] for line in lines] == [item["tags"] for item in listed["items"]]
    table: Any = pq.read_table(io.BytesIO(client.get(f"/v1/export?format=parquet{query}").content))
    assert table.column("text").to_pylist() == [item["text"] for item in listed["items"]]
    assert str(table.schema.field("date").type) == "date32[day]"
    first = listed["items"][0]
    assert found[0]["attr.channel"] == first["attributes"].get("channel", "")


def test_no_cell_becomes_a_formula(connect: Connect) -> None:
    """Texts, titles, customers and attributes that a spreadsheet would run."""
    client = connect(seeded=False)
    for number, text in enumerate(NASTY):
        item = {"id": f"n{number}", "text": text, "title": text, "attributes": {"plan": text}}
        assert client.post("/v1/feedback", json=item).status_code == 200
    raw = client.get("/v1/export").content.decode("utf-8-sig")
    for row in csv.reader(io.StringIO(raw)):
        assert not any(cell[:1] in "=+@\t\r" and cell for cell in row)
        assert not any(cell.startswith("-") for cell in row)


def test_what_was_taken_out_goes_in_again(connect: Connect, client: TestClient) -> None:
    """JSON Lines of an export, sent to another workspace: the same ids, texts, dates, customers and attributes."""
    lines = client.get("/v1/export?format=jsonl").text.splitlines()
    taken = [json.loads(line) for line in lines]
    fields = ("id", "text", "title", "date", "customer", "attributes", "turns")
    identity = client.app.state.identity  # type: ignore[attr-defined]
    _, key = identity.keys.make("t", ["admin", "ingest", "read", "export"], by="t")
    identity.forget()
    headers = {"Authorization": f"Bearer {key}", "Earmark-Workspace": "copy"}
    assert client.post("/v1/workspaces", json={"name": "copy"}, headers=headers).status_code == 201
    body = [
        {name: one[name] for name in fields if name in one and not (name == "text" and "turns" in one)}
        for one in taken
    ]
    assert client.post("/v1/feedback", json=body, headers=headers).json()["added"] == len(taken)
    again = client.get("/v1/export?format=jsonl", headers=headers).text.splitlines()
    kept = [{name: json.loads(line).get(name) for name in fields} for line in again]
    expected = [{name: one.get(name) for name in fields} for one in taken]
    key_of = lambda one: one["id"]  # noqa: E731
    assert sorted(kept, key=key_of) == sorted(expected, key=key_of)


@pytest.mark.parametrize("query", ["format=xml", "format=csv&colour=red"])
def test_what_is_not_understood_is_refused(client: TestClient, query: str) -> None:
    """With the place."""
    assert client.get(f"/v1/export?{query}").status_code == 422


def test_nothing_is_a_file_too(client: TestClient) -> None:
    """Only the names of the columns."""
    assert rows(client, "&text=xyzzyplugh") == []
    assert (
        pq.read_table(io.BytesIO(client.get("/v1/export?format=parquet&text=xyzzyplugh").content)).num_rows
        == 0
    )
