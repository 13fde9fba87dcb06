"""An open product with invented feedback and a light tagger."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.wiring import Product
from tests.assistant.api.homes import Homes


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Homes:
    """Data folders to copy."""
    return Homes(tmp_path_factory.mktemp("homes"))


@pytest.fixture
def product(homes: Homes, tmp_path: Path) -> Iterator[Product]:
    """A product whose items are tagged by the light tagger."""
    opened = homes.product(tmp_path)
    yield opened
    opened.close()
