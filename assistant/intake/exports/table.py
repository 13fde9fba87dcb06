"""Reads the entries of a product's export as rows that the intake knows."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from assistant.errors import RefusedError
from assistant.intake.exports.freshdesk import FreshdeskExport
from assistant.intake.exports.intercom import IntercomExport
from assistant.intake.exports.reviews import REVIEWS
from assistant.intake.exports.surveys import as_survey
from assistant.intake.exports.zendesk import ZendeskExport
from assistant.intake.rows import Row, Table


class Export(Protocol):
    """How one product writes its entries."""

    name: str  # with its article, for people
    fields: frozenset[str]  # those by which it is recognised
    columns: Sequence[str]

    def cells(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        """An entry as cells by column. Raises RefusedError saying what is missing."""
        ...


EXPORTS: tuple[Export, ...] = (ZendeskExport(), IntercomExport(), FreshdeskExport(), *REVIEWS)


class ExportTable:
    """The table of a file, each entry under the names that the intake knows."""

    def __init__(self, table: Table, export: Export) -> None:
        self._table, self._export = table, export

    @property
    def columns(self) -> Sequence[str]:
        """As Table."""
        return self._export.columns

    @property
    def description(self) -> str:
        """As Table."""
        return f"{self._table.description}, read as {self._export.name} export"

    def rows(self) -> Iterator[Row]:
        """As Table."""
        for row in self._table.rows():
            yield row if row.problem else self._row(row)

    def _row(self, row: Row) -> Row:
        try:
            cells = self._export.cells(row.cells)
        except RefusedError as error:
            # Only the id: the entry may hold internal notes, and what is refused is kept for people to see.
            kept = {"id": row.cells.get("id", "")}
            return Row(line=row.line, cells=kept, problem=str(error), done=row.done)
        return Row(line=row.line, cells=cells, done=row.done)


def as_export(table: Table) -> Table:
    """The table read as the export of a product if it has its fields, else the table itself."""
    fields = frozenset(table.columns)
    found = next((export for export in EXPORTS if export.fields <= fields), None)
    return ExportTable(table, found) if found else as_survey(table) or table
