"""The settings: the only reader of the environment. Frozen, checked, all errors at once."""

from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

SHORTEST_SECRET = 32


class SettingsError(Exception):
    """A setting is missing or wrong; the message names each one and what to do."""


class Settings(BaseSettings):
    """Everything an installation can be told; a field is the variable of its name in capitals."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, frozen=True, extra="ignore"
    )

    database_url: str = Field(
        "", description="SQLAlchemy URL; empty: SQLite in DATA_DIR. PostgreSQL: postgresql://…"
    )
    redis_url: str = Field(description="Redis or Valkey: redis://host:6379/0 or unix:///path.sock")
    data_dir: Path = Field(Path("var"), description="Where SQLite, the spool and the ledger live")
    rules_dir: Path = Field(description="Folder of the rulebooks, one YAML file a tenant")
    ledger_path: Path | None = Field(
        None, description="The append-only ledger of erasures; default: DATA_DIR/ledger.jsonl"
    )
    host: str = Field("127.0.0.1", description="Address that the web process listens on")
    port: int = Field(8000, ge=1, le=65535, description="Port that the web process listens on")
    public_url: str = Field(
        description="Origin (and path prefix) that the carrier calls: https://sms.example.com"
    )
    twilio_account_sid: str = Field(min_length=1, description="The carrier account: AC…")
    twilio_auth_token: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        description="Its auth token; several, comma-separated, while rotating (the first signs)"
    )
    twilio_api_url: str = Field(
        "https://api.twilio.com", description="Another host that speaks Twilio's REST API"
    )
    secret_key: SecretStr = Field(description="Signs sessions and forms: from `bellhop keygen`")
    master_key: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        description="Wraps the tenants' keys: 32 bytes in base64, from `bellhop keygen`; several, "
        "comma-separated, while rotating (the first wraps)"
    )
    smtp_url: str | None = Field(
        None, description="Mail server for notices: smtp://user:pw@host:587"
    )
    simulator: bool = Field(
        False, description="Serve the carrier simulator under /simulator (demo and tests only)"
    )

    @field_validator("twilio_auth_token", "master_key", mode="before")
    @classmethod
    def _split_commas(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(","))
        return value

    @field_validator("twilio_auth_token", "master_key")
    @classmethod
    def _refuse_empty(cls, value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        if not value or any(not part.get_secret_value() for part in value):
            raise ValueError("is empty: an empty secret would let anyone forge requests")
        return value

    @field_validator("secret_key")
    @classmethod
    def _refuse_short(cls, value: SecretStr) -> SecretStr:
        if len(value.get_secret_value()) < SHORTEST_SECRET:
            raise ValueError(f"is shorter than {SHORTEST_SECRET} characters: run `bellhop keygen`")
        return value

    @field_validator("public_url", "twilio_api_url")
    @classmethod
    def _check_origin(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("must begin with https:// (or http:// on one machine)")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _fill_paths(self) -> Self:
        if not self.database_url:
            file = self.data_dir / "bellhop.sqlite"
            object.__setattr__(self, "database_url", f"sqlite:///{file}")
        if self.ledger_path is None:
            object.__setattr__(self, "ledger_path", self.data_dir / "ledger.jsonl")
        return self

    @property
    def ledger(self) -> Path:
        """Where the ledger is (never None once checked)."""
        return self.ledger_path or self.data_dir / "ledger.jsonl"


def load_settings(**given: Any) -> Settings:
    """Read the environment and `.env`; `given` overrides. SettingsError names every fault."""
    try:
        return Settings(**given)
    except ValidationError as error:
        lines = [_describe(fault["loc"], fault["msg"]) for fault in error.errors()]
        raise SettingsError("\n".join(lines)) from None


def _describe(place: tuple[int | str, ...], message: str) -> str:
    name = str(place[0]).upper() if place else "settings"
    if message == "Field required":
        message = "is missing: set it in the environment or in .env (see .env.example)"
    return f"{name} {message.removeprefix('Value error, ')}"
