"""Reads JSON Lines and JSON arrays, entry by entry, however long the file is."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

from assistant.errors import FileError
from assistant.intake.encodings import open_text, part_read
from assistant.intake.rows import Row, Table, sample_of

_MAX_ENTRY = 8_000_000  # characters
_BLOCK = 1 << 16
_SAMPLE = 500
_DEPTH = 3
_SPACE = " \t\r\n"


class JsonLinesTable:
    """One JSON object per line."""

    def __init__(self, path: Path, *, encoding: str, size: int) -> None:
        self._path, self._encoding, self._size = path, encoding, size
        self.columns: Sequence[str] = ()
        self.columns = _columns(self)

    @property
    def description(self) -> str:
        """As Table."""
        return f"JSON Lines, {self._encoding}"

    def rows(self) -> Iterator[Row]:
        """As Table."""
        with open_text(self._path, self._encoding) as stream:
            for line, text in _numbered(stream):
                if text.strip():
                    cells, problem = _entry_of(text)
                    yield Row(line=line, cells=cells, problem=problem, done=part_read(stream, self._size))


class JsonTable:
    """A JSON array of objects, or an object that holds one."""

    def __init__(self, path: Path, *, encoding: str, size: int) -> None:
        self._path, self._encoding, self._size = path, encoding, size
        self.columns: Sequence[str] = ()
        self.columns = _columns(self)

    @property
    def description(self) -> str:
        """As Table."""
        return f"JSON, {self._encoding}"

    def rows(self) -> Iterator[Row]:
        """As Table."""
        with open_text(self._path, self._encoding) as stream:
            scanner = _Scanner(stream, self._path.name)
            for number, entry in enumerate(scanner.entries(), 1):
                cells, problem = _cells(entry)
                yield Row(line=number, cells=cells, problem=problem, done=part_read(stream, self._size))


class _Scanner:
    """Takes one JSON value after the other off a stream."""

    def __init__(self, stream: TextIO, name: str) -> None:
        self._stream, self._name = stream, name
        self._text, self._at, self._has_ended = "", 0, False
        self._line = 1
        self._decoder = json.JSONDecoder()

    def entries(self) -> Iterator[Any]:
        """The entries of the array, or of the first array inside an object."""
        if self._peek() == "{":
            self._find_array()
        elif self._peek() != "[":
            raise FileError(
                f"{self._name} is no list of JSON objects; export it as JSON Lines or as an array"
            )
        self._skip(1)
        while self._peek() != "]":
            yield self._value()
            if self._peek() == ",":
                self._skip(1)
            elif self._peek() != "]":
                raise self._broken("a comma or ] is missing")

    def _find_array(self) -> None:
        self._skip(1)
        while self._peek() == '"':
            self._value()
            if self._peek() != ":":
                raise self._broken("a colon is missing")
            self._skip(1)
            if self._peek() == "[":
                return
            self._value()
            if self._peek() == ",":
                self._skip(1)
        raise FileError(f"{self._name} holds no list of objects; export it as JSON Lines or as a JSON array")

    def _peek(self) -> str:
        """The next character that is no space; raises FileError at the end of the file."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in _SPACE:
                self._skip(1)
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                raise self._broken("the file ends in the middle; it was cut off")

    def _skip(self, count: int) -> None:
        self._line += self._text.count("\n", self._at, self._at + count)
        self._at += count

    def _more(self) -> bool:
        block = self._stream.read(max(_BLOCK, len(self._text) - self._at))
        self._text, self._at = self._text[self._at :] + block, 0
        self._has_ended = not block
        return bool(block)

    def _value(self) -> Any:
        self._peek()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except RecursionError:
                raise self._broken("it is nested too deeply") from None
            except ValueError as error:
                if len(self._text) - self._at > _MAX_ENTRY or not self._more():
                    raise self._broken(str(error).split(":")[0].lower()) from None
                continue
            # A number may go on in the next block; anything else ends with its own last character.
            if end < len(self._text) or isinstance(value, str | list | dict) or not self._more():
                self._skip(end - self._at)
                return value

    def _broken(self, what: str) -> FileError:
        return FileError(
            f"{self._name} is not valid JSON near line {self._line}: {what}. What stands before is kept; mend the file"
            " and import it again, or export JSON Lines, where one broken line does no harm"
        )


def _numbered(stream: TextIO) -> Iterator[tuple[int, str]]:
    number = 0
    while line := stream.readline(_MAX_ENTRY):
        number += 1
        yield number, line
        while not line.endswith(("\n", "\r")) and len(line) == _MAX_ENTRY:
            line = stream.readline(_MAX_ENTRY)


def _entry_of(text: str) -> tuple[dict[str, Any], str | None]:
    try:
        entry = json.loads(text)
    except RecursionError:
        return {"(line)": text[:2000]}, "the line is not valid JSON: it is nested too deeply"
    except ValueError as error:
        return {"(line)": text[:2000]}, f"the line is not valid JSON: {error}"
    return _cells(entry)


def _cells(entry: Any) -> tuple[dict[str, Any], str | None]:
    if not isinstance(entry, dict):
        kind = {list: "a list", str: "a text", type(None): "null"}.get(
            type(entry), "a number or a truth value"
        )
        return {"(line)": json.dumps(entry)[:2000]}, f"the entry is no JSON object: it is {kind}"
    return flat(entry), None


def flat(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry as cells: objects in objects become `user.name`, lists of plain values one cell."""
    cells: dict[str, Any] = {}
    _flatten(entry, "", _DEPTH, cells)
    return cells


def _flatten(entry: Mapping[str, Any], prefix: str, depth: int, cells: dict[str, Any]) -> None:
    """Objects in objects become `user.name`; lists of plain values become one cell."""
    for key, value in entry.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict) and depth > 1:
            _flatten(value, f"{name}.", depth - 1, cells)
        elif isinstance(value, dict):
            cells[name] = json.dumps(value, ensure_ascii=False)
        elif isinstance(value, list) and any(isinstance(one, list | dict) for one in value):
            cells[name] = value
        elif isinstance(value, list):
            cells[name] = ", ".join(map(_cell, value))
        else:
            cells[name] = _cell(value)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _columns(table: Table) -> Sequence[str]:
    """All names in the first entries."""
    names: dict[str, None] = {}
    for row in sample_of(table, _SAMPLE):
        if row.problem is None:
            names.update(dict.fromkeys(row.cells))
    return list(names)
