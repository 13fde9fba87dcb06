"""Reads Excel workbooks, one sheet, row by row."""

import datetime as dt
import struct
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from assistant.errors import FileError
from assistant.intake.rows import Row, aligned, column_names
from assistant.intake.sniffing import has_header

_MAX_UNPACKED = 4_000_000_000  # bytes
_MAX_RATIO = 300
_ERRORS = frozenset(("#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!"))


class SheetTable:
    """One sheet of a workbook: the one named, or the first that is not empty."""

    def __init__(self, path: Path, *, sheet: str | None) -> None:
        self._path = path
        _check(path)
        with _workbook(path) as book:
            self._sheet = _chosen(book, sheet, path.name)
            self._total = book[self._sheet].max_row or 0
        first = list(islice(self._filled(), 50))
        cells = first[0][1]
        self._has_header = has_header(cells, [cells for _, cells in first[1:]])
        self.columns: Sequence[str] = column_names(cells if self._has_header else [""] * len(cells))

    @property
    def description(self) -> str:
        """As Table."""
        return f"Excel, sheet {self._sheet!r}, {'header' if self._has_header else 'no header'}"

    def rows(self) -> Iterator[Row]:
        """As Table. `line` is the number of the row in the sheet."""
        filled = self._filled()
        if self._has_header:
            next(filled)
        for line, cells in filled:
            named, problem = aligned(cells, self.columns)
            yield Row(line=line, cells=named, problem=problem, done=min(line / max(self._total, 1), 1.0))

    def _filled(self) -> Iterator[tuple[int, list[str]]]:
        with _workbook(self._path) as book:
            sheet = book[self._sheet]
            sheet.reset_dimensions()  # some exporters write a wrong size, which would cut columns off
            for number, values in enumerate(_values(sheet, self._path.name), 1):
                cells = [_cell(value) for value in values]
                while cells and not cells[-1]:
                    cells.pop()
                if cells:
                    yield number, cells


def _values(sheet: Any, name: str) -> Iterator[Sequence[Any]]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield from sheet.iter_rows(values_only=True)
    except Exception as error:  # a damaged workbook makes openpyxl raise anything
        raise FileError(
            f"{name} is damaged inside ({error}); open it in Excel and save it again, or as CSV"
        ) from error


def _check(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as parts:
            sizes = [part.file_size for part in parts.infolist()]
            names = set(parts.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error) as error:
        raise FileError(f"{path.name} is damaged ({error}); save it again, or as CSV") from error
    if not any(name.startswith("xl/workbook") for name in names):
        raise FileError(
            f"{path.name} is an archive, but no Excel workbook; unpack it, or save it as .xlsx or CSV"
        )
    if sum(sizes) > _MAX_UNPACKED or sum(sizes) > _MAX_RATIO * path.stat().st_size + 10_000_000:
        raise FileError(
            f"{path.name} unpacks to {sum(sizes):,} bytes, which no honest workbook does; save it as CSV"
        )


@contextmanager
def _workbook(path: Path) -> Iterator[Any]:
    import openpyxl

    with path.open("rb") as file:  # by its contents: openpyxl would judge a path by its ending
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        except Exception as error:  # as above
            raise FileError(
                f"{path.name} is no readable workbook ({error}); save it again in Excel, or as CSV"
            ) from error
        try:
            yield book
        finally:
            book.close()


def _chosen(book: Any, wanted: str | None, name: str) -> str:
    sheets = [sheet.title for sheet in book.worksheets]
    if wanted is not None:
        if wanted not in sheets:
            raise FileError(f"{name} has no sheet {wanted!r}; it has {', '.join(map(repr, sheets))}")
        sheets = [wanted]
    for title in sheets:
        sheet = book[title]
        sheet.reset_dimensions()
        if any(_cell(value) for row in islice(_values(sheet, name), 1000) for value in row):
            return str(title)
    raise FileError(
        f"{name} has no rows in {', '.join(map(repr, sheets))}; name another sheet, or save the file again"
    )


def _cell(value: Any) -> str:
    if value is None or value in _ERRORS:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    return str(value)
