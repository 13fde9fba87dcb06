"""The first schema: items with their full-text index, vectors, customers, jobs, documents."""

import uuid

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None

_JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    _clock()
    _items()
    _others()
    if op.get_bind().dialect.name == "postgresql":
        _postgres_words()
    else:
        _sqlite_words()


def _clock() -> None:
    clock = op.create_table(
        "clock",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("lineage", sa.String, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("customer", sa.Integer, nullable=False),
        sa.Column("dim", sa.Integer),
    )
    first = {"id": 1, "lineage": uuid.uuid4().hex, "seq": 0, "number": 0, "customer": 0, "dim": None}
    op.bulk_insert(clock, [first])


def _items() -> None:
    op.create_table(
        "customers",
        sa.Column("code", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("id", sa.String, nullable=False, unique=True),
        sa.Column("attributes", _JSON, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False, index=True),
    )
    op.create_table(
        "items",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("id", sa.String, nullable=False, unique=True),
        sa.Column("seq", sa.Integer, nullable=False, unique=True),
        sa.Column("hash", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("title", sa.Text),
        sa.Column("turns", _JSON),
        sa.Column("date", sa.Date),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("customer", sa.Integer, sa.ForeignKey("customers.code"), index=True),
        sa.Column("language", sa.String),
        sa.Column("attributes", _JSON, nullable=False),
        sa.Column("source", sa.String),
        sa.Column("redactions", _JSON, nullable=False),
        sa.Column("words", sa.Integer, nullable=False),
        sa.Column("text_key", sa.String, index=True),
        sa.Column("copy", sa.Boolean, nullable=False),
        sa.Column("tags", _JSON, nullable=False),
        sa.Column("terms", _JSON, nullable=False),
        sa.Column("model", sa.String, nullable=False),
    )
    op.create_index("items_by_day", "items", ["day", "number"])
    owner = sa.ForeignKey("items.number", ondelete="CASCADE")
    op.create_table(
        "vectors",
        sa.Column("number", sa.Integer, owner, primary_key=True, autoincrement=False),
        sa.Column("seq", sa.Integer, nullable=False, index=True),
        sa.Column("vector", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "deletions",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer, nullable=False),
    )


def _others() -> None:
    op.create_table(
        "documents",
        sa.Column("kind", sa.String, primary_key=True),
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("body", _JSON, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("updated", sa.Float, nullable=False),
    )
    op.create_table(
        "jobs",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("params", _JSON, nullable=False),
        sa.Column("state", sa.String, nullable=False, index=True),
        sa.Column("worker", sa.String),
        sa.Column("lease_until", sa.Float, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("line", sa.Integer, nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("total", sa.Integer),
        *(
            sa.Column(name, sa.Integer, nullable=False)
            for name in ("added", "updated", "unchanged", "refused")
        ),
        sa.Column("report", _JSON, nullable=False),
        sa.Column("error", sa.Text),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("changed", sa.Float, nullable=False),
    )
    job = sa.ForeignKey("jobs.id", ondelete="CASCADE")
    op.create_table(
        "job_errors",
        sa.Column("job", sa.String, job, primary_key=True),
        sa.Column("line", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("row", _JSON, nullable=False),
    )


def _sqlite_words() -> None:
    """FTS5 without a copy of the text; triggers keep it in the same transaction as the items."""
    gone = "INSERT INTO item_words (item_words, rowid, text) VALUES ('delete', old.number, old.text);"
    new = "INSERT INTO item_words (rowid, text) VALUES (new.number, new.text);"
    op.execute(
        "CREATE VIRTUAL TABLE item_words USING fts5("
        "text, content='items', content_rowid='number', tokenize='porter unicode61 remove_diacritics 2')"
    )
    op.execute(f"CREATE TRIGGER items_added AFTER INSERT ON items BEGIN {new} END")
    op.execute(f"CREATE TRIGGER items_deleted AFTER DELETE ON items BEGIN {gone} END")
    op.execute(
        "CREATE TRIGGER items_changed AFTER UPDATE OF text ON items WHEN old.text <> new.text "
        f"BEGIN {gone} {new} END"
    )


def _postgres_words() -> None:
    """The same words as FTS5 finds: English stems, stop words kept, punctuation always separates."""
    op.execute("CREATE TEXT SEARCH DICTIONARY earmark_stem (TEMPLATE = snowball, LANGUAGE = english)")
    op.execute("CREATE TEXT SEARCH CONFIGURATION earmark (COPY = simple)")
    op.execute(
        "ALTER TEXT SEARCH CONFIGURATION earmark ALTER MAPPING FOR "
        "asciiword, word, numword, asciihword, hword, numhword, hword_asciipart, hword_part, hword_numpart "
        "WITH earmark_stem"
    )
    # Without this the parser makes one word of `late/damaged` (a path) and of `delivery.late` (a host).
    spaced = "regexp_replace(text, '[!-/:-@[-`{-~‘’“”«»…–—]+', ' ', 'g')"
    op.execute(
        "ALTER TABLE items ADD COLUMN lexemes tsvector "
        f"GENERATED ALWAYS AS (to_tsvector('earmark', {spaced})) STORED"
    )
    op.execute("CREATE INDEX items_by_lexeme ON items USING gin (lexemes)")
