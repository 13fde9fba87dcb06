"""The client against the application, and the examples of the README against a real server."""

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from assistant.client import ApiError, Earmark
from tests.assistant.api.conftest import Connect, connect, homes
from tests.assistant.api.homes import Homes
from tests.assistant.api.served import served

__all__ = ["connect", "homes"]
README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
CURLS = re.findall(r"^\$ (curl .*)$", README, flags=re.MULTILINE)


@pytest.fixture
def earmark(connect: Connect) -> Earmark:
    """A client that may do everything."""
    inner = connect()
    _, key = inner.app.state.identity.keys.make(  # type: ignore[attr-defined]
        "test", ["admin", "ask", "read", "ingest"], by="test"
    )
    return Earmark(key=key, client=inner)


def test_it_asks_and_every_fact_recounts(earmark: Earmark) -> None:
    """The receipt in three lines."""
    answer = earmark.ask("How many customers complain about refunds?")
    assert answer.facts
    for fact in answer.facts:
        assert earmark.count(fact.filter) == fact.n == len(list(earmark.items(fact.filter)))
    further = earmark.ask("and by email?", conversation=answer.conversation)
    assert further.plan["scope"]["attributes"] == {"channel": ["email"]}


def test_it_sends_thousands_and_opens_and_deletes(earmark: Earmark) -> None:
    """In requests of a thousand each."""
    before = earmark.count()
    sent = list(earmark.add({"id": f"c{n}", "text": f"Parcel number {n} was late."} for n in range(1500)))
    assert [one.added for one in sent] == [1000, 500]
    assert earmark.count() == before + 1500
    assert earmark.get("c7").text == "Parcel number 7 was late."
    earmark.delete("c7")
    with pytest.raises(ApiError, match="may have been deleted") as caught:
        earmark.get("c7")
    assert caught.value.problem.status == 404


def test_it_imports_tags_searches_and_erases(earmark: Earmark, tmp_path: Path) -> None:
    """What integrations do."""
    file = tmp_path / "reviews.csv"
    file.write_text("id,text,customer\nf1,The refund took weeks.,C-4711-x\nf2,,C-1\n", "utf-8")
    job = earmark.import_file(file)
    assert (job.state, job.added, job.refused) == ("finished", 1, 1)
    assert earmark.tag([{"id": "t", "text": "Late again."}])[0]["id"] == "t"
    assert earmark.search("slow refund", limit=3).items
    earmark.set_customers([{"id": "C-4711-x", "attributes": {"segment": "premium"}}])
    assert earmark.erase_customer("C-4711-x").items == 1
    assert earmark.call("GET", "/v1/erasures")["certificates"]


def test_it_waits_when_the_server_is_busy_and_repeats_with_one_key() -> None:
    """503 with Retry-After, then a broken connection, then the answer: one key for all three."""
    keys: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers["idempotency-key"])
        if len(keys) == 1:
            return httpx.Response(503, headers={"Retry-After": "0"})
        if len(keys) == 2:
            raise httpx.ReadError("gone")
        return httpx.Response(200, json={"results": []})

    with Earmark(client=httpx.Client(transport=httpx.MockTransport(answer), base_url="http://x")) as earmark:
        assert earmark.tag([]) == []
    assert len(keys) == 3
    assert len(set(keys)) == 1


def test_what_is_no_problem_is_an_error_too() -> None:
    """A proxy that answers with a page."""
    transport = httpx.MockTransport(lambda _: httpx.Response(502, text="<html>"))
    client = httpx.Client(transport=transport, base_url="http://x")
    with Earmark(client=client) as earmark, pytest.raises(ApiError, match="502"):
        earmark.ask("why?")


@pytest.fixture(scope="module")
def address(homes: Homes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real server at this machine."""
    product = homes.product(tmp_path_factory.mktemp("readme"))
    with served(product) as url:
        yield url
    product.close()


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
def test_every_curl_example_of_the_readme_works(address: str, tmp_path: Path) -> None:
    """In their order, as somebody who reads along would run them."""
    (tmp_path / "reviews.csv").write_text("id,text\nr1,The parcel was late.\n", "utf-8")
    httpx.post(f"{address}/v1/feedback", json={"id": "c7", "text": "Late.", "customer": "C-7"})
    assert len(CURLS) >= 15
    for line in CURLS:
        command = [
            part.replace("localhost:8765", address.removeprefix("http://")) for part in shlex.split(line)
        ]
        command = [part for part in command if "$EARMARK_KEY" not in part or part == "-H"]
        command = _without_empty_header(command)
        run: Any = subprocess.run(
            [*command, "--fail-with-body"], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert run.returncode == 0, (line, run.stdout, run.stderr)
        assert run.stdout


def _without_empty_header(command: list[str]) -> list[str]:
    """The key is left out where the server wants none."""
    kept: list[str] = []
    for place, part in enumerate(command):
        is_bare = part == "-H" and (place + 1 == len(command) or command[place + 1].startswith("-"))
        kept += [] if is_bare else [part]
    return kept


def test_the_openai_example_of_the_readme_works(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The five lines, run as they stand."""
    [code] = re.findall(r"```python\n(from openai import OpenAI.*?)```", README, flags=re.DOTALL)
    printed: list[str] = []
    code = code.replace("http://localhost:8765", address)
    exec(compile(code, "README", "exec"), {"KEY": "none", "print": printed.append})
    assert "returns" in printed[0]


def test_the_client_example_of_the_readme_works(address: str) -> None:
    """As it stands."""
    [code] = re.findall(r"```python\n(from assistant.client import Earmark.*?)```", README, flags=re.DOTALL)
    printed: list[Any] = []
    code = code.replace("http://localhost:8765", address)
    exec(compile(code, "README", "exec"), {"KEY": None, "print": lambda *args: printed.append(args)})
    assert printed
