"""The words of questions, read once from `lexicon.yaml` and `grammar.yaml`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from assistant.ask import patterns
from assistant.ask.patterns import Patterns

LABEL_SECTIONS = ("emotions", "empathy_gaps", "churn", "effort", "intents", "forces", "sentiment", "tones")


@dataclass(frozen=True, kw_only=True, slots=True)
class Label:
    """What a pattern names: values of a key of the scope. Weak ones give way to any other theme."""

    key: str
    values: tuple[str, ...]
    is_weak: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Lexicon:
    """All patterns by what they are for, and the word lists."""

    labels: Patterns[Label]
    acts: Patterns[Label]
    dimensions: Patterns[str]
    cues: Patterns[str]
    turns: Patterns[str]
    help: Patterns[str]
    actions: Patterns[str]
    fields: Patterns[str]
    outside: Patterns[str]
    exclude: Patterns[str]
    ignore: Patterns[str]
    wrappers: Patterns[str]
    counted: Patterns[str]
    people: frozenset[str]
    feedback: frozenset[str]
    plain: frozenset[str]
    things: frozenset[str]
    forms: Mapping[str, str]
    words: frozenset[str]  # every word that a question can be made of, to mend typos towards


def read_yaml(name: str) -> dict[str, Any]:
    """One of the data files of this package."""
    text = resources.files("assistant.ask").joinpath(name).read_text(encoding="utf-8")
    read: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    return read


def split(block: str) -> list[str]:
    """The patterns of one block of the file."""
    return [" ".join(part.split()) for part in block.split(",") if part.strip()]


@cache
def load() -> Lexicon:
    """Read and compile the lexicon; later calls return the same one."""
    names, grammar = read_yaml("lexicon.yaml"), read_yaml("grammar.yaml")
    cue_words = frozenset(
        word for block in grammar["cues"].values() for text in split(block) for word in patterns.words(text)
    )
    lists = {name: frozenset(grammar[name].split()) for name in ("people", "feedback", "plain", "things")}
    return Lexicon(
        labels=Patterns([*_themes(names["themes"]), *_labels(names)]),
        acts=Patterns((text, _label(key)) for key, block in names["acts"].items() for text in split(block)),
        dimensions=_grouped(names["by"]),
        cues=_grouped(grammar["cues"]),
        turns=_grouped(grammar["turns"]),
        fields=_grouped(grammar["fields"]),
        outside=_grouped(grammar["outside"]),
        help=_flat(grammar["help"]),
        actions=_flat(grammar["actions"]),
        exclude=_flat(grammar["exclude"]),
        ignore=_flat(grammar["ignore"]),
        wrappers=_flat(grammar["wrappers"]),
        counted=_flat(grammar["counted"]),
        people=lists["people"],
        feedback=lists["feedback"],
        plain=lists["plain"] | cue_words,
        things=lists["things"],
        forms=grammar["forms"],
        words=frozenset(_words(names)) | frozenset(_words(grammar)) | frozenset().union(*lists.values()),
    )


def _themes(themes: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, Label]]:
    for name, blocks in themes.items():
        for kind, block in blocks.items():
            label = Label(key="themes", values=(name,), is_weak=kind == "weak")
            yield from ((text, label) for text in split(block))


def _labels(names: Mapping[str, Any]) -> Iterator[tuple[str, Label]]:
    for section in LABEL_SECTIONS:
        for values, block in names[section].items():
            label = Label(key=section, values=tuple(values.split()))
            yield from ((text, label) for text in split(block))


def _label(key: str) -> Label:
    section, *values = key.split()
    return Label(key=section, values=tuple(values))


def _grouped(blocks: Mapping[str, str]) -> Patterns[str]:
    return Patterns((text, name) for name, block in blocks.items() for text in split(block))


def _flat(block: str) -> Patterns[str]:
    return Patterns((text, text) for text in split(block))


def _words(block: object) -> Iterator[str]:
    if isinstance(block, Mapping):
        for part in block.values():
            yield from _words(part)
    elif isinstance(block, str) and any(mark in block for mark in ",|="):
        for text in split(block):
            yield from patterns.words(text)
    elif isinstance(block, str):
        yield from block.split()
