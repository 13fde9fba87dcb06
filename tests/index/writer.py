"""A writer to be killed: imports numbered rows with a job, and says which lines it was promised to keep.

`python writer.py HOME ROWS BATCH` goes on where the job stands and prints each line after its commit.
"""

import sys
from pathlib import Path

import numpy as np

import index
from index.records import Entry, Item, RowError

DIM = 16


def entry_of(line: int) -> Entry:
    vector = np.random.default_rng(line).standard_normal(DIM).astype(np.float32)
    item = Item(id=f"row{line}", text=f"row {line} says that the parcel came late", customer=f"c{line % 50}")
    return Entry(
        item=item,
        tags={"line": line},
        terms=frozenset({f"x={line % 7}", "all=yes"}),
        vector=vector,
        model="m",
    )


def is_bad(line: int) -> bool:
    return line % 100 == 13


def main(home: Path, rows: int, batch: int) -> None:
    workspace = index.open(home, refresh=False)
    job = workspace.jobs.list(kind="import")[0]
    held = workspace.jobs.claim("writer", lease_s=0, id_=job.id)
    line = held.line if held else rows
    while line < rows:
        lines = range(line + 1, min(line + batch, rows) + 1)
        line = lines[-1]
        workspace.store.write(
            [entry_of(number) for number in lines if not is_bad(number)],
            job=job.id,
            job_line=line,
            job_errors=[RowError(line=number, reason="bad") for number in lines if is_bad(number)],
            worker="writer",
        )
        print(line, flush=True)
    workspace.jobs.finish(job.id, worker="writer")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
