"""Feedback fetched from helpdesks, page by page, behind a cursor that moves only when a page is stored."""

from assistant.pulls.puller import KIND, Puller
from assistant.pulls.sources import sources_of

__all__ = ["KIND", "Puller", "sources_of"]
