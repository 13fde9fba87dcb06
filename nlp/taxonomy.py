"""Themes and sub-themes as data: read, checked and written as YAML.

TaxonomyError    the file can't be used; the message names the place and what to do
"""

import hashlib
import re
from collections import Counter
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

SHIPPED = Path(__file__).with_name("taxonomy.yaml")
MOST_NAMED = 20  # wrong places that a message names
MOST_WORDS = 200  # synonyms, phrases or sub-themes of one entry

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,60}$")]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]


class TaxonomyError(Exception):
    """A taxonomy can't be read; the message says where and why."""


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Id
    name: Words
    sentence: Words


class SubTheme(_Entry):
    """A reason below a theme; `polarity` is set when it is only ever a complaint or only ever praise."""

    polarity: Literal["-", "+"] | None = None
    phrases: Annotated[tuple[Words, ...], Field(min_length=1, max_length=MOST_WORDS)]


class Theme(_Entry):
    """A subject that customers speak of. A theme of one's own needs a sentence and, if wished, phrases."""

    synonyms: Annotated[tuple[Words, ...], Field(max_length=MOST_WORDS)] = ()
    phrases: Annotated[tuple[Words, ...], Field(max_length=MOST_WORDS)] = ()
    sub_themes: Annotated[tuple[SubTheme, ...], Field(max_length=MOST_WORDS)] = ()


class Taxonomy(BaseModel):
    """All themes, in the order in which they are shown."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    themes: Annotated[tuple[Theme, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _check_unique(self) -> Self:
        ids = [entry.id for theme in self.themes for entry in (theme, *theme.sub_themes)]
        _refuse_doubles("id", ids)
        for theme in self.themes:
            for sub in theme.sub_themes:
                _refuse_doubles(f"phrase in {sub.id}", [_plain(phrase) for phrase in sub.phrases])
        return self

    @classmethod
    def load(cls, path: Path | None = None) -> "Taxonomy":
        """The taxonomy in a YAML file, by default the shipped one. Raises TaxonomyError."""
        file = SHIPPED if path is None else path
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise TaxonomyError(
                f"Can't read the taxonomy {file}: {error}. Give the path of a UTF-8 YAML file."
            ) from error
        return cls.from_yaml(text, source=str(file))

    @classmethod
    def from_yaml(cls, text: str, *, source: str = "the taxonomy") -> "Taxonomy":
        """The taxonomy in a YAML text. Raises TaxonomyError that names every wrong place."""
        try:
            _refuse_tricks(text)
            content = yaml.load(text, _Loader)  # noqa: S506 (a safe loader)
        except (yaml.YAMLError, ValueError) as error:
            raise TaxonomyError(f"{source} is not valid YAML: {error}") from error
        try:
            return cls.model_validate(content)
        except ValidationError as error:
            wrong = error.errors()
            places = "\n".join(f"  {_place(one['loc'], content)}: {one['msg']}" for one in wrong[:MOST_NAMED])
            places += f"\n  and {len(wrong) - MOST_NAMED} more" if len(wrong) > MOST_NAMED else ""
            raise TaxonomyError(f"{source} can't be used. Correct these places:\n{places}") from error

    def to_yaml(self) -> str:
        """The taxonomy as YAML; reading it again gives the same taxonomy."""
        content = self.model_dump(mode="json", exclude_defaults=True)
        return yaml.safe_dump(
            {"version": self.version, **content}, sort_keys=False, allow_unicode=True, width=118
        )

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the content, in hexadecimal: the same themes have the same digest."""
        return hashlib.sha256(self.to_yaml().encode()).hexdigest()

    def theme(self, theme_id: str) -> Theme | None:
        """The theme with this id, or None."""
        return next((theme for theme in self.themes if theme.id == theme_id), None)


_Loader = getattr(
    yaml, "CSafeLoader", yaml.SafeLoader
)  # that in C reads the shipped themes in a tenth of the time
_DEEPEST = 20


def _refuse_tricks(text: str) -> None:
    """Refuse aliases, a few lines of which can stand for more data than fits into memory, and endless nesting."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.AliasEvent):
            raise yaml.YAMLError("aliases (*name) are not taken; write the text out")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise yaml.YAMLError("it is nested too deeply to be a taxonomy")


def _refuse_doubles(what: str, values: list[str]) -> None:
    doubles = sorted(value for value, count in Counter(values).items() if count > 1)
    if doubles:
        raise ValueError(f"{what} stands more than once: {', '.join(doubles)}. Keep one of each.")


def _plain(phrase: str) -> str:
    return re.sub(r"\W+", " ", phrase.lower()).strip()


def _place(loc: tuple[int | str, ...], content: Any) -> str:
    """`theme delivery, sub_themes 2 (delivery_lost), phrases` rather than `themes.0.sub_themes.2.phrases`."""
    words: list[str] = []
    for key in loc:
        content = _below(content, key)
        name = content.get("id") if isinstance(content, dict) and isinstance(key, int) else None
        words.append(f"{key} ({name})" if name else str(key))
    return " > ".join(words) or "the file"


def _below(content: Any, key: int | str) -> Any:
    if isinstance(content, dict):
        return content.get(key)
    if isinstance(content, list) and isinstance(key, int) and key < len(content):
        return content[key]
    return None
