"""What questions can be about in one workspace: its attributes, its themes and the days it covers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, kw_only=True, slots=True)
class ThemeWords:
    """A theme or sub-theme in words: `parent` is None for a theme."""

    name: str
    sentence: str = ""
    phrases: tuple[str, ...] = ()
    parent: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Vocabulary:
    """Attributes as stored (name -> value -> count), themes and sub-themes by id, first and last day."""

    attributes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    themes: Mapping[str, ThemeWords] = field(default_factory=dict)
    first: date | None = None
    last: date | None = None
