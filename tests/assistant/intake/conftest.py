"""A workspace in a folder of its own, with an importer that tags by a light tagger."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import index
from assistant.intake import Importer, ImportReport, Intake
from index.records import StoredItem
from index.workspace import Index
from tests.assistant.intake.light import LightTagger


@dataclass
class Workspace:
    """The parts that a test looks at."""

    home: Path
    index: Index
    tagger: LightTagger
    importer: Importer
    intake: Intake

    def take(self, path: Path, *mapping: str, **options) -> ImportReport:
        """Import a file to its end."""
        return self.importer.run(self.importer.start(path, mapping, **options))

    def items(self) -> list[StoredItem]:
        """Everything stored, in the order in which it came."""
        self.index.refresh()
        return self.index.store.get_many(self.index.terms.all)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    home, tagger = tmp_path / "home", LightTagger()
    opened = index.open(home)
    importer = Importer(index=opened, tagger=lambda: tagger, home=home, batch=10)
    intake = Intake(index=opened, tagger=lambda: tagger, home=home)
    yield Workspace(home=home, index=opened, tagger=tagger, importer=importer, intake=intake)
    opened.close()


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """Write a file and return its path."""

    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write
