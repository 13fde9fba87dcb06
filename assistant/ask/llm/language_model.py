"""A language model behind LangChain, asked for a draft within a time limit. LangChain is imported at first use."""

import functools
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from assistant.ask.wording.draft import Draft

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

T = TypeVar("T")
Method = Literal["json_schema", "function_calling", "json_mode"]
Message = tuple[str, str]  # role, text
METHODS: tuple[Method, ...] = ("json_schema", "function_calling", "json_mode")
# Answers of a server that knows the model but not the way in which the draft was asked for.
_UNSUPPORTED = frozenset({400, 404, 415, 422, 501})


class DraftError(Exception):
    """The language model gave no draft. The message says why, without any text of a customer."""


class LanguageModel:
    """A chat model by the name that LangChain gives it, for instance `openai:gpt-4.1-mini`."""

    def __init__(
        self, *, name: str, base_url: str | None, api_key: str | None, timeout_s: float, max_tokens: int
    ) -> None:
        self.timeout_s = timeout_s
        self._name = name
        self._arguments = arguments(
            name.partition(":")[0],
            base_url=base_url, api_key=api_key, timeout_s=timeout_s, max_tokens=max_tokens,
        )  # fmt: skip
        self._works: Method | None = None

    def draft(self, messages: Sequence[Message], timeout_s: float) -> Draft:
        """Ask for a draft, in whichever way the server understands; the way that worked is tried first later.

        Raises:
            DraftError: when there is none within `timeout_s` seconds.
        """
        end = time.monotonic() + timeout_s
        for method in self._methods():
            found = within(end - time.monotonic(), functools.partial(self._ask, method, messages))
            if found is not None:
                self._works = method
                return found
        raise DraftError("its answers are not of the form that was asked for")

    @functools.cached_property
    def _chat(self) -> "BaseChatModel":
        from langchain.chat_models import init_chat_model

        made: BaseChatModel = init_chat_model(self._name, **self._arguments)
        return made

    def _methods(self) -> Iterator[Method]:
        first = self._works
        yield from ((first,) if first else ())
        yield from (method for method in METHODS if method != first)

    def _ask(self, method: Method, messages: Sequence[Message]) -> Draft | None:
        """One request; None when the server does not know the method or answers in another form."""
        try:
            chat = self._chat
        except Exception as error:
            raise DraftError(f"it cannot be set up: {type(error).__name__}") from error
        try:
            asked = chat.with_structured_output(Draft, method=method, include_raw=True)
            parsed: Any = asked.invoke(list(messages))
        # Every provider has its own errors, and none of them may reach the person who asked.
        except Exception as error:
            if _is_about_form(error):
                return None
            raise DraftError(_named(error)) from error
        found = parsed.get("parsed") if isinstance(parsed, dict) else None
        return found if isinstance(found, Draft) else None


def arguments(
    provider: str, *, base_url: str | None, api_key: str | None, timeout_s: float, max_tokens: int
) -> dict[str, Any]:
    """What `init_chat_model` is given: one request, no retries, so that the time limit holds."""
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
        DraftError: when time is up. What the call raises comes through.
    """
    done: queue.SimpleQueue[tuple[T | None, BaseException | None]] = queue.SimpleQueue()

    def run() -> None:
        try:
            done.put((call(), None))
        except BaseException as error:  # noqa: BLE001 (it is raised again in the thread that waits)
            done.put((None, error))

    threading.Thread(target=run, name="earmark-writer", daemon=True).start()
    try:
        value, error = done.get(timeout=max(0.0, seconds))
    except queue.Empty:
        raise DraftError(f"no answer within {max(0.0, seconds):.0f} s") from None
    if error is not None:
        raise error
    return value  # type: ignore[return-value]


def _is_about_form(error: Exception) -> bool:
    return isinstance(error, ValueError | TypeError | NotImplementedError) or _status(error) in _UNSUPPORTED


def _status(error: Exception) -> int | None:
    status = getattr(error, "status_code", None)
    return status if isinstance(status, int) else None


def _named(error: Exception) -> str:
    """Kind of an error and its HTTP status; its message may quote the request."""
    status = _status(error)
    return f"{type(error).__name__}{f', HTTP status {status}' if status else ''}"
