"""Import: from a file to stored, redacted, tagged items, with a report of every row."""

import csv
import datetime as dt
import io
import json

import openpyxl
import pytest

from assistant.errors import FileError, InputError, NotFoundError
from assistant.intake import Importer
from assistant.intake.cleaning import clean_text

SHOP = """Review ID,Date,Stars,Title,Review,Customer,Channel,Plan
R1,13/04/2026,5.0,Good kettle,Pours well and looks nice.,C1,E-mail,pro
R2,14/04/2026,2,,My name is Orla Finnegan and it leaks,orla@example.com,Phone note,basic
R3,15/04/2026,4 stars,,"Nice, but late",C1,e-mail,TRUE
"""


def test_a_row_becomes_an_item(workspace, file):
    """Title, text, date, customer and attributes end where they belong, cleaned."""
    report = workspace.take(file("shop.csv", SHOP))
    first, second, third = (stored.item for stored in workspace.items())
    assert first.id == "R1"
    assert first.text == "Good kettle\nPours well and looks nice."
    assert first.title == "Good kettle"
    assert first.date == dt.date(2026, 4, 13)
    assert first.customer == "C1"
    assert first.attributes == {"rating": "5", "channel": "e-mail", "plan": "pro"}
    assert first.language == "en"
    assert first.source == "shop.csv"
    assert second.attributes["channel"] == "phone_note"
    assert third.attributes == {"rating": "4", "channel": "e-mail", "plan": "yes"}
    assert (report.rows, report.added, report.languages) == (3, 3, {"en": 3})


def test_personal_data_is_gone_before_anything_is_stored(workspace, file):
    """Texts are redacted, and a mail address as customer becomes a pseudonym."""
    report = workspace.take(file("shop.csv", SHOP))
    second = workspace.items()[1].item
    assert second.text == "My name is [NAME] and it leaks"
    assert second.redactions == {"NAME": 1}
    assert second.customer.startswith("cust_")
    assert report.redactions == {"NAME": 1}
    workspace.index.close()
    stored = b"".join(path.read_bytes() for path in workspace.home.rglob("*") if path.is_file())
    assert b"Finnegan" not in stored
    assert b"orla@example" not in stored


def test_the_same_file_again_changes_nothing_and_tags_nothing(workspace, file):
    """The second import says so and does not ask the tagger."""
    workspace.take(file("shop.csv", SHOP))
    workspace.tagger.seen.clear()
    report = workspace.take(file("again.csv", SHOP))
    assert (report.added, report.updated, report.unchanged) == (0, 0, 3)
    assert report.notes == ("nothing changed: everything in this file is stored already",)
    assert workspace.tagger.seen == []


def test_only_what_changed_is_tagged_again(workspace, file):
    """A row with new text under its old id is updated, alone."""
    workspace.take(file("shop.csv", SHOP))
    workspace.tagger.seen.clear()
    report = workspace.take(file("new.csv", SHOP.replace("Pours well", "Pours badly")))
    assert (report.added, report.updated, report.unchanged) == (0, 1, 2)
    assert workspace.tagger.seen == ["R1"]


def test_rows_without_id_keep_their_identity_in_any_file(workspace, file):
    """The same content has the same id from another file with another order; repeats are counted apart."""
    workspace.take(file("a.csv", "text,date\nok,2026-01-01\nok,2026-01-01\nfine,2026-01-02\n"))
    before = {stored.item.id for stored in workspace.items()}
    report = workspace.take(file("b.csv", "date,text\n2026-01-02,fine\n2026-01-01,ok\n2026-01-01,ok\n"))
    assert len(before) == 3
    assert report.unchanged == 3
    assert {stored.item.id for stored in workspace.items()} == before


REFUSED = {
    "no text": ("R9,   ,,", "the text is empty"),
    "invisible text": ("R9,\u200b\u200b,,", "the text is empty"),
    "too long": (f"R9,{'x' * 100_001},,", "the text is too long: 100,001 characters, at most 100,000"),
    "NUL": ("R9,a\x00b,,", "the text holds NUL characters"),
    "bad bytes": ("R9,a\udcffb,,", "the text holds bytes that do not fit the encoding"),
    "bad date": ("R9,fine,31/31/2026,", "the date cannot be read: '31/31/2026'"),
    "too many cells": ("R9,fine,,C1,more", "the row has more cells than columns"),
    "same id, other text": (
        "R1,something else,,",
        "the id stands twice with different content: 'R1', first on line 2",
    ),
    "long id": (f"{'R' * 201},fine,,", "the id is too long"),
}


