"""The settings: the only reader of the environment. Frozen, checked, all errors at once."""

import base64
import binascii
import ipaddress
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import SplitResult, urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

SHORTEST_SECRET = 32
SHORTEST_WEBHOOK_SECRET = 16
WEBHOOK_SECRET = "WEBHOOK_SECRET_"  # noqa: S105 - how such variables begin
MAIL_SCHEMES = frozenset({"smtp", "smtps"})
MASTER_KEY_BYTES = 32
DATABASES = frozenset({"sqlite", "postgresql"})
REDIS_NETWORK = frozenset({"redis", "rediss", "valkey"})
REDIS_SOCKET = frozenset({"unix", "valkey+unix"})

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class SettingsError(Exception):
    """A setting is missing or wrong; the message names each one and what to do."""


class Settings(BaseSettings):
    """Everything an installation can be told; a field is the variable of its name in capitals."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_ignore_empty=True,
        frozen=True,
        extra="ignore",
        env_nested_delimiter="_",  # so that WEBHOOK_SECRET_PMS lands in the field webhook_secret
        env_nested_max_split=1,
    )

    database_url: str = Field(
        "",
        repr=False,
        description="SQLAlchemy URL; empty: SQLite in DATA_DIR. PostgreSQL: postgresql://…",
    )
    redis_url: str = Field(
        repr=False, description="Redis or Valkey: redis://host:6379/0 or unix:///path.sock"
    )
    data_dir: Path = Field(Path("var"), description="Where SQLite, the spool and the ledger live")
    rules_dir: Path = Field(description="Folder of the rulebooks, one YAML file a tenant")
    ledger_path: Path | None = Field(
        None,
        description="Append-only ledger of erasures and opt-outs; default: DATA_DIR/ledger.jsonl",
    )
    host: str = Field("127.0.0.1", description="IP address that the web process listens on")
    port: int = Field(8000, ge=1, le=65535, description="Port that the web process listens on")
    public_url: str = Field(
        description="Origin (and path prefix) that the carrier calls: https://sms.example.com"
    )
    trusted_proxies: Annotated[tuple[Network, ...], NoDecode] = Field(
        (),
        description="Addresses or networks, comma-separated, of the proxies in front of web: only "
        "their X-Forwarded-For is believed",
    )
    ip_kept_hours: int = Field(
        24,
        ge=0,
        description="How long the access log keeps whole IP addresses, in hours; 0: not at all",
    )
    access_log_days: int = Field(14, ge=1, description="How long the access log is kept, in days")
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
        None,
        repr=False,
        description="Mail server for notices: smtp://user:pw@host:587 (STARTTLS where offered) or "
        "smtps://…; with ?from=bell@example.com where the sender is not the user",
    )
    webhook_secret: Mapping[str, SecretStr] = Field(
        default_factory=dict,
        description="One variable for each `secret` that a rulebook's webhooks name: it signs what "
        "they are sent",
    )
    settle_after_seconds: float = Field(
        120.0,
        ge=4,
        description="How long what became of a text may be unknown before the carrier's log is "
        "asked, in seconds: longer than that log lags behind",
    )
    reconcile_minutes: float = Field(
        5.0,
        gt=0,
        description="Minutes between two looks into the carrier's log for texts that never came",
    )
    pace_long_code: float = Field(
        1.0, ge=0, description="Segments a second from an ordinary number; 0: as fast as it goes"
    )
    pace_toll_free: float = Field(
        3.0, ge=0, description="Segments a second from a toll-free number; 0: as fast as it goes"
    )
    pace_short_code: float = Field(
        30.0, ge=0, description="Segments a second from a short code; 0: as fast as it goes"
    )
    pace_channel: float = Field(
        80.0,
        ge=0,
        description="Texts a second on another channel, such as WhatsApp; 0: as fast as it goes",
    )
    simulator: bool = Field(
        False, description="Serve the carrier simulator under /simulator (demo and tests only)"
    )

    @field_validator("twilio_auth_token", "master_key", "trusted_proxies", mode="before")
    @classmethod
    def _split_commas(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",")) if value else ()
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

    @field_validator("master_key")
    @classmethod
    def _refuse_malformed(cls, value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        if not all(_is_master_key(part.get_secret_value()) for part in value):
            raise ValueError("is not 32 bytes in base64: run `bellhop keygen`")
        return value

    @field_validator("webhook_secret")
    @classmethod
    def _refuse_guessable(cls, value: Mapping[str, SecretStr]) -> Mapping[str, SecretStr]:
        short = [
            WEBHOOK_SECRET + name.upper()
            for name, secret in value.items()
            if len(secret.get_secret_value()) < SHORTEST_WEBHOOK_SECRET
        ]
        if short:
            least = f"{SHORTEST_WEBHOOK_SECRET} characters"
            raise ValueError(f"of {', '.join(short)}: shorter than {least}, which can be guessed")
        return value

    @field_validator("smtp_url")
    @classmethod
    def _check_smtp_url(cls, value: str | None) -> str | None:
        if value:
            pieces = _split(value)
            if pieces.scheme not in MAIL_SCHEMES or not pieces.hostname:
                raise ValueError("is no URL of a mail server: write smtp://user:password@host:587")
        return value

    @field_validator("public_url", "twilio_api_url")
    @classmethod
    def _check_origin(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("must begin with https:// (or http:// on one machine)")
        pieces = _split(value)
        if not pieces.hostname:
            raise ValueError("names no host: https://sms.example.com")
        if "?" in value or "#" in value or any(letter.isspace() for letter in value):
            raise ValueError("must end with the host or a path: no ?, no #, no space")
        return value.rstrip("/")

    @field_validator("redis_url")
    @classmethod
    def _check_redis_url(cls, value: str) -> str:
        pieces = _split(value)
        if pieces.scheme in REDIS_SOCKET and pieces.path:
            return value
        number = pieces.path.strip("/")
        if pieces.scheme in REDIS_NETWORK and (not number or number.isdecimal()):
            return value
        raise ValueError("is no URL of Redis: write redis://host:6379/0 or unix:///path.sock")

    @field_validator("database_url")
    @classmethod
    def _check_database_url(cls, value: str) -> str:
        if value and not _is_database_url(value):
            raise ValueError("is no URL of a database: write sqlite:///file or postgresql://…")
        return value

    @field_validator("host")
    @classmethod
    def _check_host(cls, value: str) -> str:
        try:
            ipaddress.ip_address(value)
        except ValueError:
            raise ValueError("is no IP address: write 127.0.0.1, or 0.0.0.0 for all") from None
        return value

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

    def webhook_secret_of(self, variable: str) -> SecretStr | None:
        """What the variable that a rulebook names holds; None where it is not set."""
        return self.webhook_secret.get(variable.removeprefix(WEBHOOK_SECRET).lower())


def load_settings(**given: Any) -> Settings:
    """Read the environment and `.env`; `given` overrides. SettingsError names every fault."""
    try:
        return Settings(**given)
    except ValidationError as error:
        lines = [_describe(fault["loc"], fault["msg"]) for fault in error.errors()]
        raise SettingsError("\n".join(lines)) from None


def _split(url: str) -> SplitResult:
    """The pieces of a URL; ValueError, which quotes nothing of it, where they make no sense."""
    try:
        pieces = urlsplit(url)
        is_possible = pieces.port is None or pieces.port > 0
    except ValueError:
        is_possible = False
    if not is_possible:
        raise ValueError("has a host or a port that cannot be: a port is a number up to 65535")
    return pieces


def _is_database_url(value: str) -> bool:
    """Whether it names a database that we speak to, by a driver that is installed."""
    try:
        url = make_url(value)
        url.get_dialect().import_dbapi()
    except (ArgumentError, ImportError, ValueError):
        return False
    possible_port = url.port is None or 0 < url.port < 1 << 16
    return url.get_backend_name() in DATABASES and possible_port


def _is_master_key(key: str) -> bool:
    try:
        return len(base64.b64decode(key, validate=True)) == MASTER_KEY_BYTES
    except (binascii.Error, ValueError):
        return False


def _describe(place: tuple[int | str, ...], message: str) -> str:
    name = str(place[0]).upper() if place else "settings"
    if message == "Field required":
        message = "is missing: set it in the environment or in .env (see .env.example)"
    return f"{name} {message.removeprefix('Value error, ')}"
