"""Data folders for tests: made once, copied for each test, since migrating and tagging cost the most."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import index
from assistant.settings import Settings
from assistant.wiring import Product
from tests.assistant.api.light import LightTagger
from tests.assistant.api.world import seed


class Homes:
    """An empty and a seeded data folder, and products in copies of them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def product(
        self,
        home: Path,
        *,
        seeded: bool = True,
        load_tagger: Callable[[], Any] = LightTagger,
        **settings: Any,
    ) -> Product:
        """Open a product in `home`, which is filled first unless it is there already."""
        made = Settings(home=home, **settings)
        workspace = home / made.workspace
        if not workspace.exists():
            shutil.copytree(self._template(seeded=seeded), workspace)
        return Product(settings=made, index=index.open(workspace), load_tagger=load_tagger)

    def _template(self, *, seeded: bool) -> Path:
        path = self._folder / ("seeded" if seeded else "empty")
        if not path.exists():
            opened = index.open(path)
            if seeded:
                seed(opened)
            opened.close()
        return path
