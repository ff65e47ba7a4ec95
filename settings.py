"""Typed settings from the environment: the only place that reads it.

Each field's description is what the README's table says of the variable.
"""

import ipaddress
import os
import re
import secrets
import tempfile
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import SplitResult, urlsplit, urlunsplit

from pydantic import (
    AfterValidator,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

ROOT = Path(__file__).resolve().parent

# How every process of ours writes its log.
LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"

SHORTEST_SECRET = 32
# The value that documentation shows. Somebody will copy it, so production refuses it.
EXAMPLE_SECRET = "change-me-to-at-least-32-random-characters"

# What pydantic says of a wrong value is for programmers; this is for whoever set the variable.
# Validators below raise their own sentence.
_MUST_BE = {
    "CLOSETAI_ENV": "must be development or production",
    "PORT": "must be a whole number from 1 to 65535",
    "CLOSETAI_DEMO": "must be on or off",
    "CLOSETAI_DEMO_UPLOADS": "must be on or off",
    "CLOSETAI_SELFIE_DAYS": "must be a whole number from 1 to 3650",
    "CLOSETAI_GEMINI_MODEL": "must be the id of a model such as gemini-3.1-flash-image",
    "CLOSETAI_FASHN_CREDIT_USD": "must be a price in dollars such as 0.075",
    "CLOSETAI_LOG_LEVEL": "must be one of debug, info, warning, error",
}


def _plain(key: SecretStr, info: ValidationInfo) -> SecretStr:
    """A key without the line's end that comes along when it is copied.

    Whatever else cannot stand in a header would be told by the HTTP library, key and all.
    """
    stripped = key.get_secret_value().strip()
    if not re.fullmatch("[!-~]+", stripped):
        variable = f"CLOSETAI_{str(info.field_name).upper()}"
        raise ValueError(f"{variable} must be letters, digits and signs, without a space.")
    return SecretStr(stripped)


Key = Annotated[SecretStr, AfterValidator(_plain)]


class WrongSettingError(Exception):
    """A setting cannot be used; the message is one sentence that names the variable."""


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_ignore_empty=True, frozen=True, extra="ignore")

    env: Literal["development", "production"] = Field(
        "development",
        validation_alias="CLOSETAI_ENV",
        description="`development` or `production`. Production demands `CLOSETAI_SECRET`, listens "
        "on every address by default and has no sample accounts.",
    )
    database_url: str | None = Field(
        None,
        validation_alias="DATABASE_URL",
        description="`postgresql://user:password@host:port/database` of a server of version 15 or "
        "newer. Without it an embedded server runs, with its data under `CLOSETAI_HOME`.",
    )
    port: int = Field(
        8501,
        ge=1,
        le=65535,
        validation_alias="PORT",
        description="The port of the dashboard and the API.",
    )
    host: str = Field(
        default_factory=lambda values: (
            "0.0.0.0" if values.get("env") == "production" else "127.0.0.1"
        ),
        validation_alias="CLOSETAI_HOST",
        description="The address to listen on. Default `127.0.0.1`, in production `0.0.0.0`.",
    )
    home: Path = Field(
        ROOT / "var",
        validation_alias="CLOSETAI_HOME",
        description="Directory of all that is written: embedded database, secret, logs. "
        "Default `var/` in the project.",
    )
    secret: str = Field(
        "",
        repr=False,
        validation_alias="CLOSETAI_SECRET",
        description="Key of everything signed, 32 characters or more. Made on the first start in "
        "development (`CLOSETAI_HOME/secret`, mode 0600); production refuses to start without it.",
    )
    demo: bool = Field(
        True,
        validation_alias="CLOSETAI_DEMO",
        description="Fill an empty database with demo data and offer the demo without a password. "
        "`off` for a database of real brands.",
    )
    demo_uploads: bool = Field(
        False,
        validation_alias="CLOSETAI_DEMO_UPLOADS",
        description="Let demo visitors upload photos of their own, which only they see. "
        "`on` or `off`, default `off`.",
    )
    files: str = Field(
        "",
        repr=False,
        validation_alias="CLOSETAI_FILES",
        description="Where pictures are kept: a folder, or `s3://bucket/prefix?region=…` "
        "(credentials from the usual `AWS_…` variables). Default `files` under `CLOSETAI_HOME`.",
    )
    selfie_days: int = Field(
        30,
        ge=1,
        le=3650,
        validation_alias="CLOSETAI_SELFIE_DAYS",
        description="After how many days an uploaded photo of a person is deleted. Default 30.",
    )
    gemini_key: Key | None = Field(
        None,
        validation_alias="CLOSETAI_GEMINI_KEY",
        description="Key of the Gemini API (Google AI Studio). With it jobs can be made by Google "
        "Gemini.",
    )
    gemini_model: str = Field(
        "gemini-3.1-flash-image",
        pattern=r"^[a-z0-9.-]+$",
        validation_alias="CLOSETAI_GEMINI_MODEL",
        description="The image model that Google Gemini uses. Default `gemini-3.1-flash-image`.",
    )
    fashn_key: Key | None = Field(
        None,
        validation_alias="CLOSETAI_FASHN_KEY",
        description="Key of the FASHN API. With it jobs can be made by FASHN.",
    )
    fashn_credit_usd: Decimal | None = Field(
        None,
        gt=0,
        le=100,
        validation_alias="CLOSETAI_FASHN_CREDIT_USD",
        description="What one FASHN credit costs you, in dollars. Without it the cost of FASHN's "
        "pictures is n/a.",
    )
    providers: Path | None = Field(
        None,
        validation_alias="CLOSETAI_PROVIDERS",
        description="A TOML file that describes further providers, see "
        "[docs/providers.md](docs/providers.md).",
    )
    provider_keys: Annotated[dict[str, Key], NoDecode] = Field(
        {},
        validation_alias="CLOSETAI_PROVIDER_KEYS",
        description="Their keys, as `name=key` with commas between.",
    )
    provider_jobs: int = Field(
        4,
        ge=1,
        le=64,
        validation_alias="CLOSETAI_PROVIDER_JOBS",
        description="How many pictures that providers make one worker waits for at a time. "
        "Default 4.",
    )
    smtp: SecretStr | None = Field(
        None,
        validation_alias="CLOSETAI_SMTP",
        description="The server that sends e-mail, `smtp://user:password@host:587` or "
        "`smtps://…:465`. Without it a guest of the API cannot prove an address.",
    )
    mail_from: str = Field(
        "ClosetAI <no-reply@closetai.example>",
        validation_alias="CLOSETAI_MAIL_FROM",
        description="Whom that e-mail comes from.",
    )
    api_rate: int = Field(
        300,
        ge=1,
        validation_alias="CLOSETAI_API_RATE",
        description="How many requests a minute the API takes from one token. Default 300.",
    )
    metrics_token: Key | None = Field(
        None,
        validation_alias="CLOSETAI_METRICS_TOKEN",
        description="The bearer token that reads `/api/metrics` and the details of `/api/health`. "
        "Without it neither is to be had.",
    )
    advisor_url: str = Field(
        "",
        validation_alias="CLOSETAI_ADVISOR_URL",
        description="Where the advisor's language model is: an address that speaks OpenAI's "
        "protocol, up to and with `/v1`. Without it the built-in, rule-based advisor answers.",
    )
    advisor_key: Key | None = Field(
        None,
        validation_alias="CLOSETAI_ADVISOR_KEY",
        description="The key of that address, where it wants one.",
    )
    advisor_model: str = Field(
        "llama-3.3-70b-instruct",
        validation_alias="CLOSETAI_ADVISOR_MODEL",
        description="The model that is asked there. Default `llama-3.3-70b-instruct`.",
    )
    embeddings_url: str = Field(
        "",
        validation_alias="CLOSETAI_EMBEDDINGS_URL",
        description="Where a model of pictures is that says which garments are alike, see "
        "[docs/providers.md](docs/providers.md): an address up to and with `/v1`. Without it the "
        "built-in description of colour, texture and shape does.",
    )
    embeddings_key: Key | None = Field(
        None,
        validation_alias="CLOSETAI_EMBEDDINGS_KEY",
        description="The key of that address, where it wants one.",
    )
    embeddings_model: str = Field(
        "jina-clip-v2",
        validation_alias="CLOSETAI_EMBEDDINGS_MODEL",
        description="The model that is asked there. Default `jina-clip-v2`.",
    )
    stripe_webhook_secret: Key | None = Field(
        None,
        validation_alias="CLOSETAI_STRIPE_WEBHOOK_SECRET",
        description="The signing secret of Stripe's webhook to `/api/billing/stripe`. Without it "
        "that address takes nothing.",
    )
    stripe_key: Key | None = Field(
        None,
        validation_alias="CLOSETAI_STRIPE_KEY",
        description="A restricted Stripe key that may read subscriptions, for "
        "`closetai billing backfill`.",
    )
    tbank_password: Key | None = Field(
        None,
        validation_alias="CLOSETAI_TBANK_PASSWORD",
        description="The password of T-Bank's terminal, for its notifications to "
        "`/api/billing/tbank`. Without it that address takes nothing.",
    )
    usd_rates: Annotated[dict[str, Decimal], NoDecode] = Field(
        {},
        validation_alias="CLOSETAI_USD_RATES",
        description="Dollars per unit of other currencies, as `EUR=1.08, GBP=1.27`: for prices "
        "that begin from now on.",
    )
    webhooks_loopback: bool = Field(
        False,
        validation_alias="CLOSETAI_WEBHOOKS_LOOPBACK",
        description="Let webhooks call this machine, over plain http too: for tests. `on` or "
        "`off`, default `off`; production refuses it.",
    )
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        validation_alias="CLOSETAI_TRUSTED_PROXIES",
        description="Addresses or networks, comma-separated, whose `X-Forwarded-For` and "
        "`X-Forwarded-Proto` are believed. Default: nobody's.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info",
        validation_alias="CLOSETAI_LOG_LEVEL",
        description="`debug`, `info`, `warning` or `error`.",
    )

    @field_validator("database_url")
    @classmethod
    def _database_url(cls, value: str | None) -> str | None:
        return None if value is None else sqlalchemy_url(value)

    @field_validator("home")
    @classmethod
    def _home(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @field_validator("files")
    @classmethod
    def _files(cls, value: str) -> str:
        kind, separator, rest = value.partition("://")
        if separator and (kind != "s3" or not rest):
            # Without the value: an address may hold a password.
            raise ValueError("CLOSETAI_FILES must be a folder or look like s3://bucket/prefix.")
        return value

    @field_validator("advisor_url")
    @classmethod
    def _advisor_url(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise ValueError("CLOSETAI_ADVISOR_URL must look like https://host/v1.")
        return value.rstrip("/")

    @field_validator("smtp")
    @classmethod
    def _smtp(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            parts = urlsplit(value.get_secret_value())
            if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
                # Without the value: it may hold a password.
                raise ValueError("CLOSETAI_SMTP must look like smtp://user:password@host:587.")
        return value

    @field_validator("provider_keys", mode="before")
    @classmethod
    def _provider_keys(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        pairs = [part.partition("=") for part in value.split(",") if part.strip()]
        if not all(name.strip() and key.strip() for name, _, key in pairs):
            raise ValueError("CLOSETAI_PROVIDER_KEYS must look like name=key, name=key.")
        return {name.strip(): key for name, _, key in pairs}

    @field_validator("usd_rates", mode="before")
    @classmethod
    def _usd_rates(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        sentence = "CLOSETAI_USD_RATES must look like EUR=1.08, GBP=1.27."
        rates = {}
        for part in filter(str.strip, value.split(",")):
            name, _, rate = (word.strip() for word in part.partition("="))
            try:
                rates[name.upper()] = Decimal(rate)
            except InvalidOperation:
                raise ValueError(sentence) from None
            if len(name) != 3 or not rates[name.upper()].is_finite() or rates[name.upper()] <= 0:
                raise ValueError(sentence)
        return rates

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _trusted_proxies(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        proxies = tuple(part.strip() for part in value.split(",") if part.strip())
        for proxy in proxies:
            try:
                ipaddress.ip_network(proxy)
            except ValueError:
                raise ValueError(
                    "CLOSETAI_TRUSTED_PROXIES must be IP addresses or networks such as "
                    f"10.0.0.0/8, separated by commas, not {proxy!r}."
                ) from None
        return proxies

    @field_validator("log_level", "env", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value


def sqlalchemy_url(url: str) -> str:
    """Return a PostgreSQL address in the form that SQLAlchemy's psycopg dialect takes.

    Raises ValueError with one sentence (never with the password) when it is no such address.
    """
    sentence = (
        "DATABASE_URL must look like postgresql://user:password@host:port/database "
        "(special characters in the password percent-encoded)."
    )
    try:
        parts = urlsplit(url.strip())
        _ = parts.port  # a wrong one is noticed only when asked for
    except ValueError:
        raise ValueError(sentence) from None
    scheme = parts.scheme.partition("+")
    if scheme[0] not in ("postgres", "postgresql") or scheme[2] not in ("", "psycopg"):
        raise ValueError(sentence)
    if not (parts.hostname or "host=" in parts.query) or parts.path in ("", "/"):
        raise ValueError(sentence)
    if "#" in url:  # an unescaped # in the password ends the address early
        raise ValueError(sentence)
    return urlunsplit(SplitResult("postgresql+psycopg", parts.netloc, parts.path, parts.query, ""))


def sentence(error: ValidationError) -> str:
    """Say the first thing that is wrong in one sentence."""
    first = error.errors(include_url=False)[0]
    if isinstance(cause := first.get("ctx", {}).get("error"), ValueError):
        return str(cause)
    variable = str(first["loc"][0])
    return f"{variable} {_MUST_BE.get(variable, 'cannot be read')}, not {first['input']!r}."


def _stored_secret(home: Path) -> str:
    """Read the secret of this home, or make it."""
    path = home / "secret"
    try:
        home.mkdir(parents=True, exist_ok=True)
        # mkstemp gives mode 0600; the link makes the whole file appear at once, so that two
        # processes that start together read the same secret.
        if not path.exists():
            handle, draft = tempfile.mkstemp(dir=home, prefix="secret-")
            with os.fdopen(handle, "w") as file:
                file.write(secrets.token_urlsafe(48))
            try:
                os.link(draft, path)
            except FileExistsError:
                pass  # the other process was first: its secret is the one
            finally:
                Path(draft).unlink()
        stored = path.read_text().strip()
    except OSError as error:
        raise WrongSettingError(
            f"CLOSETAI_HOME ({home}) cannot be written: {error.strerror}."
        ) from error
    if len(stored) < SHORTEST_SECRET:
        raise WrongSettingError(
            f"{path} holds fewer than {SHORTEST_SECRET} characters: delete it and a new one is "
            "made (everybody signs in again)."
        )
    return stored


@cache
def settings() -> Settings:
    """Read the environment once.

    Raises WrongSettingError with one sentence when a value cannot be used.
    """
    try:
        read = Settings()
    except ValidationError as error:
        # `from None`: pydantic's message repeats the values, a password among them.
        raise WrongSettingError(sentence(error)) from None
    if read.webhooks_loopback and read.env == "production":
        raise WrongSettingError("CLOSETAI_WEBHOOKS_LOOPBACK is for tests: production refuses it.")
    if not read.secret and read.env == "development":
        return read.model_copy(update={"secret": _stored_secret(read.home)})
    if len(read.secret) < SHORTEST_SECRET or read.secret == EXAMPLE_SECRET:
        raise WrongSettingError(
            f"CLOSETAI_SECRET must be a random text of at least {SHORTEST_SECRET} characters"
            + (" in production" if read.env == "production" else "")
            + "; `openssl rand -hex 32` makes one."
        )
    return read
