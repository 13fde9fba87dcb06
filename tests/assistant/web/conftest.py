"""A real server on a free loopback port and a real Chromium; pages fail on console errors and foreign requests."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from assistant.app import create_app
from tests.assistant.api.homes import Homes

sync_api = pytest.importorskip("playwright.sync_api", reason="the package playwright is not installed")

CHROMIUM = Path("/usr/bin/chromium")
Site = Callable[..., str]
NewPage = Callable[..., Any]


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Homes:
    """Data folders to copy."""
    return Homes(tmp_path_factory.mktemp("homes"))


@pytest.fixture
def site(homes: Homes, tmp_path: Path) -> Iterator[Site]:
    """Serve a product; returns its address. `seeded=False` leaves it empty."""
    with ExitStack() as stack:

        def serve(*, seeded: bool = True, **settings: Any) -> str:
            port = _free_port()
            product = homes.product(tmp_path, seeded=seeded, port=port, **settings)
            stack.callback(product.close)
            config = uvicorn.Config(create_app(product), host="127.0.0.1", port=port, log_level="warning")
            stack.enter_context(_running(uvicorn.Server(config)))
            return f"http://127.0.0.1:{port}"

        yield serve


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium, once for a module: while it runs, its event loop would be in the way of other tests' loops."""
    if not CHROMIUM.exists():
        pytest.skip(f"there is no Chromium at {CHROMIUM}")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def new_page(browser: Any) -> Iterator[NewPage]:
    """Open a page with the given options of a browser context; at the end nothing may have gone wrong on it."""
    with ExitStack() as stack:
        wrong: list[str] = []

        def make(**options: Any) -> Any:
            context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})
            stack.callback(context.close)
            context.set_default_timeout(30_000)
            page = context.new_page()
            page.on("console", lambda message: message.type == "error" and wrong.append(message.text))
            page.on("pageerror", lambda error: wrong.append(str(error)))
            page.on("request", lambda request: _is_foreign(request.url) and wrong.append(request.url))
            return page

        make.wrong = wrong  # type: ignore[attr-defined]
        yield make
        assert wrong == []


def _is_foreign(url: str) -> bool:
    return not url.startswith(("http://127.0.0.1:", "data:", "blob:http://127.0.0.1:"))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class _running:  # noqa: N801 (reads as what it does)
    """A server in a thread, for the time of a `with`."""

    def __init__(self, server: uvicorn.Server) -> None:
        self._server = server
        self._thread = threading.Thread(target=server.run, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()
        while not self._server.started:
            if not self._thread.is_alive():
                raise RuntimeError("the server did not start")
            time.sleep(0.01)

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join()
