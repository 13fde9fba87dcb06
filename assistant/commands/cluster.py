"""`earmark tag --ray`: tags for a large file on the machines of a Ray cluster, resumable."""

import hashlib
import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from assistant.errors import SettingsError
from assistant.intake.documents import documents_of
from assistant.models import load_tagger
from assistant.settings import Settings
from nlp.tags import Document

BATCH = 64  # documents that one worker tags at a time, and at most tags again when it dies
_CONNECT_S = 5.0
_STORE_BYTES = 256 << 20  # for texts and tags under way, on a cluster of this machine alone


def tag_file(settings: Settings, file: Path, output: Path, address: str) -> None:
    """Write what `earmark tag` writes, line for line, by as many workers as the cluster has processors.

    What is tagged is kept beside the output (`.part`) under a hash of document and model, until all of it is there; the
    same command again goes on. A worker that dies is replaced, and its batch tagged again.

    Args:
        settings: name model and themes; the workers read them from the same paths.
        file: as for `earmark tag`.
        output: JSON Lines.
        address: of the cluster, as `ray.init` takes it; `local` starts one on this machine.

    Raises:
        InputError: naming the line that is no document.
        SettingsError: Ray is not installed, or the cluster cannot be reached.
    """
    console = Console(stderr=True)
    version = load_tagger(settings).version
    documents = list(documents_of(file))
    keys = [_key(version, document) for document in documents]
    output.parent.mkdir(parents=True, exist_ok=True)
    part = _Part(output.with_name(f"{output.name}.part"))
    waiting = {key: one for key, one in zip(keys, documents, strict=True) if key not in part.places}
    if part.places:
        console.print(f"{len(documents) - len(waiting):,} of {len(documents):,} were tagged before")
    columns = (TextColumn("Tagging"), BarColumn(), TextColumn("{task.fields[rate]}"), TimeRemainingColumn())
    with part, Progress(*columns, console=console) as progress:
        task = progress.add_task("", total=len(waiting), rate="")
        if waiting:
            for tagged in _tagged(settings, waiting, address):
                part.add(tagged)
                progress.advance(task, len(tagged))
                progress.update(task, rate=f"{progress.tasks[0].speed or 0:.0f} items/s")
        part.write(keys, output)
    part.path.unlink()
    console.print(f"{len(documents):,} items tagged to {output}")


def _key(version: str, document: Document) -> str:
    return hashlib.sha256(f"{version} {document.model_dump_json()}".encode()).hexdigest()


class _Part:
    """Tags by key, appended as they come. A line that broke off is tagged again."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.places: dict[str, int] = {}  # where the line of a key begins
        self._file = path.open("a+b")
        self._file.seek(0)
        end = 0
        for line in self._file:
            if not line.endswith(b"\n"):
                break
            self.places[orjson.loads(line)[0]] = end
            end += len(line)
        self._file.truncate(end)

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, tagged: Sequence[tuple[str, str]]) -> None:
        """Keep tags, on disk when this returns."""
        for key, tags in tagged:
            self.places[key] = self._file.seek(0, os.SEEK_END)
            self._file.write(orjson.dumps([key, tags]) + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def write(self, keys: Sequence[str], output: Path) -> None:
        """All of them in the order of the keys."""
        with output.open("w", encoding="utf-8") as out:
            for key in keys:
                self._file.seek(self.places[key])
                out.write(orjson.loads(self._file.readline())[1] + "\n")


class _Worker:
    """One process that has the models."""

    def __init__(self, settings: Settings) -> None:
        self._tagger = load_tagger(settings)

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        documents = [Document.model_validate_json(one) for one in batch["document"]]
        return {
            "key": batch["key"],
            "tags": [tagged.tags.model_dump_json() for tagged in self._tagger.tag(documents)],
        }


def _tagged(
    settings: Settings, waiting: dict[str, Document], address: str
) -> Iterator[list[tuple[str, str]]]:
    """Batches of (key, tags as JSON) in the order in which they are ready."""
    with _cluster(address) as ray:
        rows = [{"key": key, "document": one.model_dump_json()} for key, one in waiting.items()]
        workers = max(1, min(int(ray.cluster_resources().get("CPU", 1)), -(-len(rows) // BATCH)))
        data = ray.data.from_items(rows, override_num_blocks=-(-len(rows) // BATCH)).map_batches(
            _Worker,
            fn_constructor_args=(settings.model_copy(update={"threads": 1}),),
            batch_size=BATCH,
            num_cpus=1,
            compute=ray.data.ActorPoolStrategy(size=workers, max_tasks_in_flight_per_actor=2),
        )
        for batch in data.iter_batches(batch_size=None, prefetch_batches=0):
            yield list(zip(map(str, batch["key"]), map(str, batch["tags"]), strict=True))


def _reach(address: str) -> None:
    # Ray itself goes on trying for minutes.
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if port.isdigit():
        try:
            socket.create_connection((host, int(port)), timeout=_CONNECT_S).close()
        except OSError as error:
            raise SettingsError(f"no Ray cluster answers at {address}: {error.strerror or error}") from error


@contextmanager
def _cluster(address: str) -> Iterator[Any]:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # no report to anybody
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise SettingsError("--ray needs Ray: pip install 'earmark[ray]'") from error
    _reach(address)
    more = {"object_store_memory": _STORE_BYTES, "include_dashboard": False} if address == "local" else {}
    try:
        ray.init(address=address, log_to_driver=False, logging_level="ERROR", **more)
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise SettingsError(f"no Ray cluster answers at {address}: {error}") from error
    ray.data.DataContext.get_current().enable_progress_bars = False
    try:
        yield ray
    finally:
        ray.shutdown()
