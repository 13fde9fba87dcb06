"""Keeps and finds feedback: SQL store (the truth), tag bitmaps, full text, vector index, hybrid search.

`index.open(home)` opens a workspace; its parts stand in `index.workspace.Index`.
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index.workspace import Index


def open(  # noqa: A001 (index.open reads as what it is)
    home: Path,
    url: str | None = None,
    chroma_url: str | None = None,
    *,
    create: bool = True,
    refresh: bool = True,
) -> "Index":
    """Open the workspace in the folder `home`: its SQLite file there, or its schema in the PostgreSQL at `url`.

    `chroma_url` names a Chroma server; without it Chroma works in the folder. Neither is touched before
    `Index.following`. With `refresh`, bitmaps and exact vectors are caught up before this returns.
    Raises StoreMissingError when there is nothing and `create` is false.
    """
    from index.workspace import open_workspace

    return open_workspace(home, url, chroma_url, create=create, refresh=refresh)


def workspaces(home: Path, url: str | None = None) -> list[str]:
    """Names of the workspaces in the folder `home`, or in the PostgreSQL at `url`."""
    from index.workspace import workspace_names

    return workspace_names(home, url)
