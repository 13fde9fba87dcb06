"""An import to be killed: `python import_until_killed.py HOME FILE BATCH DELAY_S` prints the rows it has kept."""

import sys
from pathlib import Path

import index
from assistant.intake import Importer
from tests.assistant.intake.light import LightTagger


def main(home: Path, file: Path, batch: int, delay_s: float) -> None:
    tagger = LightTagger(delay_s)
    importer = Importer(index=index.open(home, refresh=False), tagger=lambda: tagger, home=home, batch=batch)
    importer.run(importer.start(file), on_progress=lambda done: print(done.rows, flush=True))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
