"""The tables. `clock` has one row: it hands out item numbers and the change sequence.

Every write takes the next values of the change sequence while it holds the only write lock, so the
sequence is in commit order and a reader that asks for "everything after n" misses nothing. `items.seq`,
`vectors.seq` and `deletions.seq` together are the outbox: what reads them keeps its own position.
"""

from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Row,
    String,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB

HEAD = "0002"  # newest revision in index/migrations; opening compares it without loading Alembic
JsonColumn = JSON().with_variant(JSONB(), "postgresql")
metadata = MetaData()
AnyRow = Row[*tuple[Any, ...]]

clock = Table(
    "clock",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("lineage", String, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("customer", Integer, nullable=False),
    Column("dim", Integer),
)

customers = Table(
    "customers",
    metadata,
    Column("code", Integer, primary_key=True, autoincrement=False),
    Column("id", String, nullable=False, unique=True),
    Column("attributes", JsonColumn, nullable=False),
    Column("seq", Integer, nullable=False, index=True),
)

items = Table(
    "items",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("id", String, nullable=False, unique=True),
    Column("seq", Integer, nullable=False, unique=True),
    Column("hash", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("title", Text),
    Column("turns", JsonColumn),
    Column("date", Date),
    Column("day", Integer, nullable=False),
    Column("customer", Integer, ForeignKey("customers.code"), index=True),
    Column("language", String),
    Column("attributes", JsonColumn, nullable=False),
    Column("source", String),
    Column("redactions", JsonColumn, nullable=False),
    Column("words", Integer, nullable=False),
    Column("text_key", String, index=True),
    Column("copy", Boolean, nullable=False),
    Column("tags", JsonColumn, nullable=False),
    Column("terms", JsonColumn, nullable=False),
    Column("model", String, nullable=False),
    Index("items_by_day", "day", "number"),
    Index("items_by_model", "model"),
)

vectors = Table(
    "vectors",
    metadata,
    Column(
        "number",
        Integer,
        ForeignKey("items.number", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("seq", Integer, nullable=False, index=True),
    Column("vector", LargeBinary, nullable=False),
)

deletions = Table(
    "deletions",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
)

documents = Table(
    "documents",
    metadata,
    Column("kind", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("body", JsonColumn, nullable=False),
    Column("created", Float, nullable=False),
    Column("updated", Float, nullable=False),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("params", JsonColumn, nullable=False),
    Column("state", String, nullable=False, index=True),
    Column("worker", String),
    Column("lease_until", Float, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("line", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("total", Integer),
    Column("added", Integer, nullable=False),
    Column("updated", Integer, nullable=False),
    Column("unchanged", Integer, nullable=False),
    Column("refused", Integer, nullable=False),
    Column("report", JsonColumn, nullable=False),
    Column("error", Text),
    Column("created", Float, nullable=False),
    Column("changed", Float, nullable=False),
)

job_errors = Table(
    "job_errors",
    metadata,
    Column("job", String, ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("reason", Text, nullable=False),
    Column("row", JsonColumn, nullable=False),
)
