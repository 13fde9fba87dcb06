"""Servers that speak as much of Zendesk's and Intercom's APIs as is pulled, with their limits and their faults."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Answer = tuple[int, Any, dict[str, str]]


class Fake:
    """Answers by what stands in `tickets`; `faults` are given out before anything else, one per request."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []
        self.faults: list[Answer] = []
        self.asked: list[str] = []
        self.url = ""

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> Answer:
        raise NotImplementedError


class FakeZendesk(Fake):
    """Two tickets to a page, comments one to a page. Needs `Basic bWFpbC90b2tlbjprZXk=`."""

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> Answer:
        if path == "/api/v2/incremental/tickets/cursor.json":
            assert ("cursor" in query) != ("start_time" in query)
            at = int(query.get("cursor", "0"))
            tickets = [{k: v for k, v in one.items() if k != "comments"} for one in self.entries[at : at + 2]]
            end = min(at + 2, len(self.entries))
            return (
                200,
                {"tickets": tickets, "after_cursor": str(end), "end_of_stream": end == len(self.entries)},
                {},
            )
        ticket = next(one for one in self.entries if path == f"/api/v2/tickets/{one['id']}/comments.json")
        place = int(query.get("page[after]", "0"))
        more = place + 1 < len(ticket["comments"])
        meta = {"has_more": more, "after_cursor": str(place + 1)}
        return 200, {"comments": ticket["comments"][place : place + 1], "meta": meta}, {}


class FakeIntercom(Fake):
    """Two conversations to a page, by the time of their last change."""

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> Answer:
        if method == "POST":
            assert path == "/conversations/search"
            assert body["sort"] == {"field": "updated_at", "order": "ascending"}
            since = body["query"]["value"]
            found = sorted(
                (one for one in self.entries if one["updated_at"] > since), key=lambda one: one["updated_at"]
            )
            at = int(body["pagination"].get("starting_after", "0"))
            following = {"next": {"starting_after": str(at + 2)}} if at + 2 < len(found) else {}
            short = [{"id": one["id"], "updated_at": one["updated_at"]} for one in found[at : at + 2]]
            return 200, {"conversations": short, "pages": following}, {}
        return 200, next(one for one in self.entries if path == f"/conversations/{one['id']}"), {}


@contextmanager
def serving(fake: Fake, allowed: str) -> Iterator[Fake]:
    """The fake on a loopback port; requests without the right credentials get 401."""

    class Handler(BaseHTTPRequestHandler):
        def _do(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            fake.asked.append(parts.path)
            if self.headers["Authorization"] != allowed:
                status, said, headers = 401, {"error": "Couldn't authenticate you"}, {}
            elif fake.faults:
                status, said, headers = fake.faults.pop(0)
            else:
                status, said, headers = fake.answer(self.command, parts.path, query, body)
            data = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def do_GET(self) -> None:
            self._do()

        def do_POST(self) -> None:
            self._do()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    fake.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
