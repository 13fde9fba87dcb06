"""Opens a file of feedback or customers: finds its format by its first bytes, not by its name."""

import json
from pathlib import Path

from assistant.errors import FileError
from assistant.intake.delimited import DelimitedTable
from assistant.intake.encodings import Survey, open_text, survey
from assistant.intake.exports.chats import TranscriptTable, WhatsAppTable, is_transcript, is_whatsapp
from assistant.intake.exports.mail import MailTable, is_mail
from assistant.intake.exports.table import as_export
from assistant.intake.json_rows import JsonLinesTable, JsonTable
from assistant.intake.rows import Table
from assistant.intake.sheets import SheetTable

_FOREIGN = (
    (b"%PDF", "a PDF document; export the data as CSV"),
    (
        b"\xd0\xcf\x11\xe0",
        "an old or password-protected Excel file; save it as .xlsx without a password, or as CSV",
    ),
    (b"\x1f\x8b", "compressed with gzip; unpack it first"),
    (b"BZh", "compressed with bzip2; unpack it first"),
    (b"7z\xbc\xaf", "a 7-Zip archive; unpack it first"),
    (b"Rar!", "a RAR archive; unpack it first"),
    (b"\xfd7zXZ", "compressed with xz; unpack it first"),
    (b"PAR1", "a Parquet file; export it as CSV or JSON Lines"),
    (b"SQLite format 3", "a SQLite database; export the table as CSV"),
    (b"\x89PNG", "a picture; export the data as CSV"),
    (b"\xff\xd8\xff", "a picture; export the data as CSV"),
    (b"GIF8", "a picture; export the data as CSV"),
    (b"{\\rtf", "a text document; export the data as CSV"),
)
_MARKUP = ("<!doctype html", "<html", "<?xml", "<table", "<workbook")
_HEAD = 1 << 16


def open_table(path: Path, *, sheet: str | None = None, known: Survey | None = None) -> Table:
    """Open CSV, TSV, lines of text, JSON Lines, a JSON array, an Excel workbook, mails, or chats.

    Args:
        path: the file.
        sheet: name of the sheet of a workbook; the first that is not empty by default.
        known: what `survey` said of the file, if it was asked already.

    Raises:
        FileError: saying what the file is instead, or where it is broken.
    """
    found = known or survey(path)
    with path.open("rb") as file:
        start = file.read(16)
    for mark, what in _FOREIGN:
        if start.startswith(mark):
            raise FileError(f"{path.name} is {what}")
    if start.startswith(b"PK"):
        return as_export(SheetTable(path, sheet=sheet))
    if sheet is not None:
        raise FileError(f"{path.name} is no Excel workbook and has no sheets; leave out the sheet {sheet!r}")
    return _text_table(path, found)


def _text_table(path: Path, found: Survey) -> Table:
    with open_text(path, found.encoding) as stream:
        head = stream.read(_HEAD).lstrip("\ufeff \t\r\n")
    if not head:
        raise FileError(f"{path.name} holds only empty lines; export it again")
    if head.lower().startswith(_MARKUP):
        raise FileError(
            f"{path.name} is a web page or XML, whatever its name says; open it in Excel and save it as CSV"
        )
    if head.count("\x00") > len(head) / 4:
        raise FileError(f"{path.name} holds binary data, no text; export it as CSV")
    if is_mail(head):
        return MailTable(path)
    if is_whatsapp(head):
        return WhatsAppTable(path, found)
    if is_transcript(head):
        return TranscriptTable(path, found)
    if _is_json_lines(head, path):
        return as_export(JsonLinesTable(path, encoding=found.encoding, size=found.size))
    if head[0] == "{" or (
        head[0] == "[" and (head[1:].lstrip()[:1] in ("{", "]", "[") or path.suffix == ".json")
    ):
        return as_export(JsonTable(path, encoding=found.encoding, size=found.size))
    return as_export(DelimitedTable(path, encoding=found.encoding, size=found.size))


def _is_json_lines(head: str, path: Path) -> bool:
    """The first line is an object of its own. A single object that holds the list of entries is no line."""
    if path.suffix.lower() in (".jsonl", ".ndjson"):
        return True
    if head[0] != "{":
        return False
    first, _, rest = head.partition("\n")
    try:
        entry = json.loads(first)
    except (ValueError, RecursionError):
        return False
    holds_entries = any(
        isinstance(value, list) and value and isinstance(value[0], dict) for value in entry.values()
    )
    return bool(rest.strip()) or not holds_entries
