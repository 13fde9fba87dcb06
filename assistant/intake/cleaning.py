"""Makes texts sound: encoding accidents undone, one form of each character, nothing that breaks later."""

import re
import unicodedata

from assistant.errors import RefusedError

MAX_TEXT = 100_000  # characters
_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BLANK = re.compile("[\\s\u200b-\u200f\u2060\ufeff\u00ad]*")
_NEWLINES = re.compile("\r\n?|\u2028|\u2029")


def clean_text(text: str, what: str = "text") -> str:
    """A text without double encoding, HTML entities and control characters, in NFC, stripped.

    Raises:
        RefusedError: for NUL, lone surrogates, and more than 100,000 characters.
    """
    if "\x00" in text:
        raise RefusedError(f"the {what} holds NUL characters")
    if _SURROGATE.search(text):
        raise RefusedError(f"the {what} holds bytes that do not fit the encoding, or lone surrogates")
    if len(text) > MAX_TEXT:
        raise RefusedError(f"the {what} is too long: {len(text):,} characters, at most {MAX_TEXT:,}")
    if not text.isascii() or "&" in text or _CONTROL.search(text):
        text = _mended(text)
    text = _NEWLINES.sub("\n", text) if "\r" in text or not text.isascii() else text
    return "" if _BLANK.fullmatch(text) else text.strip()


def clean_cell(text: str, what: str) -> str:
    """A short value on one line. Raises RefusedError as `clean_text`."""
    return " ".join(clean_text(text, what).split())


def _mended(text: str) -> str:
    import ftfy

    # Quotes and ligatures stay as typed, because tags and quotes point into the stored text.
    mended = ftfy.fix_text(
        text, uncurl_quotes=False, fix_latin_ligatures=False, fix_character_width=False, normalization=None
    )
    return unicodedata.normalize("NFC", mended)
