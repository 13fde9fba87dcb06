"""A chat model in a folder of this machine, run by `transformers`. Nothing is downloaded and no code of it is run."""

import operator
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.output_parsers import PydanticOutputParser
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable, RunnableLambda, RunnablePassthrough
from pydantic import BaseModel, ConfigDict

_ROLES = {"system": "system", "human": "user", "ai": "assistant"}


class LocalChat(BaseChatModel):
    """Text generation, one request at a time, always the likeliest word; a time limit stops it where it is."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    model: Any
    tokenizer: Any
    lock: Any
    max_tokens: int
    timeout_s: float

    @classmethod
    def load(cls, path: str, *, max_tokens: int, timeout_s: float) -> Self:
        """Read the model in a folder: safetensors only.

        Raises:
            OSError, ValueError: when the folder holds no model that can be read.
        """
        from transformers import AutoModelForCausalLM, AutoTokenizer

        folder = str(Path(path).expanduser())
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        model = AutoModelForCausalLM.from_pretrained(folder, local_files_only=True, use_safetensors=True)
        return cls(
            model=model.eval(), tokenizer=tokenizer, lock=threading.Lock(),
            max_tokens=max_tokens, timeout_s=timeout_s,
        )  # fmt: skip

    @property
    def _llm_type(self) -> str:
        return "earmark-local"

    def with_structured_output(  # type: ignore[override]
        self, schema: type[BaseModel], *, method: str = "json_mode", include_raw: bool = False, **kwargs: Any
    ) -> Runnable[LanguageModelInput, dict[str, Any]]:
        """JSON that the prompt describes, read out of the text. Raises NotImplementedError for other ways."""
        if method != "json_mode" or not include_raw or kwargs:
            raise NotImplementedError("a local model is asked for JSON in its prompt, and for nothing else")
        parser: PydanticOutputParser[BaseModel] = PydanticOutputParser(pydantic_object=schema)
        read = RunnablePassthrough.assign(parsed=RunnableLambda(operator.itemgetter("raw")) | parser)
        unread = RunnablePassthrough.assign(parsed=lambda _: None)
        return {"raw": self} | read.with_fallbacks([unread])

    def _generate(
        self, messages: list[BaseMessage], stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None, **kwargs: Any,
    ) -> ChatResult:  # fmt: skip
        del stop, run_manager, kwargs
        import torch

        given = self.tokenizer(self._text(messages), return_tensors="pt", add_special_tokens=False)
        length = given["input_ids"].shape[1]
        with self.lock, torch.inference_mode():
            made = self.model.generate(
                input_ids=given["input_ids"], attention_mask=given["attention_mask"],
                max_new_tokens=self.max_tokens, max_time=self.timeout_s, do_sample=False,
            )[0, length:]  # fmt: skip
        text = self.tokenizer.decode(made, skip_special_tokens=True)
        usage = UsageMetadata(input_tokens=length, output_tokens=len(made), total_tokens=length + len(made))
        return ChatResult(generations=[ChatGeneration(message=AIMessage(content=text, usage_metadata=usage))])

    def _text(self, messages: Sequence[BaseMessage]) -> str:
        """The messages as the model was taught to read them; without a template, one after the other."""
        said = [{"role": _ROLES[one.type], "content": str(one.content)} for one in messages]
        if self.tokenizer.chat_template:
            return str(self.tokenizer.apply_chat_template(said, tokenize=False, add_generation_prompt=True))
        return "".join(f"{one['role']}: {one['content']}\n\n" for one in said) + "assistant: "
