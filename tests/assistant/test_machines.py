"""Several servers over one PostgreSQL and one Chroma server: nothing lost, nothing doubled, every answer the same."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.index import servers

FULL = bool(os.environ.get("EARMARK_FAULTS"))
MACHINES = 5 if FULL else 3
ITEMS = 400 if FULL else 60
SEED = 31
pytestmark = [pytest.mark.postgres, pytest.mark.faults, pytest.mark.timeout(1800)]
KINDS = (
    "The parcel came {n} days late and nobody told us.",
    "Refund {n} still has not arrived, and I wrote three times.",
    "Lovely staff at counter {n}, thank you.",
    "The app crashed {n} times today.",
)


class Machine:
    """A server with a data folder of its own."""

    def __init__(self, home: Path, port: int, settings: dict[str, str], log: Path) -> None:
        self.url, self._log = f"http://127.0.0.1:{port}", log
        environment = {**os.environ, **settings, "EARMARK_HOME": str(home), "EARMARK_PORT": str(port)}
        command = [str(Path(sys.executable).parent / "earmark"), "serve"]
        with log.open("ab") as out:
            self.process = subprocess.Popen(command, env=environment, stdout=out, stderr=out)

    def wait(self) -> None:
        """Until it can serve."""
        end = time.monotonic() + 240
        while time.monotonic() < end:
            assert self.process.poll() is None, self._log.read_text()[-4000:]
            try:
                if httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.2)
        pytest.fail(self._log.read_text()[-4000:])

    def __call__(self, method: str, path: str, **more: Any) -> httpx.Response:
        """A request; tried again while the server is busy."""
        for _ in range(60):
            answer = httpx.request(method, self.url + path, timeout=120, **more)
            if answer.status_code not in (409, 429, 503):
                return answer
            time.sleep(0.5)
        return answer

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Stop it; returns the exit status."""
        self.process.send_signal(how)
        return self.process.wait(60)


@contextmanager
def machines(folder: Path, count: int) -> Iterator[list[Machine]]:
    """Servers on one database and one Chroma server."""
    with ExitStack() as stack:
        database = stack.enter_context(servers.postgres())
        (folder / "chroma").mkdir()
        chroma = stack.enter_context(servers.chroma(folder / "chroma"))
        settings = {
            "EARMARK_DATABASE_URL": database.url,
            "EARMARK_CHROMA_URL": chroma,
            "OMP_NUM_THREADS": "1",
        }
        made = [
            Machine(folder / f"home{number}", servers.free_port(), settings, folder / f"log{number}")
            for number in range(count)
        ]
        stack.callback(lambda: [one.end(signal.SIGKILL) for one in made if one.process.poll() is None])
        for one in made:
            one.wait()
        yield made


def test_several_servers_are_one_product(tmp_path: Path) -> None:
    """Items go to any of them, twice each; one server is killed in between; the others count alike."""
    chance = random.Random(SEED)
    texts = {f"m{n}": chance.choice(KINDS).format(n=n) for n in range(ITEMS)}
    people = {id_: f"{chance.choice('abcdef')}@example.org" for id_ in texts}
    with machines(tmp_path, MACHINES) as made:
        *rest, doomed = made

        def send(id_: str, to: Machine) -> int:
            body = {"id": id_, "text": texts[id_], "customer": people[id_], "date": "2026-05-04"}
            try:
                return to("POST", "/v1/feedback", json=body).status_code
            except httpx.TransportError:
                return 0  # it was killed; the item goes to another

        first, second = list(texts)[: ITEMS // 2], list(texts)[ITEMS // 2 :]
        with ThreadPoolExecutor(6) as pool:
            assert set(pool.map(lambda id_: send(id_, chance.choice(made)), first * 2)) == {200}
            sent = [pool.submit(send, id_, chance.choice(made)) for id_ in second]
            doomed.end(signal.SIGKILL)
            for one in sent:
                one.result()
            assert set(pool.map(lambda id_: send(id_, chance.choice(rest)), second)) == {200}
        deleted = chance.sample(sorted(texts), 5)
        for id_ in deleted:
            assert chance.choice(rest)("DELETE", f"/v1/feedback/{id_}").status_code == 204
        file = {"file": ("more.csv", b"id,text\nf1,The lift smells of paint.\nf2,Quiet rooms.\n")}
        job = rest[0]("POST", "/v1/imports", files=file).json()["id"]
        left = set(texts) - set(deleted) | {"f1", "f2"}
        _until(lambda: rest[-1]("GET", f"/v1/jobs/{job}").json()["state"] == "finished")

        for one in rest:
            listed = one("GET", "/v1/feedback?limit=200").json()
            assert listed["total"] == len(left)
            # The same person has one name, whichever server took the item.
        pages = [_ids_and_customers(one) for one in rest]
        assert all(page == pages[0] for page in pages)
        assert set(pages[0]) == left
        names = {people[id_]: customer for id_, customer in pages[0].items() if id_ in people}
        assert all(names[people[id_]] == customer for id_, customer in pages[0].items() if id_ in people)
        question = {"question": "how many items complain about delivery?"}
        answers = [one("POST", "/v1/ask", json=question).json()["facts"][0] for one in rest]
        assert all((one["n"], one["of"]) == (answers[0]["n"], len(left)) for one in answers)
        found = rest[0]("POST", "/v1/feedback/search", json={"query": "paint smell in the lift"}).json()
        assert found["items"][0]["id"] == "f1"
        assert [one.end() for one in rest] == [0] * len(rest)
    print(f"{MACHINES} servers, one killed: {ITEMS} items sent twice, {len(left)} there once, seed {SEED}")


def _ids_and_customers(one: Machine) -> dict[str, str | None]:
    """All items with their customers, page by page."""
    found: dict[str, str | None] = {}
    cursor: str | None = ""
    while cursor is not None:
        page = one("GET", f"/v1/feedback?limit=200{cursor}").json()
        for item in page["items"]:
            assert item["id"] not in found
            found[item["id"]] = item["customer"]
        cursor = f"&cursor={page['next']}" if page["next"] else None
    return found


def _until(is_so: Any, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.3)
