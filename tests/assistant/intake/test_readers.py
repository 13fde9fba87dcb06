"""Readers: whatever a file looks like, its rows come out whole, or it says what is wrong."""

import csv
import io
import json
import zipfile
from contextlib import suppress
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import FileError
from assistant.intake.reading import open_table

TEXTS = ["The lid leaks.", "Ça va très bien", "Größe passt, danke"]


def texts(path: Path, column: str = "text", **options) -> list[str]:
    return [row.cells[column] for row in open_table(path, **options).rows()]


def encoded(encoding: str, *, delimiter: str = ",", end: str = "\n") -> bytes:
    rows = [["id", "text"], *([str(number), text] for number, text in enumerate(TEXTS, 1))]
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter, lineterminator=end).writerows(rows)
    return buffer.getvalue().encode(encoding)


READABLE = {
    "utf-8": encoded("utf-8"),
    "utf-8 with mark": encoded("utf-8-sig"),
    "windows-1252": encoded("cp1252"),
    "utf-16 with mark": encoded("utf-16", delimiter="\t"),
    "utf-16 without mark": encoded("utf-16-le"),
    "semicolons": encoded("utf-8", delimiter=";"),
    "tabs": encoded("utf-8", delimiter="\t"),
    "bars": encoded("utf-8", delimiter="|"),
    "windows line ends": encoded("utf-8", end="\r\n"),
    "old mac line ends": encoded("utf-8", end="\r"),
    "mixed line ends": encoded("utf-8").replace(b"leaks.\n", b"leaks.\r\n"),
    "excel's sep line": b"sep=;\n" + encoded("utf-8", delimiter=";"),
    "empty lines": encoded("utf-8").replace(b"\n", b"\n\n"),
    "json lines": "\n".join(json.dumps({"id": n, "text": text}) for n, text in enumerate(TEXTS, 1)).encode(),
    "json array": json.dumps([{"id": n, "text": text} for n, text in enumerate(TEXTS, 1)]).encode(),
    "json array in many lines": json.dumps([{"text": text} for text in TEXTS], indent=2).encode(),
    "json object around the list": json.dumps(
        {"page": 1, "items": [{"text": text} for text in TEXTS]}
    ).encode(),
}


@pytest.mark.parametrize("content", READABLE.values(), ids=READABLE)
def test_the_same_texts_come_out_of_every_form(file, content):
    """Encoding, delimiter, line ends and format make no difference to the texts."""
    assert texts(file("some.data", content)) == TEXTS


def test_cyrillic_in_an_old_encoding_is_recognised(file):
    """Where Windows-1252 does not fit, the encoding is found from the letters."""
    said = [
        "Очень плохая доставка, ждали две недели",
        "Отличный магазин, спасибо большое",
        "Вернули деньги быстро",
    ]
    content = "\n".join(["text", *(f'"{text}"' for text in said * 10)]).encode("cp1251")
    assert texts(file("russian.csv", content))[:3] == said


def test_rows_know_their_lines(file):
    """The line of a row is where it starts, also behind cells over several lines."""
    table = open_table(file("a.csv", 'id,text\n1,"two\nlines"\n2,one\n'))
    assert [(row.line, row.cells["text"]) for row in table.rows()] == [(2, "two\nlines"), (4, "one")]


def test_a_file_without_header_gets_numbered_columns(file):
    """A first row that is data is not taken for a header."""
    table = open_table(
        file("a.csv", "2024-05-01,It broke after a week of use.\n2024-05-02,Works well for me.\n")
    )
    assert table.columns == ["column 1", "column 2"]
    assert len(list(table.rows())) == 2


def test_plain_lines_of_text_are_rows(file):
    """A text file with a review per line needs no quotes, and commas do not cut it."""
    lines = ["It came late, and wet, and torn.", "Lovely, thank you!", "Would buy again, maybe, if cheaper"]
    assert texts(file("a.txt", "\n".join(lines)), "column 1") == lines


def test_names_that_stand_twice_are_told_apart(file):
    """Empty and repeated names of columns become different names."""
    table = open_table(file("a.csv", "text,,text\none,two,three\n"))
    assert table.columns == ["text", "column 2", "text (2)"]


