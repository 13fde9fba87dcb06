"""The project as a whole: its packages, its documentation, its promises about the environment."""

import re
from pathlib import Path

import assistant
import index
import nlp
import prompts
from assistant.settings import Settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def test_the_four_packages_are_those_of_this_checkout() -> None:
    """Their names are common words: another distribution must not stand in front."""
    for package in (assistant, index, nlp, prompts):
        assert Path(str(package.__file__)).is_relative_to(ROOT)


def test_every_setting_is_in_the_readme() -> None:
    """The table names each variable with its description, and no other."""
    documented = set(re.findall(r"^\| `(EARMARK_[A-Z_]+)`", README, flags=re.MULTILINE))
    assert documented == {f"EARMARK_{name.upper()}" for name in Settings.model_fields}
    for field in Settings.model_fields.values():
        assert str(field.description) in README


def test_every_command_is_in_the_readme() -> None:
    """Each command of the command line is shown once at least."""
    from assistant.cli import app

    names = {
        command.name or command.callback.__name__.rstrip("_")
        for command in app.registered_commands
        if command.callback
    }
    assert names
    for name in names:
        assert f"earmark {name}" in README


def test_nothing_heavy_is_imported_by_the_command_line() -> None:
    """`earmark --help` must not wait for models, databases or web frameworks."""
    import subprocess
    import sys

    code = "import sys, assistant.cli; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {
        "torch",
        "transformers",
        "chromadb",
        "fastapi",
        "sqlalchemy",
        "numpy",
        "pydantic",
        "langchain",
    } & set(loaded)
