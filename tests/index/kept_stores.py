"""Stores as earlier versions left them, kept to be upgraded.

`python -m tests.index.kept_stores 0001` writes those of a schema revision; a revision is added when it is released and
never made anew.
"""

import datetime as dt
import gzip
import re
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import psycopg

from index.engine import connect
from index.jobs import Jobs
from index.migrate import migrate
from index.records import Customer, Entry, Item, RowError
from index.store import Store
from tests.index import servers

FIXTURES = Path(__file__).with_name("fixtures")
SCHEMA = "earmark_kept"
TEXTS = (
    "The zip of the tent went on the first night.",
    "Your driver waited while I found my keys. Thank you.",
    "Charged twice, and twice told it was my bank.",
    "Charged twice, and twice told it was my bank!",
    "Größe passt, Farbe leider nicht.",
)


def fill(store: Store) -> None:
    """Items, copies, a deletion, a conversation, customers, documents and a job with a refused row."""
    jobs = Jobs(store)
    job = jobs.create("import", {"name": "kept.csv"})
    jobs.claim("maker", 60, id_=job.id)
    entries = [
        Entry(
            item=Item(
                id=f"k{number}", text=text, date=dt.date(2025, 3, 1 + number), customer=f"C{number % 2}",
                language="en", attributes={"channel": "mail"}, title="Zip" if number == 0 else None, source="kept.csv",
            ),
            tags={"sentiment": {"label": "negative", "score": 0.75}},
            terms=frozenset({"sentiment=negative", f"word={number}"}),
            vector=np.eye(8, dtype=np.float32)[number],
            model="earmark-tagger-0",
        )
        for number, text in enumerate(TEXTS)
    ]  # fmt: skip
    refused = [RowError(line=9, reason="the text is empty", row={"text": ""})]
    store.write(entries, job=job.id, job_line=10, job_errors=refused, worker="maker")
    jobs.finish(job.id, {"added": len(TEXTS)}, worker="maker")
    talk = Item(
        id="talk",
        kind="conversation",
        text="Customer: Hello\nAgent: Yes?",
        turns=(("C", "Hello"), ("A", "Yes?")),
    )
    store.write(
        [
            Entry(
                item=talk,
                tags={},
                terms=frozenset(),
                vector=np.zeros(8, np.float32),
                model="earmark-tagger-0",
            )
        ]
    )
    store.delete(["k1"])
    store.upsert_customers([Customer(id="C0", attributes={"plan": "gold"})])
    store.documents("conversation").put("t1", {"turns": [{"question": "why?"}]})


def keep(revision: str) -> None:
    """Write both fixtures of a revision."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "earmark.db"
        made = connect(f"sqlite:///{path}", None)
        migrate(made, to=revision)
        fill(Store(made))
        made.close()
        with sqlite3.connect(path) as conn:
            conn.execute("VACUUM INTO ?", (f"{folder}/whole.db",))
        (FIXTURES / f"{revision}.db.gz").write_bytes(
            gzip.compress(Path(folder, "whole.db").read_bytes(), mtime=0)
        )
    with servers.postgres() as server:
        made = connect(server.url, SCHEMA)
        migrate(made, schema=SCHEMA, to=revision)
        fill(Store(made))
        made.close()
        program = max(Path("/usr/lib/postgresql").glob("*/bin/pg_dump"))
        url = server.url.replace("+psycopg", "")
        command = [program, "--inserts", "--no-owner", "--no-privileges", f"--schema={SCHEMA}", url]
        dump = subprocess.run(command, check=True, capture_output=True).stdout
    (FIXTURES / f"{revision}.postgres.sql.gz").write_bytes(gzip.compress(dump, mtime=0))


def sqlite_of(revision: str, path: Path) -> None:
    """Put the store of a revision at a path."""
    path.write_bytes(gzip.decompress((FIXTURES / f"{revision}.db.gz").read_bytes()))


def postgres_of(revision: str, url: str, schema: str) -> None:
    """Load the store of a revision into a new schema."""
    dump = gzip.decompress((FIXTURES / f"{revision}.postgres.sql.gz").read_bytes()).decode()
    statements = re.sub(r"^\\.*$", "", dump, flags=re.MULTILINE).replace(SCHEMA, schema)
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as conn:
        conn.execute(statements)


if __name__ == "__main__":
    keep(sys.argv[1])
