"""How a writer is chosen from the settings."""

import subprocess
import sys

import pytest
from pydantic import ValidationError

from assistant.ask.llm.language_model import arguments
from assistant.ask.support import support_for
from assistant.errors import SettingsError
from assistant.settings import Settings


def test_without_a_model_there_is_no_writer() -> None:
    """No setting, no writer."""
    assert support_for(Settings(llm=None)) is None


def test_langchain_is_not_imported_before_it_is_needed() -> None:
    """Neither asking nor a writer that nobody has asked yet imports LangChain."""
    code = (
        "import sys, assistant.ask.asker; from assistant.settings import Settings; "
        "from assistant.ask.support import support_for; "
        "assert support_for(Settings(llm='openai:x', llm_api_key='k')); "
        "sys.exit(any(name.startswith(('langchain', 'openai')) for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=120).returncode == 0


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A provider whose package is not installed is an error at the start, with what to install."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(SettingsError, match=r"earmark\[anthropic\]"):
        support_for(Settings(llm="anthropic:some-model"))


def test_a_name_without_a_provider_is_refused() -> None:
    """The provider is part of the name."""
    with pytest.raises(ValidationError):
        Settings(llm="gpt")


@pytest.mark.parametrize(
    ("provider", "base_url", "key", "expected"),
    [
        ("openai", None, "k", {"api_key": "k", "timeout": 9, "max_tokens": 5, "max_retries": 0}),
        ("openai", "http://h/v1", None,
         {"base_url": "http://h/v1", "api_key": "none", "timeout": 9, "max_tokens": 5, "max_retries": 0}),
        ("anthropic", None, None, {"timeout": 9, "max_tokens": 5, "max_retries": 0}),
        ("ollama", "http://h", None, {"base_url": "http://h", "num_predict": 5, "client_kwargs": {"timeout": 9}}),
    ],
    ids=["openai", "own server without key", "key from the provider's variable", "ollama"],
)  # fmt: skip
def test_each_provider_gets_its_arguments(
    provider: str, base_url: str | None, key: str | None, expected: dict[str, object]
) -> None:
    """Time limit, length and key under the names that the provider's class has for them."""
    assert arguments(provider, base_url=base_url, api_key=key, timeout_s=9, max_tokens=5) == expected