def test_nested_objects_become_columns(file):
    """Objects in objects are columns with dotted names, truth values and numbers are text."""
    table = open_table(
        file("a.jsonl", '{"text": "ok", "user": {"plan": "pro", "seats": 4.0}, "vip": true}\n')
    )
    row = next(iter(table.rows()))
    assert row.cells == {"text": "ok", "user.plan": "pro", "user.seats": "4", "vip": "true"}


def workbook(path: Path, **sheets: list[list]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_a_workbook_is_read_from_its_first_sheet_with_rows(tmp_path):
    """Empty sheets are passed over; numbers and errors become plain cells."""
    path = workbook(tmp_path / "a.xlsx", Cover=[], Data=[["text", "stars"], ["fine", 4.0], ["bad", "#N/A"]])
    rows = list(open_table(path).rows())
    assert [row.cells for row in rows] == [{"text": "fine", "stars": "4"}, {"text": "bad", "stars": ""}]
    assert [row.line for row in rows] == [2, 3]


def test_a_sheet_can_be_named(tmp_path):
    """The sheet that was asked for is read."""
    path = workbook(tmp_path / "a.xlsx", One=[["text"], ["first"]], Two=[["text"], ["second"]])
    assert texts(path, sheet="Two") == ["second"]


def zipped(name: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, "x")
    return buffer.getvalue()


def bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"\0" * 60_000_000)
    return buffer.getvalue()


UNREADABLE = {
    "empty": (b"", "is empty"),
    "only empty lines": (b"\n\n  \n", "holds only empty lines"),
    "pdf": (b"%PDF-1.7 ...", "a PDF document"),
    "old excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, "password-protected Excel"),
    "gzip": (b"\x1f\x8b\x08\0", "compressed with gzip"),
    "parquet": (b"PAR1....", "a Parquet file"),
    "sqlite": (b"SQLite format 3\0", "a SQLite database"),
    "picture": (b"\x89PNG\r\n\x1a\n", "a picture"),
    "web page named xls": (b"<html><table><tr><td>text</td></tr></table></html>", "web page or XML"),
    "binary": (bytes(range(32)) * 40 + b"\0" * 2000, "binary data"),
    "zip": (zipped("reviews.csv"), "no Excel workbook"),
    "broken zip": (b"PK\x03\x04 and then nothing", "is damaged"),
    "broken workbook": (zipped("xl/workbook.xml"), "no readable workbook"),
    "zip bomb": (bomb(), "unpacks to"),
    "json object without list": (b'{\n"a": 1}', "holds no list of objects"),
}


