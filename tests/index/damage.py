"""Ways to destroy a Chroma folder that nobody has open."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

GRAPH_FILES = ("data_level0.bin", "index_metadata.pickle", "header.bin", "link_lists.bin")


def generation(folder: Path) -> Path:
    """The generation in use."""
    return folder / (folder / "CURRENT").read_text()


def graph(folder: Path) -> Path:
    """Where Chroma keeps its HNSW graph, once there are 1,000 vectors."""
    return next(path for path in generation(folder).iterdir() if path.is_dir())


def database(folder: Path) -> Path:
    return generation(folder) / "chroma.sqlite3"


def run_sql(file: Path, sql: str) -> None:
    with sqlite3.connect(file) as conn:
        conn.execute(sql)
    conn.close()


def make_sparse(file: Path) -> None:
    os.truncate(file, 300 * 2**30)


def make_noise(file: Path) -> None:
    file.write_bytes(os.urandom(file.stat().st_size))


def cut(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 3)


WAYS: dict[str, Callable[[Path], object]] = {
    "folder gone": lambda folder: shutil.rmtree(generation(folder)),
    "pointer gone": lambda folder: (folder / "CURRENT").unlink(),
    "pointer elsewhere": lambda folder: (folder / "CURRENT").write_text("../.."),
    "pointer empty": lambda folder: (folder / "CURRENT").write_text(""),
    "database gone": lambda folder: database(folder).unlink(),
    "database empty": lambda folder: database(folder).write_bytes(b""),
    "database noise": lambda folder: make_noise(database(folder)),
    "database cut": lambda folder: cut(database(folder)),
    "database sparse": lambda folder: make_sparse(database(folder)),
    "no collection": lambda folder: run_sql(database(folder), "DELETE FROM collections"),
    "no ids": lambda folder: run_sql(database(folder), "DELETE FROM embeddings"),
    "some ids gone": lambda folder: run_sql(database(folder), "DELETE FROM embeddings WHERE id % 3 = 0"),
    "no queue": lambda folder: run_sql(database(folder), "DELETE FROM embeddings_queue"),
    "graph gone": lambda folder: shutil.rmtree(graph(folder)),
    "graph sparse": lambda folder: make_sparse(graph(folder) / "data_level0.bin"),
    **{f"{file} gone": lambda folder, file=file: (graph(folder) / file).unlink() for file in GRAPH_FILES},
    **{f"{file} cut": lambda folder, file=file: cut(graph(folder) / file) for file in GRAPH_FILES},
    **{f"{file} noise": lambda folder, file=file: make_noise(graph(folder) / file) for file in GRAPH_FILES},
}
