"""`POST /v1/ask`: one answer as JSON, or as a stream of stages, claims and the answer."""

import asyncio
import threading
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.sse import KEEPALIVE_COMMENT, EventSourceResponse, format_sse_event
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from assistant.api import examples, problems
from assistant.api.lane import ModelLane
from assistant.api.parts import Lane, Parts
from assistant.ask.answer import Answer
from assistant.ask.plan import QueryPlan
from assistant.errors import NotFoundError
from assistant.wiring import Product

router = APIRouter(prefix="/v1", tags=["Ask"])
KEEPALIVE_S = 15
TALK = r"^[A-Za-z0-9_-]+$"
TalkId = Annotated[str, Path(max_length=64, pattern=TALK)]
_JSON: TypeAdapter[Any] = TypeAdapter(Any)
Event = tuple[str, Any]


class Question(BaseModel):
    """A question in plain English."""

    model_config = ConfigDict(extra="forbid")

    question: Annotated[str, Field(min_length=1, max_length=2000)]
    conversation: Annotated[str | None, Field(max_length=64, pattern=TALK)] = Field(
        default=None, description="Id from an earlier answer, so that “and for email?” is understood."
    )
    today: date | None = Field(default=None, description="What “last month” is measured from.")
    remember: bool = Field(default=True, description="Whether the conversation keeps this turn.")
    plan: QueryPlan | None = Field(
        default=None,
        description="How the question is to be understood: the plan of an earlier answer, with slots changed. Default is to read it.",
    )


class Suggestions(BaseModel):
    """Questions that have an answer in the data at hand, and how much data there is."""

    items: int
    questions: list[str]


class TurnView(BaseModel):
    """A question and how it was understood; `POST /v1/ask` with both gives its answer over the feedback of now."""

    question: str
    plan: dict[str, Any]


class TalkView(BaseModel):
    """A conversation, oldest turn first."""

    conversation: str
    turns: list[TurnView]


class ClientGoneError(Exception):
    """Nobody listens any more; stops the calculation at its next stage."""


@router.post(
    "/ask",
    summary="Ask a question",
    response_model=Answer,
    responses={200: examples.ANSWER},
    openapi_extra=examples.body(examples.QUESTIONS),
)
async def ask(
    request: Request,
    body: Question,
    product: Parts,
    lane: Lane,
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> Response | Answer:
    """Answer with facts that can be recounted and quotes that can be opened.

    With `Accept: text/event-stream` the same answer arrives in stages: `plan`, `progress`, `claim` (one each),
    then `done` with the whole answer, or `error` with a problem.
    """
    if "text/event-stream" not in accept:
        answer = await started(lane, product, body)
        request.app.state.metrics.answer(answer)
        return answer
    return EventSourceResponse(
        _encoded(stages(request, body, product, lane)), headers={"Cache-Control": "no-store"}
    )


@router.get("/suggestions", summary="Questions to start with")
async def suggest(product: Parts, lane: Lane) -> Suggestions:
    """Questions that have been tried on the data at hand."""
    items = (await run_in_threadpool(product.index.store.counts)).items
    questions = await lane.start(product.asker.examples) if items else []
    return Suggestions(items=items, questions=questions)


@router.get("/ask/{conversation}", summary="Resume a conversation")
def resume(conversation: TalkId, product: Parts) -> TalkView:
    """Its questions and their plans. Whoever has the id can read it: it stands in the link that is shared."""
    turns = product.talks.turns(conversation)
    if not turns:
        raise NotFoundError(f"There is no conversation {conversation!r}; ask a question to begin one.")
    views = [TurnView(question=turn.question, plan=turn.plan.plain()) for turn in turns]
    return TalkView(conversation=conversation, turns=views)


@router.delete("/ask/{conversation}", status_code=204, summary="Forget a conversation")
def forget(conversation: TalkId, product: Parts) -> None:
    """Its link shows nothing any more."""
    if not product.talks.forget(conversation):
        raise NotFoundError(f"There is no conversation {conversation!r}; it may have been forgotten before.")


def started(lane: ModelLane, product: Product, body: Question, **more: Any) -> asyncio.Task[Answer]:
    """With a language model an answer mostly waits for that; tags and embeddings of others go on meanwhile."""
    start = lane.start_beside if product.settings.llm else lane.start
    return start(_answer, product, body, **more)


def _answer(product: Product, body: Question, **more: Any) -> Answer:
    return product.asker.ask(
        body.question,
        plan=body.plan,
        conversation=body.conversation,
        today=body.today,
        remember=body.remember,
        **more,
    )


def stages(
    request: Request, body: Question, product: Product, lane: ModelLane, **more: Any
) -> AsyncGenerator[Event | None]:
    """Start the work at once, so that a full queue is still a 503, and tell what it says; None while it is silent.

    The last event is `done` with the answer or `error` with a problem.
    """
    loop = asyncio.get_running_loop()
    events: asyncio.Queue[Event | None] = asyncio.Queue()
    gone = threading.Event()

    def on_stage(name: str, data: dict[str, Any]) -> None:
        if gone.is_set():
            raise ClientGoneError
        loop.call_soon_threadsafe(events.put_nowait, (name, data))

    task = started(lane, product, body, on_stage=on_stage, **more)
    task.add_done_callback(lambda _: events.put_nowait(None))
    return _events(request, task, events, gone)


async def _events(
    request: Request, task: asyncio.Task[Answer], events: asyncio.Queue[Event | None], gone: threading.Event
) -> AsyncGenerator[Event | None]:
    try:
        while True:
            try:
                event = await asyncio.wait_for(events.get(), KEEPALIVE_S)
            except TimeoutError:
                yield None
                continue
            if event is None:
                break
            yield event
        yield _last(request, task)
    finally:
        gone.set()
        # Somebody has to look at the error, or the loop reports it as never retrieved.
        task.add_done_callback(lambda done: done.cancelled() or done.exception())


def _last(request: Request, task: asyncio.Task[Answer]) -> Event:
    error = task.exception()
    if error is None:
        request.app.state.metrics.answer(task.result())
        return "done", task.result()
    found = problems.of_error(error, request_id=problems.request_id(request), path=request.url.path)
    return "error", found.model_dump(exclude_defaults=True)


async def _encoded(events: AsyncGenerator[Event | None]) -> AsyncIterator[bytes]:
    async with aclosing(events):
        async for event in events:
            if event is None:
                yield KEEPALIVE_COMMENT
            else:
                name, data = event
                yield format_sse_event(event=name, data_str=_JSON.dump_json(data).decode())
