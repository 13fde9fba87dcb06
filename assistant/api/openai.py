"""`/openai/v1`: the chat protocol of OpenAI, so that chat programs and libraries that speak it can ask."""

import re
import time
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Sequence
from contextlib import aclosing
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from fastapi.sse import KEEPALIVE_COMMENT, EventSourceResponse, format_sse_event
from pydantic import BaseModel, Field, TypeAdapter

from assistant.api import problems
from assistant.api.ask import Event, Question, stages, started
from assistant.api.parts import Lane, Parts
from assistant.ask.answer import Answer, Citation
from assistant.ask.asker import LONGEST_QUESTION
from assistant.ask.plan import QueryPlan
from assistant.ask.words import day
from assistant.errors import EarmarkError, InputError
from index.errors import StoreError

MODEL = "earmark"
# What chat programs send behind the scenes, for titles and tags: long, with headings or marked-up parts.
_INSTRUCTION = re.compile(r"^#{2,6} |</\w+>", re.MULTILINE)
_NO_QUESTION = QueryPlan(
    intent="unsupported", reason="it is an instruction to a writing model, not a question about the feedback"
)
_LIVE = {"![": "!&#91;", "](": "]&#40;", "]:": "]&#58;", "<": "&lt;"}
_LIVE_MARKUP = re.compile(r"!\[|\]\(|\]:|<(?=[A-Za-z/!?])")
_JSON: TypeAdapter[Any] = TypeAdapter(Any)


class ChatError(InputError):
    """A chat request that cannot be served; `param` is the field that says so."""

    def __init__(self, message: str, *, param: str, code: str | None = None, status: int = 400) -> None:
        super().__init__(message)
        self.param, self.code, self.status = param, code, status


class Part(BaseModel):
    """A part of a message; only texts can be read."""

    type: str
    text: str | None = None


class Message(BaseModel):
    """A turn of the conversation."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[Part] | None = None

    @property
    def text(self) -> str:
        """The words. Raises ChatError for pictures and sound."""
        parts = [Part(type="text", text=self.content)] if isinstance(self.content, str) else self.content
        if any(part.type != "text" for part in parts or ()):
            raise ChatError("Only text can be read; leave out pictures, sound and files.", param="messages")
        return "\n".join(part.text or "" for part in parts or ()).strip()


class StreamOptions(BaseModel):
    """Whether the stream ends with a count of words."""

    include_usage: bool = False


class Chat(BaseModel):
    """What is read of a request. Sampling settings are ignored: the numbers are counted, not drawn."""

    model: str
    messages: Annotated[list[Message], Field(min_length=1, max_length=1000)]
    stream: bool = False
    stream_options: StreamOptions | None = None
    n: int | None = None
    tools: list[Any] | None = None
    functions: list[Any] | None = None
    response_format: dict[str, Any] | None = None


class Reply(BaseModel):
    """One reply in the making: its id, its second, and the request that it answers."""

    id: str = Field(default_factory=lambda: f"chatcmpl-{uuid.uuid4().hex}")
    created: int = Field(default_factory=lambda: int(time.time()))
    asked: Chat

    def body(self, kind: str, choices: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
        """A response or a chunk of one."""
        plain = {"id": self.id, "object": kind, "created": self.created, "model": MODEL}
        return {**plain, "choices": choices, **more}

    def usage(self, text: str) -> dict[str, int]:
        """Words, as there are no tokens here."""
        read = sum(len(m.text.split()) for m in self.asked.messages if m.role == "user")
        written = len(text.split())
        return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}


class OpenAIRoute(APIRoute):
    """Lets errors leave in the form that clients of this protocol read."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with its errors turned."""
        handle = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestValidationError as error:
                place = problems.place(error.errors()[0])
                param = (place.pointer or place.parameter or "").removeprefix("#/").replace("/", ".") or None
                return _refusal(400, place.detail, param=param)
            except ChatError as error:
                return _refusal(error.status, str(error), param=error.param, code=error.code)
            except (EarmarkError, StoreError) as error:
                found = problems.of_error(
                    error, request_id=problems.request_id(request), path=request.url.path
                )
                return _refusal(400 if found.status == 422 else found.status, found.detail or found.title)

        return handler


# The document of these routes is OpenAI's own; ours would only repeat it.
router = APIRouter(prefix="/openai/v1", route_class=OpenAIRoute, include_in_schema=False)


@router.get("/models")
async def models() -> dict[str, Any]:
    """The one model."""
    return {"object": "list", "data": [_model()]}


@router.get("/models/{model}")
async def model(model: str) -> dict[str, Any]:
    """The one model, by its name."""
    _check_model(model)
    return _model()


