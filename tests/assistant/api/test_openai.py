"""`/openai/v1` with the official client and with LangChain's."""

from collections.abc import Iterator
from typing import Any

import httpx
import openai
import pytest
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from assistant.api.openai import text_of
from assistant.ask.answer import Answer, Citation, Claim, Coverage
from index.errors import StoreBusyError
from tests.assistant.api.homes import Homes
from tests.assistant.api.served import served

QUESTION = "Why are customers leaving after returns?"
TOKEN = "correct horse battery staple"
TITLE_PROMPT = (
    "### Task:\nGenerate a concise, 3-5 word title summarizing the chat history.\n"
    f"### Chat History:\n<chat_history>\nUSER: {QUESTION}\n</chat_history>"
)


@pytest.fixture(scope="module")
def address(homes: Homes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with feedback."""
    product = homes.product(tmp_path_factory.mktemp("openai"))
    with served(product) as url:
        yield url
    product.close()


@pytest.fixture(scope="module")
def client(address: str) -> Iterator[openai.OpenAI]:
    """The official client."""
    with openai.OpenAI(base_url=f"{address}/openai/v1", api_key="none needed", max_retries=0) as made:
        yield made


def user(*texts: str) -> list[Any]:
    return [{"role": "user", "content": text} for text in texts]


def ask(address: str, *questions: str) -> dict[str, Any]:
    """The last of some questions of one conversation, through our own API."""
    talk: dict[str, Any] = {}
    for question in questions:
        answered = httpx.post(f"{address}/v1/ask", json={"question": question, **talk}, timeout=60)
        talk = {"conversation": answered.json()["conversation"]}
    return {key: value for key, value in answered.json().items() if key != "conversation"}


def test_there_is_one_model(client: openai.OpenAI) -> None:
    """It is listed, and found by its name."""
    assert [model.id for model in client.models.list()] == ["earmark"]
    assert client.models.retrieve("earmark").owned_by == "earmark"


def test_a_reply_is_the_answer_of_the_api(client: openai.OpenAI, address: str) -> None:
    """The structured answer is the same, and the text begins with its Markdown and ends with its sources."""
    reply = client.chat.completions.create(model="earmark", messages=user(QUESTION))
    expected = ask(address, QUESTION)
    assert reply.model_extra is not None
    assert reply.model_extra["earmark"] == expected
    text = reply.choices[0].message.content or ""
    assert text.startswith(expected["answer"])
    assert expected["citations"]
    assert all(f"[{one['id']}] item {one['item']}" in text for one in expected["citations"])
    assert reply.choices[0].finish_reason == "stop"
    assert reply.usage is not None
    assert (reply.usage.prompt_tokens, reply.usage.completion_tokens) == (6, len(text.split()))


def test_a_stream_says_the_same(client: openai.OpenAI) -> None:
    """The role comes first, then the text in pieces, then the structured answer, then the usage."""
    whole = client.chat.completions.create(model="earmark", messages=user(QUESTION))
    chunks = list(
        client.chat.completions.create(
            model="earmark", messages=user(QUESTION), stream=True, stream_options={"include_usage": True}
        )
    )
    assert chunks[0].choices[0].delta.role == "assistant"
    said = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
    assert len(said) > 5
    assert "".join(said) == whole.choices[0].message.content
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-2].model_extra is not None
    assert whole.model_extra is not None
    assert chunks[-2].model_extra["earmark"] == whole.model_extra["earmark"]
    assert chunks[-1].choices == []
    assert chunks[-1].usage == whole.usage
    assert len({chunk.id for chunk in chunks}) == 1


def test_without_the_option_a_stream_has_no_usage(client: openai.OpenAI) -> None:
    """Every chunk has a choice, as clients that did not ask for more expect."""
    assert all(
        chunk.choices and chunk.usage is None
        for chunk in client.chat.completions.create(model="earmark", messages=user(QUESTION), stream=True)
    )


@pytest.mark.parametrize(
    "turns", [(QUESTION, "and for email?"), (QUESTION, "and for email?", "and for chat?")], ids=["two", "three"]
)  # fmt: skip
def test_a_follow_up_is_understood_as_in_a_conversation(
    client: openai.OpenAI, address: str, turns: tuple[str, ...]
) -> None:
    """The history that the caller sends stands for the conversation that the API keeps."""
    messages = [{"role": "system", "content": "Say that everybody is happy."}]
    for turn in turns[:-1]:
        messages += [*user(turn), {"role": "assistant", "content": "Something else altogether."}]
    reply = client.chat.completions.create(model="earmark", messages=[*messages, *user(turns[-1])])  # type: ignore[list-item]
    expected = ask(address, *turns)
    assert expected["plan"]["scope"]["attributes"] == {"channel": [turns[-1].split()[-1].rstrip("?")]}
    assert reply.model_extra is not None
    assert reply.model_extra["earmark"] == expected


def test_the_text_may_come_in_parts(client: openai.OpenAI) -> None:
    """A list of text parts is one question."""
    parts = [
        {"type": "text", "text": "Why are customers leaving"},
        {"type": "text", "text": "after returns?"},
    ]
    message: Any = {"role": "user", "content": parts}
    reply = client.chat.completions.create(model="earmark", messages=[message])
    assert reply.model_extra is not None
    assert reply.model_extra["earmark"]["plan"]["scope"]["themes"] == ["returns_refunds"]


@pytest.mark.parametrize("prompt", [TITLE_PROMPT, f"Write a title. {QUESTION * 100}"], ids=["title", "long"])
def test_an_instruction_behind_the_scenes_is_declined_politely(client: openai.OpenAI, prompt: str) -> None:
    """Chat programs ask for titles; these get no numbers, and no error."""
    reply = client.chat.completions.create(model="earmark", messages=user(prompt))
    assert reply.model_extra is not None
    assert reply.model_extra["earmark"]["abstained"] == "unsupported"
    assert reply.model_extra["earmark"]["facts"] == []


@pytest.mark.parametrize(
    ("change", "kind", "param", "code"),
    [
        ({"model": "gpt-9"}, openai.NotFoundError, "model", "model_not_found"),
        ({"messages": [{"role": "system", "content": "Hello"}]}, openai.BadRequestError, "messages", None),
        ({"messages": user("  ")}, openai.BadRequestError, "messages", None),
        ({"messages": []}, openai.BadRequestError, "messages", None),
        ({"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}]},
         openai.BadRequestError, "messages", None),
        ({"n": 2}, openai.BadRequestError, "n", None),
        ({"tools": [{"type": "function", "function": {"name": "f"}}]}, openai.BadRequestError, "tools", None),
        ({"response_format": {"type": "json_object"}}, openai.BadRequestError, "response_format", None),
    ],
    ids=["model", "no question", "blank", "no message", "picture", "n", "tools", "format"],
)  # fmt: skip
def test_what_cannot_be_served_is_refused_in_their_form(
    client: openai.OpenAI,
    change: dict[str, Any],
    kind: type[openai.APIStatusError],
    param: str,
    code: str | None,
) -> None:
    """The client raises the error of the kind, with what to change."""
    with pytest.raises(kind) as caught:
        client.chat.completions.create(**{"model": "earmark", "messages": user(QUESTION), **change})
    body: Any = caught.value.body
    assert (body["param"], body["code"], body["type"]) == (param, code, "invalid_request_error")
    assert len(body["message"]) > 10


def test_langchain_answers_and_streams(client: openai.OpenAI, address: str) -> None:
    """`ChatOpenAI` gets the text of the official client, whole and in pieces."""
    model = ChatOpenAI(model="earmark", base_url=f"{address}/openai/v1", api_key=SecretStr("none needed"))
    expected = client.chat.completions.create(model="earmark", messages=user(QUESTION))
    assert model.invoke(QUESTION).content == expected.choices[0].message.content
    streamed = "".join(str(chunk.content) for chunk in model.stream(QUESTION))
    assert streamed == expected.choices[0].message.content


def test_a_token_is_wanted_here_too(homes: Homes, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The API key of the client is the token of the server."""
    product = homes.product(tmp_path_factory.mktemp("guarded"), token=SecretStr(TOKEN))
    with served(product) as url:
        for key, opens in ((TOKEN, True), ("wrong", False)):
            with openai.OpenAI(base_url=f"{url}/openai/v1", api_key=key, max_retries=0) as guarded:
                if opens:
                    assert guarded.chat.completions.create(model="earmark", messages=user(QUESTION)).choices
                else:
                    with pytest.raises(openai.AuthenticationError):
                        guarded.chat.completions.create(model="earmark", messages=user(QUESTION))
    product.close()


def test_a_failure_inside_reaches_the_client(homes: Homes, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whole or in a stream, the client raises an error with our words."""

    def busy() -> Any:
        raise StoreBusyError("the store is held by somebody else; try again")

    product = homes.product(tmp_path_factory.mktemp("failing"), load_tagger=busy)
    question = user("How many items are about pink elephants in the living room?")
    with (
        served(product) as url,
        openai.OpenAI(base_url=f"{url}/openai/v1", api_key="x", max_retries=0) as made,
    ):
        with pytest.raises(openai.InternalServerError, match="held by somebody else") as whole:
            made.chat.completions.create(model="earmark", messages=question)
        assert (whole.value.status_code, whole.value.response.headers["Retry-After"]) == (503, "2")
        with pytest.raises(openai.APIError, match="held by somebody else"):
            list(made.chat.completions.create(model="earmark", messages=question, stream=True))
    product.close()


@pytest.mark.parametrize(
    "hostile",
    ["![x](http://evil.example/p)", "\\![x][y]", "[click](http://evil.example)", "<img src=x>", "\\<script>"],
)
def test_what_a_customer_wrote_is_no_live_markup(hostile: str) -> None:
    """A chat program that renders the text loads no picture and shows no link of a stranger's."""
    text = text_of(
        Answer(
            answer=f"> “{hostile}” [C1]",
            plan={},
            claims=[Claim(text="A claim.", citations=["C1"])],
            facts=[],
            citations=[Citation(id="C1", item="s1", span=(0, 3), text=hostile, date=None, channel=None)],
            caveats=["p < 0.05"],
            suggestions=[],
            coverage=Coverage(items=1, in_scope=1, untagged=0),
            conversation="c",
        )
    )
    assert not any(live in text for live in ("![", "](", "<img", "<script"))
    assert "- [C1] item s1" in text
