"""Vectors of a taxonomy's words, computed once and kept in a folder under the hash of words and encoder."""

import hashlib
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Embed = Callable[[list[str]], NDArray[Any]]  # n texts -> (n, d)

_PROBE = "the parcel came late and the shop kept the money"


def unit(vectors: NDArray[Any]) -> Vectors:
    """Rows scaled to length 1, float32; rows of zeros stay zero."""
    rows = np.atleast_2d(np.asarray(vectors, dtype=np.float32))
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-12), dtype=np.float32)


def phrase_vectors(texts: Sequence[str], embed: Embed, cache: Path | None = None) -> Vectors:
    """Unit vectors (n, d) of the texts; from the cache folder when the same encoder embedded them before."""
    if cache is None:
        return unit(embed(list(texts)))
    file = cache / f"phrases-{_key(texts, embed)}.npy"
    if file.is_file():
        return np.asarray(np.load(file, allow_pickle=False), dtype=np.float32)
    vectors = unit(embed(list(texts)))
    _write(file, vectors)
    return vectors


def _key(texts: Sequence[str], embed: Embed) -> str:
    """Digest of the texts and of what the encoder makes of one sentence, so that another encoder misses."""
    # two decimals: the same weights on another processor differ from the fourth on
    probe = np.round(unit(embed([_PROBE])), 2) + 0.0
    digest = hashlib.sha256(probe.astype(np.float32).tobytes())
    for text in texts:
        digest.update(text.encode() + b"\0")
    return digest.hexdigest()[:32]


def _write(file: Path, vectors: Vectors) -> None:
    """Writes beside the file and renames, so that no reader sees half of it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, suffix=".part")
    with os.fdopen(handle, "wb") as part:
        np.save(part, vectors, allow_pickle=False)
    Path(name).replace(file)
