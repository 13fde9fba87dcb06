"""The workspaces that a process serves: each with its product, its jobs and its indexes, opened when it is first asked for."""

import threading
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from assistant.api.cursors import Cursors
from assistant.api.together import Together
from assistant.api.worker import JobWorker
from assistant.errors import InputError
from assistant.identity.identity import FOLDER
from assistant.intake import FeedbackIn
from assistant.intake.feedback import ItemResult
from assistant.wiring import Product, workspace_names
from index.follow import Background, PrimaryFollower
from index.records import Vector
from index.workspace import safe_name
from nlp.tags import Document

if TYPE_CHECKING:
    from nlp.tagger import Tagged


SEND_S = 2.0  # how often it looks for what webhooks are to be told


class Served:
    """One workspace that is served."""

    def __init__(self, product: Product) -> None:
        self.product = product
        self.cursors = Cursors(product.index.store.lineage())
        self.worker = JobWorker(product)
        self.adding: Together[FeedbackIn, ItemResult] = Together(
            product.intake.add, lambda item: item.id or repr(item)
        )
        self.tagging: Together[Document, Tagged] = Together(lambda some: product.tagger.tag(some))  # noqa: PLW0108 (the tagger is loaded at its first use)
        self.embedding: Together[str, Vector] = Together(product.embed)
        self.follower: PrimaryFollower | None = None
        self._sender = Background("earmark webhooks", self._send, SEND_S)
        self._following: AbstractContextManager[PrimaryFollower | None] | None = None

    def start(self) -> None:
        """Work on its jobs and keep its indexes up to date, until `stop`."""
        self.worker.start()
        self._sender.start()
        self._following = self.product.index.following()
        self.follower = self._following.__enter__()

    def stop(self) -> None:
        """Stop after what is under way."""
        self.worker.stop()
        if self._following is not None:
            self._sender.stop()
        if self._following is not None:
            self._following.__exit__(None, None, None)
            self._following = None

    def _send(self) -> None:
        with self.product.index.store.database.alone("webhooks") as is_alone:
            if is_alone:
                self.product.outbox.step()


class Workspaces:
    """The workspaces of an installation. Safe to share between threads.

    `first` is opened and closed by the caller; the others are opened and closed here, and share its models.
    """

    def __init__(self, first: Product) -> None:
        self.first = Served(first)
        self.default = first.settings.workspace
        self._served = {self.default: self.first}
        self._lock = threading.Lock()
        self._runs = False

    def start(self) -> None:
        """Start the first one."""
        self._runs = True
        self.first.start()

    def known(self, name: str) -> Served | None:
        """A workspace that is open already."""
        return self._served.get(name)

    def open(self) -> list[Served]:
        """Those that are open."""
        return list(self._served.values())

    def of(self, name: str) -> Served:
        """A workspace by name, opened at its first use. Raises NotFoundError."""
        with self._lock:
            if name not in self._served:
                served = Served(self.first.product.neighbour(name))
                if self._runs:
                    served.start()
                self._served[name] = served
            return self._served[name]

    def names(self) -> list[str]:
        """All workspaces there are, by name."""
        return sorted({self.default, *workspace_names(self.first.product.settings)})

    def create(self, name: str) -> Served:
        """Make a workspace. Raises InputError."""
        taken = {
            safe_name(other) for other in (*self.names(), FOLDER)
        }  # as schemas and collections are named
        if safe_name(name) in taken:
            raise InputError(f"The name {name!r} is taken, or too like another; choose a different one.")
        self.first.product.neighbour(name, create=True).close()
        return self.of(name)

    def close(self) -> None:
        """Stop all; close those that were opened here."""
        self._runs = False
        for served in self._served.values():
            served.stop()
            if served is not self.first:
                served.product.close()
