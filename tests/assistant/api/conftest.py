"""A product with invented feedback and a light tagger, and a client that talks to it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

import index
from assistant.app import create_app
from assistant.settings import Settings
from assistant.wiring import Product
from tests.assistant.api.light import LightTagger
from tests.assistant.api.world import seed

BASE = "http://127.0.0.1:8765"
Connect = Callable[..., TestClient]


def open_product(home: Path, **settings: Any) -> Product:
    """A product in a folder of the test."""
    made = Settings(home=home, **settings)
    return Product(settings=made, index=index.open(home / made.workspace), load_tagger=LightTagger)


@pytest.fixture
def connect(tmp_path: Path) -> Iterator[Connect]:
    """Connect to a product with the given settings; `seeded=False` leaves it empty."""
    with ExitStack() as stack:

        def client(
            *, seeded: bool = True, headers: dict[str, str] | None = None, **settings: Any
        ) -> TestClient:
            product = open_product(tmp_path, **settings)
            stack.callback(product.close)
            if seeded:
                seed(product.index)
            made = TestClient(
                create_app(product), base_url=BASE, headers=headers, raise_server_exceptions=False
            )
            return stack.enter_context(made)

        yield client


@pytest.fixture
def client(connect: Connect) -> TestClient:
    """A client of a product with feedback."""
    return connect()


@pytest.fixture
def empty(connect: Connect) -> TestClient:
    """A client of a product without feedback."""
    return connect(seeded=False)
