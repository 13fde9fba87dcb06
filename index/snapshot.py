"""The bitmaps on disk, so that a start need not read the whole store.

Layout: magic, length of the header, header (JSON: lineage, version, checksum, where each part lies), parts.
"""

import json
import os
import struct
import tempfile
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from pyroaring import BitMap

from index.terms import Column, TermView

_MAGIC = b"EARMARK1"
_LENGTH = struct.Struct("<Q")
_COLUMNS = ("day", "customer", "words")


def save(view: TermView, path: Path) -> None:
    """Write a view and put it in the place of the old one at once."""
    body = bytearray()
    places: dict[str, Any] = {
        "items": _put(body, view.items.serialize()),
        "own": {term: _put(body, numbers.serialize()) for term, numbers in view.own.items()},
        "joined": {term: _put(body, numbers.serialize()) for term, numbers in view.joined.items()},
        "columns": {name: _put(body, getattr(view, name).tobytes()) for name in _COLUMNS},
    }
    header = json.dumps(
        places | {"lineage": view.lineage, "version": view.version, "crc": zlib.crc32(body)}
    ).encode()
    _replace(path, _MAGIC + _LENGTH.pack(len(header)) + header + body)


def load(path: Path) -> TermView | None:
    """The view in a file, or None when there is none or it is damaged: then it is made from SQL again."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    start = len(_MAGIC) + _LENGTH.size
    if len(data) < start or data[: len(_MAGIC)] != _MAGIC:
        return None
    (length,) = _LENGTH.unpack_from(data, len(_MAGIC))
    body = memoryview(data)[start + length :]
    try:
        header = json.loads(data[start : start + length])
        return _view(header, body) if header["crc"] == zlib.crc32(body) else None
    except (ValueError, KeyError, TypeError):
        return None


def _view(header: dict[str, Any], body: memoryview) -> TermView:
    def bitmap(place: list[int]) -> BitMap:
        return BitMap.deserialize(bytes(body[place[0] : place[0] + place[1]]))

    def column(name: str) -> Column:
        offset, size = header["columns"][name]
        return np.frombuffer(bytes(body[offset : offset + size]), np.int32)

    return TermView(
        lineage=header["lineage"],
        version=header["version"],
        items=bitmap(header["items"]),
        own={term: bitmap(place) for term, place in header["own"].items()},
        joined={term: bitmap(place) for term, place in header["joined"].items()},
        day=column("day"),
        customer=column("customer"),
        words=column("words"),
    )


def _put(body: bytearray, part: bytes) -> list[int]:
    place = [len(body), len(part)]
    body += part
    return place


def _replace(path: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(name).unlink()
        raise
