"""How a file would be read, before anything of it is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from assistant.errors import RefusedError
from assistant.intake.drafts import clean_customer, draft_of_row
from assistant.intake.mapping import ColumnMapping
from assistant.intake.redaction import Redactor
from assistant.intake.rows import Row, Table, sample_of

_LOOKED_AT = 200
_SHOWN = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """How a file would be read. `rows` are its first rows, redacted; `refused` are (line, reason) of its first."""

    file: str
    description: str
    mapping: ColumnMapping
    rows: Sequence[Mapping[str, Any]]
    refused: Sequence[tuple[int, str]]

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self) | {"mapping": self.mapping.plain()}


def preview(name: str, table: Table, mapping: ColumnMapping, redactor: Redactor) -> Preview:
    """Read the first rows without storing them."""
    shown: list[Mapping[str, Any]] = []
    refused: list[tuple[int, str]] = []
    for row in sample_of(table, _LOOKED_AT):
        try:
            found = _shown(row, mapping, redactor)
        except RefusedError as error:
            refused.append((row.line, str(error)))
        else:
            shown.append(found)
        if len(shown) == _SHOWN:
            break
    return Preview(
        file=name, description=table.description, mapping=mapping, rows=shown, refused=refused[:_SHOWN]
    )


def _shown(row: Row, mapping: ColumnMapping, redactor: Redactor) -> dict[str, Any]:
    if mapping.kind == "customers":
        customer = redactor.customer(clean_customer(str(row.cells.get(mapping.column("customer") or "", ""))))
        values = {name: str(row.cells.get(column, "")) for column, name in mapping.attributes.items()}
        return {"customer": customer, "attributes": redactor.attributes(values)}
    draft = draft_of_row(row, mapping)
    item = redactor.item(replace(draft, id=draft.id or "to be made"), None)
    return {
        "id": draft.id and item.id,
        "text": item.text,
        "date": item.date.isoformat() if item.date else None,
        "customer": item.customer,
        "attributes": dict(item.attributes),
    }
