"""What an import has done: progress while it runs, the report at its end, and the refused rows as a file."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Self

from index.jobs import Jobs
from index.records import RowError

State = Literal["finished", "stopped", "cancelled"]
_PAGE = 500
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\x00")


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How far an import is. `total` is estimated from the part of the file that was read; `eta_s` is seconds."""

    rows: int
    total: int
    rate: float  # rows per second, of this run
    eta_s: float


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportReport:
    """What came of a file. Counts are of its rows: rows = added + updated + unchanged + duplicates + refused."""

    job: str
    file: str
    kind: str
    state: State
    rows: int
    added: int
    updated: int
    unchanged: int
    duplicates: int
    refused: int
    reasons: Mapping[str, int] = field(default_factory=dict)
    redactions: Mapping[str, int] = field(default_factory=dict)
    languages: Mapping[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    rate: float = 0.0
    notes: tuple[str, ...] = ()

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self) | {"notes": list(self.notes)}

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Self:
        """The inverse of `plain`."""
        return cls(**{**plain, "notes": tuple(plain["notes"])})


def all_errors(jobs: Jobs, job: str) -> Iterator[RowError]:
    """All refused rows of a job, by line."""
    after = 0
    while page := jobs.errors(job, after, _PAGE):
        yield from page
        after = page[-1].line


def reasons(errors: Iterator[RowError]) -> dict[str, int]:
    """How many rows were refused for each kind of reason, most first."""
    return dict(Counter(error.reason.partition(": ")[0] for error in errors).most_common())


def refused_csv(errors: Iterator[RowError], columns: Sequence[str]) -> Iterator[str]:
    """The refused rows as CSV, line by line: line, reason, and the columns of the file, redacted.

    A cell that a spreadsheet would run as a formula is led by an apostrophe.
    """
    yield _csv_line(["line", "reason", *columns, "(more)"])
    for error in errors:
        cells = [str(error.row.get(column, "")) for column in columns]
        rest = [str(value) for name, value in error.row.items() if name not in columns]
        yield _csv_line([str(error.line), error.reason, *cells, " | ".join(rest)])


def _csv_line(cells: Sequence[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells])
    return buffer.getvalue()
