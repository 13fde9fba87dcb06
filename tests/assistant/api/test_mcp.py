"""The Model Context Protocol, by its official client, against a real server."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from mcp import StdioServerParameters
from mcp.client import Client
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client

from assistant.app import create_app
from tests.assistant.api.homes import Homes
from tests.assistant.web.conftest import _free_port, _running

QUESTION = "How many customers complain about refunds?"


@pytest.fixture(scope="module")
def served(homes: Homes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, str]]:
    """Address of a server, a key that may ask and read, and one that may only ask."""
    port = _free_port()
    with ExitStack() as stack:
        product = homes.product(tmp_path_factory.mktemp("chat"), port=port)
        stack.callback(product.close)
        app = create_app(product)
        _, both = app.state.identity.keys.make("both", ["ask", "read"], by="test")
        _, asks = app.state.identity.keys.make("asks", ["ask"], by="test")
        app.state.identity.forget()
        config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning")
        stack.enter_context(_running(uvicorn.Server(config)))
        yield f"http://127.0.0.1:{port}", both, asks


def asked(served: tuple[str, str, str], question: str, **more: Any) -> dict[str, Any]:
    """The answer over the API of ours."""
    headers = {"Authorization": f"Bearer {served[1]}"}
    return dict(
        httpx.post(f"{served[0]}/v1/ask", json={"question": question, **more}, headers=headers).json()
    )


@asynccontextmanager
async def over_http(served: tuple[str, str, str], key: str) -> AsyncIterator[Client]:
    """MCP's client over HTTP with a key."""
    headers = {"Authorization": f"Bearer {key}"}
    async with (
        httpx.AsyncClient(headers=headers, timeout=60) as http,
        Client(streamable_http_client(f"{served[0]}/mcp", http_client=http)) as client,
    ):
        yield client


def test_mcp_answers_with_the_same_numbers(served: tuple[str, str, str]) -> None:
    """Every tool over HTTP; a fact's filter recounts to its n; nothing but reading is offered."""

    async def go() -> None:
        async with over_http(served, served[1]) as client:
            tools = (await client.list_tools()).tools
            assert {tool.name for tool in tools} == {"ask", "search", "get_item", "themes", "facts"}
            assert all(tool.annotations and tool.annotations.read_only_hint for tool in tools)
            answer: Any = (await client.call_tool("ask", {"question": QUESTION})).structured_content
            assert answer["facts"] == asked(served, QUESTION)["facts"]
            for fact in answer["facts"]:
                counted: Any = (
                    await client.call_tool("facts", {"filter": fact["filter"]})
                ).structured_content
                assert counted["n"] == fact["n"]
            hits: Any = (
                await client.call_tool("search", {"query": "slow refund", "limit": 3})
            ).structured_content
            assert len(hits["items"]) == 3
            item: Any = (
                await client.call_tool("get_item", {"id": hits["items"][0]["id"]})
            ).structured_content
            assert item["text"] == hits["items"][0]["text"]
            listed: Any = (await client.call_tool("themes", {})).structured_content
            assert {theme["id"] for theme in listed["themes"]} >= {"delivery", "returns_refunds"}
            missing = await client.call_tool("get_item", {"id": "none"})
            assert missing.is_error
            assert "may have been deleted" in str(missing.content)
            wrong = await client.call_tool("facts", {"filter": {"colour": "red"}})
            assert wrong.is_error
            assert "colour" in str(wrong.content)

    asyncio.run(go())


def test_mcp_respects_scopes(served: tuple[str, str, str]) -> None:
    """A key that may only ask cannot read items."""

    async def go() -> None:
        async with over_http(served, served[2]) as client:
            assert not (await client.call_tool("ask", {"question": QUESTION})).is_error
            refused = await client.call_tool("search", {"query": "refund"})
            assert refused.is_error
            assert "'read'" in str(refused.content)

    asyncio.run(go())
    assert httpx.post(f"{served[0]}/mcp", json={}).status_code == 401


def test_mcp_on_standard_input(tmp_path: Path, homes: Homes) -> None:
    """As an assistant at this machine starts it. The models are those that are shipped."""
    homes.product(tmp_path).close()
    command = StdioServerParameters(
        command=str(Path(sys.executable).parent / "earmark"),
        args=["mcp"],
        env={"EARMARK_HOME": str(tmp_path)},
    )

    async def go() -> None:
        async with Client(stdio_client(command)) as client:
            listed: Any = (await client.call_tool("themes", {})).structured_content
            assert sum(theme["items"] for theme in listed["themes"]) > 0

    asyncio.run(go())