@pytest.mark.parametrize(("row", "reason"), REFUSED.values(), ids=REFUSED)
def test_a_bad_row_is_refused_with_its_reason_and_the_others_go_in(workspace, file, row, reason):
    """Every refused row is reported with its line; good rows around it are stored."""
    content = f"id,text,date,customer\nR1,good é,13/04/2026,C1\n{row}\nR2,well,14/04/2026,C1\n"
    path = file("a.csv", content.encode("utf-8", "surrogateescape"))
    report = workspace.take(path)
    assert [stored.item.id for stored in workspace.items()] == ["R1", "R2"]
    assert (report.added, report.refused) == (2, 1)
    (error,) = workspace.index.jobs.errors(report.job)
    assert error.line == 3
    assert error.reason.startswith(reason)


def test_identical_rows_with_one_id_are_duplicates(workspace, file):
    """They are counted, not refused."""
    report = workspace.take(file("a.csv", "id,text\n1,good one\n1,good one\n2,other\n"))
    assert (report.added, report.duplicates, report.refused) == (2, 1, 0)


def test_refused_rows_come_back_as_a_harmless_table(workspace, file):
    """Line, reason and the row's own columns, redacted, and no cell that a spreadsheet would run."""
    path = file("a.csv", 'id,text,note\nR1,"  ","=HYPERLINK(""x"")"\nR2,good,\nR3,,call 07700 900123\n')
    report = workspace.take(path)
    rows = list(csv.DictReader(io.StringIO("".join(workspace.importer.refused_csv(report.job)))))
    assert [(row["line"], row["reason"], row["id"], row["note"]) for row in rows] == [
        ("2", "the text is empty", "R1", '\'=HYPERLINK("x")'),
        ("4", "the text is empty", "R3", "call [PHONE]"),
    ]


MENDED = {
    "double-encoded emoji": ("Great ðŸ˜Š app", "Great 😊 app"),
    "double-encoded accents": ("trÃ¨s bien", "très bien"),
    "entities": ("fast &amp; cheap", "fast & cheap"),
    "decomposed": ("tre\u0300s bien", "très bien"),
    "line ends": ("one\r\ntwo\rthree", "one\ntwo\nthree"),
    "typographic quotes stay": ("it’s “fine”", "it’s “fine”"),
}


@pytest.mark.parametrize(("text", "expected"), MENDED.values(), ids=MENDED)
def test_encoding_accidents_are_undone(text, expected):
    """What was meant is stored, in one form."""
    assert clean_text(text) == expected


def test_customers_are_laid_over_items(workspace, file):
    """A file of customers gives its attributes to all items of a customer, also those that came before."""
    workspace.take(file("shop.csv", SHOP))
    report = workspace.take(
        file(
            "customers.csv",
            "customer,segment,lifetime value\nC1,premium,250.0\norla@example.com,new,\n,lost,1\n",
        )
    )
    workspace.index.refresh()
    assert report.kind == "customers"
    assert (report.rows, report.updated, report.refused) == (3, 2, 1)
    assert len(workspace.index.terms.get("attr.segment=premium")) == 2
    assert len(workspace.index.terms.get("attr.segment=new")) == 1
    assert workspace.index.store.get_customer("C1").attributes == {
        "segment": "premium",
        "lifetime_value": "250",
    }


TURNS = [["C", "My name is Orla. Where is it?"], ["A", "On its way."]]


@pytest.mark.parametrize(
    "turns",
    [
        TURNS,
        [{"role": "customer", "text": TURNS[0][1]}, {"role": "agent", "text": TURNS[1][1]}],
        json.dumps(TURNS),
    ],
    ids=["pairs", "objects", "string"],
)
def test_conversations_are_stored_as_transcripts(workspace, file, turns):
    """Turns are redacted one by one; the text is their transcript, in which spans count."""
    workspace.take(file("a.jsonl", json.dumps({"id": "C1", "turns": turns}) + "\n"))
    (stored,) = workspace.items()
    assert stored.item.kind == "conversation"
    assert stored.item.turns == (("C", "My name is [NAME]. Where is it?"), ("A", "On its way."))
    assert stored.item.text == "Customer: My name is [NAME]. Where is it?\nAgent: On its way."
    assert len(workspace.index.terms.get("kind=conversation")) == 1


