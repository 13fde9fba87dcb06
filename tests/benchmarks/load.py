"""R10 and R11: mixed requests against `earmark serve` with the real model.

    python -m tests.benchmarks.load [--rate 60] [--seconds 120] [--overload 5]

Requests are sent when they are due, whatever became of those before (open loop), by one process beside the server; both
share the machine. The workspace is the sample. Prints latencies by kind, statuses, then what happens at a multiple of
the rate and how soon the server is itself again.
"""

import argparse
import asyncio
import json
import os
import random
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from tests.demo_server import serving

QUESTIONS = (
    "why are customers leaving after returns?",
    "how many complain about delivery by email?",
    "which themes do customers complain about most?",
    "what do people think of the app?",
    "how has delivery feedback changed since March?",
)
TEXTS = (
    "The courier left my parcel with a neighbour I have never met, and nobody told me.",
    "Lovely jumper, but the sleeves came undone after the second wash.",
    "I have asked for my refund four times now. Does anybody read these?",
    "Quick answer from the chat, thank you, the code works now.",
)


def body(kind: str, number: int, dice: random.Random) -> tuple[str, str, Any]:
    """Method, path and body of a request."""
    if kind == "send":
        return (
            "POST",
            "/v1/feedback",
            {"id": f"load-{os.getpid()}-{number}", "text": f"{dice.choice(TEXTS)} ({number})"},
        )
    if kind == "ask":
        return (
            "POST",
            "/v1/ask",
            {"question": dice.choice(QUESTIONS), "remember": False, "today": "2026-09-30"},
        )
    if kind == "search":
        return (
            "POST",
            "/v1/feedback/search",
            {"query": dice.choice(("late refund", "rude staff", "torn seam")), "limit": 10},
        )
    if kind == "tag":
        return "POST", "/v1/tag", {"documents": [{"id": "t", "text": dice.choice(TEXTS)}]}
    if kind == "triage":
        return "GET", "/v1/triage?limit=20", None
    return "GET", "/v1/feedback?limit=20", None


MIX = {"send": 25, "list": 25, "ask": 15, "search": 15, "tag": 10, "triage": 10}


async def drive(
    client: httpx.AsyncClient, rate: float, seconds: float, seed: int
) -> tuple[dict[str, list[float]], Counter[int], list[float]]:
    """Latencies by kind in ms of what was answered 2xx, statuses (0: no answer), and latencies of /livez meanwhile."""
    dice, statuses = random.Random(seed), Counter[int]()
    took: dict[str, list[float]] = defaultdict(list)
    alive: list[float] = []

    async def one(kind: str, number: int) -> None:
        method, path, content = body(kind, number, dice)
        began = time.perf_counter()
        try:
            answer = await client.request(method, path, json=content)
            statuses[answer.status_code] += 1
            if answer.is_success:
                took[kind].append((time.perf_counter() - began) * 1000)
        except httpx.TransportError:
            statuses[0] += 1

    async def live() -> None:
        while True:
            began = time.perf_counter()
            await client.get("/livez")
            alive.append((time.perf_counter() - began) * 1000)
            await asyncio.sleep(0.25)

    looking = asyncio.create_task(live())
    kinds = dice.choices(list(MIX), list(MIX.values()), k=int(rate * seconds))
    began, tasks = time.perf_counter(), []
    for number, kind in enumerate(kinds):
        await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
        tasks.append(asyncio.create_task(one(kind, seed * 1_000_000 + number)))
    await asyncio.gather(*tasks)
    looking.cancel()
    return took, statuses, alive


def told(name: str, found: list[float]) -> str:
    """Percentiles in one line."""
    p50, p95, p99 = np.percentile(found, [50, 95, 99])
    return f"{name:8} n {len(found):6}  p50 {p50:6.0f}  p95 {p95:6.0f}  p99 {p99:6.0f} ms"


async def measure(address: str, rate: float, seconds: float, overload: float) -> dict[str, Any]:
    """Print everything; the figures."""
    limits = httpx.Limits(max_connections=2000, max_keepalive_connections=200)
    async with httpx.AsyncClient(base_url=address, timeout=60, limits=limits) as client:
        await drive(client, min(rate, 20), 5, 1)  # first uses load things
        took, statuses, alive = await drive(client, rate, seconds, 2)
        everything = [one for kind in took.values() for one in kind]
        print(f"R10: {rate:g} requests/s for {seconds:g} s, statuses {dict(statuses)}")
        for name, found in (*sorted(took.items()), ("all", everything), ("livez", alive)):
            print("  ", told(name, found))
        over, over_statuses, over_alive = await drive(client, rate * overload, 20, 3)
        print(f"R11: {overload:g} times as many for 20 s, statuses {dict(over_statuses)}")
        print("  ", told("all", [one for kind in over.values() for one in kind]))
        print("  ", told("livez", over_alive))
        recovered = await recovery(client)
        print(f"   back to answering at once after {recovered:.1f} s")
    p95, p99 = np.percentile(everything, [95, 99])
    return {
        "p95_ms": float(p95), "p99_ms": float(p99), "statuses": dict(statuses), "over_statuses": dict(over_statuses),
        "over_livez_p99_ms": float(np.percentile(over_alive, 99)), "recovered_s": recovered,
    }  # fmt: skip


async def recovery(client: httpx.AsyncClient) -> float:
    """Seconds until five questions in a row are answered within half a second each."""
    began, row = time.perf_counter(), 0
    while row < 5 and time.perf_counter() - began < 60:
        asked = time.perf_counter()
        answer = await client.post("/v1/ask", json={"question": QUESTIONS[1], "remember": False})
        row = row + 1 if answer.status_code == 200 and time.perf_counter() - asked < 0.5 else 0
    return time.perf_counter() - began


def main() -> None:
    """Serve the sample, measure, stop."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rate", type=float, default=60)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--overload", type=float, default=5)
    parser.add_argument("--home", type=Path, help="Data folder that has the sample already (workspace demo).")
    given = parser.parse_args()
    with serving(given.home) as address:
        print(json.dumps(asyncio.run(measure(address, given.rate, given.seconds, given.overload))))


if __name__ == "__main__":
    main()
