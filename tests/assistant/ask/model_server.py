"""A small server that speaks the OpenAI protocol on a free loopback port and answers as a test tells it to."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request: its body, which one it is, and what the model was given in the first message."""

    body: Json
    at: int

    @property
    def method(self) -> str:
        if self.body.get("tools"):
            return "function_calling"
        return {"json_schema": "json_schema", "json_object": "json_mode"}[
            self.body["response_format"]["type"]
        ]

    @property
    def system(self) -> str:
        return str(self.body["messages"][0]["content"])

    @property
    def user(self) -> str:
        return str(self.body["messages"][1]["content"])

    @property
    def plans(self) -> bool:
        """Whether a plan is asked for, and no words."""
        return "into a plan" in self.system

    @property
    def most_tokens(self) -> int:
        return int(self.body.get("max_completion_tokens") or self.body["max_tokens"])

    @property
    def material(self) -> Json:
        found: Json = json.loads(self.user[self.user.index("{") :])
        return found


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What the server sends: JSON of a draft, or any text, with a status; or spaces until an event."""

    text: str = ""
    status: int = 200
    tokens: int = 1  # that the server says it wrote
    drips_until: threading.Event | None = None


def slots(*found: tuple[str, str, str]) -> Reply:
    """A reply that holds these slots of a plan: path, values between bars, words."""
    made = [{"slot": slot, "values": values.split("|"), "words": words} for slot, values, words in found]
    return Reply(text=json.dumps({"slots": made}))


def draft(claims: list[Json]) -> Reply:
    """A reply that holds these claims."""
    return Reply(text=json.dumps({"claims": claims}))


Behaviour = Callable[[Request], Reply]


@dataclass
class ModelServer:
    """Where the server listens, and what it was asked."""

    url: str
    requests: list[Request] = field(default_factory=list)


@contextmanager
def serving(behaviour: Behaviour) -> Iterator[ModelServer]:
    """Serve until the block ends; requests that hang are let go then."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            request = Request(body=body, at=len(found.requests))
            found.requests.append(request)
            reply = behaviour(request)
            data = json.dumps(completion(request, reply) if reply.status == 200 else {"error": {}}).encode()
            self.send_response(reply.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if reply.drips_until:
                self.drip(reply.drips_until)
            self.wfile.write(data)

        def drip(self, over: threading.Event) -> None:
            for _ in range(300):
                self.wfile.write(b" ")
                if over.wait(0.1):
                    return

        def log_message(self, *args: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *args: Any) -> None:
            """A client that no longer waits is part of the test."""

    server = Server(("127.0.0.1", 0), Handler)
    found = ModelServer(url=f"http://127.0.0.1:{server.server_port}/v1")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def completion(request: Request, reply: Reply) -> Json:
    """The reply as a chat completion, as a call of the tool where one was asked for."""
    message: Json = {"role": "assistant", "content": reply.text}
    if request.method == "function_calling":
        name = request.body["tools"][0]["function"]["name"]
        call = {"id": "call1", "type": "function", "function": {"name": name, "arguments": reply.text}}
        message = {"role": "assistant", "content": None, "tool_calls": [call]}
    return {
        "id": "reply", "object": "chat.completion", "created": 0, "model": "scripted",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1, "completion_tokens": reply.tokens, "total_tokens": 1 + reply.tokens},
    }  # fmt: skip
