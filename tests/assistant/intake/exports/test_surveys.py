"""Each answer to an open question of a survey becomes an item, with the closed ones beside it."""

import csv
import datetime as dt
from pathlib import Path

import pytest
from openpyxl import Workbook

from assistant.intake.drafts import Draft, draft_of_row
from assistant.intake.importer import Importer
from assistant.intake.inference import infer
from assistant.intake.mapping import wishes
from assistant.intake.reading import open_table
from tests.assistant.intake.conftest import Workspace

QUALTRICS = [
    ["StartDate", "EndDate", "Status", "IPAddress", "Progress", "Finished", "RecordedDate", "ResponseId",
     "RecipientLastName", "RecipientFirstName", "RecipientEmail", "ExternalReference", "Q1", "Q2_1", "Q3", "Q4"],
    ["Start Date", "End Date", "Response Type", "IP Address", "Progress", "Finished", "Recorded Date", "Response ID",
     "Recipient Last Name", "Recipient First Name", "Recipient Email", "External Data Reference",
     "How likely are you to recommend us to a friend?", "How satisfied were you with - The driver",
     "What should we do\ndifferently?", "Anything else?"],
    ['{"ImportId":"startDate"}', '{"ImportId":"endDate"}', '{"ImportId":"status"}', '{"ImportId":"ipAddress"}',
     '{"ImportId":"progress"}', '{"ImportId":"finished"}', '{"ImportId":"recordedDate"}', '{"ImportId":"_recordId"}',
     '{"ImportId":"recipientLastName"}', '{"ImportId":"recipientFirstName"}', '{"ImportId":"recipientEmail"}',
     '{"ImportId":"externalDataReference"}', '{"ImportId":"QID1"}', '{"ImportId":"QID2_1"}',
     '{"ImportId":"QID3_TEXT"}', '{"ImportId":"QID4_TEXT"}'],
    ["2026-05-02 10:00:00", "2026-05-02 10:04:10", "IP Address", "10.1.1.1", "100", "True", "2026-05-02 10:04:11",
     "R_1a", "Holm", "Siri", "siri@example.org", "", "3", "Poor",
     "Ring before you leave a fridge on the pavement.", "The old one was never taken away."],
    ["2026-05-02 11:00:00", "2026-05-02 11:01:40", "IP Address", "10.1.1.2", "100", "True", "2026-05-02 11:01:41",
     "R_1b", "", "", "", "K-204", "9", "Good", "", "Lovely chap who carried it up four floors."],
    ["2026-05-02 12:00:00", "2026-05-02 12:00:20", "IP Address", "10.1.1.3", "60", "False", "2026-05-02 12:00:21",
     "R_1c", "", "", "", "K-205", "7", "Good", "", ""],
    ["2026-05-02 13:00:00", "2026-05-02 13:00:20", "Survey Preview", "10.1.1.4", "100", "True", "2026-05-02 13:00:21",
     "R_1d", "", "", "", "", "10", "Good", "test test, please ignore this one", ""],
]  # fmt: skip
SURVEYMONKEY = [
    ["Respondent ID", "Collector ID", "Date Created", "Date Modified", "IP Address", "Email Address", "First Name",
     "Last Name", "Which of our shops did you visit?", "", "What nearly kept you from buying?"],
    ["", "", "", "", "", "", "", "", "Response", "Other (please specify)", "Open-Ended Response"],
    ["118801", "44", "04/30/2026 02:11:09 PM", "04/30/2026 02:14:00 PM", "10.0.0.1", "", "", "", "Cork", "",
     "The changing rooms were shut for lunch."],
    ["118802", "44", "05/01/2026 09:00:00 AM", "05/01/2026 09:02:00 AM", "10.0.0.2", "", "", "", "Other",
     "the stall at the spring fair", "Nothing, the boy at the till talked me through every size."],
]  # fmt: skip


def written(folder: Path, rows: list[list[str]]) -> Path:
    path = folder / "survey.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return path


def drafts(path: Path) -> list[Draft]:
    table = open_table(path)
    rows = list(table.rows())
    mapping = infer(table.columns, rows, wishes([], table.columns), today=dt.date(2026, 11, 1))
    return [draft_of_row(row, mapping) for row in rows if row.problem is None]


def test_qualtrics(tmp_path: Path) -> None:
    """Three rows of names are no answers; ids say the response and the question; a person becomes a customer."""
    path = written(tmp_path, QUALTRICS)
    assert open_table(path).description.endswith("read as a Qualtrics export with 2 open questions")
    found = drafts(path)
    assert [(one.id, one.text) for one in found] == [
        ("R_1a/q3", "Ring before you leave a fridge on the pavement."),
        ("R_1a/q4", "The old one was never taken away."),
        ("R_1b/q4", "Lovely chap who carried it up four floors."),
    ]
    assert [one.customer for one in found] == ["siri@example.org", "siri@example.org", "K-204"]
    assert {one.date for one in found} == {dt.date(2026, 5, 2)}
    assert found[0].attributes["question"] == "What should we do differently?"
    assert found[0].attributes["the_driver"] == "Poor"
    assert (found[0].attributes["nps"], found[2].attributes["nps"]) == ("detractor", "promoter")
    assert not any("10.1.1" in value for one in found for value in one.attributes.values())


def test_what_is_refused(tmp_path: Path) -> None:
    """Nobody's answers and trial runs are refused, each with its reason and its line."""
    refused = [row for row in open_table(written(tmp_path, QUALTRICS)).rows() if row.problem]
    assert [row.cells["id"] for row in refused] == ["R_1c", "R_1d"]
    assert "no open question" in (refused[0].problem or "")
    assert "trial run" in (refused[1].problem or "")


def test_workbook(tmp_path: Path) -> None:
    """The same export saved by Excel."""
    book = Workbook()
    for row in QUALTRICS:
        book.active.append(row)
    book.save(tmp_path / "survey.xlsx")
    assert [one.id for one in drafts(tmp_path / "survey.xlsx")] == ["R_1a/q3", "R_1a/q4", "R_1b/q4"]


def test_surveymonkey(tmp_path: Path) -> None:
    """A question stands over its first column only; the choices are attributes."""
    path = written(tmp_path, SURVEYMONKEY)
    assert "read as a SurveyMonkey export" in open_table(path).description
    found = drafts(path)
    assert [one.text for one in found] == [
        "The changing rooms were shut for lunch.",
        "the stall at the spring fair",
        "Nothing, the boy at the till talked me through every size.",
    ]
    assert found[0].attributes["which_of_our_shops_did_you_visit"] == "Cork"
    assert found[0].date == dt.date(2026, 4, 30)


@pytest.mark.parametrize("batch", [1, 2, 3])
def test_answers_of_one_person_stay_together(workspace: Workspace, tmp_path: Path, batch: int) -> None:
    """An import that is stopped after every batch loses no answer, also where one ends inside a person's row."""
    importer = Importer(
        index=workspace.index, tagger=lambda: workspace.tagger, home=workspace.home, batch=batch
    )
    job = importer.start(written(tmp_path, QUALTRICS))
    states = [importer.run(job, should_stop=lambda: True).state for _ in range(5)]
    assert states[-1] == "finished"
    assert states.count("stopped") >= (batch < 3)
    assert [stored.item.id for stored in workspace.items()] == ["R_1a/q3", "R_1a/q4", "R_1b/q4"]
    assert workspace.items()[0].item.customer.startswith("cust_")
