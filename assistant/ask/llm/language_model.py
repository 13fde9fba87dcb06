"""A language model behind LangChain, asked for one form within a budget. LangChain is imported at first use."""

import functools
import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from pydantic import BaseModel

from assistant.ask.llm.budget import Budget

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

T = TypeVar("T")
F = TypeVar("F", bound=BaseModel)
Method = Literal["json_schema", "function_calling", "json_mode"]
Message = tuple[str, str]  # role, text
LOCAL = "transformers"  # the provider of models in a folder
METHODS: tuple[Method, ...] = ("json_schema", "function_calling", "json_mode")
# Answers of a server that knows the model but not the way in which the draft was asked for.
_UNSUPPORTED = frozenset({400, 404, 415, 422, 501})


class ModelError(Exception):
    """The language model gave nothing. The message says why, without any text of a customer."""


class _Ready(BaseModel):
    ready: bool


class LanguageModel:
    """A chat model by the name that LangChain gives it, for instance `openai:gpt-4.1-mini`, or `transformers:PATH`."""

    def __init__(
        self, *, name: str, base_url: str | None, api_key: str | None, timeout_s: float, max_tokens: int
    ) -> None:
        self.name = name
        self.timeout_s = timeout_s
        self._max_tokens = max_tokens
        self._provider = name.partition(":")[0]
        self._arguments = arguments(
            self._provider, base_url=base_url, api_key=api_key, timeout_s=timeout_s, max_tokens=max_tokens
        )
        self._works: Method | None = None

    def budget(self) -> Budget:
        """What one answer may use up."""
        return Budget.of(seconds=self.timeout_s, tokens=self._max_tokens)

    def ask(self, form: type[F], messages: Sequence[Message], budget: Budget, end: float | None = None) -> F:
        """Ask for an answer of a form, in whichever way the server understands; that way is tried first later.

        Args:
            form: what the answer is read as.
            messages: role and text of each message.
            budget: what may be used up; its tokens are counted down as far as the server reports them.
            end: when to give up, where that is before the budget ends.

        Raises:
            ModelError: when there is none in time, or no budget is left.
        """
        end = budget.end if end is None else min(end, budget.end)
        for method in self._methods():
            if budget.tokens < 1:
                raise ModelError(f"its {self._max_tokens} tokens for one answer are used up")
            left = max(0.0, end - time.monotonic())
            limits = self._limits(left, budget.tokens)
            found, used = within(left, functools.partial(self._ask, method, form, messages, limits))
            budget.tokens -= used
            if found is not None:
                self._works = method
                return found
        raise ModelError("its answers are not of the form that was asked for")

    def check(self) -> None:
        """Ask for next to nothing. Raises ModelError when it does not come."""
        messages = [("system", 'Return the JSON object {"ready": true}.'), ("user", "Are you ready?")]
        self.ask(_Ready, messages, self.budget())

    @functools.cached_property
    def _chat(self) -> "BaseChatModel":
        if self._provider == LOCAL:
            from assistant.ask.llm.local import LocalChat

            return LocalChat.load(self.name.partition(":")[2], **self._arguments)
        from langchain.chat_models import init_chat_model

        made: BaseChatModel = init_chat_model(self.name, **self._arguments)
        return made

    def _methods(self) -> Iterator[Method]:
        first = self._works
        yield from ((first,) if first else ())
        yield from (method for method in METHODS if method != first)

    def _limits(self, seconds: float, tokens: int) -> Mapping[str, float]:
        """What one request may use up, as its class calls it; a server is not told how long it is waited for."""
        if self._provider == LOCAL:
            return {"max_tokens": tokens, "timeout_s": seconds}
        return {"num_predict" if self._provider == "ollama" else "max_tokens": tokens}

    def _ask(
        self, method: Method, form: type[F], messages: Sequence[Message], limits: Mapping[str, float]
    ) -> tuple[F | None, int]:
        """One request, and the tokens it used; None when the server does not know the method or answers in another form."""
        try:
            chat = self._chat.model_copy(update=limits)
        except Exception as error:
            raise ModelError(f"it cannot be set up: {type(error).__name__}") from error
        try:
            asked = chat.with_structured_output(form, method=method, include_raw=True)
            parsed: Any = asked.invoke(list(messages))
        # Every provider has its own errors, and none of them may reach the person who asked.
        except Exception as error:
            if _is_about_form(error):
                return None, 0
            raise ModelError(_named(error)) from error
        if not isinstance(parsed, dict):
            return None, 0
        found = parsed.get("parsed")
        return (found if isinstance(found, form) else None), _used(parsed.get("raw"))


def arguments(
    provider: str, *, base_url: str | None, api_key: str | None, timeout_s: float, max_tokens: int
) -> dict[str, Any]:
    """What `init_chat_model` is given: one request, no retries, so that the time limit holds."""
    if provider == LOCAL:
        return {"max_tokens": max_tokens, "timeout_s": timeout_s}
    found: dict[str, Any] = {"base_url": base_url} if base_url else {}
    if provider == "ollama":
        return {**found, "num_predict": max_tokens, "client_kwargs": {"timeout": timeout_s}}
    if api_key or base_url:
        # A server of one's own often wants no key, while its client insists on one.
        found["api_key"] = api_key or "none"
    return {**found, "timeout": timeout_s, "max_tokens": max_tokens, "max_retries": 0}


def within(seconds: float, call: Callable[[], T]) -> T:
    """Wait so long for a call and no longer; a server that sends a byte now and then defeats other limits.

    Raises:
        ModelError: when time is up. What the call raises comes through.
    """
    done: queue.SimpleQueue[tuple[T | None, BaseException | None]] = queue.SimpleQueue()

    def run() -> None:
        try:
            done.put((call(), None))
        except BaseException as error:  # noqa: BLE001 (it is raised again in the thread that waits)
            done.put((None, error))

    threading.Thread(target=run, name="earmark-llm", daemon=True).start()
    try:
        value, error = done.get(timeout=seconds)
    except queue.Empty:
        raise ModelError(f"no answer within {seconds:.0f} s") from None
    if error is not None:
        raise error
    return value  # type: ignore[return-value]


def _used(raw: Any) -> int:
    """Tokens that a reply says it took to write."""
    usage = getattr(raw, "usage_metadata", None) or {}
    return int(usage.get("output_tokens", 0))


def _is_about_form(error: Exception) -> bool:
    return isinstance(error, ValueError | TypeError | NotImplementedError) or _status(error) in _UNSUPPORTED


def _status(error: Exception) -> int | None:
    status = getattr(error, "status_code", None)
    return status if isinstance(status, int) else None


def _named(error: Exception) -> str:
    """Kind of an error and its HTTP status; its message may quote the request."""
    status = _status(error)
    return f"{type(error).__name__}{f', HTTP status {status}' if status else ''}"
