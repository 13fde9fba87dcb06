"""A product with invented feedback and a light tagger, and a client that talks to it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from assistant.app import create_app
from tests.assistant.api.homes import Homes

BASE = "http://127.0.0.1:8765"
Connect = Callable[..., TestClient]


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Homes:
    """Data folders to copy."""
    return Homes(tmp_path_factory.mktemp("homes"))


@pytest.fixture
def connect(homes: Homes, tmp_path: Path) -> Iterator[Connect]:
    """Connect to a product with the given settings; `seeded=False` leaves it empty."""
    with ExitStack() as stack:

        def client(
            *, seeded: bool = True, headers: dict[str, str] | None = None, **settings: Any
        ) -> TestClient:
            product = homes.product(tmp_path, seeded=seeded, **settings)
            stack.callback(product.close)
            made = TestClient(
                create_app(product), base_url=BASE, headers=headers, raise_server_exceptions=False
            )
            return stack.enter_context(made)

        yield client


@pytest.fixture(scope="session")
def reader(homes: Homes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A client for tests that change no feedback; they share its product."""
    product = homes.product(tmp_path_factory.mktemp("shared"))
    with TestClient(create_app(product), base_url=BASE, raise_server_exceptions=False) as made:
        yield made
    product.close()


@pytest.fixture
def client(connect: Connect) -> TestClient:
    """A client of a product with feedback."""
    return connect()


@pytest.fixture
def empty(connect: Connect) -> TestClient:
    """A client of a product without feedback."""
    return connect(seeded=False)
