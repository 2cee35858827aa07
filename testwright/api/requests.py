"""The bodies that may be sent. Strict: a typo or a wrong type is refused by name, never guessed at."""

import unicodedata
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from testwright.domain.sessions import CoverageGoal, Options, TestType

SESSION_ID = r"^[A-Za-z0-9_-]{8,64}$"


def _printable(text: str) -> str:
    if any(unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp") for character in text):
        raise PydanticCustomError("control_character", "control character")
    return text


Name = Annotated[str, AfterValidator(_printable)]
"""A text that is shown in one line."""


class RequestBody(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, alias_generator=to_camel, allow_inf_nan=False)

    @field_validator("*")
    @classmethod
    def _is_unicode(cls, value: object) -> object:
        # JSON can spell half a character (a lone surrogate), which no UTF-8 file and no database can hold.
        if isinstance(value, str):
            try:
                value.encode()
            except UnicodeEncodeError as error:
                raise PydanticCustomError("string_unicode", "lone surrogate") from error
        return value


class FileRequest(RequestBody):
    """One source file."""

    path: str = Field(description="Relative to the repository, with /.", examples=["src/components/Button.tsx"])
    content: str | None = Field(
        default=None,
        description="The file's text. May be left out when the repository is registered.",
        examples=["file content here"],
    )
    framework: str | None = Field(default=None, min_length=1, description="Overrides the request's.", examples=["jest"])


class OptionsRequest(RequestBody):
    """What may be tuned."""

    test_types: list[Literal["unit", "integration"]] = Field(default=["unit"], min_length=1, max_length=10)
    coverage: Literal["basic", "comprehensive"] = "comprehensive"
    include_edge_cases: bool = True
    mock_external: bool = True
    model: Name | None = Field(default=None, min_length=1, max_length=200, description="A language model to ask.")
    max_cost_usd: float | None = Field(default=None, ge=0, description="What the session may spend.")
    max_repairs: int = Field(default=2, ge=0, le=5, description="How often a failing draft is repaired.")
    instructions: str | None = Field(default=None, max_length=4000, description="Free text for the writer.")
    install: bool = Field(
        default=False,
        description="Where the repository's packages are not installed, install them from its lock file: by hash, "
        "without running anything of theirs, outside of the repository. Only for the service's own user.",
    )

    def as_options(self) -> Options:
        return Options(
            test_types=tuple(dict.fromkeys(TestType(name) for name in self.test_types)),
            coverage=CoverageGoal(self.coverage),
            include_edge_cases=self.include_edge_cases,
            mock_external=self.mock_external,
            model=self.model,
            max_cost_usd=self.max_cost_usd,
            max_repairs=self.max_repairs,
            instructions=self.instructions,
            install=self.install,
        )


class TriggerRequest(RequestBody):
    """What to write tests for."""

    repository_id: Name = Field(min_length=1, max_length=200, examples=["your-repo-id"])
    session_id: str | None = Field(
        default=None,
        pattern=SESSION_ID,
        description="Your own id. While the session runs, the same request again starts nothing twice; once it has "
        "ended, any request is a further round of it. With an Idempotency-Key nothing is ever started twice.",
    )
    files: list[FileRequest] = Field(min_length=1)
    framework: str | None = Field(
        default=None, description="Required unless every file names its own.", examples=["jest"]
    )
    repo_branch: Name | None = Field(default=None, max_length=200, examples=["main"])
    options: OptionsRequest = Field(default_factory=OptionsRequest)


class RetryRequest(RequestBody):
    """Which files to try again; all that failed or were cancelled when left out."""

    paths: list[str] | None = Field(default=None, min_length=1)
    model: Name | None = Field(
        default=None, min_length=1, max_length=200, description="Kept for later retries; `explorer` asks for none."
    )
    instructions: str | None = Field(default=None, max_length=4000)
    install: bool = Field(default=False, description="As in a request's options. Kept for later retries.")


class TestChange(RequestBody):
    """What to do with a delivered suite: one of these."""

    decision: Literal["kept", "rejected", "undecided"] | None = None
    test_code: str | None = Field(default=None, min_length=1, description="The suite as it was edited, whole.")
    without: list[str] | None = Field(
        default=None, min_length=1, max_length=1000, description="Names of tests that the suite is to do without."
    )

    @model_validator(mode="after")
    def _is_one_wish(self) -> Self:
        if sum(value is not None for value in (self.decision, self.test_code, self.without)) != 1:
            raise PydanticCustomError("one_of", "give decision, testCode or without, one of them")
        return self


class ContinueRequest(RequestBody):
    max_cost_usd: float = Field(gt=0, description="What the session may spend, all rounds.")


class BranchRequest(RequestBody):
    branch: str = Field(min_length=1, max_length=200, description="A new one", examples=["more-tests"])
    preview: bool = Field(default=False, description="Change nothing, and say what would be done")


class PullRequestRequest(RequestBody):
    branch: str | None = Field(
        default=None, min_length=1, max_length=200, description="testwright/SESSION when left out"
    )
    base: str | None = Field(default=None, min_length=1, max_length=200, description="The usual branch when left out")
    preview: bool = Field(default=False, description="Change nothing, and say what would be done")


class RepositoryRequest(RequestBody):
    """A folder on this machine, absolute or relative to one of TESTWRIGHT_ROOTS, below which it must lie; or the
    address of a git repository.
    """

    path: str | None = Field(default=None, min_length=1, max_length=4096)
    git_url: str | None = Field(default=None, min_length=1, max_length=2000, examples=["https://github.com/o/n.git"])
    branch: str | None = Field(default=None, min_length=1, max_length=200, description="Of the git address")
