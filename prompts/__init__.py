"""Prompts for language models, as versioned data: `NAME.vN.yaml`. A published version never changes.

`system` is fixed text. What customers wrote, and everything else that is data, goes into `user` and `repair` only,
at places written `$name`.
"""

import re
from dataclasses import dataclass
from importlib import resources
from string import Template

import yaml

__all__ = ["Prompt", "PromptError", "load"]

_FILE = re.compile(r"(?P<name>[a-z_]+)\.v(?P<version>[1-9]\d*)\.yaml")
_PARTS = ("system", "user", "repair")


class PromptError(Exception):
    """There is no such prompt, or its file or the data for it cannot be used."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Prompt:
    """One version of a prompt. `system` never changes; `user` and `repair` have places for data."""

    name: str
    version: int
    system: str
    user: str
    repair: str

    def asked(self, **data: str) -> str:
        """The first message with its data. Raises PromptError when a place is left empty."""
        return self._filled(self.user, data)

    def repaired(self, **data: str) -> str:
        """The message that sends a draft back with reasons. Raises PromptError when a place is left empty."""
        return self._filled(self.repair, data)

    def _filled(self, text: str, data: dict[str, str]) -> str:
        try:
            return Template(text).substitute(data)
        except KeyError as error:
            msg = f"Prompt {self.name} version {self.version} needs a value for {error.args[0]!r}; pass it by name."
            raise PromptError(msg) from error


def load(name: str, version: int | None = None) -> Prompt:
    """The prompt of that name; without a version the newest.

    Raises:
        PromptError: when there is no such version, or when its file is not as it should be.
    """
    known = versions(name)
    chosen = version if version is not None else max(known, default=0)
    if chosen not in known:
        listed = ", ".join(map(str, known)) or "none"
        msg = f"There is no version {chosen} of the prompt {name!r}; versions: {listed}."
        raise PromptError(msg)
    file = resources.files(__name__) / f"{name}.v{chosen}.yaml"
    return _read(name, chosen, file.read_text(encoding="utf-8"))


def versions(name: str) -> list[int]:
    """Versions of a prompt, oldest first; none when the name is unknown."""
    found = (_FILE.fullmatch(file.name) for file in resources.files(__name__).iterdir())
    return sorted(int(one["version"]) for one in found if one and one["name"] == name)


def _read(name: str, version: int, text: str) -> Prompt:
    loaded = yaml.safe_load(text)
    if not isinstance(loaded, dict) or (loaded.get("name"), loaded.get("version")) != (name, version):
        msg = f"The file of prompt {name!r} version {version} must say this name and version."
        raise PromptError(msg)
    if wrong := [part for part in _PARTS if not isinstance(loaded.get(part), str)]:
        msg = f"The file of prompt {name!r} version {version} lacks {', '.join(wrong)}."
        raise PromptError(msg)
    if "$" in loaded["system"]:
        msg = f"The system part of prompt {name!r} version {version} has a place for data; move it to user."
        raise PromptError(msg)
    return Prompt(name=name, version=version, **{part: loaded[part] for part in _PARTS})