@router.post("/chat/completions", response_model=None)
async def complete(request: Request, body: Chat, product: Parts, lane: Lane) -> Response | dict[str, Any]:
    """Answer the last user message; the user messages before it are what it follows up on."""
    question, earlier = _asked(body)
    reply = Reply(asked=body)
    if body.stream:
        events = stages(request, question, product, lane, earlier=earlier)
        return EventSourceResponse(_chunks(reply, events), headers={"Cache-Control": "no-store"})
    answer = await started(lane, product, question, earlier=earlier)
    request.app.state.metrics.answer(answer)
    text = text_of(answer)
    message = {"role": "assistant", "content": text, "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    return reply.body("chat.completion", [choice], usage=reply.usage(text), earmark=_structured(answer))


def text_of(answer: Answer) -> str:
    """The answer in Markdown with the item behind each quote. Nothing a customer wrote becomes a link or a picture."""
    sources = "\n".join(_source(citation) for citation in answer.citations)
    text = f"{answer.answer}\n\n**Sources**\n\n{sources}" if sources else answer.answer
    return _LIVE_MARKUP.sub(lambda found: _LIVE[found[0]], text)


def _source(citation: Citation) -> str:
    said = (citation.channel, day(citation.date) if citation.date else None)
    return ", ".join([f"- [{citation.id}] item {citation.item}", *(part for part in said if part)])


def _structured(answer: Answer) -> dict[str, Any]:
    # The caller keeps the conversation, so its id would lead nowhere.
    return answer.model_dump(mode="json", exclude={"conversation"})


def _asked(body: Chat) -> tuple[Question, Sequence[str]]:
    """The question and the questions before it. Raises ChatError for what cannot be served."""
    _check(body)
    said = [message.text for message in body.messages if message.role == "user"]
    if not said or not said[-1]:
        raise ChatError(
            "There is no question: add a message with the role user and a text.", param="messages"
        )
    *before, last = said
    plan = _NO_QUESTION if _is_instruction(last) else None
    question = Question(question=last[:LONGEST_QUESTION], plan=plan, remember=False)
    return question, [text for text in before if text and not _is_instruction(text)]


def _is_instruction(text: str) -> bool:
    return len(text) > LONGEST_QUESTION or bool(_INSTRUCTION.search(text))


def _check(body: Chat) -> None:
    _check_model(body.model)
    if body.n not in (None, 1):
        raise ChatError("There is one answer to a question: leave n out.", param="n")
    if body.tools or body.functions:
        message = "This model calls no tools: leave them out, or connect to /mcp, where it offers its own."
        raise ChatError(message, param="tools" if body.tools else "functions")
    if body.response_format and body.response_format.get("type") != "text":
        message = "The answer is Markdown; its claims, facts and citations as data are under `earmark` of the response."
        raise ChatError(message, param="response_format")


def _check_model(name: str) -> None:
    if name != MODEL:
        message = f"There is no model {name!r}; use {MODEL!r}."
        raise ChatError(message, param="model", code="model_not_found", status=404)


def _model() -> dict[str, Any]:
    return {"id": MODEL, "object": "model", "created": 0, "owned_by": "earmark"}


async def _chunks(reply: Reply, events: AsyncGenerator[Event | None]) -> AsyncIterator[bytes]:
    """The role at once; then the text line by line, since no claim is known before all are."""
    yield _sent(_chunk(reply, {"role": "assistant", "content": ""}))
    async with aclosing(events):
        async for event in events:
            if event is None:
                yield KEEPALIVE_COMMENT
                continue
            name, data = event
            for body in _spoken(reply, data) if name == "done" else _failed(data) if name == "error" else ():
                yield _sent(body)
    yield format_sse_event(data_str="[DONE]")


def _spoken(reply: Reply, answer: Answer) -> list[dict[str, Any]]:
    text = text_of(answer)
    chunks = [_chunk(reply, {"content": line}) for line in text.splitlines(keepends=True)]
    chunks.append(_chunk(reply, {}, finish="stop", earmark=_structured(answer)))
    if reply.asked.stream_options and reply.asked.stream_options.include_usage:
        chunks.append(reply.body("chat.completion.chunk", [], usage=reply.usage(text)))
    return chunks


def _chunk(reply: Reply, delta: dict[str, Any], finish: str | None = None, **more: Any) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    return reply.body("chat.completion.chunk", [choice], **more)


def _sent(body: dict[str, Any]) -> bytes:
    return format_sse_event(data_str=_JSON.dump_json(body).decode())


def _failed(problem: dict[str, Any]) -> list[dict[str, Any]]:
    return [_error(problem["status"], problem.get("detail") or problem["title"])]


def _error(status: int, message: str, param: str | None = None, code: str | None = None) -> dict[str, Any]:
    kind = "invalid_request_error" if status < 500 else "server_error"
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def _refusal(status: int, message: str, param: str | None = None, code: str | None = None) -> JSONResponse:
    headers = {"Retry-After": problems.RETRY_AFTER_S} if status == 503 else None
    return JSONResponse(_error(status, message, param, code), status_code=status, headers=headers)
