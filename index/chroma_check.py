"""Opens a Chroma folder in a process of its own: `python -m index.chroma_check FOLDER`.

Damaged files can kill the process that opens them, which no `except` catches. Ends with 0 when the folder can
be opened, counted, listed and searched.
"""

import sys
from pathlib import Path

from index.chroma import NAME
from index.chroma_collection import ChromaCollection, open_folder

_SAMPLE = 100


def main(folder: str) -> None:
    """Touch every file that serving touches."""
    client = open_folder(Path(folder))
    collection = ChromaCollection(client, NAME, create=False)
    count = collection.count()
    numbers = list(collection.numbers())
    if count != len(numbers):
        sys.exit(f"counts {count} vectors and lists {len(numbers)}")
    if numbers:
        chosen = numbers[:: max(len(numbers) // _SAMPLE, 1)][:_SAMPLE]
        for row in collection.rows(chosen):
            collection.search(row, 1)
    client.close()


if __name__ == "__main__":
    main(sys.argv[1])
