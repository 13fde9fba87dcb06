"""A client of the HTTP API: `Earmark(url, key)`.

Requests that the server is too busy for are sent again after the time that it names; changes carry an `Idempotency-Key`, so
that sending them again does nothing twice.
"""

import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx

from assistant.api.feedback_schemas import Feedback, FeedbackDetail, FeedbackPage, Written
from assistant.api.jobs import JobView
from assistant.api.problems import Problem
from assistant.ask.answer import Answer
from assistant.privacy.erasing import Certificate

_MANY = 1000  # items per request
_PAGE = 200
_AGAIN = frozenset({429, 503})
_LOOK_S = 0.5
Json = Mapping[str, Any]


class ApiError(Exception):
    """The server refused; `problem` says what and why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail or problem.title)
        self.problem = problem


class Earmark:
    """One workspace of a server.

    Args:
        url: of the server, `http://localhost:8765`.
        key: an API key, or the token of the server.
        workspace: one that the key opens; default is the server's.
        timeout_s: how long an answer may take.
        retries: how often a request is sent again that the server was too busy for, or that it could not be reached with.
        client: what sends the requests, in tests.
    """

    def __init__(
        self,
        url: str = "http://localhost:8765",
        key: str | None = None,
        *,
        workspace: str | None = None,
        timeout_s: float = 60,
        retries: int = 4,
        client: httpx.Client | None = None,
    ) -> None:
        self._client = client or httpx.Client(base_url=url, timeout=timeout_s)
        self._retries = retries
        self._headers = {
            **({"Authorization": f"Bearer {key}"} if key else {}),
            **({"Earmark-Workspace": workspace} if workspace else {}),
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def ask(self, question: str, *, conversation: str | None = None, today: date | None = None) -> Answer:
        """Ask a question; hand in `conversation` of an answer to ask further. Raises ApiError."""
        body = {"question": question, "conversation": conversation, "today": today and today.isoformat()}
        return Answer.model_validate(self._json("POST", "/v1/ask", json=body))

    def tag(self, documents: Sequence[Json]) -> list[dict[str, Any]]:
        """Tag texts (`{"id": ..., "text": ...}`) without storing them. Raises ApiError."""
        found: list[dict[str, Any]] = self._json("POST", "/v1/tag", json={"documents": documents})["results"]
        return found

    def add(self, items: Iterable[Json]) -> Iterator[Written]:
        """Send feedback in, any number; yields what became of each thousand. Raises ApiError."""
        left = iter(items)
        while some := list(islice(left, _MANY)):
            yield Written.model_validate(self._json("POST", "/v1/feedback", json=some))

    def get(self, id_: str) -> FeedbackDetail:
        """One item with its tags. Raises ApiError."""
        return FeedbackDetail.model_validate(self._json("GET", f"/v1/feedback/{_quoted(id_)}"))

    def delete(self, id_: str) -> None:
        """Delete an item. Raises ApiError."""
        self._send("DELETE", f"/v1/feedback/{_quoted(id_)}")

    def search(self, query: str, filter_: Json | None = None, *, limit: int = 20) -> FeedbackPage:
        """The best items for some words. Raises ApiError."""
        body = {"query": query, "filter": filter_ or {}, "limit": limit}
        return FeedbackPage.model_validate(self._json("POST", "/v1/feedback/search", json=body))

    def items(self, filter_: Json | None = None) -> Iterator[Feedback]:
        """All items of a filter, such as that of a fact, latest first. Raises ApiError."""
        body: dict[str, Any] = {"filter": filter_ or {}, "limit": _PAGE}
        while True:
            page = FeedbackPage.model_validate(self._json("POST", "/v1/feedback/search", json=body))
            yield from page.items
            if page.next is None:
                return
            body["cursor"] = page.next

    def count(self, filter_: Json | None = None) -> int:
        """How many items a filter finds. Raises ApiError."""
        body = {"filter": filter_ or {}, "limit": 1}
        return int(self._json("POST", "/v1/feedback/search", json=body)["total"])

    def import_file(self, path: Path, *, wait_s: float = 3600) -> JobView:
        """Send a file in and wait until it is read; the job has what was refused. Raises ApiError, TimeoutError."""
        with path.open("rb") as file:
            job = JobView.model_validate(self._json("POST", "/v1/imports", files={"file": (path.name, file)}))
        until = time.monotonic() + wait_s
        while job.state in ("queued", "running"):
            if time.monotonic() > until:
                raise TimeoutError(f"the import {job.id} still runs; ask for it later")
            time.sleep(_LOOK_S)
            job = JobView.model_validate(self._json("GET", f"/v1/jobs/{job.id}"))
        return job

    def set_customers(self, customers: Sequence[Json]) -> dict[str, Any]:
        """Say what is known of customers (`{"id": ..., "attributes": {...}}`). Raises ApiError."""
        found: dict[str, Any] = self._json("POST", "/v1/customers", json=customers)
        return found

    def erase_customer(self, id_: str) -> Certificate:
        """Erase a customer with all that is known of it. Raises ApiError."""
        return Certificate.model_validate(self._json("DELETE", f"/v1/customers/{_quoted(id_)}"))

    def call(self, method: str, path: str, **body: Any) -> Any:
        """Any other operation of the API; `json=`, `params=` and `files=` as httpx takes them. Raises ApiError."""
        return self._json(method, path, **body)

    def _json(self, method: str, path: str, **body: Any) -> Any:
        answer = self._send(method, path, **body)
        return answer.json() if answer.content else None

    def _send(self, method: str, path: str, **body: Any) -> httpx.Response:
        headers = {**self._headers, **({} if method == "GET" else {"Idempotency-Key": uuid.uuid4().hex})}
        for attempt in range(self._retries + 1):
            is_last = attempt == self._retries
            try:
                answer = self._client.request(method, path, headers=headers, **body)
            except httpx.TransportError:
                if is_last or "files" in body:
                    raise
                time.sleep(_LOOK_S * 2**attempt)
                continue
            if answer.is_success:
                return answer
            if answer.status_code not in _AGAIN or is_last or "files" in body:
                break
            time.sleep(float(answer.headers.get("Retry-After", "1")))
        raise ApiError(_problem(answer))


def _problem(answer: httpx.Response) -> Problem:
    try:
        return Problem.model_validate(answer.json())
    except ValueError:
        title = f"The server answered {answer.status_code}"
        return Problem(type="about:blank", title=title, status=answer.status_code)


def _quoted(id_: str) -> str:
    return quote(id_, safe="")
