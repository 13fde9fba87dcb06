"""What a language model does for an answer: it reads what the rules are unsure of, and words the findings."""

import importlib.util
from dataclasses import dataclass
from pathlib import Path

from assistant.ask.ledger import Block, Ledger
from assistant.ask.llm.budget import Budget
from assistant.ask.llm.language_model import LOCAL, LanguageModel
from assistant.ask.plan import QueryPlan, Reads
from assistant.ask.planning.planner import Planner
from assistant.ask.vocabulary import Vocabulary
from assistant.ask.write import LedgerWriter
from assistant.errors import SettingsError
from assistant.settings import Settings
from prompts import load

PACKAGES = {"openai": "langchain_openai", "anthropic": "langchain_anthropic", "ollama": "langchain_ollama"}


@dataclass(frozen=True, kw_only=True)
class Support:
    """A planner and a writer behind one model. Both draw on the budget of the answer."""

    model: LanguageModel
    planner: Planner
    writer: LedgerWriter

    def budget(self) -> Budget:
        """What one answer may use up, from now on."""
        return self.model.budget()

    def reader(self, rules: Reads, vocabulary: Vocabulary, budget: Budget) -> Reads:
        """The rules, with the planner where they are unsure."""
        return self.planner.over(rules, vocabulary, budget)

    def write(self, plan: QueryPlan, ledger: Ledger, budget: Budget) -> list[Block] | None:
        """The findings in other words; None when the composed answer is to be sent."""
        return self.writer.write(plan, ledger, budget)


def support_for(settings: Settings) -> Support | None:
    """The support that the settings name, or none. Raises SettingsError as `model_for` does."""
    model = model_for(settings)
    if model is None:
        return None
    planner, writer = Planner(model, load("planner")), LedgerWriter(model, load("writer"))
    return Support(model=model, planner=planner, writer=writer)


def model_for(settings: Settings) -> LanguageModel | None:
    """The language model that the settings name, or none; nothing is asked or loaded yet.

    Raises:
        SettingsError: when the package for the provider is not installed, or the folder of the model is not there.
    """
    if settings.llm is None:
        return None
    provider, _, name = settings.llm.partition(":")
    package = PACKAGES.get(provider)
    if package and importlib.util.find_spec(package) is None:
        msg = f"EARMARK_LLM names {provider}, and {package} is not installed; run pip install 'earmark[{provider}]'."
        raise SettingsError(msg)
    if provider == LOCAL and not (Path(name).expanduser() / "config.json").is_file():
        msg = f"EARMARK_LLM names a model in {name}, and there is none: give the folder with its config.json."
        raise SettingsError(msg)
    key = settings.llm_api_key
    return LanguageModel(
        name=settings.llm,
        base_url=settings.llm_base_url,
        api_key=key.get_secret_value() if key else None,
        timeout_s=settings.llm_timeout_s,
        max_tokens=settings.llm_max_tokens,
    )
