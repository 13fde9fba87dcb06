"""What readers hand on: rows of named cells, each with its place in the file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Protocol

from assistant.errors import FileError

_MAX_SAMPLE = 10_000_000  # characters


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One row. `cells` are strings, or lists where a JSON file holds lists; empty cells are "".

    `line` is the line where the row starts; in a JSON array it is the number of the entry, from 1.
    `problem` says why the row could not be read; `done` is the part of the file read so far, 0 to 1.
    """

    line: int
    cells: Mapping[str, Any] = field(default_factory=dict)
    problem: str | None = None
    done: float = 0.0


class Table(Protocol):
    """A file that can be read row by row, from the start, as often as wished, in constant memory."""

    @property
    def columns(self) -> Sequence[str]:
        """The names of the columns, each once."""
        ...

    @property
    def description(self) -> str:
        """Format and how it was read, for people."""
        ...

    def rows(self) -> Iterator[Row]:
        """All rows in order. Raises FileError where the file cannot be read further."""
        ...


def sample_of(table: Table, count: int) -> list[Row]:
    """The first rows, up to some size. Where the file breaks off, those before the break; FileError if none."""
    rows: list[Row] = []
    size = 0
    try:
        for row in islice(table.rows(), count):
            rows.append(row)
            size += sum(len(cell) for cell in row.cells.values())
            if size > _MAX_SAMPLE:
                break
    except FileError:
        if not rows:
            raise
    return rows


def column_names(header: Sequence[str]) -> list[str]:
    """Names that are not empty and stand once each: `column 3`, `Comment (2)`."""
    names: list[str] = []
    for number, cell in enumerate(header, 1):
        name = " ".join(cell.split()) or f"column {number}"
        times = sum(known == name or known.startswith(f"{name} (") for known in names)
        names.append(f"{name} ({times + 1})" if times else name)
    return names


def aligned(cells: Sequence[str], columns: Sequence[str]) -> tuple[dict[str, str], str | None]:
    """Cells by column, and what is wrong if there are more cells than columns. Missing ones are empty."""
    if len(cells) == len(columns):
        return dict(zip(columns, cells, strict=True)), None
    extra = [cell for cell in cells[len(columns) :] if cell.strip()]
    named = dict.fromkeys(columns, "") | dict(zip(columns, cells, strict=False))
    if not extra:
        return named, None
    problem = (
        f"the row has more cells than columns: {len(cells)} cells, {len(columns)} columns;"
        " put cells that contain the delimiter in quotes"
    )
    return named | {"(more)": " | ".join(extra)}, problem
