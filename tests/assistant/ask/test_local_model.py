"""A model in a folder, run by transformers: one that is written by hand to say one thing, and one that says anything."""

import time
from datetime import date
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

from assistant.ask.llm.budget import Budget
from assistant.ask.llm.language_model import ModelError
from assistant.ask.llm.local import LocalChat
from assistant.ask.parse import Parser
from assistant.ask.planning.draft import PlanDraft
from assistant.ask.support import model_for, support_for
from assistant.ask.vocabulary import Vocabulary
from assistant.errors import SettingsError
from assistant.settings import Settings
from tests.assistant.ask.test_parse import SHOP, THEMES

TODAY = date(2026, 9, 30)
SAID = [
    "assistant:",
    '{"slots":',
    '[{"slot":',
    '"intent",',
    '"values":',
    '["drivers"],',
    '"words":',
    '"flummoxes"}]}',
]
END = "[END]"


def written(folder: Path, *, says: list[str] | None) -> Path:
    """A model of one layer in a folder. With `says`, each of these words is followed by the next; else by anything."""
    torch.manual_seed(3)
    words = ["[UNK]", *SAID, END]
    config = GPT2Config(
        vocab_size=len(words), n_positions=16384, n_embd=16, n_layer=1, n_head=2,
        bos_token_id=len(words) - 1, eos_token_id=len(words) - 1, tie_word_embeddings=False,
    )  # fmt: skip
    model = GPT2LMHeadModel(config)
    if says:
        with torch.no_grad():
            for parameter in model.transformer.parameters():
                parameter.zero_()
            model.transformer.ln_f.weight.fill_(1)
            model.transformer.wte.weight.copy_(torch.eye(len(words), 16))
            model.lm_head.weight.zero_()
            for word, follows in zip(says, [*says[1:], END], strict=True):
                model.lm_head.weight[words.index(follows), words.index(word)] = 9.0
    tokenizer = Tokenizer(models.WordLevel({word: at for at, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    model.save_pretrained(folder)
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="[UNK]", eos_token=END).save_pretrained(
        folder
    )
    return folder


def test_a_model_in_a_folder_is_a_planner(tmp_path: Path) -> None:
    """What it writes is read as JSON, checked as from any other model, and its tokens are counted."""
    support = support_for(Settings(llm=f"transformers:{written(tmp_path, says=SAID)}"))
    assert support
    budget, vocabulary = support.budget(), Vocabulary(attributes=SHOP, themes=THEMES)
    found = support.reader(Parser(vocabulary), vocabulary, budget).read("whatever flummoxes people", TODAY)
    assert found.plan.intent == "drivers"
    assert found.chips[0].words == "flummoxes"
    assert budget.failure is None
    assert budget.tokens == 2000 - len(SAID)


def test_what_a_model_babbles_is_no_plan(tmp_path: Path) -> None:
    """Weights drawn at random: no JSON comes out, and it is told how."""
    model = model_for(Settings(llm=f"transformers:{written(tmp_path, says=None)}", llm_max_tokens=30))
    assert model
    with pytest.raises(ModelError, match=r"not of the form|used up"):
        model.ask(PlanDraft, [("system", "Plan."), ("user", "Why?")], model.budget())


def test_time_ends_the_writing(tmp_path: Path) -> None:
    """A model that never comes to an end stops where it is."""
    folder = written(tmp_path, says=["assistant:", "assistant:"])
    chat = LocalChat.load(str(folder), max_tokens=15_000, timeout_s=0.3)
    start = time.monotonic()
    usage = chat.invoke("Why?").usage_metadata
    assert usage
    assert 0 < usage["output_tokens"] < 15_000
    assert time.monotonic() - start < 5


def test_nothing_is_asked_without_time(tmp_path: Path) -> None:
    """With its time used up, the model is no help, and says why."""
    model = model_for(Settings(llm=f"transformers:{written(tmp_path, says=SAID)}"))
    assert model
    with pytest.raises(ModelError, match="no answer within 0 s"):
        model.ask(PlanDraft, [("user", "Why?")], Budget.of(seconds=0, tokens=500))


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    """An error at the start, with what to set."""
    with pytest.raises(SettingsError, match=r"config\.json"):
        model_for(Settings(llm=f"transformers:{tmp_path}"))
