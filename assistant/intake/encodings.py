"""Which bytes a file is made of: size, checksum and encoding, found in one pass."""

import codecs
import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from assistant.errors import FileError

_CHUNK = 1 << 20
_SAMPLE = 1 << 18
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Letters and marks of Western European texts, as Windows and Latin-1 files have them.
_WESTERN = frozenset("äöüÄÖÜßéèêëàâáãåæçíìîïñóòôõøœúùûÿÉÈÊÀÂÁÅÆÇÍÑÓÔØŒÚ’‘“”„«»–—…€£°•´§©®™¿¡²³½ªº·\u00a0")

_NOT_LEGACY = ["utf_7", "utf_16", "utf_16_be", "utf_16_le", "utf_32", "utf_32_be", "utf_32_le"]
_ESCAPE = "earmark.escape"


def _escaped(error: UnicodeError) -> tuple[str, int]:
    """Bytes that do not decode as lone surrogates; Python's own handler cannot do it for bytes below 128."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return "".join(chr(0xDC00 + byte) for byte in wrong), error.end


codecs.register_error(_ESCAPE, _escaped)


@dataclass(frozen=True, kw_only=True, slots=True)
class Survey:
    """What is known of a file before it is read as text."""

    size: int
    sha256: str
    encoding: str


def survey(path: Path) -> Survey:
    """Look at all bytes once.

    Raises:
        FileError: the file is missing, unreadable, a folder, or empty.
    """
    digest, decoder, size, head = hashlib.sha256(), codecs.getincrementaldecoder("utf-8")(), 0, b""
    is_utf8 = True
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                head = head or chunk[:_SAMPLE]
                digest.update(chunk)
                size += len(chunk)
                is_utf8 = is_utf8 and _decodes(decoder, chunk)
    except FileNotFoundError:
        raise FileError(f"there is no file {path}; check the path") from None
    except IsADirectoryError:
        raise FileError(f"{path} is a folder; name one file") from None
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}") from error
    if not size:
        raise FileError(f"{path.name} is empty; export it again")
    return Survey(size=size, sha256=digest.hexdigest(), encoding=_encoding(path, head, is_utf8=is_utf8))


def open_text(path: Path, encoding: str) -> TextIO:
    """The file as text, line ends as they are. Bytes that do not decode become lone surrogates."""
    return io.TextIOWrapper(path.open("rb"), encoding=encoding, errors=_ESCAPE, newline="")


def part_read(stream: TextIO, size: int) -> float:
    """How much of a file that `open_text` opened has been read, 0 to 1."""
    raw = stream.buffer.raw  # type: ignore[attr-defined]
    return min(raw.tell() / size, 1.0) if size else 1.0


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes) -> bool:
    try:
        decoder.decode(chunk)
    except UnicodeDecodeError:
        return False
    return True


def _encoding(path: Path, head: bytes, *, is_utf8: bool) -> str:
    for bom, name in _BOMS:
        if head.startswith(bom):
            return name
    if wide := _wide(head):
        return wide
    if is_utf8:
        return "utf-8"
    lines = _lines_beyond_ascii(path)
    valid = sum(_is_utf8(line) for line in lines)
    if valid * 2 >= len(lines):
        return "utf-8"  # with some damaged lines, which are refused one by one
    return _legacy(b"".join(lines))


def _wide(head: bytes) -> str | None:
    """UTF-16 without a mark: every other byte of Western text is zero."""
    even, odd = head[0:4000:2].count(0), head[1:4000:2].count(0)
    half = len(head[:4000]) // 2
    if half and max(even, odd) > 0.4 * half and min(even, odd) < 0.1 * half:
        return "utf-16-le" if odd > even else "utf-16-be"
    return None


def _lines_beyond_ascii(path: Path) -> list[bytes]:
    lines, size = [], 0
    with path.open("rb") as file:
        for line in iter(lambda: file.readline(_CHUNK), b""):
            if not line.isascii():
                lines.append(line)
                size += len(line)
            if size > _SAMPLE:
                break
    return lines


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _legacy(sample: bytes) -> str:
    """Windows-1252 where it reads as Western European; else what charset-normalizer finds most likely."""
    beyond = [char for char in sample.decode("cp1252", errors="replace") if ord(char) > 127]
    if sum(char in _WESTERN for char in beyond) >= 0.95 * len(beyond):
        return "cp1252"
    from charset_normalizer import from_bytes

    best = from_bytes(sample, cp_exclusion=_NOT_LEGACY).best()
    return best.encoding if best else "cp1252"
