"""Every error is a problem of a known kind, whoever raised it."""

from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from assistant import errors
from assistant.api import problems
from assistant.api.middleware import JSON_LIMIT_MB, RequestContext
from index import errors as stored

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("method", "path", "more", "slug", "status"),
    [
        ("GET", "/nowhere", {}, "not-found", 404),
        ("GET", "/v1/feedback/none", {}, "not-found", 404),
        ("GET", "/v1/jobs/none", {}, "not-found", 404),
        ("GET", "/problems/none", {}, "not-found", 404),
        ("GET", "/v1/ask", {}, "wrong-method", 405),
        ("PUT", "/v1/feedback", {}, "wrong-method", 405),
        ("POST", "/v1/ask", {"content": b"{", "headers": JSON}, "bad-request", 400),
        ("POST", "/v1/ask", {"content": b"\xff\xfe", "headers": JSON}, "bad-request", 400),
        ("POST", "/v1/ask", {"content": b"[" * 100_000, "headers": JSON}, "bad-request", 400),
        ("POST", "/v1/ask", {"content": b"null", "headers": JSON}, "invalid", 422),
        ("POST", "/v1/ask", {"content": b"question=why", "headers": {"Content-Type": "text/plain"}}, "invalid", 422),
        ("POST", "/v1/imports", {"data": {"dry_run": "true"}}, "invalid", 422),
        ("POST", "/v1/feedback/search", {"json": {"filter": {"sentiment": ["sad"]}}}, "invalid", 422),
        ("POST", "/v1/ask", {"content": b"x", "headers": {**JSON, "Content-Length": str(JSON_LIMIT_MB * 1048576 + 1)}}, "too-large", 413),
    ],
)  # fmt: skip
def test_errors_are_problem_details(
    reader: TestClient, method: str, path: str, more: dict[str, Any], slug: str, status: int
) -> None:
    """Type, title, status, instance and request id are there, and agree with the response."""
    answer = reader.request(method, path, **more)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["type"] == f"/problems/{slug}"
    assert body["status"] == status
    assert body["instance"] == path
    assert body["request_id"] == answer.headers["x-request-id"]
    assert body["title"] == problems.KINDS[slug].title


def test_every_kind_has_a_page(reader: TestClient) -> None:
    """The type of a problem leads to its explanation."""
    for slug, kind in problems.KINDS.items():
        page = reader.get(f"/problems/{slug}")
        assert page.status_code == 200
        assert kind.title in page.text


@pytest.mark.parametrize(
    ("error", "slug"),
    [
        (errors.InputError("the file is empty"), "invalid"),
        (errors.NotFoundError("no such job"), "not-found"),
        (errors.BusyError("try again"), "busy"),
        (errors.SettingsError("port"), "settings"),
        (errors.FileError("the file ends early"), "invalid"),
        (stored.StoreBusyError("another writer"), "busy"),
        (stored.StoreFullError("disk full"), "full"),
        (stored.StoreUnavailableError("no answer"), "unavailable"),
        (stored.ItemError("no id"), "invalid"),
        (stored.JobError("finished"), "conflict"),
        (stored.VectorIndexLockedError("locked"), "unavailable"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else value,
)
def test_our_errors_say_what_happened(error: Exception, slug: str) -> None:
    """The message is for the caller; a busy server says when to try again."""
    answer = failing(error).get("/fail")
    assert answer.json()["type"] == f"/problems/{slug}"
    assert answer.json()["detail"] == str(error)
    assert ("retry-after" in answer.headers) == (answer.status_code == 503)


def test_an_unexpected_error_says_nothing_about_the_inside(caplog: pytest.LogCaptureFixture) -> None:
    """The caller gets the request id, under which the log has the rest."""
    answer = failing(RuntimeError("password is hunter2")).get("/fail", headers={"X-Request-Id": "abc-1"})
    assert answer.status_code == 500
    assert "hunter2" not in answer.text
    assert answer.json()["request_id"] == "abc-1"
    assert "abc-1" in caplog.text
    assert "hunter2" in caplog.text


def test_a_strange_request_id_is_replaced(reader: TestClient) -> None:
    """Only plain ids are taken over, so that nobody writes into the log."""
    assert reader.get("/livez", headers={"X-Request-Id": "good.id_1"}).headers["x-request-id"] == "good.id_1"
    assert reader.get("/livez", headers={"X-Request-Id": "a b"}).headers["x-request-id"] != "a b"


def failing(error: Exception) -> TestClient:
    """A client of an application that always fails in this way."""
    app = FastAPI()
    problems.install(app)
    app.add_middleware(RequestContext, observe=lambda *request: None)

    @app.get("/fail")
    def fail() -> None:
        raise error

    return TestClient(app, raise_server_exceptions=False)
