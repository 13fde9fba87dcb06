"""An empty product to pull into."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.wiring import Product
from tests.assistant.api.homes import Homes


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    opened = Homes(tmp_path / "templates").product(tmp_path / "home", seeded=False)
    yield opened
    opened.close()
