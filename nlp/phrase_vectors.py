"""Vectors of a taxonomy's words, computed once and kept in a folder, in one file per encoder.

Those of the shipped taxonomy come with the product (`nlp/shipped_phrases.py` makes them).
"""

import functools
import hashlib
import logging
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Embed = Callable[[list[str]], NDArray[Any]]  # n texts -> (n, d)

logger = logging.getLogger(__name__)

SHIPPED = Path(__file__).parent / "phrases"
_FILES = "phrases-*.npz"

_PROBE = "delivery"  # in every file, to tell whose vectors it holds
_SAME = 0.999  # cosine of the same encoder on another processor


def unit(vectors: NDArray[Any]) -> Vectors:
    """Rows scaled to length 1, float32; rows of zeros stay zero."""
    rows = np.atleast_2d(np.asarray(vectors, dtype=np.float32))
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-12), dtype=np.float32)


def cosines(left: Vectors, right: Vectors) -> Vectors:
    """Between unit vectors (n, d) and (m, d): (n, m). Added in double, so that no digit depends on the other rows."""
    return np.asarray(left.astype(np.float64) @ right.astype(np.float64).T, dtype=np.float32)


def phrase_vectors(texts: Sequence[str], embed: Embed, cache: Path | None = None) -> Vectors:
    """Unit vectors (n, d) of the texts; with a cache folder each text is embedded once per encoder."""
    if not len(texts):
        return unit(embed([]))
    probe = unit(embed([_PROBE]))[0]
    shipped, own = _of(probe, _shipped()), _of(probe, map(_read, sorted(cache.glob(_FILES)))) if cache else {}
    missing = [text for text in dict.fromkeys(texts) if _key(text) not in own.keys() | shipped.keys()]
    if missing:
        own |= zip(map(_key, missing), unit(embed(missing)), strict=True)
        if cache:
            own[_key(_PROBE)] = probe
            _write(cache / _FILES.replace("*", hashlib.sha256(probe.tobytes()).hexdigest()[:32]), own)
    known = {**shipped, **own}
    return unit(np.stack([known[_key(text)] for text in texts]))


@functools.cache
def _shipped() -> tuple[Mapping[bytes, Vectors], ...]:
    return tuple(map(_read, sorted(SHIPPED.glob(_FILES))))


def _of(probe: Vectors, files: Iterable[Mapping[bytes, Vectors]]) -> dict[bytes, Vectors]:
    """The vectors of those files that the encoder has made which makes `probe`, here or on another processor."""
    found: dict[bytes, Vectors] = {}
    for vectors in files:
        kept = vectors.get(_key(_PROBE))
        if kept is not None and kept.shape == probe.shape and float(unit(kept)[0] @ probe) > _SAME:
            found |= vectors
    return found


def _key(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def _read(file: Path) -> dict[bytes, Vectors]:
    if not file.is_file():
        return {}
    try:
        with np.load(file, allow_pickle=False) as kept:
            keys, vectors = kept["keys"], np.asarray(kept["vectors"], np.float32)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        logger.warning("%s cannot be read and is made anew: %s", file, error)
        return {}
    return {key.tobytes(): vector for key, vector in zip(keys, vectors, strict=True)}


def _write(file: Path, known: Mapping[bytes, Vectors]) -> None:
    """Writes beside the file and renames, so that no reader sees half of it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    keys = np.frombuffer(b"".join(known), np.uint8).reshape(len(known), -1)
    handle, name = tempfile.mkstemp(dir=file.parent, suffix=".part")
    with os.fdopen(handle, "wb") as part:
        # Half precision moves a cosine by less than .001.
        np.savez(part, keys=keys, vectors=np.stack(list(known.values())).astype(np.float16))
    Path(name).replace(file)
