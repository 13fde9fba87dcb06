"""How a table of plain text is cut into cells, and whether its first row names the columns."""

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.intake.column_names import is_known
from assistant.intake.dates import looks_like_date

NO_DELIMITER = "\x1f"  # a character that no text has: every line is one cell
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", NO_DELIMITER: "none"}
_NUMBER = re.compile(r"[-+]?\d[\d.,]*%?")


@dataclass(frozen=True, kw_only=True, slots=True)
class Layout:
    """Delimiter, escape character, and the lines before the header (`sep=;` of Excel)."""

    delimiter: str
    escape: str | None = None
    skipped: int = 0

    @property
    def delimiter_name(self) -> str:
        """The delimiter in words."""
        return _NAMES.get(self.delimiter, repr(self.delimiter))


def layout(lines: Sequence[str]) -> Layout:
    """Find the layout from the first lines of a file."""
    escape = "\\" if _has_escaped_quotes("".join(lines)) else None
    said = re.fullmatch(r"sep=(.)\s*", lines[0], re.IGNORECASE) if lines else None
    if said:
        return Layout(delimiter=said[1], escape=escape, skipped=1)
    scores = {delimiter: _score(lines, delimiter, escape) for delimiter in (",", ";", "\t", "|")}
    best = max(scores, key=lambda delimiter: scores[delimiter])
    return Layout(delimiter=best if scores[best][0] > 0 else NO_DELIMITER, escape=escape)


def _has_escaped_quotes(sample: str) -> bool:
    return '""' not in sample and re.search(r'\\"[^,;\t|\r\n]', sample) is not None


def _score(lines: Sequence[str], delimiter: str, escape: str | None) -> tuple[float, int]:
    """How regular the table would be, and how wide. Irregular: (0, 0)."""
    reader = csv.reader(lines, delimiter=delimiter, escapechar=escape)
    try:
        rows = [cells for cells in reader if cells]
    except csv.Error:
        return 0.0, 0
    widths = [len(cells) for cells in rows]
    usual, times = Counter(widths).most_common(1)[0] if widths else (0, 0)
    header = widths[0] if widths else 0
    share = times / len(widths) if widths else 0.0
    # Commas in lines of plain text are not regular; a table without header is.
    if usual < 2 or header < 2 or share < (0.5 if has_header(rows[0], rows[1:]) else 0.9):
        return 0.0, 0
    return round(share, 1) + (0.3 if header == usual else 0.0), usual


def has_header(first: Sequence[str], following: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names the columns rather than being one of the rows."""
    cells = [cell.strip() for cell in first]
    if any(is_known(cell) for cell in cells):
        return True
    if any(_is_value(cell) for cell in cells) or len(set(filter(None, cells))) < len(
        list(filter(None, cells))
    ):
        return False
    return not (len(cells) == 1 and following and _is_alike(cells[0], following))


def _is_value(cell: str) -> bool:
    is_sentence = len(cell) > 60 or re.search(r"[.!?]\s|[.!]$|\n", cell) is not None
    is_datum = _NUMBER.fullmatch(cell) or looks_like_date(cell) or re.search(r"\S@\S|://", cell)
    return bool(is_sentence or is_datum)


def _is_alike(cell: str, following: Sequence[Sequence[str]]) -> bool:
    """One column of texts without a header: the first line has as many words as the others."""
    words = sorted(len(row[0].split()) for row in following if row)
    return bool(words) and len(cell.split()) >= max(3, words[len(words) // 2] / 2)
