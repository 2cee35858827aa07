"""All that an operator may set, read once: TESTWRIGHT_… in the environment, and the names of the brief."""

import os
from pathlib import Path
from typing import Annotated, Literal

import platformdirs
from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from testwright.domain.errors import FieldProblem, InputError


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Settings(BaseSettings):
    """Read from the environment, and from a file of Testwright's own.

    Never from the working directory: that is somebody's project, and its `.env` could send a key elsewhere or switch
    the sandbox off.
    """

    model_config = SettingsConfigDict(
        env_prefix="TESTWRIGHT_",
        extra="ignore",
        populate_by_name=True,
        env_ignore_empty=True,
    )

    home: Path = Field(default_factory=lambda: platformdirs.user_data_path("testwright"))
    database_url: SecretStr | None = None
    """A Postgres database (`postgresql://…`) for the store and the embedded engine, instead of files in `home`."""
    host: str = "127.0.0.1"
    api_port: int = Field(default=5000, ge=0, le=65535)
    page_port: int = Field(default=3000, ge=0, le=65535)
    origins: Annotated[tuple[str, ...], NoDecode] = ()
    """Further origins a browser page may call from, comma-separated."""
    names: Annotated[tuple[str, ...], NoDecode] = ()
    """Further host names that the service is reached by, comma-separated."""
    requests_a_minute: int = Field(default=1200, ge=10)
    """What one key may ask for, once there are keys."""
    roots: Annotated[tuple[Path, ...], NoDecode] = Field(default_factory=lambda: (Path.cwd(),))
    """Folders below which a repository may be registered, separated as in PATH."""
    git_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    """Hosts (`name` or `name:port`) in private networks, or without TLS, that repositories may be imported from."""
    import_bytes: int = Field(default=300 << 20, ge=1 << 20)
    """What an imported repository may have, and what is sent of it."""
    import_seconds: float = Field(default=120.0, gt=0, le=3600)
    github_token: SecretStr | None = Field(
        default=None, validation_alias=AliasChoices("GITHUB_TOKEN", "GH_TOKEN", "github_token")
    )
    """Opens private repositories on GitHub, and pull requests there."""
    github_url: str = "https://api.github.com"
    """GitHub's REST API, or that of an Enterprise server."""

    @field_validator("origins", "names", "git_hosts", mode="before")
    @classmethod
    def _split_at_commas(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("roots", mode="before")
    @classmethod
    def _split_roots(cls, value: object) -> object:
        return tuple(Path(part) for part in value.split(os.pathsep) if part) if isinstance(value, str) else value

    width: int = Field(default_factory=_cores, ge=1, le=64)
    """How many files are worked on at once."""
    model_width: int = Field(default=16, ge=0, le=64)
    """How many files more are under way while a model is being asked about them."""
    width_per_owner: int | None = Field(default=None, ge=1, le=64)
    """How many of them may be of one owner, where several share the service."""
    width_per_session: int | None = Field(default=None, ge=1, le=64)
    """How many of them may be of one session; without it a session that is alone takes them all."""
    max_files: int = 500
    max_file_bytes: int = 1 << 20
    max_request_bytes: int = 20 << 20
    stability_runs: int = Field(default=5, ge=3, le=20)
    """In order, each test alone, and shuffled for the rest."""
    most_mutants: int = Field(default=300, ge=1, le=1000)
    """How many small changes to a file its suite has to notice at most."""
    challenge_seconds: float = Field(default=60.0, gt=0, le=600)
    """How long they are tried at most; what is left then says nothing."""
    explore_seconds: float = Field(default=10.0, gt=0, le=120)
    session_hours: float = 6.0
    log: Literal["text", "json"] = "text"
    log_level: Literal["debug", "info", "warning", "error"] = "warning"
    sandbox: Literal["auto", "isolated", "confined", "container"] = "auto"
    """The tier that is wanted; by itself the best that proves itself here, and never a container."""
    sandbox_image: str = ""
    """The image of containers, by docker or podman. It is never fetched."""
    sandbox_runtime: str = ""
    """Their runtime, such as `runsc` for gVisor."""
    allow_unsandboxed: bool = False

    writer: Literal["both", "model", "explorer"] = "both"
    """Who writes where there is a key: the model and the explorer together, or one of them alone."""
    model: str = "gemini-3.8-flash"
    """The model that writes when a request names none: `provider:model`, or a bare name of a known family."""
    model_input_usd: float | None = Field(default=None, ge=0)
    model_output_usd: float | None = Field(default=None, ge=0)
    """The model's price in US dollars for a million tokens, both of them, instead of that in the bundled list."""
    model_seconds: float = Field(default=300.0, gt=0, le=3600)
    """What one call may take as a whole."""
    model_output_tokens: int = Field(default=32_768, ge=1024, le=1_000_000)
    """What one answer may have, thinking included. It bounds what a call can cost."""
    day_usd: float | None = Field(default=None, ge=0)
    """What all sessions of a day (UTC) together may spend."""
    gain_usd: float | None = Field(default=0.05, gt=0)
    """What each further line, branch or noticed change may cost; a model is asked no more after a dearer round."""
    record: Path | None = None
    """A folder in which every answer of a model is written down, to be replayed."""
    replay: Path | None = None
    """A folder of such answers: models say what is in there, and nobody is asked."""
    google_api_key: SecretStr | None = Field(
        default=None, validation_alias=AliasChoices("GOOGLE_API_KEY", "GEMINI_API_KEY", "google_api_key")
    )
    google_base_url: str | None = None
    """Another address that speaks the Gemini REST protocol (a proxy, or a test server)."""
    openai_api_key: SecretStr | None = Field(
        default=None, validation_alias=AliasChoices("OPENAI_API_KEY", "openai_api_key")
    )
    openai_base_url: str | None = None
    """A server that speaks OpenAI's chat completions: vLLM, LM Studio, llama.cpp, OpenRouter, with its `/v1`."""
    anthropic_api_key: SecretStr | None = Field(
        default=None, validation_alias=AliasChoices("ANTHROPIC_API_KEY", "anthropic_api_key")
    )
    anthropic_base_url: str | None = None
    ollama_url: str = "http://127.0.0.1:11434"

    otel_endpoint: str | None = Field(
        default=None, validation_alias=AliasChoices("OTEL_EXPORTER_OTLP_ENDPOINT", "otel_endpoint")
    )
    """Where traces are sent, by OTLP over HTTP; takes the extra `testwright[otel]`."""
    inngest_dev: str | None = Field(default=None, validation_alias=AliasChoices("INNGEST_DEV", "inngest_dev"))
    inngest_base_url: str | None = Field(
        default=None, validation_alias=AliasChoices("INNGEST_BASE_URL", "inngest_base_url")
    )
    inngest_event_key: SecretStr | None = Field(
        default=None, validation_alias=AliasChoices("INNGEST_EVENT_KEY", "inngest_event_key")
    )
    inngest_signing_key: SecretStr | None = Field(
        default=None, validation_alias=AliasChoices("INNGEST_SIGNING_KEY", "inngest_signing_key")
    )
    inngest_signing_key_fallback: SecretStr | None = Field(
        default=None, validation_alias=AliasChoices("INNGEST_SIGNING_KEY_FALLBACK", "inngest_signing_key_fallback")
    )
    """The server's former or next signing key, taken beside the other one while keys are changed."""


def own_file() -> Path:
    """`.env` in Testwright's home folder, wherever the environment puts that."""
    home = os.environ.get("TESTWRIGHT_HOME")
    return (Path(home) if home else platformdirs.user_data_path("testwright")) / ".env"


def read_settings() -> Settings:
    """Raises InputError `bad_settings` that names each setting and what is wrong with it."""
    try:
        return Settings(_env_file=own_file())  # type: ignore[call-arg]  # one of pydantic's own
    except ValidationError as error:
        problems = tuple(
            FieldProblem(".".join(str(part) for part in found["loc"]), found["msg"]) for found in error.errors()
        )
        named = "; ".join(f"{problem.path}: {problem.problem}" for problem in problems)
        raise InputError(
            f"A setting is wrong: {named}.",
            code="bad_settings",
            hint=f"Settings are TESTWRIGHT_… variables, in the environment or in {own_file()}.",
            fields=problems,
        ) from error
