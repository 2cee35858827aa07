"""The answers' data, one model for each shape, so that the reference and the wire cannot drift apart."""

from typing import Any, Literal

from pydantic import Field

from testwright.api.envelope import UtcTime, Wire, left_out
from testwright.domain.records import RepositoryRecord
from testwright.domain.sessions import Options


class StartedSession(Wire):
    session_id: str = Field(examples=["sess_123456"])
    event_id: str = Field(examples=["inngest_event_id"])
    status: str = Field(
        default="processing",
        examples=["processing"],
        description="`processing`; how it ended, when the same request came again after the session's end",
    )
    total_files: int = Field(examples=[1], description="Of this request; the session may have more")
    framework: str = Field(examples=["jest"])
    estimated_time: str = Field(examples=["30s"])


class FileStatusData(Wire):
    path: str
    status: str
    stage: str
    attempt: int
    error: dict[str, Any] | None = left_out()
    test_id: str | None = left_out()


class EstimateRange(Wire):
    seconds_low: int
    seconds_high: int


class StatusData(Wire):
    session_id: str
    status: str
    progress: int
    current_step: str
    current_message: str
    framework: str
    round: int
    total_files: int
    completed_files: int
    failed_files: int
    created_at: UtcTime
    started_at: UtcTime | None
    completed_at: UtcTime | None
    last_event_id: int
    estimate: EstimateRange
    summary: dict[str, Any] | None
    files: list[FileStatusData]


class OptionsData(Wire):
    test_types: list[str]
    coverage: str
    include_edge_cases: bool
    mock_external: bool
    model: str | None
    max_cost_usd: float | None
    max_repairs: int
    instructions: str | None
    install: bool


def options_data(options: Options) -> OptionsData:
    return OptionsData(
        test_types=list(options.test_types),
        coverage=options.coverage,
        include_edge_cases=options.include_edge_cases,
        mock_external=options.mock_external,
        model=options.model,
        max_cost_usd=options.max_cost_usd,
        max_repairs=options.max_repairs,
        instructions=options.instructions,
        install=options.install,
    )


class SessionSummary(Wire):
    session_id: str
    repository_id: str
    repo_branch: str | None
    framework: str
    writer: str
    model: str | None
    status: str
    round: int
    progress: int
    current_message: str
    total_files: int
    completed_files: int
    failed_files: int
    created_at: UtcTime
    started_at: UtcTime | None
    completed_at: UtcTime | None
    summary: dict[str, Any] | None


class SessionData(StatusData):
    repository_id: str
    has_folder: bool = Field(description="Whether its suites can be written into a folder")
    applied: list[str] = Field(description="Paths that were written into it, and not taken back")
    repo_branch: str | None
    pin: str | None = Field(
        description="The commit that its files are of, or a hash: of the archive, or (`sha256:…`) of their texts"
    )
    changed_since: list[str] = Field(description="Sources that have another text in the folder by now")
    writer: str
    model: str | None
    options: OptionsData
    run_url: str | None = left_out()


class SessionList(Wire):
    sessions: list[SessionSummary]
    next_cursor: str | None


class SessionState(Wire):
    session_id: str
    status: str


class StepData(Wire):
    path: str
    round: int
    step: str = Field(examples=["run/1"])
    attempt: int
    state: Literal["done", "failed", "running", "interrupted"]
    started_at: UtcTime
    ended_at: UtcTime | None
    duration_ms: int | None
    error: dict[str, Any] | None = left_out()


class Timeline(Wire):
    steps: list[StepData]


class SessionId(Wire):
    session_id: str


class TestData(Wire):
    test_id: str
    session_id: str
    revision: int
    file_path: str
    test_file_path: str
    test_code: str
    decision: str = Field(description="kept, rejected or undecided")
    evidence: dict[str, Any]
    created_at: UtcTime


class TestDetail(TestData):
    dropped: list[dict[str, Any]]
    coverage: dict[str, Any]


class TestList(Wire):
    tests: list[TestData]


class RefusalData(Wire):
    path: str
    problem: str
    hint: str | None


class AppliedData(Wire):
    session_id: str
    changed: list[str] = Field(description="Paths that were written, or taken back")
    unchanged: list[str] = Field(description="Paths that hold the suite already")
    refused: list[RefusalData] = Field(description="Files that were left as they are")
    overtaken: list[str] = Field(
        default_factory=list, description="Sources with another text by now than the one their tests were proved on"
    )


class SentData(Wire):
    session_id: str
    branch: str
    base: str | None = Field(description="What a pull request is for; null for a commit of your own checkout")
    title: str
    body: str = Field(description="The commit's or the pull request's text")
    paths: list[str] = Field(description="What is in it")
    refused: list[RefusalData] = Field(description="Files that are left out: nothing is written over")
    commit: str | None = Field(description="null in a preview, and for a pull request")
    url: str | None = Field(description="The pull request's")
    is_new: bool = Field(description="false: it was open already, and is as it was")