def test_turns_of_nobody_known_are_refused(workspace, file):
    """The reason names the turn and who is said to speak."""
    good = {"id": "1", "turns": TURNS}
    bad = {"id": "2", "turns": [["C", "hello"], ["Zed", "hi"]]}
    report = workspace.take(file("a.jsonl", "\n".join(map(json.dumps, [good, bad]))))
    assert (report.added, list(report.reasons)) == (1, ["a turn cannot be read"])


def test_net_promoter_scores_become_groups(workspace, file):
    """0 to 6 detractors, 7 and 8 passives, 9 and 10 promoters."""
    workspace.take(file("a.csv", "text,nps\nbad,6\nwell,8\ngood,9\n"))
    assert [stored.item.attributes["nps"] for stored in workspace.items()] == [
        "detractor",
        "passive",
        "promoter",
    ]


def test_dates_of_a_workbook_are_dates(workspace, tmp_path):
    """Excel's own dates need no guessing."""
    book = openpyxl.Workbook()
    noon = dt.datetime(2026, 4, 3, 12, tzinfo=dt.UTC).replace(tzinfo=None)  # as Excel has it, without a zone
    for row in [["Comment", "Created"], ["fine so far", noon], ["gone", dt.date(2026, 4, 4)]]:
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    workspace.take(tmp_path / "a.xlsx")
    assert [stored.item.date for stored in workspace.items()] == [dt.date(2026, 4, 3), dt.date(2026, 4, 4)]


def test_the_company_can_be_kept_in_texts(workspace, file):
    """Names that are no persons are left in where the installation says so."""
    importer = Importer(
        index=workspace.index, tagger=lambda: workspace.tagger, home=workspace.home, keep=["Tidewell"]
    )
    importer.run(importer.start(file("a.csv", 'text\n"Dear Tidewell, hello"\n"Dear Anna, hello"\n')))
    assert [stored.item.text for stored in workspace.items()] == [
        "Dear Tidewell, hello",
        "Dear [NAME], hello",
    ]


def test_a_preview_stores_nothing(workspace, file):
    """The reading of the columns and the first rows are shown, redacted; the refused ones too."""
    preview = workspace.importer.preview(file("a.csv", SHOP + "R4,16/04/2026,1,,,C2,chat,pro\n"))
    assert preview.mapping.column("text") == "Review"
    assert preview.mapping.notes == ("dates in 'Date': day first, as in 13/04/2026",)
    assert preview.rows[1]["text"] == "My name is [NAME] and it leaks"
    assert preview.refused == [(5, "the text is empty")]
    assert workspace.items() == []


def test_a_preview_of_rows_without_id_shows_none(workspace, file):
    """Ids are made when rows are stored."""
    preview = workspace.importer.preview(file("a.csv", "text,plan\nfine,pro\n"))
    assert preview.rows[0]["id"] is None
    assert preview.plain()["mapping"]["columns"][0]["use"] == "text"


def test_a_file_that_breaks_off_keeps_what_was_read(workspace, file):
    """The job fails with the place of the break; entries before it are stored."""
    entries = [{"id": str(n), "text": f"text number {n}"} for n in range(25)]
    job = workspace.importer.start(file("a.json", json.dumps(entries)[:-30]))
    with pytest.raises(FileError, match="What stands before is kept"):
        workspace.importer.run(job)
    assert len(workspace.items()) == 24
    assert workspace.index.jobs.get(job).state == "failed"
    with pytest.raises(InputError, match="has failed"):
        workspace.importer.run(job)


def test_jobs_that_are_not_there_are_named(workspace):
    """An unknown job, or one of another kind, is not found."""
    with pytest.raises(NotFoundError, match="there is no job"):
        workspace.importer.run("job_x")
    other = workspace.index.jobs.create("retag")
    with pytest.raises(NotFoundError, match="no import"):
        workspace.importer.run(other.id)
