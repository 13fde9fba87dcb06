"""Our search as a LangChain retriever and tool, used through LangChain."""

from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from langchain_core.documents import Document
from langchain_core.messages import ToolMessage
from langchain_core.runnables import RunnableLambda
from pydantic import ValidationError

from assistant.ask.retriever import FeedbackRetriever, Find, hybrid, search_feedback
from index.exact import ExactIndex
from index.fulltext import full_text
from index.search import HybridSearch
from tests.assistant.ask.made import made
from tests.assistant.conftest import Said

SAID = [
    Said(
        text="The refund took six weeks. I had to ask again and again.",
        themes=(("returns_refunds", "-", "refund_slow"),), attributes={"channel": "email"},
    ),
    Said(text="The courier was friendly. Everything arrived.", sentiment="positive", day=3),
    Said(text="Where is my refund. Nobody says.", gaps=("unheard",), day=5, attributes={"channel": "chat"}),
]  # fmt: skip


@pytest.fixture(scope="module")
def find(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Find]:
    """Hybrid search over three pieces of feedback, with an embedding that knows one direction per word."""
    folder = tmp_path_factory.mktemp("search")
    with made(folder, SAID) as world:
        search = HybridSearch(full_text(world.store), ExactIndex(folder / "vectors.cache"), world.store)
        yield hybrid(search, world.store.get_many, embed)


def embed(texts: Sequence[str]) -> np.ndarray:
    return np.eye(8, dtype=np.float32)[[len(text) % 8 for text in texts]]


def test_documents_carry_where_they_come_from(find: Find) -> None:
    """A document has the whole text, and id, date, channel and tags as metadata."""
    found = FeedbackRetriever(search=find, k=5).invoke("refund")
    assert [one.id for one in found] in (["i0", "i2"], ["i2", "i0"])
    first = next(one for one in found if one.id == "i0")
    assert first.page_content == SAID[0].text
    assert {name: first.metadata[name] for name in ("id", "date", "channel")} == {
        "id": "i0", "date": "2026-01-01", "channel": "email",
    }  # fmt: skip
    assert first.metadata["tags"]["themes"][0]["sub"] == "refund_slow"


def test_k_is_a_limit(find: Find) -> None:
    """No more than k documents; k has bounds."""
    assert len(FeedbackRetriever(search=find, k=1).invoke("refund")) == 1
    with pytest.raises(ValidationError):
        FeedbackRetriever(search=find, k=0)


def test_it_is_a_part_of_chains(find: Find) -> None:
    """The retriever composes with other runnables."""

    def ids(found: list[Document]) -> list[str]:
        return sorted(str(one.id) for one in found)

    chain = FeedbackRetriever(search=find) | RunnableLambda(ids)
    assert chain.invoke("courier") == ["i1"]


def test_the_tool_is_called_as_an_agent_calls_it(find: Find) -> None:
    """A tool call gives text with ids, dates and channels, and the documents beside it."""
    tool = search_feedback(find)
    call = {
        "name": "search_feedback",
        "args": {"query": "refund", "k": 2},
        "id": "call1",
        "type": "tool_call",
    }
    message = tool.invoke(call)
    assert isinstance(message, ToolMessage)
    assert "[i0] (email, 2026-01-01) The refund took six weeks." in str(message.content)
    assert {one.id for one in message.artifact} == {"i0", "i2"}
    assert tool.invoke({"query": "zeppelin"}) == "Nothing was found."


def test_the_tool_checks_what_it_is_given(find: Find) -> None:
    """Too many, or a query without end, is refused."""
    tool = search_feedback(find)
    for args in ({"query": "refund", "k": 1000}, {"query": "x" * 5000}, {}):
        with pytest.raises(ValidationError):
            tool.invoke(args)
