"""Feedback as flat columns, to take it out as CSV, JSON Lines or Parquet."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import orjson

from index.records import StoredItem

Format = Literal["csv", "jsonl", "parquet"]
MEDIA_TYPES: Mapping[Format, str] = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/jsonl",
    "parquet": "application/vnd.apache.parquet",
}
_ABOUT = ("id", "kind", "date", "customer", "title", "text", "language", "source", "is_copy")
_TAGS = (
    "sentiment", "emotions", "intensity", "themes", "sub_themes", "empathy_gaps", "churn", "effort", "urgency", "intent",
    "forces", "spectrum", "values", "why", "abstained", "model",
)  # fmt: skip
_FORMULA = tuple("=+-@\t\r\0")
_ROWS = 500  # of a Parquet row group
BOM = "\ufeff"  # by which Excel knows UTF-8


def columns(attributes: Iterable[str]) -> list[str]:
    """Names of the columns: what an item is, its tags, and `attr.<name>` for each attribute."""
    return [*_ABOUT, *_TAGS, *(f"attr.{name}" for name in sorted(attributes))]


def flat(stored: StoredItem, attributes: Sequence[str]) -> dict[str, str | int | bool | None]:
    """One item as a row. Several labels are joined by `;`, themes and forces carry their polarity: `delivery:-`."""
    item, tags = stored.item, stored.tags
    row: dict[str, str | int | bool | None] = {
        "id": item.id, "kind": item.kind, "date": item.date.isoformat() if item.date else None, "customer": item.customer,
        "title": item.title, "text": item.text, "language": item.language, "source": item.source, "is_copy": stored.copy,
        "sentiment": _label(tags.get("sentiment")), "emotions": _labels(tags.get("emotions")), "intensity": tags.get("intensity"),
        "themes": _labels(tags.get("themes")), "sub_themes": ";".join(t["sub"] for t in tags.get("themes") or () if t.get("sub")),
        "empathy_gaps": _labels(tags.get("empathy_gaps")), "churn": _label(tags.get("churn")), "effort": _label(tags.get("effort")),
        "urgency": tags.get("urgency"), "intent": _label(tags.get("intent")), "forces": _labels(tags.get("forces")),
        "spectrum": _label(tags.get("spectrum")), "values": _labels(tags.get("values")),
        "why": " … ".join(item.text[first:last] for first, last in tags.get("why") or ()),
        "abstained": ";".join(sorted({str(one.get("reason")) for one in tags.get("abstained") or ()})), "model": stored.model,
    }  # fmt: skip
    return row | {f"attr.{name}": item.attributes.get(name) for name in sorted(attributes)}


def csv_lines(items: Iterable[StoredItem], attributes: Sequence[str]) -> Iterator[bytes]:
    """CSV with a byte order mark. No cell can become a formula in a spreadsheet: those that could begin with `'`."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)

    def line(cells: Iterable[Any]) -> bytes:
        writer.writerow([_harmless(cell) for cell in cells])
        text = buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
        return text.encode()

    yield BOM.encode() + line(columns(attributes))
    for stored in items:
        yield line(flat(stored, attributes).values())


def json_lines(items: Iterable[StoredItem]) -> Iterator[bytes]:
    """One object per item: what an import takes, with the tags beside it."""
    for stored in items:
        item = stored.item
        plain = {
            "id": item.id, "text": item.text, "title": item.title, "date": item.date, "customer": item.customer,
            "attributes": dict(item.attributes), "turns": item.turns, "language": item.language, "source": item.source,
            "is_copy": stored.copy, "tags": dict(stored.tags), "model": stored.model,
        }  # fmt: skip
        yield orjson.dumps({name: value for name, value in plain.items() if value is not None}) + b"\n"


def write_parquet(items: Iterable[StoredItem], attributes: Sequence[str], path: Path) -> None:
    """Parquet with one typed column per name of `columns`."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {"intensity": pa.int8(), "urgency": pa.int8(), "is_copy": pa.bool_(), "date": pa.date32()}
    schema = pa.schema([(name, kinds.get(name, pa.string())) for name in columns(attributes)])
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        rows: list[dict[str, Any]] = []
        for stored in items:
            rows.append({**flat(stored, attributes), "date": stored.item.date})
            if len(rows) == _ROWS:
                writer.write_table(pa.Table.from_pylist(rows, schema=schema))
                rows = []
        writer.write_table(pa.Table.from_pylist(rows, schema=schema))


def _harmless(cell: Any) -> Any:
    if not isinstance(cell, str):
        return "" if cell is None else cell
    cell = cell.replace("\0", "")
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _label(tag: Any) -> str | None:
    return tag["label"] if tag else None


def _labels(tags: Any) -> str:
    return ";".join(
        f"{tag['label']}:{tag['polarity']}" if tag.get("polarity") else tag["label"] for tag in tags or ()
    )