@pytest.mark.parametrize(("content", "message"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_is_no_table_is_named(file, content, message):
    """The error says what the file is and what to do."""
    with pytest.raises(FileError, match=message):
        list(open_table(file("some.csv", content)).rows())


def test_missing_files_and_folders_are_named(tmp_path):
    """The error tells a missing file from a folder."""
    with pytest.raises(FileError, match="there is no file"):
        open_table(tmp_path / "none.csv")
    with pytest.raises(FileError, match="is a folder"):
        open_table(tmp_path)


def test_unknown_sheets_are_answered_with_the_known_ones(tmp_path, file):
    """The error lists the sheets; a CSV has none."""
    with pytest.raises(FileError, match="it has 'One'"):
        open_table(workbook(tmp_path / "a.xlsx", One=[["text"], ["x"]]), sheet="Two")
    with pytest.raises(FileError, match="has no sheets"):
        open_table(file("a.csv", "text\nx\n"), sheet="Two")
    with pytest.raises(FileError, match="no rows"):
        open_table(workbook(tmp_path / "b.xlsx", One=[]))


CUT = {
    "cut off": '[{"text": "one"}, {"text": "tw',
    "no comma": '[{"text": "one"} {"text": "two"}]',
    "not json": '[{"text": "one"}, oops]',
    "nested too deeply": '[{"text": "one"}, ' + "[" * 100_000,
}


@pytest.mark.parametrize("content", CUT.values(), ids=CUT)
def test_a_broken_json_array_gives_what_stands_before_the_break(file, content):
    """Entries before the break are read; then the error says where it is."""
    rows = open_table(file("a.json", content)).rows()
    assert next(rows).cells["text"] == "one"
    with pytest.raises(FileError, match="not valid JSON near line 1"):
        next(rows)


BROKEN_ROWS = {
    "too many cells": ("id,text\n1,good\n2,bad,extra\n3,good\n", 3, "more cells than columns"),
    "quote never closed": ('id,text\n1,good\n2,"bad\n3,good\n', 3, "never closed"),
    "quote closed by the next row": ('id,text\n1,good\n2,"bad\n3,good\n4,"good"\n', 3, "never closed"),
    "broken json line": ('{"text": "good"}\n{"text": bad}\n{"text": "good"}\n', 2, "not valid JSON"),
    "json line that is a list": ('{"text": "good"}\n["bad"]\n{"text": "good"}\n', 2, "no JSON object"),
    "json line that is null": ('{"text": "good"}\nnull\n{"text": "good"}\n', 2, "no JSON object"),
    "json line nested too deeply": (
        '{"text": "good"}\n' + "[" * 100_000 + '\n{"text": "good"}\n',
        2,
        "nested",
    ),
}


@pytest.mark.parametrize(("content", "line", "message"), BROKEN_ROWS.values(), ids=BROKEN_ROWS)
def test_a_broken_row_costs_no_other_row(file, content, line, message):
    """The broken row is named with its line; those around it are read."""
    rows = list(open_table(file("a.data", content)).rows())
    broken = [(row.line, row.problem) for row in rows if row.problem]
    assert [place for place, _ in broken] == [line]
    assert message in broken[0][1]
    assert {row.cells["text"] for row in rows if not row.problem} == {"good"}


def test_short_rows_are_filled_up(file):
    """Exports that leave out empty cells at the end are read."""
    rows = list(open_table(file("a.csv", "id,text,plan\n1,fine\n2,good,pro\n3,well,pro\n")).rows())
    assert rows[0].cells == {"id": "1", "text": "fine", "plan": ""}


def test_very_large_cells_are_read(file):
    """A cell far beyond the limit of the csv module is no error of the file."""
    assert len(texts(file("a.csv", "id,text\n1," + "x" * 500_000 + "\n"))[0]) == 500_000


def test_backslash_escapes_are_understood(file):
    """Databases export quotes as backslash and quote."""
    assert texts(file("a.csv", 'id,text\n1,"she said \\"no\\" twice"\n')) == ['she said "no" twice']


_CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)


@given(rows=st.lists(st.tuples(_CELL, _CELL), min_size=1, max_size=20), delimiter=st.sampled_from(",;\t|"))
def test_what_a_spreadsheet_writes_is_read_back(tmp_path_factory, rows, delimiter):
    """Any cells in any quoting come back as they were."""
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerows([("id", "text", "more"), *((f"r{n}", *row) for n, row in enumerate(rows))])
    read = [(row.cells["text"], row.cells["more"]) for row in open_table(path).rows()]
    assert read == rows


@given(
    rows=st.lists(st.dictionaries(st.sampled_from(["text", "plan", "note"]), _CELL, min_size=1), min_size=1)
)
def test_what_an_api_exports_is_read_back(tmp_path_factory, rows):
    """JSON Lines and a JSON array give the same cells."""
    folder = tmp_path_factory.mktemp("json")
    (folder / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    (folder / "a.json").write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    lines = [dict(row.cells) for row in open_table(folder / "a.jsonl").rows()]
    assert lines == [dict(row.cells) for row in open_table(folder / "a.json").rows()] == rows


_HEADS = [
    b"",
    b"id,text\n",
    b'{"text": "a"}\n',
    b'[{"text": "a"}, ',
    b"PK\x03\x04",
    b"\xff\xfe",
    b"sep=;\n",
    b'"',
    b"\xef\xbb\xbf",
]


@given(
    head=st.sampled_from(_HEADS),
    rest=st.binary(max_size=300),
    name=st.sampled_from(["a.csv", "a.json", "a.jsonl"]),
)
def test_any_bytes_are_rows_or_an_error_that_says_why(tmp_path_factory, head, rest, name):
    """Nothing that a file holds makes a reader fail in any other way."""
    path = tmp_path_factory.mktemp("any") / name
    path.write_bytes(head + rest)
    lines: list[int] = []
    with suppress(FileError):
        lines += [row.line for row in open_table(path).rows()]
    assert all(line >= 1 for line in lines)
