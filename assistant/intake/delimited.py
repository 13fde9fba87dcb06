"""Reads CSV, TSV and plain lines of text, also broken ones, row by row."""

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TextIO

from assistant.errors import FileError
from assistant.intake.encodings import open_text, part_read
from assistant.intake.rows import Row, aligned, column_names
from assistant.intake.sniffing import NO_DELIMITER, Layout, has_header, layout

_MAX_LINE = 4_000_000  # characters
_MAX_ROW = 2_000_000
_MAX_ROW_LINES = 5_000
_SAMPLE_LINES = 200
_UNCLOSED = "a quote is opened and never closed; close it, or double it inside a cell"


class _EndlessRowError(Exception):
    """A row goes on for so long that a quote must be missing."""


class DelimitedTable:
    """A file of delimited text."""

    def __init__(self, path: Path, *, encoding: str, size: int) -> None:
        self._path, self._encoding, self._size = path, encoding, size
        with open_text(path, encoding) as stream:
            sample = _first_lines(stream)
        self._layout = layout(sample)
        first = list(islice(self._records(), 50))
        if not first:
            raise FileError(f"{path.name} holds only empty lines; export it again")
        cells = first[0][1]
        self._has_header = has_header(cells, [cells for _, cells, _ in first[1:]])
        self.columns: Sequence[str] = column_names(cells if self._has_header else [""] * len(cells))

    @property
    def description(self) -> str:
        """As Table."""
        kind = "text, a row per line" if self._layout.delimiter == NO_DELIMITER else "CSV"
        cut = "" if self._layout.delimiter == NO_DELIMITER else f", delimiter {self._layout.delimiter_name}"
        return f"{kind}{cut}, {self._encoding}, {'header' if self._has_header else 'no header'}"

    def rows(self) -> Iterator[Row]:
        """As Table."""
        with open_text(self._path, self._encoding) as stream:
            records = self._cut(stream)
            if self._has_header:
                next(records, None)
            for line, cells, problem in records:
                named, ragged = aligned(cells, self.columns)
                done = part_read(stream, self._size)
                yield Row(line=line, cells=named, problem=problem or ragged, done=done)

    def _records(self) -> Iterator[tuple[int, list[str], str | None]]:
        with open_text(self._path, self._encoding) as stream:
            yield from self._cut(stream)

    def _cut(self, stream: TextIO) -> Iterator[tuple[int, list[str], str | None]]:
        feed = _Feed(_lines(stream))
        feed.skip(self._layout.skipped)
        return _records(feed, self._layout)


class _Feed:
    """Lines for the CSV parser that can be given back, so that one missing quote costs one line."""

    def __init__(self, lines: Iterator[tuple[int, str]]) -> None:
        self._lines = lines
        self._waiting: deque[tuple[int, str]] = deque()
        self._length = 0
        self.taken: list[tuple[int, str]] = []
        self.has_ended = False

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        if len(self.taken) >= _MAX_ROW_LINES or self._length > _MAX_ROW:
            raise _EndlessRowError
        line = self._waiting.popleft() if self._waiting else next(self._lines, None)
        if line is None:
            self.has_ended = True
            raise StopIteration
        self.taken.append(line)
        self._length += len(line[1])
        return line[1]

    def skip(self, count: int) -> None:
        """Leave out lines before the table."""
        for _ in range(count):
            next(self._lines, None)

    def begin(self) -> None:
        """The next line starts a row."""
        self.taken, self._length = [], 0

    def give_back_all_but_first(self) -> None:
        """Read the lines after the first again, as rows of their own."""
        self._waiting.extendleft(reversed(self.taken[1:]))
        self.has_ended = False


def _first_lines(stream: TextIO) -> list[str]:
    lines: list[str] = []
    size = 0
    for _, line in islice(_lines(stream), _SAMPLE_LINES):
        size += len(line)
        if lines and size > _MAX_ROW:
            break
        lines.append(line)
    return lines


def _lines(stream: TextIO) -> Iterator[tuple[int, str]]:
    """Numbered lines; of one without end the rest is left out, which makes it too long for a text."""
    number = 0
    while line := stream.readline(_MAX_LINE):
        number += 1
        yield number, line
        while not line.endswith(("\n", "\r")) and len(line) == _MAX_LINE:
            line = stream.readline(_MAX_LINE)


def _records(feed: _Feed, how: Layout) -> Iterator[tuple[int, list[str], str | None]]:
    """Rows with their first line; empty lines are left out."""
    # The module's own limit is for the whole process; ours stands in `_Feed`.
    csv.field_size_limit(max(csv.field_size_limit(), _MAX_ROW + _MAX_LINE))
    width = 0
    while True:
        feed.begin()
        cells, problem = _next_record(feed, how)
        if cells is None:
            return
        line = feed.taken[0][0]
        if problem is None and len(feed.taken) > 1 and _hides_rows(feed, how, width, len(cells)):
            cells, problem = [feed.taken[0][1]], _UNCLOSED
        if problem:
            feed.give_back_all_but_first()
        width = width or len(cells)
        if problem or any(cell.strip() for cell in cells):
            yield line, cells, problem


def _next_record(feed: _Feed, how: Layout) -> tuple[list[str] | None, str | None]:
    try:
        cells = next(csv.reader(feed, delimiter=how.delimiter, escapechar=how.escape), None)
    except (_EndlessRowError, csv.Error):
        return [feed.taken[0][1][:_MAX_ROW]], _UNCLOSED
    if cells is not None and feed.has_ended:
        return [feed.taken[0][1]], _UNCLOSED
    return cells, None


def _hides_rows(feed: _Feed, how: Layout, width: int, found: int) -> bool:
    """Whether a row over several lines has swallowed the next one: it is irregular, and the next is complete."""
    is_regular = found == width and _strictly([line for _, line in feed.taken], how) is not None
    alone = _strictly([feed.taken[1][1]], how)
    return not is_regular and alone is not None and len(alone) == width


def _strictly(lines: Sequence[str], how: Layout) -> list[str] | None:
    """The cells of a row without any irregular quote, else None."""
    reader = csv.reader(lines, delimiter=how.delimiter, escapechar=how.escape, strict=True)
    try:
        return next(reader, None)
    except csv.Error:
        return None
