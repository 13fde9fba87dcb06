"""`/v1/imports` and `/v1/jobs`: a file goes in, and everything that happens to it can be seen."""

import csv
import io
import time
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.assistant.api.conftest import Connect
from tests.assistant.api.homes import Homes

FILE = (
    "Review,Stars,Posted,Channel\n"
    "The lamp came broken and nobody answers.,1,2026-05-03,email\n"
    "Lovely towels and a great price.,5,2026-05-04,chat\n"
    "   ,3,2026-05-05,chat\n"
    '"=HYPERLINK(""http://x"")",2,2026-05-06,email\n'
)


def upload(client: TestClient, content: str | bytes = FILE, name: str = "reviews.csv", **form: Any) -> Any:
    """Send a file and return the response."""
    return client.post("/v1/imports", files={"file": (name, content)}, data=form)


def ended(client: TestClient, job_id: str) -> dict[str, Any]:
    """The job once it has ended."""
    for _ in range(400):
        job = dict(client.get(f"/v1/jobs/{job_id}").json())
        if job["state"] not in ("queued", "running"):
            return job
        time.sleep(0.02)
    raise AssertionError(f"the job {job_id} does not end: {job}")


def test_a_file_goes_in_and_is_counted(empty: TestClient) -> None:
    """The answer is 202 with the job, which tells what became of each row."""
    accepted = upload(empty)
    assert accepted.status_code == 202
    assert accepted.headers["location"] == f"/v1/jobs/{accepted.json()['id']}"
    job = ended(empty, accepted.json()["id"])
    assert (job["state"], job["added"], job["refused"], job["file"]) == ("finished", 3, 1, "reviews.csv")
    found = empty.get("/v1/feedback?attr.channel=email&attr.rating=1").json()
    assert found["total"] == 1
    assert found["items"][0]["date"] == "2026-05-03"
    assert found["items"][0]["source"] == "reviews.csv"


def test_a_dry_run_shows_the_reading_and_stores_nothing(empty: TestClient) -> None:
    """Each column has its use, the reason and an example."""
    preview = upload(empty, dry_run="true")
    assert preview.status_code == 200
    uses = {column["name"]: column["use"] for column in preview.json()["columns"]}
    assert uses == {"Review": "text", "Stars": "rating", "Posted": "date", "Channel": "channel"}
    assert all(column["reason"] for column in preview.json()["columns"])
    assert preview.json()["columns"][0]["example"] == "The lamp came broken and nobody answers."
    assert preview.json()["refused"][0]["line"] == 4
    assert empty.get("/v1/suggestions").json()["items"] == 0
    assert empty.get("/v1/jobs").json() == {"jobs": []}


def test_columns_can_be_named(empty: TestClient) -> None:
    """`map` overrides what was recognised; several can be given."""
    preview = upload(empty, map=["attr.mark=Stars", "skip=Channel"], dry_run="true").json()
    columns = {column["name"]: (column["use"], column["attribute"]) for column in preview["columns"]}
    assert columns["Stars"] == ("attribute", "mark")
    assert columns["Channel"] == ("skip", None)


def test_the_same_file_again_changes_nothing(empty: TestClient) -> None:
    """The second job finds every row stored already."""
    first = ended(empty, upload(empty).json()["id"])
    second = ended(empty, upload(empty).json()["id"])
    assert (first["added"], second["added"], second["unchanged"]) == (3, 0, 3)
    assert [job["id"] for job in empty.get("/v1/jobs?state=finished").json()["jobs"]] == [
        second["id"],
        first["id"],
    ]


def test_refused_rows_can_be_read_and_downloaded(empty: TestClient) -> None:
    """As JSON in pages, and as CSV with the original columns."""
    content = "id,text\n1,Fine towels here\n2,\n3,\n4,Late parcel again\n"
    job = ended(empty, upload(empty, content).json()["id"])
    first = empty.get(f"/v1/jobs/{job['id']}/errors?limit=1").json()
    second = empty.get(f"/v1/jobs/{job['id']}/errors?limit=1&after={first['next']}").json()
    assert [first["errors"][0]["line"], second["errors"][0]["line"]] == [3, 4]
    answer = empty.get(f"/v1/jobs/{job['id']}/errors?format=csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["line"], row["id"]) for row in rows] == [("3", "2"), ("4", "3")]
    assert all(row["reason"] for row in rows)


@pytest.mark.parametrize(
    ("content", "form", "words"),
    [
        ("", {}, "empty"),
        (b"%PDF-1.7 x", {}, ""),
        (FILE, {"map": "text=Nope"}, "Review"),
        (FILE, {"map": "text"}, "text"),
    ],
    ids=["empty file", "not a table", "unknown column", "half a mapping"],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_refused_at_once(
    empty: TestClient, content: str | bytes, form: dict[str, str], words: str
) -> None:
    """No job is made, no file is left, and the problem says what to do."""
    refused = upload(empty, content, **form)
    assert refused.status_code == 422
    assert words in refused.json()["detail"]
    assert empty.get("/v1/jobs").json() == {"jobs": []}
    home: Path = empty.app.state.product.index.home  # type: ignore[attr-defined]
    assert list((home / "uploads").iterdir()) == []


def test_a_file_of_customers_is_joined_to_their_feedback(client: TestClient) -> None:
    """What is known of a customer counts for every item that came from them."""
    job = ended(
        client, upload(client, "customer,plan\nK0,gold\nK1,gold\n", name="customers.csv").json()["id"]
    )
    assert (job["state"], job["updated"]) == ("finished", 2)
    assert client.get("/v1/feedback?attr.plan=gold").json()["total"] == 6
    assert client.get("/v1/feedback/s0").json()["customer_record"]["attributes"]["plan"] == "gold"


def test_a_finished_upload_leaves_no_file(empty: TestClient) -> None:
    """The data folder does not keep what was sent."""
    ended(empty, upload(empty).json()["id"])
    home: Path = empty.app.state.product.index.home  # type: ignore[attr-defined]
    assert list((home / "uploads").iterdir()) == []


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.csv", "C:\\x\\a.csv", "ü 名.csv", "a" * 300 + ".csv", ".."]
)
def test_the_name_of_a_file_leads_nowhere(empty: TestClient, name: str) -> None:
    """A name is shown, never used as a path."""
    accepted = upload(empty, name=name)
    assert accepted.status_code == 202
    assert "/" not in accepted.json()["file"]
    assert ended(empty, accepted.json()["id"])["added"] == 3


def test_a_job_can_be_cancelled_once(empty: TestClient) -> None:
    """What waits is dropped; a job that has ended is a conflict."""
    product: Any = empty.app.state.product  # type: ignore[attr-defined]
    job = product.index.jobs.create("import", {"name": "later.csv"})
    assert empty.post(f"/v1/jobs/{job.id}/cancel").json()["state"] == "cancelled"
    again = empty.post(f"/v1/jobs/{job.id}/cancel")
    assert again.status_code == 409
    assert again.json()["type"] == "/problems/conflict"


def test_an_upload_that_waits_is_taken_up_after_a_restart(
    homes: Homes, connect: Connect, tmp_path: Path
) -> None:
    """A job that a stopped server left open is finished by the next one."""
    product = homes.product(tmp_path, seeded=False)
    path = tmp_path / "left.csv"
    path.write_text(FILE, "utf-8")
    job_id = product.importer.start(path, name="left.csv", owned=True)
    product.close()
    client = connect(seeded=False)
    assert ended(client, job_id)["added"] == 3
    assert not path.exists()
