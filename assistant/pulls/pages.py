"""What a source hands out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Cursor = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """Some entries, and where to go on once they are stored."""

    entries: Sequence[Mapping[str, Any]]
    cursor: Cursor