class GitHubRepository(Wire):
    repository: str = Field(examples=["octo/shop"])
    git_url: str = Field(description="What to import it by", examples=["https://github.com/octo/shop.git"])
    private: bool
    default_branch: str
    pushed_at: str | None


class GitHubRepositories(Wire):
    repositories: list[GitHubRepository]
    next_page: int | None


class GitHubTreeFile(Wire):
    path: str
    size: int
    language: str | None


class GitHubTree(Wire):
    repository: str
    ref: str
    commit: str
    truncated: bool = Field(description="GitHub lists only some of so many files")
    files: list[GitHubTreeFile]


class TestCoverage(Wire):
    test_id: str
    file_path: str
    coverage: dict[str, Any]


class DroppedTests(Wire):
    test_id: str
    dropped: list[dict[str, Any]]


class TestMutants(Wire):
    test_id: str
    file_path: str
    mutants: list[dict[str, Any]] = Field(
        description="number, operator, line, column, endLine, before, after, status (killed, timed_out, survived, "
        "unreached, untried), killers"
    )


class SuspectFile(Wire):
    path: str
    code: str


class TestSuspects(Wire):
    test_id: str
    file_path: str
    suspects: list[dict[str, Any]] = Field(
        description="name, symbol, line, expected, observed, because {kind, text, line, path?}, input, testCode, "
        "markedCode (the whole file, the test marked as expected to fail)"
    )
    files: list[SuspectFile] = Field(
        default_factory=list,
        description="The same as files apart, in the order of the suspects; each is green while its bug is there",
    )


class RepositoryData(Wire):
    repository_id: str
    name: str
    created_at: UtcTime


def repository_data(record: RepositoryRecord) -> RepositoryData:
    return RepositoryData(repository_id=record.repository_id, name=record.name, created_at=record.created_at)


class SuggestionData(Wire):
    name: str
    path: str = Field(description="Relative to one of the roots", examples=["examples/storefront"])


class RepositoryList(Wire):
    repositories: list[RepositoryData]
    suggestions: list[SuggestionData]


class TreeFile(Wire):
    path: str
    language: str | None
    size: int | None
    has_tests: bool | None = Field(description="null: not known")
    coverage: float | None = Field(description="Measured line coverage in percent; null: not measured as it is now")
    changed: bool | None = Field(default=None, description="Not as git last had it; null: no plain git checkout")


class Tree(Wire):
    repository_id: str
    branch: str | None = Field(description="What the folder has checked out; null: no plain git checkout")
    frameworks: dict[str, str] = Field(default_factory=dict, description="The framework of each language that is found")
    options: OptionsData | None = Field(default=None, description="What the project configures, the usual ones added")
    config_problem: str | None = Field(default=None, description="Why the project's configuration cannot be read")
    files: list[TreeFile]


class PickedFile(Wire):
    path: str
    because: list[str] = Field(examples=[["no tests", "12 decisions", "changed in 7 commits"]])


class Picks(Wire):
    repository_id: str
    files: list[PickedFile] = Field(description="The riskiest first, where they were asked for")


class RepositoryFile(Wire):
    path: str
    language: str | None
    content: str


class SessionFiguresData(Wire):
    session_id: str
    created_at: UtcTime
    files: int = Field(description="Whose suites were run")
    tests: int
    lines_before: float | None = Field(description="Mean of the files, in percent")
    lines_after: float | None
    noticed: int = Field(description="Changes to the code that the tests noticed")
    tried: int


class RepositoryHistory(Wire):
    repository_id: str
    sessions: list[SessionFiguresData]


class SessionFile(Wire):
    session_id: str
    path: str
    content: str = Field(description="The source as the newest round that has it took it")


class EstimateData(Wire):
    seconds: int
    seconds_low: int
    seconds_high: int
    estimated_time: str = Field(examples=["2m 30s"])
    writer: str
    model: str | None
    tokens: int | None = Field(description="By what such files took before, else by their size")
    currency: dict[str, float] | None = Field(description="null: no price is known")
    basis: str = Field(description="history: what the same model took here before; size: reckoned from the files")
    prices_as_of: str | None = Field(description="The day of the price list, where a price of it was used")


class TicketData(Wire):
    ticket: str
    until: UtcTime


class EngineHealth(Wire):
    engine: str
    reachable: bool
    queue: dict[str, int]
    sandbox: str
    """The tier in which tests are run; `unavailable` where none proved itself, `none` without one, by explicit wish."""
    details: dict[str, Any]


class Installable(Wire):
    file_path: str
    packages: str = Field(
        description="What a retry with `install: true` would install, such as: 22 packages from uv.lock"
    )


class Installables(Wire):
    files: list[Installable]


class Frameworks(Wire):
    frameworks: list[dict[str, Any]]


class Models(Wire):
    models: list[dict[str, Any]]


class Spending(Wire):
    spent_usd: float
    under_way_usd: float
    day_usd: float | None
    gain_usd: float | None


class Checks(Wire):
    checks: list[dict[str, Any]]


class Alive(Wire):
    status: Literal["ok"] = "ok"
