"""The command line from end to end, with the models that are shipped."""

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from assistant.cli import app

ROWS = """id,review,date,channel
p1,"I sent the kettle back in May and the refund has still not arrived. I will never order here again.",2026-06-01,email
p2,"Three weeks for a refund, and nobody answers my mails. I am off to another shop.",2026-06-04,email
p3,"The parcel came a day early and the box was spotless.",2026-06-05,app
p4,"Your chat team sorted my exchange out in five minutes, lovely people.",2026-06-09,app
p5,,2026-06-10,app
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder into which one file with a bad row was imported."""
    folder = tmp_path_factory.mktemp("cli")
    (folder / "reviews.csv").write_text(ROWS, encoding="utf-8")
    done = run(folder, "import", folder / "reviews.csv", "--refused", folder / "refused.csv")
    assert done.exit_code == 0, done.output
    return folder


def run(home: Path, *arguments: object) -> Result:
    """One call of `earmark`."""
    return CliRunner().invoke(app, [str(one) for one in arguments], env={"EARMARK_HOME": str(home)})


def test_an_import_goes_on_past_a_bad_row_and_keeps_it_for_download(home: Path) -> None:
    """The refused row stands in the file with its line and the reason."""
    assert "p5" in (home / "refused.csv").read_text("utf-8")
    again = run(home, "import", home / "reviews.csv")
    assert again.exit_code == 0
    assert "4 as before" in " ".join(again.output.split()) or "unchanged" in again.output


def test_ask_prints_what_was_counted(home: Path) -> None:
    """The JSON is the answer of the design."""
    answer = json.loads(run(home, "ask", "how many items are about delivery?", "--json").stdout)
    assert answer["plan"]["intent"] == "count"
    assert answer["coverage"]["items"] == 4
    assert (answer["facts"][0]["n"] > 0, answer["facts"][0]["of"]) == (True, 4)


def test_a_file_of_questions_is_answered_line_by_line_and_the_same_again(home: Path) -> None:
    """Conversations belong to the file; a question that cannot be used has its error in its line."""
    lines = [
        {"id": "a", "question": "how many complaints are there?", "conversation": "c"},
        {"id": "b", "question": "and by email?", "conversation": "c"},
        {"id": "e", "question": "  "},
    ]
    (home / "q.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    seen = []
    for _ in range(2):
        assert run(home, "ask", "--file", home / "q.jsonl", "--output", home / "a.jsonl").exit_code == 0
        seen.append([json.loads(line) for line in (home / "a.jsonl").read_text("utf-8").splitlines()])
    first, second = seen
    assert first == second
    assert first[1]["plan"]["scope"]["attributes"] == {"channel": ["email"]}
    assert "empty" in first[2]["error"]


def test_tag_stores_nothing_and_gives_the_schema(home: Path) -> None:
    """One line of tags per row, in order."""
    done = run(home, "tag", home / "reviews.csv", "--output", home / "tags.jsonl")
    assert done.exit_code == 0, done.output
    tags = [json.loads(line) for line in (home / "tags.jsonl").read_text("utf-8").splitlines()]
    assert [one["id"] for one in tags] == ["p1", "p2", "p3", "p4", "p5"]
    assert tags[0]["sentiment"]["label"] == "negative"
    assert tags[0]["themes"][0]["label"] == "returns_refunds"
    assert tags[4]["abstained"] == [{"field": "all", "reason": "empty"}]


def test_the_doctor_mends_what_is_derived(home: Path) -> None:
    """A damaged cache of vectors is found, and made again from SQL."""
    (home / "default" / "vectors.cache").write_bytes(b"not vectors")
    done = run(home, "doctor", "--mend", "--json")
    assert done.exit_code == 0, done.output
    assert all(finding["ok"] for finding in json.loads(done.stdout))


def test_the_doctor_asks_the_language_model(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that cannot be reached is a finding, with what to set."""
    monkeypatch.setenv("EARMARK_LLM", "openai:scripted")
    monkeypatch.setenv("EARMARK_LLM_BASE_URL", "http://127.0.0.1:9/v1")
    done = run(home, "doctor", "--json")
    found = {finding["name"]: finding for finding in json.loads(done.stdout)}["language model"]
    assert done.exit_code != 0
    assert not found["ok"]
    assert "openai:scripted: OpenAIConnectionError" in found["detail"]
    assert "EARMARK_LLM_BASE_URL" in found["fix"]


def test_a_wrong_mapping_says_which_columns_there_are(home: Path) -> None:
    """One line, no traceback, status 2."""
    done = run(home, "import", home / "reviews.csv", "--map", "text=Comment")
    assert done.exit_code == 2
    assert "Comment" in done.stderr
    assert "review" in done.stderr
